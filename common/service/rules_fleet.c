/* SPDX-License-Identifier: MIT */
/* rules_fleet.c - rules about all endpoints together: models and kinds.
 *
 * The subject of a rule about a model is its name, of one about a kind its
 * word.  Endpoints that the operator has taken out (draining, disabled, in
 * maintenance) do not serve, and nobody is woken for what he took out
 * himself: a model, or a kind, that only they have is no subject.
 *
 * A model is lost when nothing serves it.  An endpoint that answers our probes
 * serves, whether or not the agent that announced it is heard of: that one has
 * rules of its own, and where all agents fall silent at once no model is gone.
 *
 * Unknown is not down: while the answer depends on an endpoint of which
 * nothing is known yet, there is no opinion.
 */
#include "common/service/rules.h"

#include <string.h>

#include <llmreg/fleet.h>
#include <llmreg/text.h>

#include "common/service/notify_text.h"

/* ---- model_lost ---- */

#define NAMED 3 /* endpoints in the words */

/* Those that are down, for the words. */
struct servers {
    size_t down, named;
    struct llmreg_text text;
};

static bool is_down(const struct llmreg_endpoint *e)
{
    enum llmreg_admin admin = llmreg_endpoint_intent(e).admin;
    enum llmreg_health_state state = llmreg_endpoint_state(e);

    return admin == LLMREG_ADMIN_ACTIVE && state != LLMREG_HEALTH_UNKNOWN &&
           !llmreg_is_serving(state, admin, false);
}

static bool name_server(void *ctx, struct llmreg_endpoint *e)
{
    struct servers *s = ctx;

    if (!is_down(e))
        return true;
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    llmreg_text_addf(&s->text, "%s%s is %s", s->named > 0 ? ", " : "",
                     spec->name, llmreg_health_text(llmreg_endpoint_state(e)));
    llmreg_spec_put(spec);
    s->named++;
    return s->named < NAMED && s->named < s->down;
}

static void write_lost(struct look *l, size_t down)
{
    char list[512];
    struct servers s = {.down = down};

    llmreg_text_init(&s.text, list, sizeof list);
    if (down > 0)
        llmreg_each_with_model(l->scene->registry, l->subject, LLMREG_ANY,
                               name_server, &s);
    if (down > s.named)
        llmreg_text_addf(&s.text, " (+%zu more)", down - s.named);
    rules_reason(l, "%s", list);
    rules_say(l, "no endpoint can serve the model %s: %s", l->subject, list);
}

static void write_model(struct look *l, const struct llmreg_fleet_model *m)
{
    rules_address_fleet(l, l->subject);
    if (m->serving == 0) {
        write_lost(l, m->active - m->unknown);
        return;
    }
    rules_reason(l, "an endpoint can serve it");
    rules_say(l, "the model %s can be served again", l->subject);
}

void rules_look_model_lost(struct look *l)
{
    struct llmreg_fleet_model m = {.active = 0};
    int rc = llmreg_fleet_model(l->scene->registry, l->subject, &m);

    l->gone = l->unwatched = rc != LLMREG_OK || m.active == 0;
    rules_find(l, m.serving == 0, "lost", "ok");
    l->found.known = m.serving > 0 || m.unknown == 0;
    if (l->words != NULL && !l->gone)
        write_model(l, &m);
}

static bool scan_model(void *ctx, const struct llmreg_fleet_model *m)
{
    const struct rules_scan *scan = ctx;

    if (m->serving == 0)
        scan->offer(scan->ctx, LLMREG_RULE_MODEL_LOST, m->name);
    return true;
}

/* ---- kind_down and version_drift ---- */

#define VERSIONS 16 /* told apart for the words */

/* Distinct ones. */
struct versions {
    size_t count;
    char items[VERSIONS][LLMREG_VERSION_SIZE];
};

struct kind_facts {
    enum llmreg_kind kind;
    size_t active, unknown, down;
    struct versions run;  /* of healthy endpoints */
    struct versions last; /* of all, as they were seen last */
};

static void note_version(struct versions *v, const struct llmreg_health *h)
{
    if (h->version[0] == '\0')
        return;
    for (size_t i = 0; i < v->count; i++)
        if (strcmp(v->items[i], h->version) == 0)
            return;
    if (v->count < VERSIONS)
        memcpy(v->items[v->count++], h->version, LLMREG_VERSION_SIZE);
}

static enum llmreg_kind kind_of(const struct llmreg_endpoint *e)
{
    const struct llmreg_spec *spec = llmreg_endpoint_spec(e);
    enum llmreg_kind kind = spec->kind;

    llmreg_spec_put(spec);
    return kind;
}

