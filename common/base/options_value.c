/* SPDX-License-Identifier: MIT */
/* options_value.c - the types of options, one row of a table each.
 *
 * A number may be quoted, because people quote: "30" is 30.  It is read here
 * by hand, since strtod follows the locale and takes "inf", "0x1p3" and a
 * leading blank.  Up to 15 digits, the result is exactly what strtod in the
 * C locale gives.
 */
#include "common/base/options_value.h"

#include <math.h>
#include <string.h>
#include <strings.h>

#define PATH_BYTES 4096
#define EXACT_MAX  9007199254740992.0 /* 2^53: doubles know no odd ones above */

/* ---- reading ---- */

/* "-12.5": digits, with a point and more digits or not. */
static bool parse_number(const char *s, double *out)
{
    const bool minus = s[0] == '-';
    const size_t whole = strspn(s + minus, "0123456789");
    const char *point = s + minus + whole;
    const size_t part = *point == '.' ? strspn(point + 1, "0123456789") : 0;
    double n = 0;

    if (whole == 0 || whole + part > 15 || (*point == '.' && part == 0) ||
        point[part + (part > 0)] != '\0')
        return false;
    for (const char *at = s + minus; *at != '\0'; at++)
        if (*at != '.')
            n = n * 10 + (*at - '0');
    n /= pow(10, (double)part);
    *out = minus ? -n : n;
    return true;
}

static bool get_number(const struct llmreg_value *v, double *out)
{
    if (v->type == LLMREG_VALUE_STRING)
        return parse_number(v->string, out);
    *out = v->number;
    return v->type == LLMREG_VALUE_NUMBER && isfinite(v->number);
}

static bool get_bool(const struct llmreg_value *v, bool *out)
{
    static const struct {
        const char *word;
        bool truth;
    } words[] = {{"true", true},   {"yes", true}, {"on", true},
                 {"false", false}, {"no", false}, {"off", false}};

    *out = v->truth;
    if (v->type != LLMREG_VALUE_STRING)
        return v->type == LLMREG_VALUE_BOOL;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        *out = words[i].truth;
        if (strcasecmp(v->string, words[i].word) == 0)
            return true;
    }
    return false;
}

/* Appends "/segment", or takes the last one away for "..". */
static void add_segment(struct llmreg_text *out, const char *s, size_t len)
{
    if (len == 0 || (len == 1 && s[0] == '.'))
        return;
    if (len == 2 && memcmp(s, "..", 2) == 0) {
        while (out->len > 0 && out->data[--out->len] != '/')
            ;
        out->data[out->len] = '\0';
        return;
    }
    llmreg_text_add(out, "/");
    llmreg_text_add_bytes(out, s, len);
}

/* By the text alone: what is a link on the disk is not asked. */
static bool resolve(const char *path, struct llmreg_text *out)
{
    if (path[0] != '/')
        return false;
    while (*path != '\0') {
        const size_t len = strcspn(path, "/");

        add_segment(out, path, len);
        path += len;
        path += *path == '/';
    }
    if (out->len == 0)
        llmreg_text_add(out, "/");
    return llmreg_text_status(out) == LLMREG_OK;
}

/* ---- one type a row ---- */

static void *field(const struct llmreg_option *o, void *conf)
{
    return (char *)conf + o->offset;
}

static const void *const_field(const struct llmreg_option *o, const void *conf)
{
    return (const char *)conf + o->offset;
}

static double max_length(const struct llmreg_option *o)
{
    const double room = (double)o->size - 1;

    return o->max > 0 && o->max < room ? o->max : room;
}

static bool set_string(const struct llmreg_option *o, void *conf,
                       const struct llmreg_value *v)
{
    size_t len;

    if (v->type != LLMREG_VALUE_STRING)
        return false;
    len = strlen(v->string);
    if ((double)len < o->min || (double)len > max_length(o) ||
        !llmreg_is_clean(v->string, len))
        return false;
    memcpy(field(o, conf), v->string, len + 1);
    return true;
}

static bool set_path(const struct llmreg_option *o, void *conf,
                     const struct llmreg_value *v)
{
    char path[PATH_BYTES];
    struct llmreg_text t;

    llmreg_text_init(&t, path, sizeof path);
    if (v->type != LLMREG_VALUE_STRING || !resolve(v->string, &t))
        return false;
    return set_string(
        o, conf,
        &(struct llmreg_value){.type = LLMREG_VALUE_STRING, .string = path});
}

static bool get_in_range(const struct llmreg_option *o,
                         const struct llmreg_value *v, double *n)
{
    return get_number(v, n) && *n >= o->min && *n <= o->max;
}

static bool set_seconds(const struct llmreg_option *o, void *conf,
                        const struct llmreg_value *v)
{
    int64_t ns;
    double n;

    if (!get_in_range(o, v, &n) || fabs(n) > 9e9)
        return false;
    ns = llround(n * 1e9);
    memcpy(field(o, conf), &ns, sizeof ns);
    return true;
}

static bool set_integer(const struct llmreg_option *o, void *conf,
                        const struct llmreg_value *v)
{
    int64_t whole;
    double n;

    if (!get_in_range(o, v, &n) || fabs(n) > EXACT_MAX || n != trunc(n))
        return false;
    whole = (int64_t)n;
    memcpy(field(o, conf), &whole, sizeof whole);
    return true;
}

