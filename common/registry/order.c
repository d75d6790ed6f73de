/* SPDX-License-Identifier: MIT */
/* order.c - rows of neighbours, and a row of all rows.
 *
 *     rows      [ . . . ]
 *                 | | \__________________
 *                 |  \______             \
 *     row       [a-c-d---]  [f-g---k-]  [m-n-p-r-]
 *
 * Who comes takes the hole behind the one before; who goes leaves one.  Where
 * there is no hole, the row is made anew, and takes the old one's place in the
 * row of rows: with its holes spread evenly, or, if this one and the one that
 * came last are neighbours, as with ids that count up, with all of them where
 * the next is expected.  A row that is full becomes two, and two that are
 * mostly empty become one; then there is a new row of rows, too, so that
 * whoever walks in the old one meets each item where it was.  The old ones are
 * freed when nobody can be in them.
 *
 * Removing cannot fail: without memory it only leaves holes.
 */
#include "common/registry/order.h"

#include <stdlib.h>
#include <string.h>

#define SPARSE (ORDER_ROW / 4)     /* a row of fewer looks for a neighbour */
#define JOINED (ORDER_ROW * 3 / 4) /* and joins it if both are no more */

#define POOL 256 /* rows that wait for their next use */

/* ---- memory ---- */

static struct order_row *row_new(struct order *o, size_t count)
{
    struct order_row *row = calloc(1, sizeof *row + count * sizeof(void *));

    if (row == NULL)
        return NULL;
    row->owner = o;
    row->count = (uint32_t)count;
    return row;
}

/* A row of rows, in sizes that come again: what an old one leaves is just what
 * the next one needs. */
static struct order_row *rows_new(struct order *o, size_t count)
{
    size_t step = count / 8 < ORDER_ROW ? ORDER_ROW : count / 8;

    return row_new(o, (count / step + 1) * step);
}

static void free_later(struct rcu_head *head)
{
    rcu_due(head);
    free(rcu_holder(head, struct order_row, rcu));
}

/* Rows of items come and go with every other item that is added.  Given back
 * to malloc, they would be cut up at once, and leave shreds. */
static void put_back(struct order *o, struct order_row *row)
{
    struct order_row *old =
        atomic_load_explicit(&o->returned, memory_order_relaxed);

    atomic_fetch_add_explicit(&o->waiting, 1, memory_order_relaxed);
    do {
        row->at[0] = old;
    } while (!atomic_compare_exchange_weak_explicit(
        &o->returned, &old, row, memory_order_release, memory_order_relaxed));
}

static void return_later(struct rcu_head *head)
{
    rcu_due(head);
    struct order_row *row = rcu_holder(head, struct order_row, rcu);
    struct order *o = row->owner;

    if (atomic_load_explicit(&o->waiting, memory_order_relaxed) < POOL)
        put_back(o, row);
    else
        free(row);
    RCU_RELEASE(o); /* rcu_wait returns after this */
}

/* Takes a row from the pool, or NULL: there is none. */
static struct order_row *from_pool(struct order *o)
{
    if (o->pool == NULL)
        o->pool =
            atomic_exchange_explicit(&o->returned, NULL, memory_order_acquire);
    struct order_row *row = o->pool;
    if (row == NULL)
        return NULL;
    o->pool = row->at[0];
    atomic_fetch_sub_explicit(&o->waiting, 1, memory_order_relaxed);
    return row;
}

/* A row of items, all holes. */
static struct order_row *items_new(struct order *o)
{
    struct order_row *row = from_pool(o);

    if (row == NULL)
        return row_new(o, ORDER_ROW);
    memset(row->at, 0, ORDER_ROW * sizeof row->at[0]);
    row->live = row->behind = 0;
    return row;
}

/* ---- finding ---- */

typedef const char *(*key_fn)(const struct order *o, const void *what);

static const char *key_of_item(const struct order *o, const void *item)
{
    return o->key(item);
}

/* Its first item's; NULL if only holes are left. */
static const char *key_of_row(const struct order *o, const void *what)
{
    const struct order_row *row = what;

    for (size_t i = 0; i < row->count; i++) {
        const void *item = rcu_load(&row->at[i]);
        if (item != NULL)
            return o->key(item);
    }
    return NULL;
}

/* The key at *place, or at the next one before end that has one, to which
 * *place moves. */
static const char *key_from(const struct order *o, const struct order_row *row,
                            key_fn key_of, size_t *place, size_t end)
{
    for (; *place < end; (*place)++) {
        const void *what = rcu_load(&row->at[*place]);
        const char *key = what == NULL ? NULL : key_of(o, what);
        if (key != NULL)
            return key;
    }
    return NULL;
}

/* The first place with only greater keys from there on. */
static size_t place_behind(const struct order *o, const struct order_row *row,
                           key_fn key_of, const char *key)
{
    size_t low = 0, high = row->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2, place = middle;
        const char *at = key_from(o, row, key_of, &place, high);
        if (at != NULL && strcmp(at, key) <= 0)
            low = place + 1;
        else
            high = middle;
    }
    return low;
}

