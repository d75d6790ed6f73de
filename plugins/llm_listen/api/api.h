/* SPDX-License-Identifier: MIT */
/* api.h - what can be asked over HTTP, as one thing that is made and freed.
 *
 * Threads:   made and freed by one thread; the handler's steps run on workers.
 * Blocking:  api_new reads the token file; api_free joins threads.
 * Ownership: the service is lent, and conf's strings.  Free the server first.
 */
#ifndef LLM_LISTEN_API_API_H
#define LLM_LISTEN_API_API_H

#include "plugins/llm_listen/api/ask.h"
#include "plugins/llm_listen/http/serve.h"

LLMREG_MUSTCHECK int api_new(struct api **out, struct llmreg_service *service,
                             const struct api_conf *conf,
                             struct counters *counters,
                             struct llmreg_error *err);
void api_free(struct api *api); /* NULL is fine */

struct http_handler api_handler(struct api *api);

/* Every route that there is. */
const struct route_table *api_tables(size_t *n);

#endif
