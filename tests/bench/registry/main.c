/* SPDX-License-Identifier: MIT */
/* main.c - registry_bench [-s] GROUP [FIGURE]: the figures of one group, once;
 * or one of them again and again, for a profiler.  -s is short. */
#include "tests/bench/registry/groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    void (*run)(const struct bench *b);
} groups[] = {
    {"agents", agents_group},       {"deadlines", deadlines_group},
    {"endpoints", endpoints_group}, {"memory", memory_group},
    {"models", models_group},       {"snapshot", snapshot_group},
    {"threads", threads_group},
};

#define GROUPS (sizeof groups / sizeof groups[0])

static int usage(void)
{
    fprintf(stderr, "usage: registry_bench [-s] GROUP [FIGURE]\ngroups:");
    for (size_t i = 0; i < GROUPS; i++)
        fprintf(stderr, " %s", groups[i].name);
    fprintf(stderr, "\n");
    return 2;
}

int main(int argc, char **argv)
{
    struct bench b = {.brief = argc > 1 && strcmp(argv[1], "-s") == 0};
    char **words = argv + 1 + b.brief;

    if (words[0] == NULL || (words[1] != NULL && words[2] != NULL))
        return usage();
    b.only = words[1];
    for (size_t i = 0; i < GROUPS; i++)
        if (strcmp(words[0], groups[i].name) == 0) {
            groups[i].run(&b);
            return EXIT_SUCCESS;
        }
    return usage();
}
