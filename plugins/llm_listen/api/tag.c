/* SPDX-License-Identifier: MIT */
/* tag.c - eight bytes at a time, in four rows that do not wait for each other:
 * a page of a list has 60 kB, and its tag may not cost what its writing does.
 * Nobody gains by making two pages look the same but who wrote both, so the
 * hash need not be a cryptographer's. */
#include "plugins/llm_listen/api/tag.h"

#include <stdio.h>
#include <string.h>

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 29;
}

#define PIECE (4 * sizeof(uint64_t))

/* Four rows, and not an array of them, which compilers keep in memory: each
 * step would wait for it.  What is left in the end is filled up with zeros. */
static uint64_t mix_all(const unsigned char *p, size_t len, uint64_t h)
{
    uint64_t a = h, b = ~h, c = h << 1, d = h >> 1, words[4];
    bool over = false;

    while (!over) {
        unsigned char last[PIECE] = {0};

        over = len < PIECE;
        if (over && len > 0)
            memcpy(last, p, len);
        memcpy(words, over ? last : p, PIECE);
        a = mix(a, words[0]);
        b = mix(b, words[1]);
        c = mix(c, words[2]);
        d = mix(d, words[3]);
        p += over ? 0 : PIECE;
        len -= over ? 0 : PIECE;
    }
    return mix(mix(mix(mix(h, a), b), c), d);
}

void tag_make(const void *bytes, size_t len, char out[static TAG_SIZE])
{
    uint64_t h = mix_all(bytes, len, UINT64_C(0x243f6a8885a308d3) ^ len);

    h = mix(h, h >> 32);
    snprintf(out, TAG_SIZE, "\"%016llx\"", (unsigned long long)h);
}

/* The next tag of a list, without W/; NULL: there is none. */
static const char *next_tag(const char **list)
{
    const char *tag;

    *list += strspn(*list, " \t,");
    if (strncmp(*list, "W/", 2) == 0)
        *list += 2;
    tag = *list;
    *list += strcspn(*list, ",");
    return *tag == '\0' ? NULL : tag;
}

bool tag_matches(const char *list, const char *tag)
{
    const char *one;
    size_t len;

    if (strncmp(tag, "W/", 2) == 0)
        tag += 2;
    len = strlen(tag);
    while (list != NULL && (one = next_tag(&list)) != NULL)
        if (*one == '*' ||
            (strncmp(one, tag, len) == 0 && strchr(" \t,", one[len]) != NULL))
            return true;
    return false;
}

/* ---- revisions ---- */

#define DIGITS 16

void tag_join(const char *revision, const char *bytes,
              char out[static TAG_SIZE])
{
    snprintf(out, TAG_SIZE, "\"%.*s-%.*s\"", DIGITS, revision + 1, DIGITS,
             bytes + 1);
}

bool tag_matches_revision(const char *list, const char *revision)
{
    const char *one;

    while (list != NULL && (one = next_tag(&list)) != NULL)
        if (*one == '*' || (strncmp(one, revision, 1 + DIGITS) == 0 &&
                            strchr("\"-", one[1 + DIGITS]) != NULL))
            return true;
    return false;
}