/* The place of the row that key is in, or belongs to; rows->count: there is no
 * row at all. */
static size_t row_place(const struct order *o, const struct order_row *rows,
                        const char *key)
{
    size_t behind = place_behind(o, rows, key_of_row, key);
    size_t place = behind;

    while (place > 0)
        if (rcu_load(&rows->at[--place]) != NULL)
            return place;
    for (place = behind; place < rows->count; place++)
        if (rcu_load(&rows->at[place]) != NULL)
            return place;
    return place;
}

/* ---- making rows ---- */

/* All that are left of some places, in their order. */
struct gathered {
    size_t count;
    void *what[2 * ORDER_ROW];
};

static void gather(struct gathered *g, const struct order_row *row, size_t from,
                   size_t end)
{
    for (size_t i = from; i < end; i++)
        if (row->at[i] != NULL)
            g->what[g->count++] = row->at[i];
}

/* Fills a row that is not published yet with some of them.  gap: all holes are
 * behind the first so many; none: they are spread. */
static void fill(struct order_row *row, const struct gathered *g, size_t from,
                 size_t end, size_t gap)
{
    size_t n = end - from;

    for (size_t i = 0; i < n; i++) {
        size_t place = gap == 0  ? i * row->count / n
                       : i < gap ? i
                                 : i + row->count - n;
        row->at[place] = g->what[from + i];
    }
    row->live = (uint32_t)n;
    row->behind = (uint32_t)gap;
}

/* Some rows take the place of a few others. */
struct splice {
    size_t from, end;           /* places of the old ones */
    struct order_row *fresh[2]; /* or NULL */
};

static void append_all(struct order_row *rows, const struct order_row *old,
                       size_t from, size_t end)
{
    for (size_t i = from; i < end; i++)
        if (old->at[i] != NULL)
            rows->at[rows->live++] = old->at[i];
}

/* Into a row of rows that has room for it. */
static void publish_rows(struct order *o, struct order_row *rows,
                         const struct splice *s)
{
    struct order_row *old = o->rows;

    if (old != NULL)
        append_all(rows, old, 0, s->from);
    for (size_t i = 0; i < 2; i++)
        if (s->fresh[i] != NULL)
            rows->at[rows->live++] = s->fresh[i];
    if (old != NULL)
        append_all(rows, old, s->end, old->count);
    rows->count = rows->live;
    rcu_publish(&o->rows, rows);
    if (old == NULL)
        return;
    for (size_t i = s->from; i < s->end; i++)
        if (old->at[i] != NULL)
            rcu_later(&((struct order_row *)old->at[i])->rcu, return_later);
    rcu_later(&old->rcu, free_later);
}

/* In the place of the old one; NULL: it is gone. */
static void publish_row(struct order *o, size_t place, struct order_row *row)
{
    struct order_row *old = o->rows->at[place];

    rcu_publish(&o->rows->at[place], row);
    rcu_later(&old->rcu, return_later);
}

/* ---- adding ---- */

/* Where an item with this key goes. */
struct spot {
    struct order_row *row; /* NULL: there is none yet */
    size_t row_place, place;
    bool hole; /* nothing is at its place */
};

static struct spot spot_of(const struct order *o, const char *key)
{
    struct spot s = {NULL, 0, 0, false};

    if (o->rows == NULL)
        return s;
    s.row_place = row_place(o, o->rows, key);
    if (s.row_place == o->rows->count)
        return s;
    s.row = o->rows->at[s.row_place];
    s.place = place_behind(o, s.row, key_of_item, key);
    s.hole = s.place < s.row->count && s.row->at[s.place] == NULL;
    return s;
}

int order_reserve(struct order *o, const char *key)
{
    const struct spot s = spot_of(o, key);
    bool splits = s.row != NULL && s.row->live == ORDER_ROW;

    if (s.hole)
        return LLMREG_OK;
    for (size_t i = 0; i < 1U + splits; i++)
        if (o->spare[i] == NULL && (o->spare[i] = items_new(o)) == NULL)
            return LLMREG_ENOMEM;
    if (s.row != NULL && !splits)
        return LLMREG_OK;
    free(o->spare_rows);
    o->spare_rows = rows_new(o, o->rows == NULL ? 1 : o->rows->count + 1);
    return o->spare_rows == NULL ? LLMREG_ENOMEM : LLMREG_OK;
}

static struct order_row *take(struct order_row **spare)
{
    struct order_row *row = *spare;

    *spare = NULL;
    return row;
}

static void add_first(struct order *o, void *item)
{
    const struct splice s = {0, 0, {take(&o->spare[0]), NULL}};

    s.fresh[0]->at[0] = item;
    s.fresh[0]->live = s.fresh[0]->behind = 1;
    publish_rows(o, take(&o->spare_rows), &s);
}

