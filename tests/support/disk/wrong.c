/* SPDX-License-Identifier: MIT */
/* wrong.c - two mistakes that tests of the store must find, to be preloaded.
 *
 * LLMREG_WRONG=early: changes are acknowledged before they are on disk.
 * LLMREG_WRONG=normal: commits do not wait for fsync (synchronous=NORMAL).
 * A harness that finds nothing then would find nothing ever.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/service.h>
#include <sqlite3.h>

#define LLMREG "libllmreg.so.0"
#define SQLITE "libsqlite3.so.0"
#define FULL   "PRAGMA synchronous = FULL"
#define NORMAL "PRAGMA synchronous = 1   "

static bool is_wrong(const char *how)
{
    const char *wanted = getenv("LLMREG_WRONG");

    return wanted != NULL && strcmp(wanted, how) == 0;
}

/* The function that would have been called without us: of a library that a
 * plugin brought, which is after nobody. */
static void *real_one(const char *library, const char *name)
{
    void *handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);

    return handle == NULL ? NULL : dlsym(handle, name);
}

uint64_t llmreg_service_durable(struct llmreg_service *s)
{
    uint64_t (*real)(struct llmreg_service *);

    *(void **)&real = real_one(LLMREG, "llmreg_service_durable");
    return is_wrong("early") ? UINT64_MAX : real(s);
}

uint64_t llmreg_durable_watch_read(struct llmreg_durable_watch *w, bool *works)
{
    uint64_t (*real)(struct llmreg_durable_watch *, bool *);

    *(void **)&real = real_one(LLMREG, "llmreg_durable_watch_read");
    const uint64_t seq = real(w, works);
    return is_wrong("early") ? UINT64_MAX : seq;
}

int sqlite3_exec(sqlite3 *db, const char *sql,
                 int (*row)(void *, int, char **, char **), void *ctx,
                 char **message)
{
    int (*real)(sqlite3 *, const char *, int (*)(void *, int, char **, char **),
                void *, char **);
    char changed[4096];
    char *at;

    *(void **)&real = real_one(SQLITE, "sqlite3_exec");
    if (!is_wrong("normal") || strlen(sql) >= sizeof changed)
        return real(db, sql, row, ctx, message);
    snprintf(changed, sizeof changed, "%s", sql);
    at = strstr(changed, FULL);
    if (at != NULL)
        memcpy(at, NORMAL, sizeof NORMAL - 1);
    return real(db, changed, row, ctx, message);
}
