/* SPDX-License-Identifier: MIT */
/* as plugins/llm_probe/x.c */
#include "plugins/llm_probe/a.h"
#include "plugins/llm_probe/b.h"
#include "plugins/llm_probe/c.h"
#include "plugins/llm_probe/d.h"
#include "plugins/llm_probe/e.h"
#include "plugins/llm_probe/f.h"
#include "plugins/llm_probe/g.h"
#include "plugins/llm_probe/h.h"