static void note_endpoint(struct kind_facts *k, const struct llmreg_endpoint *e)
{
    struct llmreg_health h;

    if (llmreg_endpoint_intent(e).admin != LLMREG_ADMIN_ACTIVE)
        return;
    llmreg_endpoint_health(e, &h);
    k->active++;
    k->unknown += h.state == LLMREG_HEALTH_UNKNOWN;
    k->down += llmreg_is_down(h.state);
    note_version(&k->last, &h);
    if (h.state == LLMREG_HEALTH_HEALTHY)
        note_version(&k->run, &h);
}

static bool note_if_kind(void *ctx, struct llmreg_endpoint *e)
{
    struct kind_facts *k = ctx;

    if (kind_of(e) == k->kind)
        note_endpoint(k, e);
    return true;
}

/* False: the subject is no kind, or nobody is of it. */
static bool find_kind(struct look *l, struct kind_facts *k)
{
    *k = (struct kind_facts){0};
    l->gone = llmreg_kind_parse(l->subject, &k->kind) != LLMREG_OK;
    if (!l->gone)
        llmreg_each(l->scene->registry, note_if_kind, k);
    l->gone = l->unwatched = l->gone || k->active == 0;
    return !l->gone;
}

static double threshold(const struct scene *s, enum llmreg_rule_id rule)
{
    return s->rules[rule].threshold;
}

static bool is_kind_down(const struct scene *s, const struct kind_facts *k)
{
    return k->down + k->unknown == k->active &&
           (double)k->active >= threshold(s, LLMREG_RULE_KIND_DOWN);
}

void rules_look_kind_down(struct look *l)
{
    struct kind_facts k;

    if (!find_kind(l, &k))
        return;
    bool down = is_kind_down(l->scene, &k);
    rules_find(l, down, "down", "ok");
    l->found.known = !down || k.unknown == 0;
    if (l->words == NULL)
        return;
    rules_address_fleet(l, l->subject);
    rules_reason(l, "%zu of %zu endpoints of this kind are down", k.down,
                 k.active);
    if (down)
        rules_say(l, "all %zu endpoints of kind %s are down", k.active,
                  l->subject);
    else
        rules_say(l, "endpoints of kind %s are up again, %zu of %zu are down",
                  l->subject, k.down, k.active);
}

static bool is_drifting(const struct scene *s, const struct versions *v)
{
    return (double)v->count > threshold(s, LLMREG_RULE_VERSION_DRIFT);
}

static void write_versions(struct look *l, const struct kind_facts *k)
{
    const char *names[VERSIONS];
    char list[160] = "";
    struct llmreg_text t;

    for (size_t i = 0; i < k->run.count; i++)
        names[i] = k->run.items[i];
    llmreg_text_init(&t, list, sizeof list);
    (void)notify_text_names(&t, names, k->run.count);
    rules_address_fleet(l, l->subject);
    rules_reason(l, "%s", list);
    if (l->found.severity != LLMREG_SEVERITY_OKAY)
        rules_say(l, "endpoints of kind %s run %zu versions: %s", l->subject,
                  k->run.count, list);
    else
        rules_say(l, "endpoints of kind %s do not drift any more: %s",
                  l->subject, list);
}

/* Who is down may come back with the version it had: that is no end. */
void rules_look_version_drift(struct look *l)
{
    struct kind_facts k;

    if (!find_kind(l, &k))
        return;
    bool drifts = is_drifting(l->scene, &k.run);
    rules_find(l, drifts, "drift", "ok");
    l->found.known = drifts || (k.run.count > 0 && k.unknown == 0 &&
                                !is_drifting(l->scene, &k.last));
    if (l->words != NULL)
        write_versions(l, &k);
}

/* ---- all of them ---- */

static bool note_by_kind(void *ctx, struct llmreg_endpoint *e)
{
    struct kind_facts *kinds = ctx;

    note_endpoint(&kinds[kind_of(e)], e);
    return true;
}

/* What is of no known kind yet is of none. */
static void scan_kinds(const struct rules_scan *scan)
{
    struct kind_facts kinds[LLMREG_KINDS] = {{0}};

    llmreg_each(scan->scene->registry, note_by_kind, kinds);
    for (int i = LLMREG_KIND_AUTO + 1; i < LLMREG_KINDS; i++) {
        const char *word = llmreg_kind_text((enum llmreg_kind)i);

        if (kinds[i].active > 0 && is_kind_down(scan->scene, &kinds[i]))
            scan->offer(scan->ctx, LLMREG_RULE_KIND_DOWN, word);
        if (is_drifting(scan->scene, &kinds[i].run))
            scan->offer(scan->ctx, LLMREG_RULE_VERSION_DRIFT, word);
    }
}

void rules_scan_fleet(const struct rules_scan *scan)
{
    struct rules_scan copy = *scan;
    llmreg_each_fleet_model(scan->scene->registry, scan_model, &copy);
    scan_kinds(scan);
}
