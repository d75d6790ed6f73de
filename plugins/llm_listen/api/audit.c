/* SPDX-License-Identifier: MIT */
/* audit.c - who changed what, the newest first: pages go back in time, by the
 * number of the last entry of the page before. */
#include <llmreg/audit.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugins/llm_listen/api/base64.h"
#include "plugins/llm_listen/api/list.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

#define CURSOR_SIZE 24

enum { ROW_WHO = LIST_ROWS, ROW_SUBJECT };

static const struct query_row query[] = {
    LIST_QUERY,
    {"who", QUERY_TEXT, 0, 0, NULL, "only of who begins so: token:ab12cd34"},
    {"subject", QUERY_TEXT, 0, 0, NULL, "only what was done to that"},
    {.name = NULL},
};

struct page {
    const struct query_value *q;
    size_t limit, count; /* one more than limit: there is more */
    const struct llmreg_audit **items;
};

static bool is_wanted(const struct page *p, const struct llmreg_audit *e)
{
    const char *who = p->q[ROW_WHO].text, *subject = p->q[ROW_SUBJECT].text;

    return (who == NULL || strncmp(e->who, who, strlen(who)) == 0) &&
           (subject == NULL || strcmp(e->subject, subject) == 0);
}

static bool see(void *ctx, const struct llmreg_audit *e)
{
    struct page *p = ctx;

    if (is_wanted(p, e))
        p->items[p->count++] = llmreg_audit_hold(e);
    return p->count <= p->limit;
}

static int read_cursor(struct ask *a, uint64_t *before)
{
    const char *text = a->query[LIST_ROW_CURSOR].text;
    char digits[CURSOR_SIZE];
    int64_t n = 0;
    size_t len = 0;

    *before = UINT64_MAX;
    if (text == NULL)
        return LLMREG_OK;
    if (base64_read(text, digits, sizeof digits, &len) != LLMREG_OK ||
        llmreg_parse_int(digits, len, 1, INT64_MAX, &n) != LLMREG_OK)
        return ask_fail(a, LLMREG_EINVAL, "cursor",
                        "cursor is not one that a page gave");
    *before = (uint64_t)n;
    return LLMREG_OK;
}

static void write_next(struct llmreg_json_out *w, const struct page *p)
{
    char digits[CURSOR_SIZE], text[BASE64_SIZE(CURSOR_SIZE)];

    if (p->count <= p->limit) {
        llmreg_json_null(w, "next");
        return;
    }
    snprintf(digits, sizeof digits, "%" PRIu64, p->items[p->limit - 1]->seq);
    base64_write(text, digits, strlen(digits));
    llmreg_json_string(w, "next", text);
}

static int send(struct ask *a, const struct page *p)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_open_array(&r.json, "audit");
    for (size_t i = 0; i < p->count && i < p->limit; i++)
        llmreg_audit_json(&r.json, NULL, p->items[i]);
    llmreg_json_close_array(&r.json);
    write_next(&r.json, p);
    llmreg_json_close_object(&r.json);
    return reply_send_tagged(a, &r);
}

static int run(struct ask *a)
{
    const struct query_value *limit = &a->query[LIST_ROW_LIMIT];
    struct page p = {.q = a->query,
                     .limit = limit->text == NULL ? LIST_LIMIT
                                                  : (size_t)limit->number};
    uint64_t before = 0;
    int rc = read_cursor(a, &before);

    if (rc != LLMREG_OK)
        return rc;
    p.items = calloc(p.limit + 1, sizeof(struct llmreg_audit *));
    if (p.items == NULL)
        return LLMREG_ENOMEM;
    llmreg_each_audit(a->api->registry, before, see, &p);
    rc = send(a, &p);
    while (p.count > 0)
        llmreg_audit_put(p.items[--p.count]);
    free(p.items);
    return rc;
}

const struct route audit_routes[] = {
    {HTTP_GET, "/api/v1/audit", ROUTE_ADMIN, 0, query, NULL, run, "200 304",
     "who changed what, the newest first", false},
    {.path = NULL},
};
