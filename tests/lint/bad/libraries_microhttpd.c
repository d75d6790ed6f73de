/* SPDX-License-Identifier: MIT */
/* as plugins/llm_listen/api/answers.c */
#include <microhttpd.h>
