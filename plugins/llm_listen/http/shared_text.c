/* SPDX-License-Identifier: MIT */
/* shared_text.c - a text with references. */
#include "plugins/llm_listen/http/shared_text.h"

#include <stdlib.h>

struct http_text *http_text_new(char *bytes, size_t len)
{
    struct http_text *t = malloc(sizeof *t);

    if (t == NULL) {
        free(bytes);
        return NULL;
    }
    *t = (struct http_text){.refs = 1, .len = len, .bytes = bytes};
    return t;
}

struct http_text *http_text_hold(struct http_text *t)
{
    t->refs++;
    return t;
}

void http_text_put(struct http_text *t)
{
    if (t == NULL || --t->refs > 0)
        return;
    free(t->bytes);
    free(t);
}