static bool set_double(const struct llmreg_option *o, void *conf,
                       const struct llmreg_value *v)
{
    double n;

    if (!get_in_range(o, v, &n))
        return false;
    memcpy(field(o, conf), &n, sizeof n);
    return true;
}

static bool set_bool(const struct llmreg_option *o, void *conf,
                     const struct llmreg_value *v)
{
    bool truth;

    if (!get_bool(v, &truth))
        return false;
    memcpy(field(o, conf), &truth, sizeof truth);
    return true;
}

static void allow_string(const struct llmreg_option *o, struct llmreg_text *out)
{
    llmreg_text_addf(out,
                     "allowed is a string of %.0f to %.0f bytes of UTF-8 "
                     "without control characters",
                     o->min, max_length(o));
}

static void allow_path(const struct llmreg_option *o, struct llmreg_text *out)
{
    llmreg_text_addf(out,
                     "allowed is an absolute path of at most %.0f bytes of "
                     "UTF-8 without control characters",
                     max_length(o));
}

static void allow_seconds(const struct llmreg_option *o,
                          struct llmreg_text *out)
{
    llmreg_text_addf(out, "allowed are %.15g to %.15g seconds", o->min, o->max);
}

static void allow_integer(const struct llmreg_option *o,
                          struct llmreg_text *out)
{
    llmreg_text_addf(out, "allowed are whole numbers from %.15g to %.15g",
                     o->min, o->max);
}

static void allow_double(const struct llmreg_option *o, struct llmreg_text *out)
{
    llmreg_text_addf(out, "allowed are numbers from %.15g to %.15g", o->min,
                     o->max);
}

static void allow_bool(const struct llmreg_option *o, struct llmreg_text *out)
{
    (void)o;
    llmreg_text_add(out, "allowed are true and false");
}

static const struct {
    bool (*set)(const struct llmreg_option *o, void *conf,
                const struct llmreg_value *v);
    void (*allow)(const struct llmreg_option *o, struct llmreg_text *out);
    size_t size; /* of the field; 0: the row says */
} types[] = {
    [LLMREG_OPT_STRING] = {set_string, allow_string, 0},
    [LLMREG_OPT_PATH] = {set_path, allow_path, 0},
    [LLMREG_OPT_SECONDS] = {set_seconds, allow_seconds, sizeof(int64_t)},
    [LLMREG_OPT_INTEGER] = {set_integer, allow_integer, sizeof(int64_t)},
    [LLMREG_OPT_NUMBER] = {set_double, allow_double, sizeof(double)},
    [LLMREG_OPT_BOOL] = {set_bool, allow_bool, sizeof(bool)},
};

int option_value_set(const struct llmreg_option *o, void *conf,
                     const struct llmreg_value *value,
                     struct llmreg_text *allowed)
{
    if (types[o->type].set(o, conf, value))
        return LLMREG_OK;
    types[o->type].allow(o, allowed);
    return LLMREG_EINVAL;
}

/* ---- showing ---- */

static void show_string(const char *s, struct llmreg_text *out)
{
    char cut[128];

    llmreg_copy_message(cut, sizeof cut, s);
    llmreg_text_add(out, "\"");
    llmreg_text_add_escaped(out, cut, strlen(cut));
    llmreg_text_add(out, "\"");
}

void option_value_show(const struct llmreg_value *value,
                       struct llmreg_text *out)
{
    if (value->type == LLMREG_VALUE_STRING)
        show_string(value->string, out);
    else if (value->type == LLMREG_VALUE_NUMBER)
        llmreg_text_addf(out, "%.15g", value->number);
    else
        llmreg_text_add(out, value->truth ? "true" : "false");
}

void option_field_show(const struct llmreg_option *o, const void *conf,
                       struct llmreg_text *out)
{
    const void *at = const_field(o, conf);
    int64_t n = 0;
    double number = 0;
    bool truth = false;

    switch (o->type) {
    case LLMREG_OPT_STRING:
    case LLMREG_OPT_PATH:
        show_string(at, out);
        return;
    case LLMREG_OPT_SECONDS:
        memcpy(&n, at, sizeof n);
        llmreg_text_addf(out, "%.15g", (double)n / 1e9);
        return;
    case LLMREG_OPT_INTEGER:
        memcpy(&n, at, sizeof n);
        llmreg_text_addf(out, "%lld", (long long)n);
        return;
    case LLMREG_OPT_NUMBER:
        memcpy(&number, at, sizeof number);
        llmreg_text_addf(out, "%.15g", number);
        return;
    case LLMREG_OPT_BOOL:
        memcpy(&truth, at, sizeof truth);
        llmreg_text_add(out, truth ? "true" : "false");
        return;
    }
}

bool option_field_equal(const struct llmreg_option *o, const void *a,
                        const void *b)
{
    if (types[o->type].size == 0)
        return strcmp(const_field(o, a), const_field(o, b)) == 0;
    return memcmp(const_field(o, a), const_field(o, b), types[o->type].size) ==
           0;
}

void option_field_copy(const struct llmreg_option *o, void *to,
                       const void *from)
{
    const size_t size = types[o->type].size > 0 ? types[o->type].size : o->size;

    memcpy(field(o, to), const_field(o, from), size);
}
