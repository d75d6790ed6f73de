/* SPDX-License-Identifier: MIT */
/* pairs.c - lines put together, and taken apart. */
#include "common/store/rows/pairs.h"

#include <string.h>

void pairs_add(struct llmreg_text *t, char between, const struct pair *p)
{
    llmreg_text_add(t, p->name);
    if (p->value[0] != '\0')
        llmreg_text_add_bytes(t, &between, 1);
    llmreg_text_add(t, p->value);
    llmreg_text_add(t, "\n");
}

bool pairs_next(char **at, char between, struct pair *out)
{
    char *line = *at, *end = strchr(line, '\n'), *value;

    if (line[0] == '\0')
        return false;
    if (end == NULL)
        end = line + strlen(line); /* somebody has edited it */
    *at = *end == '\n' ? end + 1 : end;
    *end = '\0';
    out->name = line;
    out->value = end;
    value = strchr(line, between);
    if (value == NULL)
        return true;
    *value = '\0';
    out->value = value + 1;
    return true;
}
