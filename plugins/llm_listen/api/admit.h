/* SPDX-License-Identifier: MIT */
/* admit.h - clients that know no tokens are let in by their address, once
 * somebody has approved it.
 *
 * An address that asks for the first time gets a token that is pending and
 * whose secret nobody knows: it stands for the address in the list of tokens,
 * so that it is approved, and revoked, as any other.  A door that says
 * AutoApprove lets in without one; a revoked one is refused at any door.
 *
 * Threads:   as an ask.
 * Blocking:  never.
 * Ownership: nothing is kept.
 */
#ifndef LLM_LISTEN_API_ADMIT_H
#define LLM_LISTEN_API_ADMIT_H

#include "plugins/llm_listen/api/ask.h"

/* So many addresses may wait at once. */
#define ADMIT_PENDING_MAX 1000

/* Of a caller who may ask for the route: it showed a token, or needs none, or
 * its address is let in.  False: answered 403 or 429. */
bool admit(struct ask *a);
/* Nothing but its address speaks for the caller. */
bool admit_by_address(const struct ask *a);

#endif
