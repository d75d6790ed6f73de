/* SPDX-License-Identifier: MIT */
/* main.c - store_bench [-s] GROUP DIR: on what is in DIR.  -s is
 * short. */
#include "tests/bench/store/groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    void (*run)(bool brief, const char *dir);
} groups[] = {
    {"backup", backup_group},   {"commit", commit_group},
    {"compact", compact_group}, {"fill", fill_group},
    {"start", start_group},
};

int main(int argc, char **argv)
{
    const bool brief = argc > 1 && strcmp(argv[1], "-s") == 0;
    char **words = argv + 1 + brief;

    for (size_t i = 0; argc == 3 + brief && i < sizeof groups / sizeof *groups;
         i++)
        if (strcmp(words[0], groups[i].name) == 0) {
            groups[i].run(brief, words[1]);
            return EXIT_SUCCESS;
        }
    fprintf(stderr, "usage: store_bench [-s] GROUP DIR\ngroups:");
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        fprintf(stderr, " %s", groups[i].name);
    fprintf(stderr, "\n");
    return 2;
}
