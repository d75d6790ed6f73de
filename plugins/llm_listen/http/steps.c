/* SPDX-License-Identifier: MIT */
/* steps.c - a call from its request line to its end.
 *
 * A route may answer in any step; the answer is only kept, and given to the
 * library when the step has returned.  If the body is still to come, that ends
 * the connection; else the library is asked once more and the connection goes
 * on. */
#include "plugins/llm_listen/http/server.h"

#include <stdlib.h>
#include <string.h>

#define ANSWER_ROOM   2048  /* of a connection's memory, beside the header */
#define SWALLOWED_MAX 65536 /* bytes of a body that nobody wants */
#define TOO_LARGE     "the body is larger than this route takes"

/* ---- what is asked ---- */

static const char *const methods[HTTP_METHODS] = {
    [HTTP_GET] = "GET",       [HTTP_POST] = "POST",
    [HTTP_PUT] = "PUT",       [HTTP_PATCH] = "PATCH",
    [HTTP_DELETE] = "DELETE", [HTTP_OPTIONS] = "OPTIONS",
    [HTTP_OTHER] = "other",
};

const char *http_method_text(enum http_method method)
{
    return methods[method];
}

static enum http_method method_of(const char *text)
{
    if (strcmp(text, "HEAD") == 0)
        return HTTP_GET;
    for (int i = 0; i < HTTP_OTHER; i++)
        if (strcmp(text, methods[i]) == 0)
            return (enum http_method)i;
    return HTTP_OTHER;
}

const struct http_request *http_request(const struct http_call *c)
{
    return &c->request;
}

const char *http_header(const struct http_call *c, const char *name)
{
    return MHD_lookup_connection_value(c->mhd, MHD_HEADER_KIND, name);
}

void *http_user(struct http_call *c)
{
    return conns_user(c);
}

void call_phase(struct http_call *c, enum http_phase phase, int64_t now_ns)
{
    atomic_store_explicit(&c->since_ns, now_ns, memory_order_relaxed);
    atomic_store_explicit(&c->phase, phase, memory_order_release);
}

static void read_clock(struct http_call *c)
{
    c->request.now = llmreg_clock_now(c->server->setup.clock);
}

/* ---- begin ---- */

/* Where a target of this length goes, or NULL. */
static char *room_for_target(struct http_call *c, size_t len)
{
    const bool is_short = len < CALL_INLINE / 2;

    c->room_used = is_short ? len + 1 : 0;
    return is_short ? c->inlined : malloc(len + 1);
}

bool call_begin(struct http_call *c, const char *target)
{
    const size_t len = target != NULL ? strlen(target) : 0;

    /* The first request's time runs since accept. */
    if (atomic_load_explicit(&c->phase, memory_order_relaxed) == PHASE_IDLE) {
        read_clock(c);
        call_phase(c, PHASE_HEADER, c->request.now.mono_ns);
    }
    c->target = room_for_target(c, len);
    if (c->target == NULL)
        return false;
    c->target_len = len;
    if (len > 0)
        memcpy(c->target, target, len);
    c->target[len] = '\0';
    return true;
}

static void free_target(struct http_call *c)
{
    if (c->target != c->inlined)
        free(c->target);
    c->target = NULL;
}

/* ---- head ---- */

struct collected {
    struct gate_field *fields;
    size_t count, room;
};

static enum MHD_Result on_header(void *ctx, enum MHD_ValueKind kind,
                                 const char *name, size_t name_len,
                                 const char *value, size_t value_len)
{
    struct collected *all = ctx;

    (void)kind;
    if (all->count < all->room)
        all->fields[all->count] = (struct gate_field){
            .name = name,
            .value = value != NULL ? value : "",
            .name_len = name_len,
            .value_len = value != NULL ? value_len : 0,
        };
    all->count++;
    return MHD_YES;
}

size_t call_fields(struct http_call *c, struct gate_field *out, size_t room)
{
    struct collected all = {.fields = out, .room = room};

    MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, on_header, &all);
    return all.count < room ? all.count : room;
}

static size_t header_size(struct http_call *c)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(
        c->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

    return info != NULL ? info->header_size : 0;
}

static void pass_gate(struct http_call *c, const char *method,
                      const char *version, const char *url)
{
    const struct http_limits *limits = &c->server->setup.limits;
    struct gate_field fields[HTTP_HEADER_LINES_MAX];
    struct collected all = {.fields = fields, .room = limits->header_lines};
    struct gate_request r = {
        .method = method,
        .version = version,
        .uri = c->target,
        .uri_len = c->target_len,
        .fields = fields,
        .size = header_size(c),
        .size_max = limits->header_bytes - ANSWER_ROOM,
        .uri_max = limits->uri_bytes,
        .lines_max = limits->header_lines,
    };

    MHD_get_connection_values_n(c->mhd, MHD_HEADER_KIND, on_header, &all);
    r.nfields = all.count;
    c->gate = gate_check(&r);
    c->odd = c->gate.status != 0 || c->gate.chunked || !gate_is_plain(&r, url);
    c->plain_get =
        strcmp(method, "GET") == 0 && strcmp(version, "HTTP/1.1") == 0;
}

