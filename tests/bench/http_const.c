/* SPDX-License-Identifier: MIT */
/* http_const.c [-b] - answers every POST the same, for a load from elsewhere.
 *
 * What llm_listen's routes are compared with: the same engine, and nothing
 * behind it.  -b is the bare library, which the engine is compared with.
 *
 * Prints the port, serves until its input ends, and prints its memory in kB
 * whenever a line comes in. */
#include "plugins/llm_listen/counters.h"
#include "plugins/llm_listen/http/door.h"
#include "plugins/llm_listen/http/serve.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define THREADS     2
#define BODY        "{\"ok\":true}"
#define CONNECTIONS 20000

/* ---- ours ---- */

static void on_head(void *ctx, struct http_call *c, size_t *body_max)
{
    (void)ctx;
    (void)c;
    *body_max = 65536;
}

static void on_run(void *ctx, struct http_call *c)
{
    if (http_answer_fixed(c, ctx) != LLMREG_OK)
        fprintf(stderr, "http_const: no answer\n");
}

static void on_end(void *ctx, struct http_call *c)
{
    (void)ctx;
    (void)c;
}

static char *on_refuse(void *ctx, unsigned status, const char *why)
{
    (void)ctx;
    (void)status;
    return strdup(why);
}

static void serve_lines(unsigned port)
{
    char line[64];
    long kb = 0;

    printf("%u\n", port);
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL) {
        FILE *file = fopen("/proc/self/statm", "r");

        if (file == NULL || fscanf(file, "%*s %ld", &kb) != 1)
            kb = 0;
        if (file != NULL)
            fclose(file);
        printf("%ld\n", kb * 4);
        fflush(stdout);
    }
}

static int serve_ours(void)
{
    struct http_door door = {.kind = DOOR_TCP, .host = "127.0.0.1"};
    struct http_fixed *fixed = NULL;
    struct http_server *server = NULL;
    struct counters counters = {0};
    struct llmreg_log log = {0};
    struct llmreg_error err = {0};
    struct http_setup setup = {
        .doors = &door,
        .ndoors = 1,
        .limits = http_limits(),
        .handler = {.head = on_head,
                    .run = on_run,
                    .end = on_end,
                    .refuse = on_refuse},
        .clock = &llmreg_clock_system,
        .log = &log,
        .counters = &counters,
    };

    setup.limits.connections = setup.limits.per_address = CONNECTIONS;
    setup.limits.threads = THREADS;
    setup.limits.idle_ns = 600 * LLMREG_NS_PER_S;
    if (http_fixed_new(&fixed, 200, NULL, BODY) != LLMREG_OK)
        return 1;
    setup.handler.ctx = fixed;
    if (http_server_new(&server, &setup, &err) != LLMREG_OK) {
        fprintf(stderr, "http_const: %s\n", err.text);
        return 1;
    }
    serve_lines(http_server_port(server, 0));
    http_server_free(server);
    http_fixed_free(fixed);
    return 0;
}

/* ---- bare ---- */

static enum MHD_Result on_request(void *ctx, struct MHD_Connection *m,
                                  const char *url, const char *method,
                                  const char *version, const char *data,
                                  size_t *len, void **place)
{
    (void)url;
    (void)method;
    (void)version;
    (void)data;
    if (*place == NULL) {
        *place = ctx;
        return MHD_YES;
    }
    if (*len > 0) {
        *len = 0;
        return MHD_YES;
    }
    return MHD_queue_response(m, 200, ctx);
}

static int serve_bare(void)
{
    static char body[] = BODY;
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(body), body, MHD_RESPMEM_PERSISTENT);
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC, 0, NULL, NULL, on_request,
        response, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS,
        MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_END);

    if (daemon == NULL)
        return 1;
    serve_lines(MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    MHD_stop_daemon(daemon);
    MHD_destroy_response(response);
    return 0;
}

int main(int argc, char **argv)
{
    return argc > 1 && strcmp(argv[1], "-b") == 0 ? serve_bare() : serve_ours();
}
