/* SPDX-License-Identifier: MIT */
/* shared_text.h - what a text of socket.h is, for those that send it.
 *
 * Threads:   all on the sockets' thread, so that references are plain numbers;
 *            once it has ended, on the one that stops.
 * Blocking:  never.
 * Ownership: freed with the last reference.
 */
#ifndef LLM_LISTEN_HTTP_SHARED_TEXT_H
#define LLM_LISTEN_HTTP_SHARED_TEXT_H

#include "plugins/llm_listen/http/socket.h"

struct http_text {
    size_t refs, len;
    char *bytes;
};

#endif
