/* SPDX-License-Identifier: MIT */
/* as plugins/llm_probe/x.c */
#include "common/base/utf8.h"
