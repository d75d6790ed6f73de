/* SPDX-License-Identifier: MIT */
/* as common/store/x.c */
/* What looks like a breach and is none: abort(), sqlite3_open in a comment. */
#include "common/store/store.h"

#include <llmreg/status.h>

#include <sqlite3.h>

struct x;

enum { X_MAX = 3 };

_Static_assert(X_MAX == 3, "three");

typedef int step_fn(struct x *x);

static const char *const words[] = {"exit(1)", "a // b", "static int n;"};
static const struct {
    const char *name;
    int n;
} rows[] = {{"a", 1}, {"b", 2}};
static int (*const steps[])(struct x *x) = {NULL};

static int count(const struct x *x, int (*more)(int, int), const char *format,
                 int a, int b, ...) LLMREG_PRINTF(3, 6);

static void walk(struct x *x, int n)
{
    static const struct {
        int a;
    } table[] = {{1}};
    struct x *list[] = {x};

    for_each_item(x, list) {
        if (n == 1) {
            step(x);
        } else if (n == 2) {
            while (more(x))
                step(x);
        } else if (n == 3) {
            step(x);
        } else {
            x->exit(x);
        }
    }
    switch (n) {
    case X_MAX:
        goto done;
    default:
        n = n > 1 ? 2 : table[0].a;
    }
    sqlite3_reset(NULL);
done:
    return;
}
