/* SPDX-License-Identifier: MIT */
/* json_page.h - a writer whose sink keeps everything, for one test program,
 * and numbers drawn at random that can be drawn again. */
#ifndef LLMREG_TESTS_JSON_PAGE_H
#define LLMREG_TESTS_JSON_PAGE_H

#include <llmreg/json.h>

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct page {
    char text[1u << 20];
    size_t len;
    size_t calls;
    size_t fail_at; /* the call that fails, from 1; 0: none */
    size_t longest; /* piece */
};

static struct page page;
static struct llmreg_json_out w;

static inline int keep(void *ctx, const char *bytes, size_t len)
{
    struct page *p = ctx;

    p->calls++;
    if (p->calls == p->fail_at)
        return LLMREG_EIO;
    ck_assert_uint_gt(len, 0);
    ck_assert_uint_lt(p->len + len, sizeof p->text);
    memcpy(p->text + p->len, bytes, len);
    p->len += len;
    p->text[p->len] = '\0';
    p->longest = len > p->longest ? len : p->longest;
    return LLMREG_OK;
}

static inline void begin(void)
{
    page.len = page.calls = page.fail_at = page.longest = 0;
    page.text[0] = '\0';
    llmreg_json_out_init(&w, keep, &page);
}

static inline void end_as(const char *expected)
{
    ck_assert_int_eq(llmreg_json_out_end(&w), LLMREG_OK);
    ck_assert_str_eq(page.text, expected);
}

/* Leaves room for so many bytes of the piece that is being written, inside a
 * list that has one element. */
static inline void leave_room(size_t room)
{
    static char fill[LLMREG_JSON_PIECE];
    size_t n = LLMREG_JSON_PIECE - room - 3; /* [ and two quotes */

    memset(fill, 'x', n);
    fill[n] = '\0';
    llmreg_json_open_array(&w, NULL);
    llmreg_json_string(&w, NULL, fill);
}

/* What stands behind leave_room(room). */
static inline const char *behind(size_t room)
{
    return page.text + LLMREG_JSON_PIECE - room;
}

static uint64_t seed;

static inline void draw_from(const char *who, uint64_t fallback)
{
    const char *given = getenv("LLMREG_SEED");

    seed = given != NULL ? strtoull(given, NULL, 10) : fallback;
    printf("%s: seed %llu\n", who, (unsigned long long)seed);
}

static inline uint64_t draw(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * UINT64_C(2685821657736338717);
}

static const struct llmreg_json_limits page_limits = {
    .bytes = sizeof page.text, .depth = 64, .values = 100000, .string = 65536};

#endif
