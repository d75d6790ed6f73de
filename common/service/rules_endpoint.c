/* SPDX-License-Identifier: MIT */
/* rules_endpoint.c - rules about one endpoint.
 *
 * An endpoint's state is told only when somebody has seen it: not while it is
 * unknown, not while it is disabled, not after it was enabled and before the
 * next probe, and not by a probe that speaks for another state (one failure of
 * two, one success of two).  In maintenance nothing new is raised.
 *
 * But what has only failed since the start, for two of its intervals, is down,
 * however many failures UnhealthyAfter asks for: otherwise what was dead before
 * a restart says nothing for hours.
 */
#include "common/service/rules.h"

#include <string.h>

#include <llmreg/hosts.h>
#include <llmreg/text.h>

#include "common/service/lost_models.h"
#include "common/service/notify_text.h"

static const enum llmreg_severity severities[LLMREG_HEALTH_STATES] = {
    [LLMREG_HEALTH_UNKNOWN] = LLMREG_SEVERITY_OKAY,
    [LLMREG_HEALTH_HEALTHY] = LLMREG_SEVERITY_OKAY,
    [LLMREG_HEALTH_DEGRADED] = LLMREG_SEVERITY_WARNING,
    [LLMREG_HEALTH_UNHEALTHY] = LLMREG_SEVERITY_FAILURE,
    [LLMREG_HEALTH_UNREACHABLE] = LLMREG_SEVERITY_FAILURE,
};

static void address(struct words *w, const struct llmreg_spec *spec)
{
    llmreg_copy_message(w->name, sizeof w->name, spec->name);
    llmreg_copy_message(w->host, sizeof w->host, spec->host);
    llmreg_copy_message(w->series, sizeof w->series, spec->series);
    llmreg_copy_message(w->url, sizeof w->url, spec->url);
}

static void apply_intent(struct look *l, const struct llmreg_endpoint *e)
{
    enum llmreg_admin admin = llmreg_endpoint_intent(e).admin;

    if (admin == LLMREG_ADMIN_DISABLED)
        l->found.known = false;
    if (admin == LLMREG_ADMIN_MAINTENANCE)
        l->found.may_open = false;
}

/* ---- endpoint_unhealthy ---- */

/* The age of its failures is made of their number, as in census.c. */
static bool has_only_failed(const struct scene *s,
                            const struct llmreg_endpoint *e,
                            const struct llmreg_health *h)
{
    if (h->state != LLMREG_HEALTH_UNKNOWN || h->failures < 2 ||
        h->checked_mono_ns == 0)
        return false;
    const int64_t interval_ns = census_interval(e);

    return s->now.mono_ns - s->started_ns >= 2 * interval_ns &&
           (h->failures - 1) * interval_ns + s->now.mono_ns -
                   h->checked_mono_ns >=
               2 * interval_ns;
}

/* As it is told. */
static void get_health(const struct scene *s, const struct llmreg_endpoint *e,
                       struct llmreg_health *h)
{
    llmreg_endpoint_health(e, h);
    if (!has_only_failed(s, e, h))
        return;
    h->state = llmreg_reason_state(h->reason);
    h->since_ms = llmreg_is_down(h->prior) ? h->prior_since_ms : h->failing_ms;
}

/* The last observation says so, and it was made since the endpoint was last
 * enabled: enabling forgets when that was, and what is counted in a row. */
static bool was_seen(const struct llmreg_health *h)
{
    if (h->state == LLMREG_HEALTH_UNKNOWN || h->checked_mono_ns == 0 ||
        h->state != llmreg_reason_state(h->reason))
        return false;
    if (h->state == LLMREG_HEALTH_HEALTHY)
        return h->successes > 0;
    return !llmreg_is_down(h->state) || h->failures > 0;
}

/* "refused: Connection refused", as in an event. */
static void write_reason(struct look *l, const struct llmreg_health *h)
{
    const char *word = llmreg_reason_text(h->reason);

    if (h->detail[0] == '\0')
        rules_reason(l, "%s", word);
    else
        rules_reason(l, "%s: %s", word, h->detail);
}

static void write_trouble(struct look *l, const struct llmreg_endpoint *e,
                          const struct llmreg_health *h)
{
    const struct llmreg_models *models = llmreg_endpoint_models(e);
    const char *names[LLMREG_MODELS_MAX];
    const struct notify_trouble trouble = {
        .subject = {l->words->name, l->subject},
        .state = l->state,
        .reason = l->words->reason,
        .since_ms = h->since_ms,
        .lost = names,
        .nlost = lost_models(l->scene->registry, l->subject, models, names),
        .nmodels = models->count,
    };

    notify_text_trouble(l->words->message, &trouble);
    llmreg_models_put(models);
}

static void write_again(struct look *l, const struct llmreg_health *h)
{
    const struct notify_subject subject = {l->words->name, l->subject};
    const struct llmreg_alert *before = l->before;
    bool known = before != NULL && before->since_ms > 0 &&
                 before->since_ms <= h->since_ms;

    notify_text_again(l->words->message, &subject, known ? before->state : "",
                      known ? h->since_ms - before->since_ms : -1);
}

/* With UnhealthyAfter 1 the first failure of many comes before the others. */
static void doubt(struct look *l, const struct llmreg_endpoint *e,
                  const struct llmreg_health *h)
{
    if (!llmreg_is_down(h->state) || h->failures != 1)
        return;
    const int64_t interval_ns = census_interval(e);

    l->failure_ns = h->checked_mono_ns;
    l->doubtful_ns =
        h->checked_mono_ns + interval_ns + census_slack(interval_ns);
}

