/* SPDX-License-Identifier: MIT */
/* settings_alert.h - what <Alert "rule"> blocks say.
 *
 * One set of the same options for each rule, merged rule by rule and option by
 * option.  What was not given is the rule's preset.
 *
 * Threads:   one at a time.
 * Blocking:  never.
 * Ownership: the caller's; all zero is nothing given.
 */
#ifndef LLMREG_SERVICE_SETTINGS_ALERT_H
#define LLMREG_SERVICE_SETTINGS_ALERT_H

#include <llmreg/alert.h>
#include <llmreg/options.h>

struct settings_rule {
    llmreg_given given;
    char severity[8]; /* "failure", "warning", "off" */
    struct llmreg_rule_conf conf;
};

struct settings_alert {
    struct settings_rule rules[LLMREG_RULES];
};

extern const struct llmreg_option settings_alert_table[];

/* Adds one block; where names what it stands in.  An option that the same
 * rule was given before is LLMREG_EEXIST.  LLMREG_ENOENT: no such rule or
 * option; LLMREG_EINVAL. */
LLMREG_MUSTCHECK int settings_alert_read(struct settings_alert *s,
                                         const struct llmreg_item *block,
                                         const char *where,
                                         struct llmreg_error *err);
/* from, which stands in where, into *to, which is from places.  LLMREG_EEXIST:
 * they differ; *to is then half merged. */
LLMREG_MUSTCHECK int settings_alert_merge(struct settings_alert *to,
                                          const char *places,
                                          const struct settings_alert *from,
                                          const char *where,
                                          struct llmreg_error *err);
/* With the presets.  LLMREG_EINVAL: a margin over its threshold. */
LLMREG_MUSTCHECK int
settings_alert_get(const struct settings_alert *s,
                   struct llmreg_rule_conf out[static LLMREG_RULES],
                   struct llmreg_error *err);

#endif
