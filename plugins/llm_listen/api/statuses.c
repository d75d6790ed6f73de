/* SPDX-License-Identifier: MIT */
/* statuses.c - one table: what a status means, and which rows lead to it. */
#include "plugins/llm_listen/api/statuses.h"

#include <stdlib.h>
#include <string.h>

/* From which rows it follows. */
enum follows {
    FROM_ROW,    /* only if the row names it */
    FROM_ALL,    /* any request */
    FROM_ACCESS, /* a role is needed, or something is changed */
    FROM_CHANGE, /* something is changed */
    FROM_BODY,   /* a body is taken */
    FROM_FORM    /* and read by its form */
};

static const struct row {
    unsigned status;
    enum follows follows;
    const char *help;
} rows[] = {
    {101, FROM_ROW, "it goes on as a WebSocket"},
    {200, FROM_ROW, "done"},
    {201, FROM_ROW, "done, and it is new"},
    {202, FROM_ROW, "begun"},
    {204, FROM_ROW, "done; there is nothing to say"},
    {301, FROM_ROW, "it is elsewhere: Location"},
    {304, FROM_ROW, "not changed since the ETag of If-None-Match"},
    {400, FROM_ALL, "not HTTP, a path, a query or JSON as it must be"},
    {401, FROM_ALL, "a token is needed, or the one shown is not valid"},
    {403, FROM_ACCESS, "the token does not allow this"},
    {404, FROM_ROW, "there is no such thing"},
    {405, FROM_ROW, "the path has other methods: Allow"},
    {408, FROM_ALL, "the request did not come in time"},
    {409, FROM_ROW, "it contradicts what is there"},
    {411, FROM_BODY, "a body needs a length"},
    {412, FROM_ROW, "it was changed since the ETag of If-Match"},
    {413, FROM_ALL, "the body is too long, or none is taken"},
    {414, FROM_ALL, "the target is too long"},
    {415, FROM_FORM, "the body is not application/json"},
    {421, FROM_ALL, "without a token, Host must be a name of this server"},
    {422, FROM_FORM, "the body is JSON, but not as it must be"},
    {426, FROM_ROW, "this is for WebSockets: Upgrade"},
    {429, FROM_ALL, "too many requests: Retry-After"},
    {431, FROM_ALL, "the header is too long"},
    {503, FROM_ALL, "not now: Retry-After"},
    {507, FROM_CHANGE, "the disk of the store is full: Retry-After"},
};
#define ROWS (sizeof rows / sizeof rows[0])

static bool is_named(const struct route *r, unsigned status)
{
    const char *p = r->answers;
    char *end = NULL;

    for (unsigned long n = strtoul(p, &end, 10); end != p;
         n = strtoul(p, &end, 10)) {
        if (n == status)
            return true;
        p = end;
    }
    return false;
}

static bool is_change(const struct route *r)
{
    return r->method != HTTP_GET && r->method != HTTP_OPTIONS;
}

static bool follows(const struct route *r, enum follows from)
{
    switch (from) {
    case FROM_ALL:
        return true;
    case FROM_ACCESS:
        return r->role != ROUTE_OPEN || is_change(r);
    case FROM_CHANGE:
        return is_change(r);
    case FROM_BODY:
        return r->body_max > 0;
    case FROM_FORM:
        return r->body != NULL;
    case FROM_ROW:
    default:
        return false;
    }
}

size_t statuses_of(const struct route *r, unsigned out[static STATUSES_MAX])
{
    size_t n = 0;

    for (size_t i = 0; i < ROWS; i++)
        if (follows(r, rows[i].follows) || is_named(r, rows[i].status))
            out[n++] = rows[i].status;
    return n;
}

bool statuses_has(const struct route *r, unsigned status)
{
    unsigned all[STATUSES_MAX];
    const size_t n = statuses_of(r, all);

    for (size_t i = 0; i < n; i++)
        if (all[i] == status)
            return true;
    return false;
}

const char *statuses_help(unsigned status)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].status == status)
            return rows[i].help;
    return NULL;
}