/* Of which the newest has so many before it. */
static void split(struct order *o, size_t place, const struct gathered *g,
                  size_t newest, bool counts_up)
{
    const struct splice s = {
        place, place + 1, {take(&o->spare[0]), take(&o->spare[1])}};
    size_t half = counts_up ? newest + 1 : g->count / 2;

    if (half > ORDER_ROW)
        half = ORDER_ROW;
    bool left = counts_up && newest < half;
    fill(s.fresh[0], g, 0, half, left ? newest + 1 : 0);
    fill(s.fresh[1], g, half, g->count, counts_up && !left ? 1 : 0);
    publish_rows(o, take(&o->spare_rows), &s);
}

static void remake(struct order *o, const struct spot *s, void *item)
{
    struct gathered g = {.count = 0};

    gather(&g, s->row, 0, s->place);
    size_t newest = g.count;
    g.what[g.count++] = item;
    gather(&g, s->row, s->place, s->row->count);
    bool counts_up = s->place == s->row->behind;
    if (g.count > ORDER_ROW) {
        split(o, s->row_place, &g, newest, counts_up);
        return;
    }
    struct order_row *row = take(&o->spare[0]);
    fill(row, &g, 0, g.count, counts_up ? newest + 1 : 0);
    publish_row(o, s->row_place, row);
}

void order_add(struct order *o, void *item)
{
    const struct spot s = spot_of(o, o->key(item));

    if (s.row == NULL) {
        add_first(o, item);
    } else if (s.hole) {
        rcu_publish(&s.row->at[s.place], item);
        s.row->behind = (uint32_t)s.place + 1;
        s.row->live++;
    } else {
        remake(o, &s, item);
    }
}

/* ---- removing ---- */

/* Of this row nothing is left. */
static void drop_row(struct order *o, size_t place)
{
    struct order_row *rows = rows_new(o, o->rows->count - 1);
    const struct splice s = {place, place + 1, {NULL, NULL}};

    if (rows != NULL)
        publish_rows(o, rows, &s);
    else
        publish_row(o, place, NULL);
}

/* Joins the row with the one behind it if both are small; true if it did. */
static bool join(struct order *o, size_t place)
{
    struct gathered g = {.count = 0};

    if (place + 1 >= o->rows->count)
        return false;
    const struct order_row *a = o->rows->at[place];
    const struct order_row *b = o->rows->at[place + 1];
    if (a == NULL || b == NULL || a->live + b->live > JOINED)
        return false;
    struct order_row *rows = rows_new(o, o->rows->count);
    struct order_row *row = items_new(o);
    if (rows == NULL || row == NULL) {
        free(rows);
        free(row);
        return false;
    }
    gather(&g, a, 0, a->count);
    gather(&g, b, 0, b->count);
    fill(row, &g, 0, g.count, 0);
    const struct splice s = {place, place + 2, {row, NULL}};
    publish_rows(o, rows, &s);
    return true;
}

void order_remove(struct order *o, const void *item)
{
    size_t place = row_place(o, o->rows, o->key(item)); /* it is there */
    struct order_row *row = o->rows->at[place];
    size_t at = place_behind(o, row, key_of_item, o->key(item)) - 1;

    rcu_publish(&row->at[at], NULL);
    row->live--;
    if (row->live == 0)
        drop_row(o, place);
    else if (row->live < SPARSE && !join(o, place) && place > 0)
        (void)join(o, place - 1);
}

void order_fini(struct order *o)
{
    RCU_ACQUIRE(o);
    free(o->spare_rows);
    free(o->spare[0]);
    free(o->spare[1]);
    for (size_t i = 0; o->rows != NULL && i < o->rows->count; i++)
        free(o->rows->at[i]);
    free(o->rows);
    for (struct order_row *row; (row = from_pool(o)) != NULL;)
        free(row);
    *o = (struct order){.key = o->key};
}

/* ---- walking ---- */

struct order_walk order_walk_after(const struct order *o, const char *after)
{
    struct order_walk w = {.order = o, .rows = rcu_load(&o->rows)};
    size_t place = w.rows == NULL ? 0 : row_place(o, w.rows, after);

    w.last = after;
    if (w.rows == NULL || place == w.rows->count)
        return w;
    w.next_row = (uint32_t)place + 1;
    w.row = rcu_load(&w.rows->at[place]);
    if (w.row != NULL)
        w.next = (uint32_t)place_behind(o, w.row, key_of_item, after);
    return w;
}

/* Who left and came back may stand behind where it was. */
static bool is_new(struct order_walk *w, const void *item)
{
    const char *key = w->order->key(item);

    if (strcmp(key, w->last) <= 0)
        return false;
    w->last = key;
    return true;
}

void *order_next(struct order_walk *w)
{
    while (w->rows != NULL) {
        while (w->row != NULL && w->next < w->row->count) {
            void *item = rcu_load(&w->row->at[w->next++]);
            if (item != NULL && is_new(w, item))
                return item;
        }
        if (w->next_row >= w->rows->count)
            return NULL;
        w->row = rcu_load(&w->rows->at[w->next_row++]);
        w->next = 0;
    }
    return NULL;
}
