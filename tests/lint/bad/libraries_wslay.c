/* SPDX-License-Identifier: MIT */
/* as plugins/llm_listen/api/talk.c */
#include <wslay/wslay.h>
