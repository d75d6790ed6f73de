/* SPDX-License-Identifier: MIT */
/* events.c - what changed: as a page, or as a stream of server-sent events.
 *
 *     GET /api/v1/events?after=7
 *     {"events": [...], "next": 9, "more": false, "lost": false}
 *
 *     GET /api/v1/events, Accept: text/event-stream
 *     id: 8
 *     event: health
 *     data: {...}
 *
 * A stream goes on where Last-Event-ID or after says.  Where events were lost
 * in between it says so by an event called reset: what one knows may be old,
 * and is to be asked for again.  It ends after an hour, or with its token. */
#include <string.h>
#include <strings.h>

#include "plugins/llm_listen/api/events.h"
#include "plugins/llm_listen/api/list.h"
#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/api/resources.h"

static const char *const entities[] = {"endpoint", "agent", "host",  "session",
                                       "alert",    "store", "clock", "token",
                                       "audit",    NULL};

enum { ROW_AFTER, ROW_LIMIT, ROW_TYPES, ROW_ENTITY, ROW_SUBJECT };

static const struct query_row query[] = {
    {"after", QUERY_COUNT, 0, INT64_MAX, NULL,
     "only those behind this number; the newest, or in a stream from now on"},
    {"limit", QUERY_COUNT, 1, LIST_LIMIT_MAX, NULL, "items of a page; 100"},
    {"types", QUERY_TEXT, 0, 0, NULL, "only those: health,presence"},
    {"entity", QUERY_WORD, 0, 0, entities, "only those about one"},
    {"subject", QUERY_TEXT, 0, 0, NULL, "only those about this"},
    {.name = NULL},
};

/* ---- which ---- */

static bool find_type(const char *word, size_t len, uint64_t *bit)
{
    for (int i = 0; i < LLMREG_EVENT_TYPES; i++) {
        const char *text = llmreg_event_type_text(i);

        *bit = UINT64_C(1) << i;
        if (strlen(text) == len && memcmp(text, word, len) == 0)
            return true;
    }
    return false;
}

static int refuse_type(struct ask *a, const char *word, size_t len)
{
    char allowed[300];
    struct llmreg_text t;

    llmreg_text_init(&t, allowed, sizeof allowed);
    for (int i = 0; i < LLMREG_EVENT_TYPES; i++)
        llmreg_text_addf(&t, "%s%s", i == 0 ? "" : ", ",
                         llmreg_event_type_text(i));
    return ask_fail(a, LLMREG_EINVAL, "types", "types %.*s: allowed are %s",
                    (int)(len > 64 ? 64 : len), word, allowed);
}

static int read_types(struct ask *a, const char *text, uint64_t *out)
{
    *out = text == NULL ? UINT64_MAX : 0;
    while (text != NULL) {
        const size_t len = strcspn(text, ",");
        uint64_t bit = 0;

        if (!find_type(text, len, &bit))
            return refuse_type(a, text, len);
        *out |= bit;
        text = text[len] == ',' ? text + len + 1 : NULL;
    }
    return LLMREG_OK;
}

/* Who did what, and may, is for admins. */
static uint64_t seen_by(const struct ask *a)
{
    const uint64_t secret =
        UINT64_C(1) << LLMREG_ENTITY_TOKEN | UINT64_C(1) << LLMREG_ENTITY_AUDIT;
    const bool admin =
        a->who.kind == WHO_TOKEN && a->who.token->role == LLMREG_ROLE_ADMIN;

    return admin ? UINT64_MAX : ~secret;
}

static int read_filter(struct ask *a, struct feed_filter *out)
{
    const struct query_value *entity = &a->query[ROW_ENTITY];

    *out = (struct feed_filter){.entities = seen_by(a),
                                .subject = a->query[ROW_SUBJECT].text};
    if (entity->text != NULL)
        out->entities &= UINT64_C(1) << entity->number;
    return read_types(a, a->query[ROW_TYPES].text, &out->types);
}

/* ---- a page ---- */

struct page {
    struct feed_filter filter;
    struct feed_cursor cursor;
    size_t limit, count;
    uint64_t next; /* number of the last one that is on it */
    bool more, lost;
};

