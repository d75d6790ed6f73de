/* SPDX-License-Identifier: MIT */
/* server.c - the order of opening and closing.
 *
 * Opening: sockets, workers, reaper, door; what fails is undone in reverse.
 *
 * Closing: the door first, so that nothing comes in any more.  Every answer is
 * now the last of its connection, held calls are released and learn that the
 * server stops, idle connections are shut down, WebSockets are closed.  Then
 * there is time for the answers that are under way; after it streams are cut
 * and what is left is shut down.  A worker that sees that the server stops
 * parks nothing, so that no connection is suspended when the library is
 * stopped, which would be the end of the process. */
#include "plugins/llm_listen/http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#define STOP_STEP_MS   5
#define STOP_HEADER_NS LLMREG_NS_PER_S       /* for the rest of a request */
#define STOP_NS        (6 * LLMREG_NS_PER_S) /* for the rest of an answer */
#define STOP_LAST_NS   LLMREG_NS_PER_S       /* for the workers to see it */
#define FDS_OTHERS     512                   /* left to the process */
#define THREADS_MAX    64
#define USER_MAX       4096

struct http_limits http_limits(void)
{
    return (struct http_limits){
        .connections = 4096,
        .per_address = 64,
        .streams = 256,
        .streams_per_address = 8,
        .held = 4096,
        .header_bytes = 16384,
        .uri_bytes = 2048,
        .header_lines = 64,
        .header_ns = 10 * LLMREG_NS_PER_S,
        .body_ns = 20 * LLMREG_NS_PER_S,
        .write_ns = 30 * LLMREG_NS_PER_S,
        .idle_ns = 30 * LLMREG_NS_PER_S,
        .socket_idle_ns = 60 * LLMREG_NS_PER_S,
        .body_rate = 1024,
        .threads = 2,
    };
}

/* ---- opening ---- */

static int check(const struct http_setup *setup, struct llmreg_error *err)
{
    const struct http_limits *l = &setup->limits;
    const struct {
        const char *name;
        uint64_t value, min, max;
    } rows[] = {
        {"connections", l->connections, 1, CONNS_MAX - CONNS_UNIX},
        {"header lines", l->header_lines, 1, HTTP_HEADER_LINES_MAX},
        {"bytes of a header", l->header_bytes, 8192, 1 << 20},
        {"bytes of a target", l->uri_bytes, 64, l->header_bytes},
        {"threads", l->threads, 1, THREADS_MAX},
        {"bytes of a route's storage", setup->handler.user_size, 0, USER_MAX},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].value >= rows[i].min && rows[i].value <= rows[i].max)
            continue;
        llmreg_error_set(err, "%s: %llu is not within %llu and %llu",
                         rows[i].name, (unsigned long long)rows[i].value,
                         (unsigned long long)rows[i].min,
                         (unsigned long long)rows[i].max);
        return LLMREG_EINVAL;
    }
    return LLMREG_OK;
}

static int open_descriptors(struct http_server *s, struct llmreg_error *err)
{
    s->stop_door = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->stop_reaper = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    s->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (s->stop_door >= 0 && s->stop_reaper >= 0 && s->spare >= 0)
        return LLMREG_OK;
    llmreg_error_set(err, "no descriptors for the HTTP server: %s",
                     strerror(errno));
    return LLMREG_EIO;
}

/* Which daemon serves which socket. */
static void assign_engines(struct http_server *s)
{
    for (size_t i = 0; i < s->listeners.count; i++)
        for (size_t e = 1; e < s->nengines; e++)
            if (s->engines[e].door == s->listeners.items[i].door)
                s->listeners.items[i].engine = e;
}

static int start_threads(struct http_server *s, struct llmreg_error *err)
{
    s->reaper_runs = sockets_start(&s->sockets, s) == LLMREG_OK &&
                     llmreg_thread_start(&s->reaper, reaper_run, s,
                                         "llmreg-reaper") == LLMREG_OK;
    s->door_runs =
        s->reaper_runs &&
        llmreg_thread_start(&s->door, door_run, s, "llmreg-door") == LLMREG_OK;
    if (s->door_runs)
        return LLMREG_OK;
    llmreg_error_set(err, "no threads for the HTTP server: %s",
                     strerror(errno));
    return LLMREG_EIO;
}

/* More connections than descriptors would starve the rest of the process. */
static void fit_descriptors(struct http_server *s)
{
    size_t *connections = &s->setup.limits.connections;
    struct rlimit limit;
    size_t room;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    room = limit.rlim_cur > 2 * FDS_OTHERS ? limit.rlim_cur - FDS_OTHERS
                                           : limit.rlim_cur / 2;
    if (room == 0 || *connections <= room)
        return;
    llmreg_log(s->setup.log, LLMREG_NOTICE,
               "http: %zu connections instead of %zu, for the process may have "
               "%zu descriptors only",
               room, *connections, (size_t)limit.rlim_cur);
    *connections = room;
}

