/* SPDX-License-Identifier: MIT */
/* origin.h - against pages of other sites in the browser of somebody here.
 *
 * Who shows no token is trusted for where he is; but so is his browser, and
 * any page in it.  So without a token the Host must be one that no foreign
 * name can be made to point at (an IP address, localhost, or a name that the
 * configuration gives), and a request that changes something must not come
 * from a page of another origin.
 *
 * Threads:   pure functions of their arguments.
 * Blocking:  never.
 * Ownership: values only.
 */
#ifndef LLM_LISTEN_API_ORIGIN_H
#define LLM_LISTEN_API_ORIGIN_H

#include <llmreg/status.h>

/* host: the Host header; names: further hosts that are ours, n of them. */
bool origin_host_is_ours(const char *host, const char *const *names, size_t n);
/* origin: the Origin header, NULL: none; the same host and port as host. */
bool origin_is_same(const char *origin, const char *host);

#endif
