/* SPDX-License-Identifier: MIT */
/* health_box.c - version and detail come last in struct llmreg_health: all
 * before them is copied as it is, and the two texts follow packed.
 *
 * The order that the mark needs is made by the accesses themselves: a word is
 * stored with release after the mark that took its box out of use, and loaded
 * with acquire before the mark is read again.
 */
#include "common/registry/health_box.h"

#include <stdlib.h>
#include <string.h>

#include "common/registry/rcu.h"

#define HEAD       offsetof(struct llmreg_health, version)
#define HEAD_WORDS (HEAD / 8)
#define TEXT       (8 * HEALTH_BOX_WORDS - HEAD) /* what a small box takes */
#define TEXT_LARGE (LLMREG_VERSION_SIZE + LLMREG_DETAIL_SIZE)

#define WHICH        UINT64_C(1)
#define LARGE        UINT64_C(2)
#define STATE_SHIFT  2
#define ROOM_SHIFT   5
#define ROOM_MASK    127
#define NUMBER_SHIFT 12

_Static_assert(offsetof(struct llmreg_health, detail) ==
                   HEAD + LLMREG_VERSION_SIZE,
               "version and detail are the last two members");
_Static_assert(HEAD % 8 == 0 && TEXT_LARGE % 8 == 0 && TEXT % 8 == 0,
               "whole words");
_Static_assert(LLMREG_HEALTH_STATES <= 8 && LLMREG_VERSION_SIZE <= ROOM_MASK,
               "they fit into the mark");
_Static_assert(TEXT <= LLMREG_VERSION_SIZE && TEXT <= LLMREG_DETAIL_SIZE,
               "the texts of a small box fit into either");

/* ---- writing ---- */

/* Room for the largest. */
static int provide(struct health_box *b)
{
    if (b->large != NULL)
        return LLMREG_OK;
    struct health_large *large = calloc(1, sizeof *large);
    if (large == NULL)
        return LLMREG_ENOMEM;
    rcu_publish(&b->large, large);
    return LLMREG_OK;
}

static void store(_Atomic uint64_t *to, const void *from, size_t words)
{
    const char *at = from;
    uint64_t word;

    for (size_t i = 0; i < words; i++) {
        memcpy(&word, at + 8 * i, 8);
        atomic_store_explicit(&to[i], word, memory_order_release);
    }
}

int health_box_set(struct health_box *b, const struct llmreg_health *health)
{
    size_t version = strnlen(health->version, LLMREG_VERSION_SIZE - 1);
    size_t detail = strnlen(health->detail, LLMREG_DETAIL_SIZE - 1);
    bool large = version + detail + 2 > TEXT;
    uint64_t old = atomic_load_explicit(&b->mark, memory_order_relaxed);
    uint64_t which = (old & WHICH) ^ WHICH;
    char text[TEXT_LARGE + 8];

    if (large && provide(b) != LLMREG_OK)
        return LLMREG_ENOMEM;
    memcpy(text, health->version, version);
    text[version++] = '\0';
    memcpy(text + version, health->detail, detail);
    memset(text + version + detail, 0, 8);
    _Atomic uint64_t *to = large ? b->large->words[which] : b->words[which];
    store(to, health, HEAD_WORDS);
    store(to + HEAD_WORDS, text, (version + detail + 1 + 7) / 8);
    uint64_t mark = ((old >> NUMBER_SHIFT) + 1) << NUMBER_SHIFT |
                    (uint64_t)version << ROOM_SHIFT |
                    (uint64_t)health->state << STATE_SHIFT |
                    (large ? LARGE : 0) | which;
    atomic_store_explicit(&b->mark, mark, memory_order_release);
    return LLMREG_OK;
}

void health_box_fini(struct health_box *b)
{
    free(b->large);
    b->large = NULL;
}

/* ---- reading ---- */

static void load(void *to, const _Atomic uint64_t *from, size_t words)
{
    char *at = to;

    for (size_t i = 0; i < words; i++) {
        uint64_t word = atomic_load_explicit(&from[i], memory_order_acquire);
        memcpy(at + 8 * i, &word, 8);
    }
}

/* Of fixed size, which costs less than to count: what is behind the texts is
 * of no interest. */
static void get_small(const _Atomic uint64_t *from, size_t version,
                      struct llmreg_health *out)
{
    char text[2 * TEXT] = "";

    load(out, from, HEAD_WORDS);
    load(text, from + HEAD_WORDS, TEXT / 8);
    memcpy(out->version, text, TEXT);
    memcpy(out->detail, text + version, TEXT);
}

static void get_large(const _Atomic uint64_t *from, size_t version,
                      struct llmreg_health *out)
{
    char text[TEXT_LARGE];

    load(out, from, HEAD_WORDS);
    load(text, from + HEAD_WORDS, TEXT_LARGE / 8);
    memcpy(out->version, text, sizeof out->version);
    memcpy(out->detail, text + version, sizeof out->detail);
}

void health_box_get(const struct health_box *b, struct llmreg_health *out)
{
    uint64_t mark = atomic_load_explicit(&b->mark, memory_order_acquire);
    uint64_t before;

    do {
        size_t version = mark >> ROOM_SHIFT & ROOM_MASK;
        before = mark;
        if ((mark & LARGE) != 0)
            get_large(rcu_load(&b->large)->words[mark & WHICH], version, out);
        else
            get_small(b->words[mark & WHICH], version, out);
        mark = atomic_load_explicit(&b->mark, memory_order_relaxed);
    } while (mark != before);
}
