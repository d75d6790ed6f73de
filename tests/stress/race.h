/* SPDX-License-Identifier: MIT */
/* race.h - one mistake that the thread sanitizer must find.
 *
 * A reader that does all right, and a writer that does one thing wrong if it
 * is told so.  Both work on structures of the registry, and are called again
 * and again, each in a thread of its own.
 */
#ifndef LLMREG_STRESS_RACE_H
#define LLMREG_STRESS_RACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct race {
    const char *name;
    void (*open)(void);
    void (*read)(void);
    void (*write)(bool wrong);
    void (*close)(void); /* what was retired may still be under way */
};

/* Each ends with a race without a name. */
extern const struct race races_of_endpoints[];
extern const struct race races_of_tables[];
extern const struct race races_of_agents[];
extern const struct race races_of_hosts[];
extern const struct race races_of_sessions[];
extern const struct race races_of_alerts[];
extern const struct race races_of_tokens[]; /* and of the audit */

/* What readers read goes here. */
extern _Atomic size_t race_sink;
/* Ends the program: no memory. */
void race_must(bool works);

/* A registry with room for a few of all. */
struct llmreg_registry *race_registry(void);
void race_registry_free(struct llmreg_registry *r);

#endif
