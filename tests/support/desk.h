/* SPDX-License-Identifier: MIT */
/* desk.h - everything that can be asked, over a real service in a directory
 * of its own, and without a socket.
 *
 *     desk_open(&d);
 *     desk_ask(&d, "operator", "POST /api/v1/endpoints", "{...}", 201);
 *     ck_assert_str_eq(desk_get(&d, "id"), "gpu1:11434");
 *
 * Who asks is a role, whose token is shown; "agent2" is another agent.
 * "local" is nobody on this machine, "far" nobody from 192.0.2.7, "old" one
 * without a token that AllowAgentsFrom lets in (10.0.0.7) and that needs
 * nobody's approval, "root" who may write without a token.  Every answer is
 * checked: JSON, the form of errors (but for dialects), and that the route's
 * row says that there is such a status.
 */
#ifndef LLMREG_TEST_DESK_H
#define LLMREG_TEST_DESK_H

#include "plugins/llm_listen/api/api.h"
#include "plugins/llm_listen/counters.h"
#include "tests/support/fake_http.h"
#include "tests/support/room.h"

#define DESK_FIELDS 4

struct desk {
    struct room room;     /* its directory */
    const char *dir;      /* of the store, in it; "registry" */
    struct api_conf conf; /* may be changed between make and start */
    struct llmreg_service *service;
    struct llmreg_registry *registry;
    struct counters counters;
    struct api *api;
    struct http_server *server;
    struct http_door door, open_door;
    struct llmreg_now now; /* of the calls */
    const char *peer;      /* instead of who's own; NULL: that */
    /* further headers of the next call */
    struct http_field fields[DESK_FIELDS];
    size_t nfields;
    /* the last answer */
    struct http_call *call;
    unsigned status;
};

void desk_open(struct desk *d);
/* The same with those dialects (dialects.h). */
void desk_open_with(struct desk *d, unsigned dialects);
/* The two halves of it. */
void desk_make(struct desk *d);
void desk_start(struct desk *d);
void desk_stop(struct desk *d);
void desk_close(struct desk *d);
/* Both, with the directory as it is. */
void desk_restart(struct desk *d);
void desk_pass(struct desk *d, int64_t ms);

/* "lr1_...", of a role's token. */
const char *desk_token(const char *who);
/* For the next call only. */
void desk_header(struct desk *d, const char *name, const char *value);
/* Begins a call, which may be held then; what: "GET /path?query".  The call
 * before is ended. */
struct http_call *desk_begin(struct desk *d, const char *who, const char *what,
                             const char *body);
/* The same, until it is answered: fails unless with that status. */
void desk_ask(struct desk *d, const char *who, const char *what,
              const char *body, unsigned status);
/* The same, and the answer names that field. */
void desk_wrong(struct desk *d, const char *what, const char *body,
                unsigned status, const char *field);
/* pattern with id for "{}"; in a buffer that the next call uses again. */
const char *desk_path(const char *pattern, const char *id);
/* Whatever the answer is. */
unsigned desk_try(struct desk *d, const char *who, const char *what,
                  const char *body);

/* Of the last answer: the first value with that path ("agents[].id") as text,
 * NULL if there is none; the one that comes n-th; how many there are. */
const char *desk_get(struct desk *d, const char *path);
const char *desk_nth(struct desk *d, const char *path, size_t n);
size_t desk_count(struct desk *d, const char *path);
const char *desk_body(struct desk *d);
const char *desk_field(struct desk *d, const char *name);

#endif
