/* SPDX-License-Identifier: MIT */
/* as plugins/llm_probe/plugin.c */
static struct {
    int n;
} self;

static int more;
