/* SPDX-License-Identifier: MIT */
/* observe_json.c - an element is collected while it passes by, and becomes a
 * value when it ends.
 *
 * A field that is wrong ends nothing: it is remembered, its element is refused
 * when it is over, and the next one has its chance.  Of a field that comes
 * twice the last one counts.
 */
#include "plugins/llm_listen/observe_json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/text.h>

#define NAME_SIZE   128    /* DATA_MAX_NAME_LEN of collectd */
#define NUMBER_SIZE 64     /* of a number as text */
#define SECONDS_MAX 2.5e11 /* the year 9892 */
#define DAY         86400.0

struct element {
    char host[NAME_SIZE], plugin[NAME_SIZE], plugin_instance[NAME_SIZE];
    char type[NAME_SIZE], type_instance[NAME_SIZE];
    double time, interval; /* seconds; 0: not there */
    double values[OBSERVE_VALUES_MAX];
    enum observe_kind kinds[OBSERVE_VALUES_MAX];
    size_t nvalues, nkinds; /* also those that are not kept */
};

struct reader {
    const struct observe_json *conf;
    struct observe_json_result *result;
    struct element element;
    bool open;    /* in an element */
    bool wrong;   /* it is, and why says how */
    bool stopped; /* why is of the whole document */
    struct llmreg_error why;
};

/* The first thing that is wrong with an element counts. */
static void wrong(struct reader *r, const char *field, const char *what)
{
    if (!r->wrong)
        llmreg_error_set(&r->why, "element %zu: %s %s", r->result->elements,
                         field, what);
    r->wrong = true;
}

/* ---- fields ---- */

struct field {
    const char *path;
    void (*read)(struct reader *r, const struct field *f,
                 const struct llmreg_json_event *e);
    size_t offset; /* in struct element */
    double max;
};

static const char *name_of(const struct field *f)
{
    return f->path + strlen("[].");
}

static void *place_of(struct reader *r, const struct field *f)
{
    return (char *)&r->element + f->offset;
}

static void read_name(struct reader *r, const struct field *f,
                      const struct llmreg_json_event *e)
{
    char *out = place_of(r, f);

    if (e->type != LLMREG_JSON_STRING) {
        wrong(r, name_of(f), "is no string");
    } else if (e->too_long || e->len >= NAME_SIZE) {
        wrong(r, name_of(f), "is longer than 127 bytes");
    } else if (!llmreg_is_clean(e->text, e->len)) {
        wrong(r, name_of(f), "has control characters");
    } else {
        memcpy(out, e->text, e->len);
        out[e->len] = '\0';
    }
}

/* NAN: it is no number that a double can hold. */
static double number(const struct llmreg_json_event *e)
{
    char text[NUMBER_SIZE];

    if (e->type != LLMREG_JSON_NUMBER || e->too_long || e->len >= sizeof text)
        return (double)NAN;
    memcpy(text, e->text, e->len);
    text[e->len] = '\0';
    double n = strtod(text, NULL);
    return isfinite(n) ? n : (double)NAN;
}

static void read_seconds(struct reader *r, const struct field *f,
                         const struct llmreg_json_event *e)
{
    double n = number(e);

    if (n >= 0.001 && n <= f->max)
        *(double *)place_of(r, f) = n;
    else
        wrong(r, name_of(f),
              f->max > DAY ? "is no time, in seconds since 1970"
                           : "is not 0.001 to 86400 seconds");
}

static void read_value(struct reader *r, const struct field *f,
                       const struct llmreg_json_event *e)
{
    size_t i = r->element.nvalues++;
    double n = number(e);

    if (isnan(n) && e->type != LLMREG_JSON_NULL)
        wrong(r, name_of(f), "is neither a number nor null");
    if (i < OBSERVE_VALUES_MAX)
        r->element.values[i] = n;
}

static void read_kind(struct reader *r, const struct field *f,
                      const struct llmreg_json_event *e)
{
    static const char *const words[] = {
        [OBSERVE_GAUGE] = "gauge",
        [OBSERVE_DERIVE] = "derive",
        [OBSERVE_COUNTER] = "counter",
        [OBSERVE_ABSOLUTE] = "absolute",
    };
    size_t i = r->element.nkinds++;

    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (e->type == LLMREG_JSON_STRING && llmreg_json_is(e, words[k])) {
            if (i < OBSERVE_VALUES_MAX)
                r->element.kinds[i] = (enum observe_kind)k;
            return;
        }
    wrong(r, name_of(f), "is not gauge, derive, counter or absolute");
}

static void read_list(struct reader *r, const struct field *f,
                      const struct llmreg_json_event *e)
{
    if (e->type == LLMREG_JSON_ARRAY)
        *(size_t *)place_of(r, f) = 0;
    else if (e->type != LLMREG_JSON_ARRAY_END)
        wrong(r, name_of(f), "is no array");
}

