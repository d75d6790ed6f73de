/* SPDX-License-Identifier: MIT */
/* letter.c - writes the letter: address, severity, text, and the same again
 * as metadata for programs.
 */
#include "common/service/letter.h"

#include <string.h>

#include <llmreg/text.h>

#include "common/service/lost_models.h"
#include "common/service/notify_text.h"
#include "common/service/rules.h"

static void add_meta(struct letter *l, const char *name, const char *value)
{
    if (l->n.nmeta < LLMREG_META_MAX)
        l->n.meta[l->n.nmeta++] = (struct llmreg_meta){name, value};
}

static void number_text(char *out, size_t size, uint64_t n)
{
    struct llmreg_text t;

    llmreg_text_init(&t, out, size);
    llmreg_text_addf(&t, "%llu", (unsigned long long)n);
}

/* ---- address ---- */

/* One of many subjects that share the address "fleet". */
static bool is_one_of_many(const struct llmreg_alert *a)
{
    return strcmp(a->series, RULES_FLEET) == 0 &&
           strcmp(a->subject, RULES_FLEET) != 0 &&
           a->rule != LLMREG_RULE_STORE_FAILED;
}

static void address(struct letter *l, const struct llmreg_alert *a)
{
    char part[LLMREG_SERIES_SIZE];
    struct llmreg_text t;

    llmreg_text_init(&t, l->instance, sizeof l->instance);
    if (a->rule == LLMREG_RULE_ENDPOINT_UNHEALTHY)
        llmreg_text_add(&t, "up");
    else
        llmreg_text_add(&t, llmreg_rule_info(a->rule)->name);
    if (is_one_of_many(a)) {
        llmreg_series_name(a->subject, part);
        llmreg_text_addf(&t, "-%s", part);
    }
    l->n.host = a->host[0] != '\0' ? a->host : NULL;
    l->n.plugin_instance = a->series;
    l->n.type = "bool";
    l->n.type_instance = l->instance;
}

/* ---- metadata ---- */

static void add_facts(struct letter *l, const struct llmreg_alert *a)
{
    bool endpoint = a->url[0] != '\0' &&
                    llmreg_rule_info(a->rule)->about == LLMREG_ENTITY_ENDPOINT;

    llmreg_time_format(l->since, a->since_ms);
    number_text(l->seq, sizeof l->seq, a->seq);
    add_meta(l, "rule", llmreg_rule_info(a->rule)->name);
    add_meta(l, "alert", a->id);
    add_meta(l, endpoint ? "endpoint" : "subject", a->subject);
    add_meta(l, "name", a->name);
    if (a->url[0] != '\0')
        add_meta(l, "url", a->url);
    add_meta(l, "state", a->state);
    add_meta(l, "previous", a->previous);
    add_meta(l, "reason", a->reason);
    add_meta(l, "since", l->since);
    add_meta(l, "seq", l->seq);
}

/* The models that are lost with an endpoint. */
static void add_lost(struct letter *l, struct llmreg_registry *r,
                     const struct llmreg_alert *a)
{
    struct llmreg_endpoint *e = llmreg_get(r, a->subject);
    const char *names[LLMREG_MODELS_MAX];
    struct llmreg_text t;

    if (e == NULL)
        return;
    const struct llmreg_models *models = llmreg_endpoint_models(e);
    size_t n = lost_models(r, a->subject, models, names);
    llmreg_text_init(&t, l->lost, sizeof l->lost);
    (void)notify_text_names(&t, names, n);
    number_text(l->lost_count, sizeof l->lost_count, n);
    add_meta(l, "lost_models", l->lost_count);
    add_meta(l, "lost_model_names", l->lost);
    llmreg_models_put(models);
    llmreg_put(e);
}

void letter_alert(struct letter *l, struct llmreg_registry *r,
                  const struct llmreg_alert *a, const struct llmreg_now *now)
{
    memset(l, 0, sizeof *l);
    l->n.severity = a->s.severity;
    l->n.time_ms = now->wall_ms;
    address(l, a);
    add_facts(l, a);
    llmreg_copy_message(l->n.message, sizeof l->n.message, a->message);
    if (a->rule == LLMREG_RULE_ENDPOINT_UNHEALTHY &&
        a->s.severity != LLMREG_SEVERITY_OKAY)
        add_lost(l, r, a);
}
