/* SPDX-License-Identifier: MIT */
/* backend_ollama.c - a probe of an Ollama server, step by step.
 *
 *   VERSION --> TAGS --> PS --> SHOW ... --> OVER
 *      |          |      (not    (before 0.30, for models that tags says
 *      +----------+       asked   little about; once a digest, at most
 *   the first that fails  if it   SHOWS_MAX a probe)
 *   is the verdict, and   has no
 *   all is OVER           ps)
 *
 * The verdict comes from version and tags alone: ps can block for many
 * seconds on a server that serves well, and show can leave the machine.
 * Nothing is ever sent that loads, pulls or generates. */
#include "plugins/llm_probe/backend.h"

#include <stdlib.h>
#include <string.h>

#include <llmreg/table.h>
#include <llmreg/text.h>

#include "plugins/llm_probe/ollama_list.h"
#include "plugins/llm_probe/ollama_show.h"

#define MIB       ((size_t)1024 * 1024)
#define SHOWS_MAX 4

enum step { VERSION, TAGS, PS, SHOW, OVER };

struct ollama {
    struct facts_cache *cache;
    struct finding *found;
    struct backend_memory *memory;
    struct llmreg_json *json; /* reads the body of this step */
    enum step step;
    int64_t wall_ms;
    struct ollama_list tags, ps;
    struct ollama_show show;
    size_t at; /* the model of SHOW */
    unsigned shows;
    char version[LLMREG_VERSION_SIZE];
    char body[4 * LLMREG_MODEL_SIZE + 64]; /* of SHOW; all escaped */
};

/* ---- the version ---- */

static int version_event(void *ctx, const struct llmreg_json_event *e)
{
    struct ollama *o = ctx;

    if (e->path[0] == '\0')
        return e->type == LLMREG_JSON_OBJECT ||
                       e->type == LLMREG_JSON_OBJECT_END
                   ? LLMREG_OK
                   : LLMREG_EPARSE;
    if (strcmp(e->path, "version") != 0)
        return LLMREG_OK;
    if (e->type != LLMREG_JSON_STRING || e->too_long || e->len == 0 ||
        e->len >= sizeof o->version || !llmreg_is_clean(e->text, e->len))
        return LLMREG_EPARSE;
    memcpy(o->version, e->text, e->len);
    o->version[e->len] = '\0';
    return LLMREG_OK;
}

/* Before 0.30 tags says neither context nor capabilities. */
static bool is_old(const char *version)
{
    char *end = NULL;
    long major = strtol(version, &end, 10);

    if (end == version || *end != '.')
        return true;
    return major == 0 && strtol(end + 1, NULL, 10) < 30;
}

/* ---- the steps ---- */

struct step_row {
    const char *path;
    struct llmreg_json_limits limits;
    llmreg_json_fn event;
    size_t reader; /* of event, in struct ollama */
    enum ask_budget budget;
};

#define READER(field) offsetof(struct ollama, field)

static const struct step_row steps[] = {
    [VERSION] = {"/api/version",
                 {MIB, 32, 500000, 1024},
                 version_event,
                 0,
                 ASK_VERDICT},
    [TAGS] = {"/api/tags",
              {8 * MIB, 32, 2000000, 1024},
              ollama_list_event,
              READER(tags),
              ASK_VERDICT},
    [PS] = {"/api/ps",
            {MIB, 32, 500000, 1024},
            ollama_list_event,
            READER(ps),
            ASK_LOADED},
    [SHOW] = {"/api/show",
              {4 * MIB, 32, 2000000, 65536},
              ollama_show_event,
              READER(show),
              ASK_DETAIL},
};

static void drop_reader(struct ollama *o)
{
    llmreg_json_free(o->json);
    o->json = NULL;
}

static void go(struct ollama *o, enum step step)
{
    drop_reader(o);
    o->step = step;
}

static void decide(struct ollama *o, enum llmreg_reason reason, uint16_t status)
{
    struct llmreg_observation *seen = &o->found->seen;

    seen->reason = reason;
    seen->http_status = status;
    memcpy(seen->version, o->version, sizeof seen->version);
    o->found->decided = true;
}

/* The verdict is that this step's answer will not do. */
static void fail(struct ollama *o, const struct answer *a)
{
    decide(o, verdict_reason(a), a->status);
    verdict_detail(a, steps[o->step].path, o->found->seen.detail);
    go(o, OVER);
}

/* No memory: the probe says nothing about the endpoint. */
static void give_up(struct ollama *o)
{
    o->found->status = LLMREG_ENOMEM;
    go(o, OVER);
}

/* ---- reading a body ---- */

