/* SPDX-License-Identifier: MIT */
/* as include/llmreg/x.h */
#include "common/store/store.h"
