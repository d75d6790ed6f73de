/* SPDX-License-Identifier: MIT */
/* control.c - commands from a fifo or stdin, a line each, and a line back.
 *
 * Every command names a server by its number; the answer on stdout is "ok" or
 * "error" with the reason, so that a test can wait for it.
 */
#include "tests/support/sim/sim.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct order {
    struct sim *sim;
    size_t server;
    const char *rest; /* what stands behind the number */
};

static const char *set_mode(const struct order *o, enum mode mode)
{
    if (server_set_mode(o->sim, o->server, mode))
        return NULL;
    return "it cannot listen";
}

static const char *do_kill(const struct order *o)
{
    return set_mode(o, MODE_DOWN);
}

static const char *do_revive(const struct order *o)
{
    o->sim->servers[o->server].slow_ms = o->sim->options->delay_ms;
    return set_mode(o, MODE_UP);
}

static const char *do_hang(const struct order *o)
{
    return set_mode(o, MODE_HANG);
}

static const char *do_drip(const struct order *o)
{
    return set_mode(o, MODE_DRIP);
}

static const char *do_flood(const struct order *o)
{
    return set_mode(o, MODE_FLOOD);
}

static const char *do_headers(const struct order *o)
{
    return set_mode(o, MODE_HEADERS);
}

static const char *do_redirect(const struct order *o)
{
    return set_mode(o, MODE_REDIRECT);
}

static const char *do_slow(const struct order *o)
{
    char *end = NULL;
    unsigned long ms = strtoul(o->rest, &end, 10);

    if (end == o->rest || *end != '\0' || ms > 600000)
        return "slow I MS: 0 to 600000 milliseconds";
    o->sim->servers[o->server].slow_ms = (unsigned)ms;
    return set_mode(o, MODE_UP);
}

static const char *do_model(const struct order *o)
{
    if (strcmp(o->rest, "reset") == 0) {
        server_reset_models(o->sim, o->server);
        return NULL;
    }
    if (strncmp(o->rest, "add ", 4) != 0 || o->rest[4] == '\0' ||
        strpbrk(o->rest, "\"\\") != NULL)
        return "model I add NAME, or model I reset";
    if (!server_add_model(o->sim, o->server, o->rest + 4))
        return "out of memory";
    return NULL;
}

static const struct verb {
    const char *name;
    const char *(*run)(const struct order *); /* NULL, or what is wrong */
} verbs[] = {
    {"kill", do_kill}, {"revive", do_revive},     {"hang", do_hang},
    {"drip", do_drip}, {"flood", do_flood},       {"headers", do_headers},
    {"slow", do_slow}, {"redirect", do_redirect}, {"model", do_model},
};

static const char *obey(struct sim *s, const char *line)
{
    char name[16] = "";
    unsigned server = 0;
    int used = 0;

    if (sscanf(line, "%15s %u%n", name, &server, &used) != 2)
        return "a command and the number of a server";
    if (server >= s->nservers)
        return "no such server";
    while (line[used] == ' ')
        used++;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        struct order o = {s, server, line + used};

        if (strcmp(name, verbs[i].name) == 0)
            return verbs[i].run(&o);
    }
    return "no such command";
}

static void obey_line(struct sim *s, const char *line)
{
    const char *wrong;

    if (line[0] == '\0')
        return;
    wrong = obey(s, line);
    if (wrong == NULL)
        printf("ok %s\n", line);
    else
        printf("error %s: %s\n", line, wrong);
    fflush(stdout);
}

bool control_open(struct sim *s)
{
    const char *path = s->options->control;

    s->control = -1;
    if (path == NULL)
        return true;
    if (strcmp(path, "-") == 0)
        s->control = STDIN_FILENO;
    else /* for writing too, so that it never ends */
        s->control = open(path, O_RDWR | O_CLOEXEC);
    if (s->control >= 0)
        fcntl(s->control, F_SETFL, O_NONBLOCK);
    if (s->control >= 0 && sim_watch(s, s->control, TOPIC_CONTROL, 0, false))
        return true;
    perror("llmreg-sim: --control");
    return false;
}

void control_ready(struct sim *s)
{
    size_t room = sizeof s->command - 1 - s->command_len;
    ssize_t n = read(s->control, s->command + s->command_len, room);
    char *line = s->command;
    char *end;

    if (n <= 0) { /* the end of stdin: no more commands */
        close(s->control);
        s->control = -1;
        return;
    }
    s->command_len += (size_t)n;
    s->command[s->command_len] = '\0';
    for (end = strchr(line, '\n'); end != NULL; end = strchr(line, '\n')) {
        *end = '\0';
        obey_line(s, line);
        line = end + 1;
    }
    s->command_len = strlen(line);
    if (s->command_len == sizeof s->command - 1)
        s->command_len = 0; /* no command is that long */
    memmove(s->command, line, s->command_len + 1);
}
