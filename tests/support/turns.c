/* SPDX-License-Identifier: MIT */
/* turns.c - see turns.h. */
#include "tests/support/turns.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

long turns_step(long every)
{
    return every * TURNS;
}

long turns_first(long every)
{
    const char *given = getenv("LLMREG_SEED");
    const long seed = given != NULL ? strtol(given, NULL, 10) : (long)getpid();

    if (turns_step(every) == 1)
        return 0;
    printf("LLMREG_SEED=%ld\n", seed);
    return seed % turns_step(every);
}