static int open_reader(struct ollama *o)
{
    const struct step_row *row = &steps[o->step];
    void *reader = (char *)o + row->reader;

    if (o->json != NULL)
        return LLMREG_OK;
    if (o->step == TAGS)
        ollama_list_begin(&o->tags, OLLAMA_TAGS, o->wall_ms);
    else if (o->step == PS)
        ollama_list_begin(&o->ps, OLLAMA_PS, o->wall_ms);
    else if (o->step == SHOW)
        ollama_show_begin(&o->show);
    return llmreg_json_new(&o->json, &row->limits, row->event, reader);
}

static int feed(void *state, const void *data, size_t len)
{
    struct ollama *o = state;
    int rc = open_reader(o);

    if (rc == LLMREG_OK)
        rc = llmreg_json_feed(o->json, data, len);
    if (rc == LLMREG_ENOMEM)
        o->found->status = rc;
    return rc;
}

/* What the body of a whole 200 was: LLMREG_OK, or why it will not do. */
static int end_body(struct ollama *o)
{
    int rc = open_reader(o);

    if (rc == LLMREG_OK)
        rc = llmreg_json_end(o->json);
    if (rc != LLMREG_OK)
        return rc;
    if (o->step == VERSION)
        return o->version[0] == '\0' ? LLMREG_EPARSE : LLMREG_OK;
    if (o->step == SHOW) {
        ollama_show_end(&o->show);
        return LLMREG_OK;
    }
    return ollama_list_end(o->step == TAGS ? &o->tags : &o->ps);
}

/* Closes the body; turns one that does not read into a rejected answer. */
static struct answer judge(struct ollama *o, const struct answer *a)
{
    struct answer judged = *a;
    int rc = LLMREG_OK;

    if (a->status != 200 || a->end != WIRE_ANSWERED) {
        if (a->end == WIRE_REJECTED && o->json != NULL)
            judged.problem = llmreg_json_problem(o->json);
        return judged;
    }
    rc = end_body(o);
    if (rc == LLMREG_ENOMEM)
        o->found->status = rc;
    if (rc != LLMREG_OK) {
        judged.end = WIRE_REJECTED;
        judged.problem = o->json == NULL ? "" : llmreg_json_problem(o->json);
    }
    return judged;
}

/* ---- what follows an answer ---- */

static void after_version(struct ollama *o, const struct answer *a)
{
    bool ancient = a->status == 404 && a->end == WIRE_ANSWERED;

    if (ancient)
        o->version[0] = '\0';
    if (!ancient && verdict_reason(a) != LLMREG_REASON_OK) {
        o->version[0] = '\0';
        fail(o, a);
        return;
    }
    if (strcmp(o->memory->version, o->version) != 0) {
        *o->memory = (struct backend_memory){.no_ps = false};
        memcpy(o->memory->version, o->version, sizeof o->version);
    }
    go(o, TAGS);
}

/* Tags said nothing about it, and asking costs nobody anything. */
static bool is_bare(const struct llmreg_model *m)
{
    return !m->remote && m->digest[0] != '\0' && m->json_mode == LLMREG_UNKNOWN;
}

/* A refusal is this endpoint's own: another one may well tell. */
static bool is_refused(const struct backend_memory *memory, const char *digest)
{
    const uint64_t hash = llmreg_hash(digest, strlen(digest));

    for (size_t i = 0; i < memory->nrefused; i++)
        if (memory->refused[i] == hash)
            return true;
    return memory->nrefused == BACKEND_REFUSED_MAX;
}

static void note_refused(struct backend_memory *memory, const char *digest)
{
    if (!is_refused(memory, digest))
        memory->refused[memory->nrefused++] =
            llmreg_hash(digest, strlen(digest));
}

/* Goes on to the next model that show must be asked about, if there is one;
 * what is known of those it passes is filled in. */
static void find_show(struct ollama *o)
{
    for (; o->at < o->tags.count; o->at++) {
        struct llmreg_model *m = &o->tags.items[o->at];
        const struct facts *known = facts_get(o->cache, m->digest);

        if (is_bare(m) && known != NULL) {
            facts_apply(known, m);
        } else if (is_bare(m) && o->shows < SHOWS_MAX &&
                   !is_refused(o->memory, m->digest)) {
            o->shows++;
            go(o, SHOW);
            return;
        }
    }
    go(o, OVER);
}

static void finish_lists(struct ollama *o)
{
    o->found->models = (struct llmreg_models){
        .items = o->tags.items,
        .count = o->tags.count,
        .not_kept = o->tags.not_kept,
        .rejected = o->tags.rejected,
    };
    o->found->listed = true;
}

static void after_lists(struct ollama *o)
{
    o->at = 0;
    o->shows = 0;
    if (is_old(o->version))
        find_show(o);
    else
        go(o, OVER);
}

