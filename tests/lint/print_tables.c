/* SPDX-License-Identifier: MIT */
/* print_tables.c - the tables of options and series, for check_manual.py.
 *
 * A line each, fields with tabs between them:
 *   option BLOCK NAME TYPE MIN MAX PRESET
 *   series PAGE TYPE INSTANCE HELP
 */
#include <stdio.h>

#include <llmreg/metrics.h>
#include <llmreg/options.h>
#include <llmreg/service.h>

#include "plugins/llm_probe/config.h"

static const char *const types[] = {
    [LLMREG_OPT_STRING] = "string",   [LLMREG_OPT_PATH] = "path",
    [LLMREG_OPT_SECONDS] = "seconds", [LLMREG_OPT_INTEGER] = "integer",
    [LLMREG_OPT_BOOL] = "bool",
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

int main(void)
{
    print_options("Plugin", config_options);
    print_options("Endpoint", config_endpoint_options);
    print_options("Registry", llmreg_service_options());
    print_series("endpoint", llmreg_endpoint_metric_info);
    print_series("fleet", llmreg_fleet_metric_info);
    return 0;
}