/* A gap is told by the page that begins with it, and passed over. */
static int next_item(struct ask *a, struct page *p, struct feed_item **out)
{
    struct feed *feed = a->api->feed;
    int rc = feed_next(feed, &p->cursor, &p->filter, out);

    if (rc != LLMREG_EGAP || p->count > 0 || p->lost)
        return rc;
    p->lost = true;
    p->cursor = feed_oldest(feed);
    return feed_next(feed, &p->cursor, &p->filter, out);
}

static void write_items(struct ask *a, struct page *p, struct reply *r)
{
    int rc = LLMREG_OK;

    for (; !p->more && rc == LLMREG_OK; p->count++) {
        struct feed_item *item = NULL;

        rc = next_item(a, p, &item);
        p->more = rc == LLMREG_EGAP || (item != NULL && p->count == p->limit);
        if (item != NULL && !p->more) {
            p->next = feed_item_event(item)->seq;
            llmreg_event_json(&r->json, NULL, feed_item_event(item));
        }
        feed_item_put(item);
    }
}

static int send_page(struct ask *a, struct page *p)
{
    struct reply r;

    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_open_array(&r.json, "events");
    write_items(a, p, &r);
    llmreg_json_close_array(&r.json);
    llmreg_json_integer(&r.json, "next", (int64_t)p->next);
    llmreg_json_bool(&r.json, "more", p->more);
    llmreg_json_bool(&r.json, "lost", p->lost);
    llmreg_json_close_object(&r.json);
    return reply_send(a, &r, 200);
}

/* Without a number: the newest.  With one that is too old: what is left. */
static int run_page(struct ask *a, const struct feed_filter *filter)
{
    const struct query_value *after = &a->query[ROW_AFTER];
    const struct query_value *limit = &a->query[ROW_LIMIT];
    struct page p = {
        .filter = *filter,
        .limit = limit->text == NULL ? LIST_LIMIT : (size_t)limit->number,
    };

    if (after->text != NULL)
        p.cursor = feed_after(a->api->feed, (uint64_t)after->number);
    p.lost = p.cursor.lost;
    if (p.lost)
        p.cursor = feed_oldest(a->api->feed);
    if (after->text == NULL)
        p.cursor = feed_newest(a->api->feed, filter, p.limit);
    p.next = p.lost || after->text == NULL ? feed_last(a->api->feed)
                                           : (uint64_t)after->number;
    return send_page(a, &p);
}

/* ---- either ---- */

static bool wants_stream(const struct ask *a)
{
    const char *accept = http_header(a->call, "Accept");

    return accept != NULL && strcasestr(accept, EVENTS_TYPE) != NULL;
}

/* The header is of a stream that broke; it is newer than what the URL says. */
static int read_after(struct ask *a, uint64_t *out)
{
    const char *last = http_header(a->call, "Last-Event-ID");
    const struct query_value *after = &a->query[ROW_AFTER];
    int64_t n = after->number;

    *out = UINT64_MAX;
    if (last == NULL && after->text == NULL)
        return LLMREG_OK;
    if (last != NULL &&
        llmreg_parse_int(last, strlen(last), 0, INT64_MAX, &n) != LLMREG_OK)
        return ask_fail(a, LLMREG_EINVAL, "Last-Event-ID",
                        "Last-Event-ID must be a number that an event had");
    *out = (uint64_t)n;
    return LLMREG_OK;
}

static int run(struct ask *a)
{
    struct feed_filter filter;
    uint64_t after = 0;
    int rc = read_filter(a, &filter);

    if (rc != LLMREG_OK)
        return rc;
    if (!wants_stream(a))
        return run_page(a, &filter);
    rc = read_after(a, &after);
    return rc != LLMREG_OK ? rc : events_stream(a, &filter, after);
}

const struct route events_routes[] = {
    {HTTP_GET, "/api/v1/events", ROUTE_READER, 0, query, NULL, run, "200",
     "what changed: a page, or with Accept: text/event-stream a stream", false},
    {.path = NULL},
};
