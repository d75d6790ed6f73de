/* SPDX-License-Identifier: MIT */
/* keyring.h - tokens in the fleet's registry, for tests of them.
 *
 * fleet_setup and fleet_teardown (fleet.h) are the fixture.
 */
#ifndef LLMREG_TESTS_KEYRING_H
#define LLMREG_TESTS_KEYRING_H

#include <llmreg/tokens.h>

#include "tests/unit/fleet.h"

/* A token that is valid in all its fields: an agent's, bound to nobody, made
 * by the file. */
struct llmreg_token keyring_token(const char *id);
/* The same for enrolment, good for uses registrations. */
struct llmreg_token keyring_enrolment(const char *id, uint32_t uses);
/* Adds it: must be taken. */
void keyring_add(const struct llmreg_token *token);
/* "role state agent@host" of it, and "left of uses" if it is for enrolment;
 * "none" if there is no such token; static. */
const char *keyring_line(const char *id);
/* The next event as "type subject before>after reason", "" for none; static. */
const char *keyring_event(void);

#endif
