/* SPDX-License-Identifier: MIT */
/* settings_alert.c - the table of the <Alert> options, and what a rule makes
 * of them: not every rule has a threshold, and each has its own range.
 */
#include "common/service/settings_alert.h"

#include <string.h>
#include <strings.h>

#include <llmreg/text.h>

#define OFF(field)  offsetof(struct settings_rule, field)
#define SIZE(field) sizeof(((struct settings_rule *)0)->field)
#define WEEK        604800

const struct llmreg_option settings_alert_table[] = {
    {"Severity", LLMREG_OPT_STRING, OFF(severity), SIZE(severity), 1, 7, NULL,
     "the most that it tells: failure, warning, or off"},
    {"After", LLMREG_OPT_SECONDS, OFF(conf.after_ns), 0, 0, WEEK, NULL,
     "seconds that it must be so before it is told"},
    {"ClearAfter", LLMREG_OPT_SECONDS, OFF(conf.clear_ns), 0, 0, WEEK, NULL,
     "seconds that it must be good before that is told"},
    {"FlapClearAfter", LLMREG_OPT_SECONDS, OFF(conf.flap_ns), 0, 0, WEEK, NULL,
     "the same for what was told 3 times in 10 minutes; 0: no difference"},
    {"CoolDown", LLMREG_OPT_SECONDS, OFF(conf.cool_ns), 0, 0, WEEK, NULL,
     "seconds after its end in which it is not told again"},
    {"Threshold", LLMREG_OPT_NUMBER, OFF(conf.threshold), 0, 0, 3600000, NULL,
     "what it compares with, in the rule's unit"},
    {"Margin", LLMREG_OPT_NUMBER, OFF(conf.margin), 0, 0, 3600000, NULL,
     "so much below the threshold it is good again"},
    {0},
};

/* "WHERE, Alert NAME": cut if it must be. */
struct place {
    char text[320];
};

static struct place place_of(const char *where, const char *rule)
{
    struct place place;
    struct llmreg_text t;

    llmreg_text_init(&t, place.text, sizeof place.text);
    llmreg_text_addf(&t, "%.256s, Alert \"%.48s\"", where, rule);
    return place;
}

/* ---- one block ---- */

static int say_unknown(const char *where, const char *name,
                       struct llmreg_error *err)
{
    char storage[sizeof err->text];
    struct llmreg_text names;

    llmreg_text_init(&names, storage, sizeof storage);
    for (int i = 0; i < LLMREG_RULES; i++)
        llmreg_text_addf(&names, "%s%s", i == 0 ? "" : ", ",
                         llmreg_rule_info((enum llmreg_rule_id)i)->name);
    llmreg_error_set(err, "%s: no such rule: allowed are %s",
                     place_of(where, name).text, storage);
    return LLMREG_ENOENT;
}

static int read_name(const struct llmreg_item *block, const char *where,
                     enum llmreg_rule_id *rule, struct llmreg_error *err)
{
    if (block->nvalues != 1 || block->values[0].type != LLMREG_VALUE_STRING) {
        llmreg_error_set(err, "%s: an Alert block takes one name of a rule",
                         where);
        return LLMREG_EINVAL;
    }
    if (llmreg_rule_parse(block->values[0].string, rule) == LLMREG_OK)
        return LLMREG_OK;
    return say_unknown(where, block->values[0].string, err);
}

static bool is_given(const struct settings_rule *rule, const char *option)
{
    return llmreg_options_given(settings_alert_table, rule->given, option);
}

/* The word, and its value in conf. */
static int check_severity(struct settings_rule *rule, const char *where,
                          struct llmreg_error *err)
{
    static const char *const words[LLMREG_SEVERITIES] = {
        [LLMREG_SEVERITY_OKAY] = "off",
        [LLMREG_SEVERITY_WARNING] = "warning",
        [LLMREG_SEVERITY_FAILURE] = "failure",
    };

    for (int i = 0; i < LLMREG_SEVERITIES; i++)
        if (strcasecmp(rule->severity, words[i]) == 0) {
            memcpy(rule->severity, words[i], strlen(words[i]) + 1);
            rule->conf.severity = i;
            return LLMREG_OK;
        }
    llmreg_error_set(err,
                     "%s: Severity \"%s\": allowed are failure, warning and "
                     "off",
                     where, rule->severity);
    return LLMREG_EINVAL;
}

