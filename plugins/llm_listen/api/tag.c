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

#define ROWS 4

static void mix_rows(uint64_t rows[static ROWS], const unsigned char *p)
{
    uint64_t words[ROWS];

    memcpy(words, p, sizeof words);
    for (int i = 0; i < ROWS; i++)
        rows[i] = mix(rows[i], words[i]);
}

void tag_make(const void *bytes, size_t len, char out[static TAG_SIZE])
{
    const unsigned char *p = bytes;
    uint64_t h = UINT64_C(0x243f6a8885a308d3) ^ len;
    uint64_t rows[ROWS] = {h, ~h, h << 1, h >> 1};
    unsigned char last[sizeof rows] = {0};

    for (; len >= sizeof rows; len -= sizeof rows, p += sizeof rows)
        mix_rows(rows, p);
    if (len > 0)
        memcpy(last, p, len);
    mix_rows(rows, last);
    for (int i = 0; i < ROWS; i++)
        h = mix(h, rows[i]);
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
