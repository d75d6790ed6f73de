/* SPDX-License-Identifier: MIT */
/* demo.c - a third of the fleet lives dangerously, by a seeded die.
 *
 * A server that plays along is well for a while, then dead, hung, slow or in
 * possession of a new model for a while, and then well again.  The first of
 * them always dies, after ten seconds, so that nobody waits for an alarm in
 * vain.  The same seed gives the same play.
 */
#include "tests/support/sim/sim.h"

#include <stdio.h>

#define SECOND_NS 1000000000LL
#define EVERY     3 /* one server in so many plays along */
#define FIRST     1 /* the first of them */
#define DEATH     3 /* from here on the die says death */

/* Uniform enough for a play; splitmix64. */
static unsigned roll(struct sim *s, unsigned below)
{
    uint64_t z = s->random += 0x9e3779b97f4a7c15ULL;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return (unsigned)((z ^ (z >> 31)) % below);
}

static void next_change(struct sim *s, struct server *server, unsigned from,
                        unsigned to)
{
    server->change_ns = s->now_ns + SECOND_NS * (from + roll(s, to - from + 1));
}

static void tell(const struct sim *s, size_t server, const char *what)
{
    char name[32];

    sim_name(s, server, name);
    fprintf(stderr, "llmreg-sim: %s %s\n", name, what);
}

static void get_well(struct sim *s, size_t i)
{
    struct server *server = &s->servers[i];

    server->slow_ms = s->options->delay_ms;
    server_reset_models(s, i);
    if (server_set_mode(s, i, MODE_UP))
        tell(s, i, "is as before");
    next_change(s, server, 20, 60);
}

static bool is_well(const struct sim *s, const struct server *server)
{
    return server->mode == MODE_UP && server->tags_body == NULL &&
           server->slow_ms == s->options->delay_ms;
}

static void fall_ill(struct sim *s, size_t i)
{
    struct server *server = &s->servers[i];

    switch (i == FIRST ? DEATH : roll(s, DEATH + 2)) {
    case 0:
        server->slow_ms = 500 + 100 * roll(s, 20);
        tell(s, i, "gets slow");
        break;
    case 1:
        server_set_mode(s, i, MODE_HANG);
        tell(s, i, "hangs");
        break;
    case 2:
        if (server_add_model(s, i, "demo/new-model:latest"))
            tell(s, i, "has a new model");
        break;
    default:
        server_set_mode(s, i, MODE_DOWN);
        tell(s, i, "dies");
        break;
    }
    next_change(s, server, 25, 60);
}

void demo_open(struct sim *s)
{
    s->random = s->options->seed;
    for (size_t i = 0; s->options->demo && i < s->nservers; i++) {
        if (i % EVERY == FIRST)
            next_change(s, &s->servers[i], i == FIRST ? 10 : 5,
                        i == FIRST ? 10 : 40);
    }
}

void demo_run(struct sim *s)
{
    for (size_t i = 0; s->options->demo && i < s->nservers; i++) {
        struct server *server = &s->servers[i];

        if (server->change_ns == 0 || s->now_ns < server->change_ns)
            continue;
        if (is_well(s, server))
            fall_ill(s, i);
        else
            get_well(s, i);
    }
}
