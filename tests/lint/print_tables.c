/* SPDX-License-Identifier: MIT */
/* print_tables.c - the tables of options and series, for check_manual.py.
 *
 * A line each, fields with tabs between them:
 *   option BLOCK NAME TYPE MIN MAX PRESET
 *   series PAGE TYPE INSTANCE HELP
 *   rule NAME SEVERITY AFTER CLEAR COOL THRESHOLD MARGIN RANGE
 */
#include <stdio.h>

#include <llmreg/alert.h>
#include <llmreg/metrics.h>
#include <llmreg/options.h>
#include <llmreg/service.h>

#include "plugins/llm_probe/config.h"

static const char *const types[] = {
    [LLMREG_OPT_STRING] = "string",   [LLMREG_OPT_PATH] = "path",
    [LLMREG_OPT_SECONDS] = "seconds", [LLMREG_OPT_INTEGER] = "integer",
    [LLMREG_OPT_NUMBER] = "number",   [LLMREG_OPT_BOOL] = "bool",
};

static void print_options(const char *block, const struct llmreg_option *table)
{
    for (const struct llmreg_option *o = table; o->name != NULL; o++)
        printf("option\t%s\t%s\t%s\t%.15g\t%.15g\t%s\n", block, o->name,
               types[o->type], o->min, o->max,
               o->preset == NULL ? "" : o->preset);
}

static void print_series(const char *page,
                         const struct llmreg_metric_info *(*info)(size_t n))
{
    for (size_t n = 0; info(n) != NULL; n++)
        printf("series\t%s\t%s\t%s\t%s\n", page, info(n)->type,
               info(n)->type_instance, info(n)->help);
}

/* What the rule has, or "-". */
static void print_number(bool has, double n)
{
    if (has)
        printf("\t%.15g", n);
    else
        printf("\t-");
}

static void print_rule(const struct llmreg_rule_info *rule)
{
    const struct llmreg_rule_conf *p = &rule->preset;

    printf("rule\t%s\t%s", rule->name,
           llmreg_severity_text((enum llmreg_severity)p->severity));
    print_number(true, (double)p->after_ns / 1e9);
    print_number(true, (double)p->clear_ns / 1e9);
    print_number(true, (double)p->flap_ns / 1e9);
    print_number(true, (double)p->cool_ns / 1e9);
    print_number(rule->unit != NULL, p->threshold);
    print_number(rule->has_margin, p->margin);
    if (rule->unit != NULL)
        printf("\t%.15g to %.15g %s\n", rule->threshold_min,
               rule->threshold_max, rule->unit);
    else
        printf("\t-\n");
}

int main(void)
{
    print_options("Plugin", config_options);
    print_options("Endpoint", config_endpoint_options);
    print_options("Registry", llmreg_service_options());
    print_options("Alert", llmreg_service_alert_options());
    for (int i = 0; i < LLMREG_RULES; i++)
        print_rule(llmreg_rule_info((enum llmreg_rule_id)i));
    print_series("endpoint", llmreg_endpoint_metric_info);
    print_series("fleet", llmreg_fleet_metric_info);
    return 0;
}