static int open_server(struct http_server *s, struct llmreg_error *err)
{
    int rc = check(&s->setup, err);

    if (rc != LLMREG_OK)
        return rc;
    fit_descriptors(s);
    rc = report_init(&s->report, s->setup.log);
    if (rc == LLMREG_OK)
        rc = linger_init(&s->linger);
    if (rc == LLMREG_OK)
        rc = conns_init(&s->conns, s, &s->setup);
    if (rc == LLMREG_OK)
        rc = open_descriptors(s, err);
    if (rc == LLMREG_OK)
        rc =
            listeners_open(&s->listeners, s->setup.doors, s->setup.ndoors, err);
    if (rc == LLMREG_OK)
        rc = engines_new(s, err);
    if (rc != LLMREG_OK)
        return rc;
    assign_engines(s);
    s->known = true;
    if (s->setup.handler.ready != NULL)
        s->setup.handler.ready(s->setup.handler.ctx, s);
    return start_threads(s, err);
}

int http_server_new(struct http_server **out, const struct http_setup *setup,
                    struct llmreg_error *err)
{
    struct http_server *s = calloc(1, sizeof *s);
    int rc;

    llmreg_error_set(err, "%s", llmreg_status_text(LLMREG_ENOMEM));
    if (s == NULL)
        return LLMREG_ENOMEM;
    s->setup = *setup;
    s->stop_door = s->stop_reaper = s->spare = -1;
    rc = open_server(s, err);
    if (rc != LLMREG_OK) {
        http_server_free(s);
        return rc;
    }
    *out = s;
    return LLMREG_OK;
}

uint16_t http_server_port(const struct http_server *s, size_t door)
{
    for (size_t i = 0; i < s->listeners.count; i++)
        if (s->listeners.items[i].door == &s->setup.doors[door])
            return listener_port(s->listeners.items[i].fd);
    return 0;
}

/* ---- closing ---- */

static void join(pthread_t thread, bool *runs, int stop)
{
    const uint64_t one = 1;

    if (!*runs)
        return;
    if (write(stop, &one, sizeof one) == (ssize_t)sizeof one)
        pthread_join(thread, NULL);
    *runs = false;
}

static void release_all(struct http_server *s)
{
    uint32_t fresh;

    llmreg_lock(&s->conns.lock);
    fresh = (uint32_t)s->conns.fresh;
    llmreg_unlock(&s->conns.lock);
    for (uint32_t i = 0; i < fresh; i++)
        http_release(s, hold_ticket(conns_at(&s->conns, i)));
}

#define BIT(phase) (1U << (phase))
#define ALL        (BIT(PHASES) - 1)

/* What is shut down, so long after the beginning. */
static unsigned unwanted(int64_t age_ns)
{
    if (age_ns > STOP_NS)
        return ALL;
    return age_ns < STOP_HEADER_NS
               ? BIT(PHASE_IDLE)
               : BIT(PHASE_IDLE) | BIT(PHASE_HEADER) | BIT(PHASE_BODY);
}

static int64_t clock_ns(const struct http_server *s)
{
    return llmreg_clock_now(s->setup.clock).mono_ns;
}

static void wait_for_answers(struct http_server *s)
{
    const int64_t begin_ns = clock_ns(s);
    int64_t age_ns = 0;

    while (conns_used(&s->conns) > 0 && age_ns < STOP_NS + STOP_LAST_NS) {
        release_all(s);
        reaper_sweep(s, unwanted(age_ns));
        atomic_store(&s->cutting, age_ns > STOP_NS);
        poll(NULL, 0, STOP_STEP_MS);
        age_ns = clock_ns(s) - begin_ns;
    }
}

static void close_all(const int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* The threads that stand for ever in the library may hold its locks, and use
 * all that is here: it stays. */
static bool leak_if_broken(struct http_server *s)
{
    if (!engines_broken(s))
        return false;
    llmreg_log(s->setup.log, LLMREG_ERROR,
               "http: the engine broke; its threads and memory stay behind");
    return true;
}

void http_server_free(struct http_server *s)
{
    if (s == NULL)
        return;
    if (!engines_broken(s)) {
        join(s->door, &s->door_runs, s->stop_door);
        listeners_close(&s->listeners);
    }
    atomic_store(&s->stopping, true);
    if (s->sockets.runs)
        sockets_wake(&s->sockets);
    if (s->reaper_runs)
        wait_for_answers(s);
    sockets_stop(&s->sockets);
    if (leak_if_broken(s))
        return;
    engines_stop(s);
    if (s->known && s->setup.handler.gone != NULL)
        s->setup.handler.gone(s->setup.handler.ctx);
    join(s->reaper, &s->reaper_runs, s->stop_reaper);
    engines_free(s);
    close_all((const int[]){s->stop_door, s->stop_reaper, s->spare}, 3);
    conns_fini(&s->conns);
    sockets_fini(&s->sockets);
    linger_fini(&s->linger);
    report_fini(&s->report);
    free(s);
}
