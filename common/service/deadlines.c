/* SPDX-License-Identifier: MIT */
/* deadlines.c - a binary heap of entries that know their place in it, and a
 * table that finds them by id.
 *
 * Invariant: heap[i]->place == i, and no entry is earlier than its parent
 * heap[(i - 1) / 2].
 */
#include "common/service/deadlines.h"

#include <stdlib.h>
#include <string.h>

#include <llmreg/table.h>

struct entry {
    int64_t at;
    size_t place;
    char id[];
};

struct deadlines {
    struct llmreg_table *by_id;
    struct entry **heap;
    size_t count, room;
};

int deadlines_new(struct deadlines **out)
{
    struct deadlines *d = calloc(1, sizeof *d);
    int rc = LLMREG_ENOMEM;

    if (d == NULL)
        goto done;
    rc = llmreg_table_new(&d->by_id);
    if (rc != LLMREG_OK)
        goto done;
    *out = d;
    d = NULL; /* now the caller's */
done:
    deadlines_free(d);
    return rc;
}

void deadlines_free(struct deadlines *d)
{
    if (d == NULL)
        return;
    for (size_t i = 0; i < d->count; i++)
        free(d->heap[i]);
    free(d->heap);
    llmreg_table_free(d->by_id);
    free(d);
}

/* ---- the heap ---- */

static void put(struct deadlines *d, size_t place, struct entry *e)
{
    d->heap[place] = e;
    e->place = place;
}

static void move_up(struct deadlines *d, struct entry *e)
{
    size_t i = e->place;

    while (i > 0 && e->at < d->heap[(i - 1) / 2]->at) {
        put(d, i, d->heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
    put(d, i, e);
}

static void move_down(struct deadlines *d, struct entry *e)
{
    size_t i = e->place;

    for (size_t child = 2 * i + 1; child < d->count; child = 2 * i + 1) {
        if (child + 1 < d->count && d->heap[child + 1]->at < d->heap[child]->at)
            child++;
        if (e->at <= d->heap[child]->at)
            break;
        put(d, i, d->heap[child]);
        i = child;
    }
    put(d, i, e);
}

static int make_room(struct deadlines *d)
{
    size_t room = d->room == 0 ? 16 : 2 * d->room;
    struct entry **heap;

    if (d->count < d->room)
        return LLMREG_OK;
    heap = realloc(d->heap, room * sizeof(*heap));
    if (heap == NULL)
        return LLMREG_ENOMEM;
    d->heap = heap;
    d->room = room;
    return LLMREG_OK;
}

static int add(struct deadlines *d, const char *id, int64_t at)
{
    size_t len = strlen(id);
    struct entry *e = malloc(sizeof *e + len + 1);
    int rc = LLMREG_ENOMEM;

    if (e == NULL)
        return rc;
    e->at = at;
    memcpy(e->id, id, len + 1);
    rc = make_room(d);
    if (rc == LLMREG_OK)
        rc = llmreg_table_add(d->by_id, id, e);
    if (rc != LLMREG_OK) {
        free(e);
        return rc;
    }
    put(d, d->count++, e);
    move_up(d, e);
    return LLMREG_OK;
}

int deadlines_set(struct deadlines *d, const char *id, int64_t at)
{
    struct entry *e = llmreg_table_get(d->by_id, id);

    if (e == NULL)
        return add(d, id, at);
    e->at = at;
    move_up(d, e);
    move_down(d, e);
    return LLMREG_OK;
}

void deadlines_clear(struct deadlines *d, const char *id)
{
    struct entry *e = llmreg_table_remove(d->by_id, id);
    struct entry *last;

    if (e == NULL)
        return;
    last = d->heap[--d->count];
    if (last != e) {
        put(d, e->place, last);
        move_up(d, last);
        move_down(d, last);
    }
    free(e);
}

const char *deadlines_due(const struct deadlines *d, int64_t now)
{
    if (d->count == 0 || d->heap[0]->at > now)
        return NULL;
    return d->heap[0]->id;
}

size_t deadlines_count(const struct deadlines *d)
{
    return d->count;
}
