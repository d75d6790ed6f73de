/* SPDX-License-Identifier: MIT */
/* cells.c - a page is a list of places, each of a length and a record; what is
 * too long for the page goes on in a chain of others.
 */
#include "common/store/recovery/cells.h"

#include <stdlib.h>
#include <string.h>

#include "common/store/recovery/record.h"

enum { INNER = 2, LEAF = 10 };

#define LOCAL_MAX  1002 /* of a record on a page of 4096 bytes */
#define LOCAL_MIN  489
#define CHAIN_PAGE (PAGES_SIZE - 4)

int cells_init(struct cells *c, const struct pages *pages)
{
    c->pages = pages;
    c->record = malloc(CELLS_LONGEST);
    return c->record != NULL ? LLMREG_OK : LLMREG_ENOMEM;
}

void cells_fini(struct cells *c)
{
    free(c->record);
}

/* ---- what the page says of itself ---- */

static size_t header_of(unsigned char type)
{
    return type == LEAF ? 8 : 12;
}

static size_t place(const struct cells *c, unsigned char type, size_t i)
{
    return pages_u16(c->page + header_of(type) + 2 * i);
}

static bool is_sound(const struct cells *c)
{
    const unsigned char type = c->page[0];
    const size_t n = pages_u16(c->page + 3);
    size_t first;

    if (type != LEAF && type != INNER)
        return false;
    first = header_of(type) + 2 * n;
    if (first > PAGES_SIZE)
        return false;
    for (size_t i = 0; i < n; i++)
        if (place(c, type, i) < first || place(c, type, i) > PAGES_SIZE - 4)
            return false;
    return true;
}

bool cells_load(struct cells *c, uint32_t number, bool *sound)
{
    if (pages_is_spare(c->pages, number) ||
        !pages_read(c->pages, number, c->page))
        return false;
    *sound = is_sound(c);
    return true;
}

/* ---- records ---- */

static size_t local_part(uint64_t len)
{
    if (len <= LOCAL_MAX)
        return (size_t)len;
    const size_t part = LOCAL_MIN + (size_t)(len - LOCAL_MIN) % CHAIN_PAGE;
    return part <= LOCAL_MAX ? part : LOCAL_MIN;
}

static bool follow(const struct cells *c, uint32_t number, size_t have,
                   size_t len)
{
    unsigned char page[PAGES_SIZE];

    while (have < len) {
        const size_t left = len - have;
        const size_t part = left < CHAIN_PAGE ? left : CHAIN_PAGE;

        if (!pages_read(c->pages, number, page))
            return false;
        memcpy(c->record + have, page + 4, part);
        have += part;
        number = pages_u32(page);
    }
    return true;
}

/* The length of the record at that place, which is in c->record then; 0. */
static size_t gather(const struct cells *c, size_t at)
{
    const unsigned char *p = c->page + at;
    const unsigned char *const end = c->page + PAGES_SIZE;
    uint64_t len;
    size_t local;

    if (!record_varint(&p, end, &len) || len == 0 || len > CELLS_LONGEST)
        return 0;
    local = local_part(len);
    if ((size_t)(end - p) < local + (local < len ? 4 : 0))
        return 0;
    memcpy(c->record, p, local);
    if (local < len && !follow(c, pages_u32(p + local), local, (size_t)len))
        return 0;
    return (size_t)len;
}

/* As a page of that kind, with at most so many cells. */
static int each_as(struct cells *c, unsigned char type, size_t most,
                   cells_fn fn, void *ctx)
{
    const size_t skip = type == INNER ? 4 : 0;
    int rc = LLMREG_OK;

    for (size_t i = 0; i < most && rc == LLMREG_OK; i++) {
        const size_t from = header_of(type) + 2 * i;
        size_t at, len;

        if (from + 2 > PAGES_SIZE)
            break;
        at = place(c, type, i);
        if (at < from + 2 || at + skip >= PAGES_SIZE)
            continue;
        len = gather(c, at + skip);
        if (len > 0)
            rc = fn(ctx, c->record, len);
    }
    return rc;
}

int cells_each(struct cells *c, cells_fn fn, void *ctx)
{
    int rc;

    if (is_sound(c))
        return each_as(c, c->page[0], pages_u16(c->page + 3), fn, ctx);
    rc = each_as(c, LEAF, PAGES_SIZE / 2, fn, ctx);
    return rc == LLMREG_OK ? each_as(c, INNER, PAGES_SIZE / 2, fn, ctx) : rc;
}