#define AT(field) offsetof(struct element, field)

static const struct field fields[] = {
    {"[].values", read_list, AT(nvalues), 0},
    {"[].values[]", read_value, 0, 0},
    {"[].dstypes", read_list, AT(nkinds), 0},
    {"[].dstypes[]", read_kind, 0, 0},
    {"[].time", read_seconds, AT(time), SECONDS_MAX},
    {"[].interval", read_seconds, AT(interval), DAY},
    {"[].host", read_name, AT(host), 0},
    {"[].plugin", read_name, AT(plugin), 0},
    {"[].plugin_instance", read_name, AT(plugin_instance), 0},
    {"[].type", read_name, AT(type), 0},
    {"[].type_instance", read_name, AT(type_instance), 0},
};

static void read_field(struct reader *r, const struct llmreg_json_event *e)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        if (strcmp(fields[i].path, e->path) == 0) {
            fields[i].read(r, &fields[i], e);
            return;
        }
}

/* ---- an element is over ---- */

static void check(struct reader *r)
{
    const struct element *x = &r->element;

    if (x->host[0] == '\0')
        wrong(r, "host", "is missing");
    if (x->plugin[0] == '\0')
        wrong(r, "plugin", "is missing");
    if (x->type[0] == '\0')
        wrong(r, "type", "is missing");
    if (x->time <= 0)
        wrong(r, "time", "is missing");
    if (x->interval <= 0)
        wrong(r, "interval", "is missing");
    if (x->nvalues == 0)
        wrong(r, "values", "are missing");
    if (x->nkinds != x->nvalues)
        wrong(r, "dstypes", "are not as many as values");
}

static void take(struct reader *r)
{
    const struct element *x = &r->element;
    struct llmreg_error err = {""};
    struct observe_value v = {
        .host = x->host,
        .plugin = x->plugin,
        .plugin_instance = x->plugin_instance,
        .type = x->type,
        .type_instance = x->type_instance,
        .nvalues = x->nvalues,
        .time_ms = (int64_t)(x->time * 1e3),
        .interval_ms = (int64_t)(x->interval * 1e3),
    };

    if (!r->conf->wants(r->conf->ctx, x->plugin))
        return;
    memcpy(v.values, x->values, sizeof v.values);
    memcpy(v.kinds, x->kinds, sizeof v.kinds);
    if (r->conf->take(r->conf->ctx, &v, &err) == LLMREG_OK)
        r->result->taken++;
    else
        wrong(r, "is refused:", err.text);
}

static void end_element(struct reader *r)
{
    check(r);
    if (!r->wrong)
        take(r);
    if (r->wrong && r->result->refused++ == 0)
        r->result->first = r->why;
    r->result->elements++;
    r->open = false;
    r->wrong = false;
}

/* ---- the document ---- */

static int begin_element(struct reader *r, const struct llmreg_json_event *e)
{
    if (r->result->elements == r->conf->elements_max) {
        llmreg_error_set(&r->why, "more than %zu elements, the limit",
                         r->conf->elements_max);
        r->stopped = true;
        return LLMREG_ETOOBIG;
    }
    memset(&r->element, 0, sizeof r->element);
    r->open = e->type == LLMREG_JSON_OBJECT;
    if (r->open)
        return LLMREG_OK;
    wrong(r, "it", "is no object");
    end_element(r);
    return LLMREG_OK;
}

static int on_event(void *ctx, const struct llmreg_json_event *e)
{
    struct reader *r = ctx;

    if (e->path[0] == '\0') {
        if (e->type == LLMREG_JSON_ARRAY || e->type == LLMREG_JSON_ARRAY_END)
            return LLMREG_OK;
        llmreg_error_set(&r->why, "the document is no array");
        r->stopped = true;
        return LLMREG_EPARSE;
    }
    if (strcmp(e->path, "[]") == 0) {
        if (e->type == LLMREG_JSON_OBJECT_END)
            end_element(r);
        else if (e->type != LLMREG_JSON_ARRAY_END)
            return begin_element(r, e);
        return LLMREG_OK;
    }
    if (r->open)
        read_field(r, e);
    return LLMREG_OK;
}

int observe_json_read(const void *data, size_t len,
                      const struct observe_json *conf,
                      struct observe_json_result *result,
                      struct llmreg_error *err)
{
    struct reader r = {.conf = conf, .result = result};
    struct llmreg_error json = {""};

    *result = (struct observe_json_result){.elements = 0};
    int rc = llmreg_json_read(data, len, &conf->limits, on_event, &r, &json);
    if (rc != LLMREG_OK)
        llmreg_error_set(err, "%s", r.stopped ? r.why.text : json.text);
    return rc;
}