static void after_tags(struct ollama *o, const struct answer *a)
{
    if (verdict_reason(a) != LLMREG_REASON_OK) {
        fail(o, a);
        return;
    }
    decide(o, LLMREG_REASON_OK, a->status);
    if (o->memory->no_ps)
        after_lists(o);
    else
        go(o, PS);
}

static void after_ps(struct ollama *o, const struct answer *a)
{
    if (a->status == 404 && a->end == WIRE_ANSWERED)
        o->memory->no_ps = true;
    if (verdict_reason(a) == LLMREG_REASON_OK &&
        ollama_list_merge(&o->tags, &o->ps) != LLMREG_OK) {
        give_up(o);
        return;
    }
    after_lists(o);
}

/* An answer that will be the same next time. */
static bool is_lasting(const struct answer *a)
{
    return (a->status == 200 || a->status == 403 || a->status == 404) &&
           (a->end == WIRE_ANSWERED || a->end == WIRE_REJECTED ||
            a->end == WIRE_TOO_BIG);
}

/* What show says is kept for all endpoints; that it refuses, for this one.
 * After any other failure the next probe asks again. */
static void after_show(struct ollama *o, const struct answer *a)
{
    struct llmreg_model *m = &o->tags.items[o->at];

    if (!is_lasting(a)) {
        go(o, OVER);
        return;
    }
    if (verdict_reason(a) != LLMREG_REASON_OK) {
        note_refused(o->memory, m->digest);
    } else {
        facts_apply(&o->show.facts, m);
        if (facts_add(o->cache, m->digest, &o->show.facts) != LLMREG_OK) {
            give_up(o);
            return;
        }
    }
    o->at++;
    find_show(o);
}

static void answer(void *state, const struct answer *a)
{
    static void (*const after[])(struct ollama *, const struct answer *) = {
        [VERSION] = after_version,
        [TAGS] = after_tags,
        [PS] = after_ps,
        [SHOW] = after_show,
    };
    struct ollama *o = state;
    struct answer judged = judge(o, a);

    if (o->found->status != LLMREG_OK)
        give_up(o);
    else
        after[o->step](o, &judged);
    if (o->step == OVER && o->found->decided &&
        o->found->seen.reason == LLMREG_REASON_OK &&
        o->found->status == LLMREG_OK)
        finish_lists(o);
}

/* ---- asking ---- */

struct sink {
    struct llmreg_text text;
};

static int to_text(void *ctx, const char *bytes, size_t len)
{
    struct sink *sink = ctx;

    llmreg_text_add_bytes(&sink->text, bytes, len);
    return llmreg_text_status(&sink->text);
}

/* Old servers know the member "name", new ones "model". */
static bool write_show(struct ollama *o)
{
    const char *name = o->tags.items[o->at].name;
    struct llmreg_json_out w;
    struct sink sink;

    llmreg_text_init(&sink.text, o->body, sizeof o->body);
    llmreg_json_out_init(&w, to_text, &sink);
    llmreg_json_open_object(&w, NULL);
    llmreg_json_string(&w, "model", name);
    llmreg_json_string(&w, "name", name);
    llmreg_json_close_object(&w);
    return llmreg_json_out_end(&w) == LLMREG_OK;
}

static bool next(void *state, struct ask *out)
{
    struct ollama *o = state;

    if (o->step == SHOW && !write_show(o)) {
        go(o, OVER);
        finish_lists(o);
    }
    if (o->step == OVER)
        return false;
    *out = (struct ask){
        .path = steps[o->step].path,
        .body = o->step == SHOW ? o->body : NULL,
        .limit = steps[o->step].limits.bytes,
        .budget = steps[o->step].budget,
    };
    return true;
}

static void begin(void *state, struct finding *out,
                  struct backend_memory *memory, int64_t wall_ms)
{
    struct ollama *o = state;

    *out = (struct finding){0};
    o->found = out;
    o->memory = memory;
    o->wall_ms = wall_ms;
    o->version[0] = '\0';
    go(o, VERSION);
}

static int new_state(void **out, struct facts_cache *cache)
{
    struct ollama *o = calloc(1, sizeof *o);

    if (o == NULL)
        return LLMREG_ENOMEM;
    o->cache = cache;
    o->step = OVER;
    *out = o;
    return LLMREG_OK;
}

static void free_state(void *state)
{
    struct ollama *o = state;

    if (o == NULL)
        return;
    drop_reader(o);
    ollama_list_fini(&o->tags);
    ollama_list_fini(&o->ps);
    free(o);
}

const struct backend backend_ollama = {
    .kind = LLMREG_KIND_OLLAMA,
    .port = 11434,
    .new_state = new_state,
    .free_state = free_state,
    .begin = begin,
    .next = next,
    .feed = feed,
    .answer = answer,
};
