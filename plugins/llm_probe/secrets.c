/* SPDX-License-Identifier: MIT */
/* secrets.c - an array that is complete before the threads start; only the
 * tokens and their versions change after that. */
#include "plugins/llm_probe/secrets.h"

#include <stdlib.h>
#include <string.h>

#include <llmreg/thread.h>

struct secret {
    /* fixed after add */
    char *path;
    /* guarded by lock */
    char *token;
    uint64_t version; /* 0: none yet */
};

struct secrets {
    struct llmreg_lock lock;
    /* fixed once the threads run */
    struct secret *items;
    size_t count;
};

int secrets_new(struct secrets **out)
{
    struct secrets *s = calloc(1, sizeof *s);
    int rc = LLMREG_ENOMEM;

    if (s == NULL)
        return rc;
    rc = llmreg_lock_init(&s->lock);
    if (rc == LLMREG_OK)
        *out = s;
    else
        free(s);
    return rc;
}

static void free_token(char *token)
{
    if (token == NULL)
        return;
    explicit_bzero(token, strlen(token));
    free(token);
}

void secrets_free(struct secrets *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->count; i++) {
        free(s->items[i].path);
        free_token(s->items[i].token);
    }
    free(s->items);
    llmreg_lock_fini(&s->lock);
    free(s);
}

int secrets_add(struct secrets *s, const char *path, size_t *place)
{
    struct secret *items = NULL;
    char *copy = NULL;

    for (size_t i = 0; i < s->count; i++) {
        if (strcmp(s->items[i].path, path) == 0) {
            *place = i;
            return LLMREG_OK;
        }
    }
    items = realloc(s->items, (s->count + 1) * sizeof *items);
    if (items == NULL)
        return LLMREG_ENOMEM;
    s->items = items;
    copy = strdup(path);
    if (copy == NULL)
        return LLMREG_ENOMEM;
    items[s->count] = (struct secret){.path = copy};
    *place = s->count++;
    return LLMREG_OK;
}

size_t secrets_count(const struct secrets *s)
{
    return s->count;
}

const char *secrets_path(const struct secrets *s, size_t place)
{
    return s->items[place].path;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

int secrets_token(const char *bytes, size_t len, const char **token,
                  size_t *token_len)
{
    const char *end = memchr(bytes, '\n', len);

    if (end == NULL)
        end = bytes + len;
    while (bytes < end && is_blank(*bytes))
        bytes++;
    while (bytes < end && is_blank(end[-1]))
        end--;
    if (bytes == end || end - bytes > SECRET_MAX)
        return LLMREG_EINVAL;
    for (const char *c = bytes; c < end; c++)
        if (*c <= ' ' || *c > '~')
            return LLMREG_EINVAL;
    *token = bytes;
    *token_len = (size_t)(end - bytes);
    return LLMREG_OK;
}

/* Under the lock: gives back the old token, or the new one if it is equal. */
static char *exchange(struct secret *item, char *token)
{
    char *old = item->token;

    if (old != NULL && strcmp(old, token) == 0)
        return token;
    item->token = token;
    item->version++;
    return old;
}

int secrets_set(struct secrets *s, size_t place, const char *token, size_t len)
{
    char *copy = malloc(len + 1);

    if (copy == NULL)
        return LLMREG_ENOMEM;
    memcpy(copy, token, len);
    copy[len] = '\0';
    llmreg_lock(&s->lock);
    copy = exchange(&s->items[place], copy);
    llmreg_unlock(&s->lock);
    free_token(copy);
    return LLMREG_OK;
}

bool secrets_get(struct secrets *s, size_t place, uint64_t *version,
                 char out[static SECRET_MAX + 1])
{
    const struct secret *item = &s->items[place];
    bool changed = false;

    llmreg_lock(&s->lock);
    changed = item->version != *version && item->token != NULL;
    if (changed) {
        memcpy(out, item->token, strlen(item->token) + 1);
        *version = item->version;
    }
    llmreg_unlock(&s->lock);
    return changed;
}
