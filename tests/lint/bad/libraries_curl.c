/* SPDX-License-Identifier: MIT */
/* as plugins/llm_probe/verdict.c */
#include <curl/curl.h>