static void look_at_health(struct look *l, const struct llmreg_endpoint *e)
{
    struct llmreg_health h;

    get_health(l->scene, e, &h);
    l->found = (struct llmreg_finding){.known = was_seen(&h),
                                       .may_open = true,
                                       .severity = severities[h.state]};
    l->state = llmreg_health_text(h.state);
    apply_intent(l, e);
    doubt(l, e, &h);
    if (l->words == NULL)
        return;
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    address(l->words, spec);
    llmreg_spec_put(spec);
    write_reason(l, &h);
    l->words->since_ms = h.since_ms;
    if (l->found.severity == LLMREG_SEVERITY_OKAY)
        write_again(l, &h);
    else
        write_trouble(l, e, &h);
}

static void look_at(struct look *l,
                    void (*look)(struct look *l,
                                 const struct llmreg_endpoint *e))
{
    struct llmreg_endpoint *e = llmreg_get(l->scene->registry, l->subject);

    l->gone = e == NULL;
    if (l->gone)
        return;
    look(l, e);
    llmreg_put(e);
}

void rules_look_endpoint_unhealthy(struct look *l)
{
    look_at(l, look_at_health);
}

/* ---- model_on_cpu ---- */

static bool is_on_cpu(const struct llmreg_model *m)
{
    return m->loaded == LLMREG_YES && !m->remote && m->loaded_bytes > 0 &&
           m->vram_bytes >= 0 && m->vram_bytes < m->loaded_bytes;
}

static bool uses_vram(const struct llmreg_models *models)
{
    for (size_t i = 0; i < models->count; i++)
        if (models->items[i].vram_bytes > 0)
            return true;
    return false;
}

/* The host's own word. */
static bool host_has_vram(const struct scene *s,
                          const struct llmreg_endpoint *e)
{
    struct llmreg_host *h = llmreg_host_of_endpoint(s->registry, e);
    const struct llmreg_sample *sample =
        h != NULL ? llmreg_host_sample(h, &s->now) : NULL;
    bool has = sample != NULL && sample->resources.vram_total_bytes > 0;

    llmreg_sample_put(sample);
    llmreg_host_put(h);
    return has;
}

static size_t on_cpu(const struct llmreg_models *models, const char **names,
                     size_t max)
{
    size_t n = 0;

    for (size_t i = 0; i < models->count && n < max; i++)
        if (is_on_cpu(&models->items[i]))
            names[n++] = models->items[i].name;
    return n;
}

static void write_cpu(struct look *l, const char *const *names, size_t n)
{
    char list[160] = "";
    struct llmreg_text t;

    llmreg_text_init(&t, list, sizeof list);
    if (notify_text_names(&t, names, n) == 0)
        llmreg_text_addf(&t, "%zu models", n);
    if (n == 0) {
        rules_reason(l, "what is loaded is in VRAM");
        rules_say(l, "%s: every loaded model is wholly in VRAM again",
                  l->words->name);
        return;
    }
    rules_reason(l, "%s", list);
    rules_say(l, "%s has VRAM, but runs on the CPU in part: %s", l->words->name,
              list);
}

static void look_at_models(struct look *l, const struct llmreg_endpoint *e)
{
    const struct llmreg_models *models = llmreg_endpoint_models(e);
    const char *names[LLMREG_MODELS_MAX];
    size_t n = on_cpu(models, names, LLMREG_MODELS_MAX);
    enum llmreg_health_state state = llmreg_endpoint_state(e);
    bool bad = n > 0 && (uses_vram(models) || host_has_vram(l->scene, e));

    rules_find(l, bad, "cpu", "ok");
    l->found.known =
        state == LLMREG_HEALTH_HEALTHY || state == LLMREG_HEALTH_DEGRADED;
    apply_intent(l, e);
    if (l->words != NULL) {
        const struct llmreg_spec *spec = llmreg_endpoint_spec(e);

        address(l->words, spec);
        llmreg_spec_put(spec);
        write_cpu(l, names, bad ? n : 0);
    }
    llmreg_models_put(models);
}

void rules_look_model_on_cpu(struct look *l)
{
    look_at(l, look_at_models);
}

/* ---- all of them ---- */

static bool may_be_bad(const struct llmreg_endpoint *e)
{
    enum llmreg_health_state state = llmreg_endpoint_state(e);
    struct llmreg_health h;

    if (state != LLMREG_HEALTH_UNKNOWN)
        return state != LLMREG_HEALTH_HEALTHY;
    llmreg_endpoint_health(e, &h);
    return h.failures > 1;
}

static bool scan_one(void *ctx, struct llmreg_endpoint *e)
{
    const struct rules_scan *scan = ctx;
    const char *id = llmreg_endpoint_id(e);
    const struct llmreg_models *models;
    const char *name;

    if (may_be_bad(e))
        scan->offer(scan->ctx, LLMREG_RULE_ENDPOINT_UNHEALTHY, id);
    models = llmreg_endpoint_models(e);
    if (on_cpu(models, &name, 1) > 0)
        scan->offer(scan->ctx, LLMREG_RULE_MODEL_ON_CPU, id);
    llmreg_models_put(models);
    return true;
}

void rules_scan_endpoints(const struct rules_scan *scan)
{
    struct rules_scan copy = *scan;
    llmreg_each(scan->scene->registry, scan_one, &copy);
}
