/* SPDX-License-Identifier: MIT */
/* gate.c - one check after the other; the first that fails is the verdict. */
#include "plugins/llm_listen/http/gate.h"

#include <string.h>
#include <strings.h>

#define NAME_IS(f, text)                                                       \
    ((f)->name_len == sizeof(text) - 1 &&                                      \
     strncasecmp((f)->name, text, sizeof(text) - 1) == 0)

#define LENGTH_MAX (UINT64_MAX / 16)

/* ---- characters ---- */

/* RFC 9110, 5.6.2. */
static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool is_token(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!is_token_char(s[i]))
            return false;
    return len > 0;
}

/* A value may have tabs and what is not ASCII, but no other control. */
static bool is_value(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const unsigned char c = (unsigned char)s[i];

        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that %XX says at s, or -1. */
static int percent(const char *s, size_t left)
{
    const int high = left > 2 ? hex(s[1]) : -1;
    const int low = high >= 0 ? hex(s[2]) : -1;

    return low >= 0 ? high * 16 + low : -1;
}

/* The path: printable ASCII, every % with two digits, and no control behind
 * one.  The query: printable ASCII; what it says is its reader's matter. */
static bool is_target(const char *uri, size_t len)
{
    const char *query = memchr(uri, '?', len);
    const size_t path_len = query != NULL ? (size_t)(query - uri) : len;

    for (size_t i = 0; i < len; i++)
        if ((unsigned char)uri[i] <= 0x20 || (unsigned char)uri[i] >= 0x7f)
            return false;
    for (size_t i = 0; i < path_len; i++) {
        const int byte = uri[i] == '%' ? percent(uri + i, path_len - i) : ' ';

        if (byte < 0x20 || byte == 0x7f)
            return false;
    }
    return len > 0 && (uri[0] == '/' || (len == 1 && uri[0] == '*'));
}

/* host[:port]; what is behind it, a route that cares knows. */
static bool is_host(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!is_token_char(s[i]) && strchr("[]:", s[i]) == NULL)
            return false;
    return len > 0 && len < 256;
}

/* ---- checks: NULL, or why not ---- */

static bool length_of(const struct gate_field *f, uint64_t *out)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < f->value_len; i++) {
        if (f->value[i] < '0' || f->value[i] > '9' || sum > LENGTH_MAX / 10)
            return false;
        sum = sum * 10 + (uint64_t)(f->value[i] - '0');
    }
    *out = sum;
    return f->value_len > 0;
}

/* Those that say where the request ends and whom it is for. */
struct seen {
    const struct gate_field *host, *length, *encoding, *expect;
};

static const char *note(const struct gate_field **place,
                        const struct gate_field *f, const char *why)
{
    if (*place != NULL)
        return why;
    *place = f;
    return NULL;
}

static const char *see_field(const struct gate_field *f, struct seen *seen)
{
    if (!is_token(f->name, f->name_len))
        return "a header's name is not valid";
    if (!is_value(f->value, f->value_len))
        return "a header's value has control characters";
    if (NAME_IS(f, "Host"))
        return note(&seen->host, f, "more than one Host");
    if (NAME_IS(f, "Content-Length"))
        return note(&seen->length, f, "more than one Content-Length");
    if (NAME_IS(f, "Transfer-Encoding"))
        return note(&seen->encoding, f, "more than one Transfer-Encoding");
    if (NAME_IS(f, "Expect"))
        return note(&seen->expect, f, "more than one Expect");
    return NULL;
}

static const char *see_all(const struct gate_request *r, struct seen *seen)
{
    const char *why = NULL;

    for (size_t i = 0; i < r->nfields && why == NULL; i++)
        why = see_field(&r->fields[i], seen);
    if (why != NULL)
        return why;
    if (seen->host == NULL)
        return "no Host";
    return is_host(seen->host->value, seen->host->value_len)
               ? NULL
               : "Host is not valid";
}

static const char *check_body(const struct gate_request *r,
                              const struct seen *seen, struct gate_verdict *v)
{
    if (seen->length != NULL && seen->encoding != NULL)
        return "Content-Length beside Transfer-Encoding";
    if (seen->length != NULL && !length_of(seen->length, &v->length))
        return "Content-Length is not a length";
    if (seen->encoding == NULL)
        return NULL;
    if (strcmp(r->version, "HTTP/1.0") == 0)
        return "Transfer-Encoding in HTTP/1.0";
    v->chunked = true;
    return strcasecmp(seen->encoding->value, "chunked") == 0
               ? NULL
               : "Transfer-Encoding is not chunked";
}

static bool is_version(const char *version)
{
    return strcmp(version, "HTTP/1.1") == 0 || strcmp(version, "HTTP/1.0") == 0;
}

static const char *check_size(const struct gate_request *r, unsigned *status)
{
    *status = 414;
    if (r->uri_len > r->uri_max)
        return "the target is too long";
    *status = 431;
    if (r->nfields > r->lines_max)
        return "too many header lines";
    if (r->size + r->nfields * GATE_FIELD > r->size_max)
        return "the header is too long";
    *status = 505;
    return is_version(r->version) ? NULL : "only HTTP/1.0 and HTTP/1.1";
}

static const char *check_form(const struct gate_request *r,
                              struct gate_verdict *v)
{
    struct seen seen = {0};
    const char *why = NULL;

    v->status = 400;
    if (!is_token(r->method, strlen(r->method)))
        return "the method is not valid";
    if (!is_target(r->uri, r->uri_len))
        return "the target is not valid";
    why = see_all(r, &seen);
    if (why == NULL)
        why = check_body(r, &seen, v);
    if (why != NULL || seen.expect == NULL ||
        strcasecmp(seen.expect->value, "100-continue") == 0)
        return why;
    v->status = 417;
    return "Expect is not 100-continue";
}

struct gate_verdict gate_check(const struct gate_request *r)
{
    struct gate_verdict v = {0};

    v.why = check_size(r, &v.status);
    if (v.why == NULL)
        v.why = check_form(r, &v);
    if (v.why == NULL) {
        v.status = 0;
        v.why = "";
    }
    return v;
}

/* ---- as it lay on the wire ---- */

/* The engine puts a NUL over each colon, CR and LF. */
static const char *after_line(const char *end)
{
    return end[0] == '\0' && end[1] == '\0' ? end + 2 : NULL;
}

static const char *after_field(const char *at, const struct gate_field *f)
{
    const char *value = at + f->name_len + 1;

    if (f->name != at)
        return NULL;
    value += f->value == value + 1 && *value == ' ' ? 1 : 0;
    return f->value == value ? after_line(value + f->value_len) : NULL;
}

bool gate_is_plain(const struct gate_request *r, const char *url)
{
    const char *at = r->method + strlen(r->method) + 1;

    if (url != at || r->version != at + r->uri_len + 1)
        return false;
    at = after_line(r->version + strlen(r->version));
    for (size_t i = 0; i < r->nfields && at != NULL; i++)
        at = after_field(at, &r->fields[i]);
    return at != NULL && at + 2 == r->method + r->size;
}
