/* SPDX-License-Identifier: MIT */
/* room.h - a bus, a registry and a directory, made for one test.
 *
 * The clock stands still until the test moves it; log lines are kept.  For
 * tests without threads of ours, or with the system's clock.
 */
#ifndef LLMREG_TEST_ROOM_H
#define LLMREG_TEST_ROOM_H

#include <llmreg/bus.h>
#include <llmreg/log.h>
#include <llmreg/registry.h>

struct room {
    char dir[64]; /* exists, empty */
    bool small;   /* with room for a few of everything: quickly made */
    struct llmreg_bus *bus;
    struct llmreg_registry *registry;
    struct llmreg_health_rule rule; /* two failures, one success */
    struct llmreg_now now;
    struct llmreg_clock clock; /* tells now */
    struct llmreg_log log;
    char lines[16384];
};

void room_open(struct room *r);
/* Only the directory: for a test that forks, or has a registry of its own. */
void room_make(struct room *r);
/* Also removes the directory with all that is in it. */
void room_close(struct room *r);
/* The registry and the bus alone. */
void room_stop(struct room *r);
void room_start(struct room *r);
/* Both: what a restart of the process leaves. */
void room_restart(struct room *r);
void room_pass(struct room *r, int64_t ms);

/* dir/name, in a buffer that the next call uses again. */
const char *room_path(const struct room *r, const char *name);
void room_write_file(const struct room *r, const char *name, const char *text);
/* How many names in dir/sub begin with prefix. */
size_t room_count_files(const struct room *r, const char *sub,
                        const char *prefix);

/* Registers the endpoint http://NAME:11434 called NAME. */
void room_add(struct room *r, const char *name);
void room_remove(struct room *r, const char *name);
/* A reference. */
struct llmreg_endpoint *room_get(struct room *r, const char *name);
struct llmreg_health room_health(struct room *r, const char *name);
void room_observe(struct room *r, const char *name, enum llmreg_reason reason);
/* Sets the models in the comma-separated list, which are known to be loaded. */
void room_models(struct room *r, const char *name, const char *list);
void room_admin(struct room *r, const char *name, enum llmreg_admin admin,
                int64_t until_ms);
/* True if a line of the log has that text in it. */
bool room_logged(const struct room *r, const char *text);

#endif
