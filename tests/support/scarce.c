/* SPDX-License-Identifier: MIT */
/* scarce.c - the linker brings every allocation here, --wrap. */
#include "tests/support/scarce.h"

#include <dirent.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *s);

/* The allocation that fails, counted down to 0; none below. */
static _Thread_local long failing = -1;
static _Thread_local bool always, failed;

bool scarce_fails(void)
{
    const bool now = always || failing-- == 0;

    failed = failed || now;
    return now;
}

void *__wrap_malloc(size_t size)
{
    return scarce_fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return scarce_fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return scarce_fails() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *s)
{
    return scarce_fails() ? NULL : __real_strdup(s);
}

void scarce_from(long n)
{
    failed = false;
    failing = n;
}

void scarce_all(void)
{
    failed = false;
    always = true;
}

bool scarce_end(void)
{
    always = false;
    failing = -1;
    return failed;
}

int scarce_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = 0;

    if (dir == NULL)
        return -1;
    while (readdir(dir) != NULL)
        n++;
    (void)closedir(dir);
    return n;
}
