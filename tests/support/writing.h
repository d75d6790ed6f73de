/* SPDX-License-Identifier: MIT */
/* writing.h - a writer in a room, stepped by hand, and a look at its file. */
#ifndef LLMREG_TEST_WRITING_H
#define LLMREG_TEST_WRITING_H

#include "common/store/writer.h"
#include "tests/support/room.h"

struct writing {
    struct room room;
    struct store_config config; /* its directory is room/registry */
    struct writer *writer;      /* NULL: not started */
};

/* Without a registry: for a test that forks first. */
void writing_make(struct writing *w);
void writing_open(struct writing *w);
void writing_close(struct writing *w);

struct store_world writing_world(struct writing *w);
void writing_start(struct writing *w);
void writing_end(struct writing *w);
/* The process ends in good order and starts again. */
void writing_restart(struct writing *w);

/* The store's directory is away, with a file in its place, and back. */
void writing_hide(struct writing *w);
void writing_show(struct writing *w);

void writing_step(struct writing *w);
/* Steps until all is on disk, or the store is broken. */
void writing_sync(struct writing *w);

/* The first number that a reader of its own gets, as sqlite3 would; -1. */
int64_t writing_ask(struct writing *w, const char *sql);
/* As a store would have: the checksums are right. */
void writing_change_file(struct writing *w, const char *sql);

#endif
