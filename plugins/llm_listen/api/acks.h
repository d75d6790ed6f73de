/* SPDX-License-Identifier: MIT */
/* acks.h - calls that wait until their change is on disk.
 *
 * A registration is acknowledged after its commit, and no worker waits for a
 * disk: the call is held with its ticket, and a thread that watches the
 * store's watermark releases it.  It is released as well when its time is
 * over, or when the store does not work: then the route sees that its event
 * is not durable, and says so.
 *
 * Threads:   every function may be called from any thread; new and free from
 *            the one that starts and stops.
 * Blocking:  free joins the thread; the others never.
 * Ownership: the service and the server are lent; free acks before either.
 */
#ifndef LLM_LISTEN_API_ACKS_H
#define LLM_LISTEN_API_ACKS_H

#include <llmreg/service.h>

#include "plugins/llm_listen/http/http.h"

#define ACKS_WAIT_NS (5 * LLMREG_NS_PER_S)

struct acks;

/* LLMREG_ENOMEM, LLMREG_EIO (no thread, no descriptor). */
LLMREG_MUSTCHECK int acks_new(struct acks **out, struct llmreg_service *s);
void acks_free(struct acks *a); /* NULL is fine */
/* Who is released; before the first call. */
void acks_server(struct acks *a, struct http_server *server);
/* Nobody is released any more; the server may go. */
void acks_stop(struct acks *a);

/* Every event up to this one is on disk. */
uint64_t acks_durable(const struct acks *a);
/* Releases the ticket when seq is on disk, or will not be soon.  LLMREG_ENOMEM:
 * the ticket is the caller's to release. */
LLMREG_MUSTCHECK int acks_wait(struct acks *a, uint64_t seq,
                               struct http_ticket ticket);
/* How many wait. */
size_t acks_waiting(struct acks *a);

#endif