static int check_threshold(const struct settings_rule *rule,
                           const struct llmreg_rule_info *info,
                           const char *where, struct llmreg_error *err)
{
    double threshold = rule->conf.threshold;

    if (info->unit == NULL) {
        llmreg_error_set(err, "%s: Threshold: this rule has none", where);
        return LLMREG_EINVAL;
    }
    if (threshold >= info->threshold_min && threshold <= info->threshold_max)
        return LLMREG_OK;
    llmreg_error_set(err, "%s: Threshold %.15g: allowed are %.15g to %.15g %s",
                     where, threshold, info->threshold_min, info->threshold_max,
                     info->unit);
    return LLMREG_EINVAL;
}

static int check(struct settings_rule *rule,
                 const struct llmreg_rule_info *info, const char *where,
                 struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    if (is_given(rule, "Severity"))
        rc = check_severity(rule, where, err);
    if (rc == LLMREG_OK && is_given(rule, "Threshold"))
        rc = check_threshold(rule, info, where, err);
    if (rc != LLMREG_OK || info->has_margin || !is_given(rule, "Margin"))
        return rc;
    llmreg_error_set(err, "%s: Margin: this rule has none", where);
    return LLMREG_EINVAL;
}

int settings_alert_read(struct settings_alert *s,
                        const struct llmreg_item *block, const char *where,
                        struct llmreg_error *err)
{
    enum llmreg_rule_id id;
    int rc = read_name(block, where, &id, err);

    if (rc != LLMREG_OK)
        return rc;
    const struct llmreg_rule_info *info = llmreg_rule_info(id);
    const struct place place = place_of(where, info->name);
    struct settings_rule *rule = &s->rules[id];
    struct llmreg_settings to = {rule, rule->given, place.text};
    for (size_t i = 0; i < block->nchildren && rc == LLMREG_OK; i++)
        rc = llmreg_options_set(settings_alert_table, &to, &block->children[i],
                                err);
    rule->given = to.given;
    return rc != LLMREG_OK ? rc : check(rule, info, place.text, err);
}

/* ---- all of them ---- */

int settings_alert_merge(struct settings_alert *to, const char *places,
                         const struct settings_alert *from, const char *where,
                         struct llmreg_error *err)
{
    for (int i = 0; i < LLMREG_RULES; i++) {
        const char *name = llmreg_rule_info((enum llmreg_rule_id)i)->name;
        const struct place there = place_of(places, name);
        const struct place here = place_of(where, name);
        struct settings_rule copy = from->rules[i];
        struct llmreg_settings one = {&to->rules[i], to->rules[i].given,
                                      there.text};
        const struct llmreg_settings other = {&copy, copy.given, here.text};
        int rc = llmreg_options_merge(settings_alert_table, &one, &other, err);
        if (rc != LLMREG_OK)
            return rc;
        to->rules[i].given = one.given;
        if (is_given(&copy, "Severity"))
            to->rules[i].conf.severity = copy.conf.severity;
    }
    return LLMREG_OK;
}

static int get_one(const struct settings_rule *given,
                   const struct llmreg_rule_info *info,
                   struct llmreg_rule_conf *out, struct llmreg_error *err)
{
    struct settings_rule copy = *given, rule = {.conf = info->preset};
    struct llmreg_settings to = {&rule, 0, ""};
    const struct llmreg_settings from = {&copy, copy.given, ""};
    int rc = llmreg_options_merge(settings_alert_table, &to, &from, err);

    if (rc != LLMREG_OK)
        return rc;
    if (is_given(given, "Severity"))
        rule.conf.severity = given->conf.severity;
    if (rule.conf.margin > rule.conf.threshold) {
        llmreg_error_set(err,
                         "Alert \"%s\": Margin %.15g is over Threshold %.15g: "
                         "it would never clear",
                         info->name, rule.conf.margin, rule.conf.threshold);
        return LLMREG_EINVAL;
    }
    *out = rule.conf;
    return rc;
}

int settings_alert_get(const struct settings_alert *s,
                       struct llmreg_rule_conf out[static LLMREG_RULES],
                       struct llmreg_error *err)
{
    struct llmreg_rule_conf confs[LLMREG_RULES];

    for (int i = 0; i < LLMREG_RULES; i++) {
        int rc = get_one(&s->rules[i], llmreg_rule_info((enum llmreg_rule_id)i),
                         &confs[i], err);
        if (rc != LLMREG_OK)
            return rc;
    }
    memcpy(out, confs, sizeof confs);
    return LLMREG_OK;
}