static void split_target(struct http_call *c)
{
    char *query = strchr(c->target, '?');

    c->request.path = c->target;
    c->request.query = "";
    if (query == NULL)
        return;
    *query = '\0';
    c->request.query = query + 1;
}

static void set_request(struct http_call *c, const char *method)
{
    split_target(c);
    c->request.method = method_of(method);
    c->request.body = "";
    c->request.body_len = c->gate.chunked ? 0 : (size_t)c->gate.length;
    c->request.peer = c->peer.text;
    c->request.local = c->peer.local;
    c->request.tls = c->tls;
    c->request.unix_uid = c->peer.unix_uid;
    c->request.door = c->door;
}

static void enter(struct http_call *c)
{
    const struct http_handler *h = &c->server->setup.handler;

    memset(conns_user(c), 0, h->user_size);
    c->entered = true;
    h->head(h->ctx, c, &c->body_max);
    if (c->response == NULL && c->gate.length > c->body_max)
        answer_refuse(c, MHD_HTTP_CONTENT_TOO_LARGE, TOO_LARGE);
}

static void turn_away(struct http_call *c)
{
    counters_add(&c->server->setup.counters->rejected_malformed, 1);
    c->lingers = true;
    answer_refuse(c, c->gate.status, c->gate.why);
}

/* True if the client's certificate is good, or none is wanted. */
static bool is_verified(struct http_call *c)
{
    const char *why = NULL;

    if (c->tls && !c->verified)
        why = engine_client_fault(c);
    c->verified = why == NULL;
    if (!c->verified) {
        counters_add(&c->server->setup.counters->rejected_auth, 1);
        answer_refuse(c, MHD_HTTP_FORBIDDEN, why);
    }
    return c->verified;
}

/* A small body is taken before the answer goes out, so that the connection can
 * go on; a large one, or one that waits to be asked for, need not come.  Where
 * the body of what did not pass the gate would end, nobody knows. */
static bool answers_early(const struct http_call *c)
{
    return c->gate.status != 0 || c->gate.chunked ||
           c->gate.length > SWALLOWED_MAX ||
           (c->gate.length > 0 && http_header(c, "Expect") != NULL);
}

enum MHD_Result call_head(struct http_call *c, const char *method,
                          const char *version, const char *url)
{
    bool body;

    c->begun = true;
    read_clock(c);
    pass_gate(c, method, version, url);
    set_request(c, method);
    if (c->gate.status != 0)
        turn_away(c);
    else if (is_verified(c))
        enter(c);
    body = c->gate.chunked || c->gate.length > 0;
    if (c->response != NULL && answers_early(c)) {
        c->lingers = true;
        return answer_queue(c);
    }
    call_phase(c, body ? PHASE_BODY : PHASE_RUN, c->request.now.mono_ns);
    if (body)
        body_begin(c);
    return MHD_YES;
}

/* ---- run ---- */

static void run(struct http_call *c)
{
    const struct http_handler *h = &c->server->setup.handler;

    c->request.now = llmreg_clock_now(c->server->setup.clock);
    h->run(h->ctx, c);
}

/* Until there is an answer, or the call is parked: then true. */
static bool run_or_park(struct http_call *c)
{
    do {
        run(c);
        if (c->response != NULL)
            return false;
        if (atomic_load(&c->gone) || (c->held && http_stopping(c)))
            return false;
        switch (hold_park(c)) {
        case HOLD_PARKED:
            return true;
        case HOLD_NONE:
            return false;
        case HOLD_RELEASED:
            break;
        }
    } while (true);
}

enum MHD_Result call_run(struct http_call *c)
{
    if (atomic_load(&c->gone))
        return MHD_NO;
    if (c->response == NULL && c->body_status != 0)
        answer_refuse(c, c->body_status, TOO_LARGE);
    if (c->response == NULL) {
        if (!c->held)
            body_whole(c);
        call_phase(c, PHASE_RUN, c->request.now.mono_ns);
        if (run_or_park(c))
            return MHD_YES;
    }
    if (c->response == NULL && atomic_load(&c->gone))
        return MHD_NO;
    if (c->response == NULL)
        answer_refuse(c, MHD_HTTP_SERVICE_UNAVAILABLE,
                      http_stopping(c) ? "the server stops"
                                       : "the server is busy");
    return answer_queue(c);
}

/* ---- end ---- */

static void forget(struct http_call *c)
{
    body_free(c);
    free_target(c);
    answer_drop(c);
    c->request = (struct http_request){0};
    c->begun = c->entered = c->odd = c->closing = c->held = false;
    c->queued = c->plain_get = false;
    c->body_status = 0;
    c->discarded = 0;
    c->body_max = 0;
    c->pull = NULL;
    c->steps = NULL;
    c->left = 0;
    c->gate = (struct gate_verdict){0};
    atomic_store_explicit(&c->bytes, 0, memory_order_relaxed);
}

void call_end(struct http_call *c)
{
    const struct http_handler *h = &c->server->setup.handler;

    read_clock(c);
    hold_drop(c);
    if (c->entered && !engines_broken(c->server))
        h->end(h->ctx, c);
    if (c->streams)
        conns_unstream(&c->server->conns, c);
    call_phase(c, PHASE_IDLE, c->request.now.mono_ns);
    forget(c);
}
