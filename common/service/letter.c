/* SPDX-License-Identifier: MIT */
/* letter.c - writes the letter: address, severity, text, and the same again
 * as metadata for programs.
 */
#include "common/service/letter.h"

#include <string.h>

#include <llmreg/text.h>

#include "common/service/lost_models.h"
#include "common/service/notify_text.h"

static const enum llmreg_severity severities[] = {
    [LLMREG_ALARM_SILENT] = LLMREG_SEVERITY_OKAY,
    [LLMREG_ALARM_OKAY] = LLMREG_SEVERITY_OKAY,
    [LLMREG_ALARM_WARN] = LLMREG_SEVERITY_WARNING,
    [LLMREG_ALARM_FAIL] = LLMREG_SEVERITY_FAILURE,
};

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

static void address(struct letter *l, const struct llmreg_spec *spec)
{
    llmreg_copy_message(l->host, sizeof l->host, spec->host);
    llmreg_copy_message(l->series, sizeof l->series, spec->series);
    llmreg_copy_message(l->id, sizeof l->id, spec->id);
    llmreg_copy_message(l->name, sizeof l->name, spec->name);
    llmreg_copy_message(l->url, sizeof l->url, spec->url);
    l->n.host = l->host;
    l->n.plugin_instance = l->series;
    l->n.type = "bool";
    l->n.type_instance = "up";
}

static void add_facts(struct letter *l, const struct letter_news *news)
{
    llmreg_copy_message(l->reason, sizeof l->reason, news->reason);
    llmreg_time_format(l->since, news->since_ms);
    number_text(l->seq, sizeof l->seq, news->seq);
    add_meta(l, "endpoint", l->id);
    add_meta(l, "name", l->name);
    add_meta(l, "url", l->url);
    add_meta(l, "state", news->state);
    add_meta(l, "previous", news->previous);
    add_meta(l, "reason", l->reason);
    add_meta(l, "since", l->since);
    add_meta(l, "seq", l->seq);
}

/* The text of bad news, and the models that are lost with it. */
static void write_trouble(struct letter *l, struct llmreg_registry *r,
                          const struct llmreg_endpoint *e,
                          const struct letter_news *news)
{
    const struct llmreg_models *models = llmreg_endpoint_models(e);
    const char *names[LLMREG_MODELS_MAX];
    size_t n = lost_models(r, l->id, models, names);
    const struct notify_trouble trouble = {
        .subject = {l->name, l->id},
        .state = news->state,
        .reason = news->reason,
        .since_ms = news->since_ms,
        .lost = names,
        .nlost = n,
        .nmodels = models->count,
    };
    struct llmreg_text t;

    notify_text_trouble(l->n.message, &trouble);
    llmreg_text_init(&t, l->lost, sizeof l->lost);
    (void)notify_text_names(&t, names, n);
    number_text(l->lost_count, sizeof l->lost_count, n);
    add_meta(l, "lost_models", l->lost_count);
    add_meta(l, "lost_model_names", l->lost);
    llmreg_models_put(models);
}

void letter_endpoint(struct letter *l, struct llmreg_registry *r,
                     const struct llmreg_endpoint *e,
                     const struct letter_news *news)
{
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    const struct notify_subject subject = {l->name, l->id};

    memset(l, 0, sizeof *l);
    l->n.severity = severities[news->action];
    l->n.time_ms = news->time_ms;
    address(l, spec);
    llmreg_spec_put(spec);
    add_facts(l, news);
    if (news->removed)
        notify_text_removed(l->n.message, &subject);
    else if (news->action == LLMREG_ALARM_OKAY)
        notify_text_again(l->n.message, &subject, news->previous,
                          news->lasted_ms);
    else
        write_trouble(l, r, e, news);
}

void letter_store(struct letter *l, const struct llmreg_event *event)
{
    const bool failed = strcmp(event->after, "failed") == 0;

    memset(l, 0, sizeof *l);
    l->n.severity = failed ? LLMREG_SEVERITY_FAILURE : LLMREG_SEVERITY_OKAY;
    l->n.time_ms = event->time_ms;
    l->n.plugin_instance = "fleet";
    l->n.type = "bool";
    l->n.type_instance = "store";
    llmreg_copy_message(l->reason, sizeof l->reason, event->reason);
    number_text(l->seq, sizeof l->seq, event->seq);
    add_meta(l, "state", failed ? "failed" : "ok");
    add_meta(l, "reason", l->reason);
    add_meta(l, "seq", l->seq);
    notify_text_store(l->n.message, failed, event->reason);
}
