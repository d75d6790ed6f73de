/* SPDX-License-Identifier: MIT */
/* print_listen_tables.c - the tables of the listener's options, for
 * check_manual.py, in the form of print_tables.c.  Two plugins are two
 * programs: each names its tables as it likes. */
#include <stdio.h>

#include "plugins/llm_listen/config.h"

static const char *const types[] = {
    [LLMREG_OPT_STRING] = "string",   [LLMREG_OPT_PATH] = "path",
    [LLMREG_OPT_SECONDS] = "seconds", [LLMREG_OPT_INTEGER] = "integer",
    [LLMREG_OPT_NUMBER] = "number",   [LLMREG_OPT_BOOL] = "bool",
};

static void print_options(const char *block, const struct llmreg_option *table)
{
    for (const struct llmreg_option *o = table; o->name != NULL; o++)
        printf("option\t%s\t%s\t%s\t%.15g\t%.15g\t%s\n", block, o->name,
               types[o->type], o->min, o->max,
               o->preset == NULL ? "" : o->preset);
}

int main(void)
{
    print_options("Plugin", config_options);
    print_options("Listen", config_listen_options);
    return 0;
}
