/* SPDX-License-Identifier: MIT */
/* flat.c - malloc's books, before and after. */
#include "tests/stress/flat.h"

#include <malloc.h>
#include <stdio.h>

/* Caches of threads and of malloc differ from run to run by some pages; what
 * is lost at each operation is far more. */
#define SLACK (256 * 1024)

static size_t in_use(void)
{
    struct mallinfo2 books = mallinfo2();

    return books.uordblks + books.hblkhd;
}

bool flat(void (*work)(void))
{
    work();
    size_t before = in_use();
    work();
    size_t after = in_use();
    if (after <= before + SLACK)
        return true;
    (void)fprintf(stderr, "%zu bytes were left over\n", after - before);
    return false;
}
