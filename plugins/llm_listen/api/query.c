/* SPDX-License-Identifier: MIT */
/* query.c - takes apart a query, row by row of its table. */
#include "plugins/llm_listen/api/query.h"

#include <string.h>

#include <llmreg/text.h>

#define VALUE_MAX 1023
#define LISTED    400 /* bytes of allowed words in a message */

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

int query_decode(const char *text, size_t len, bool plus,
                 struct llmreg_arena *arena, const char **out)
{
    char *copy = llmreg_arena_copy(arena, text, len);
    size_t n = 0;

    if (copy == NULL)
        return LLMREG_ENOMEM;
    for (size_t i = 0; i < len; i++, n++) {
        copy[n] = plus && text[i] == '+' ? ' ' : text[i];
        if (text[i] != '%')
            continue;
        if (len - i < 3 || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0)
            return LLMREG_EINVAL;
        copy[n] = (char)(hex(text[i + 1]) << 4 | hex(text[i + 2]));
        i += 2;
    }
    copy[n] = '\0';
    *out = copy;
    return llmreg_is_clean(copy, n) && strlen(copy) == n ? LLMREG_OK
                                                         : LLMREG_EINVAL;
}

/* ---- one value ---- */

static void list_rows(struct llmreg_text *t, const struct query_row *rows)
{
    if (rows == NULL || rows->name == NULL)
        llmreg_text_add(t, "none");
    for (const struct query_row *r = rows; r != NULL && r->name != NULL; r++)
        llmreg_text_addf(t, "%s%s", r == rows ? "" : ", ", r->name);
}

static void list_words(struct llmreg_text *t, const char *const *words)
{
    for (size_t i = 0; words[i] != NULL; i++)
        llmreg_text_addf(t, "%s%s", i == 0 ? "" : ", ", words[i]);
}

static int refuse_value(const struct query_row *row, const char *value,
                        struct llmreg_error *err)
{
    static const char *const truths[] = {"true", "false", NULL};
    char storage[LISTED];
    struct llmreg_text allowed;

    llmreg_text_init(&allowed, storage, sizeof storage);
    if (row->type == QUERY_COUNT)
        llmreg_text_addf(&allowed, "%lld to %lld", (long long)row->min,
                         (long long)row->max);
    else if (row->type == QUERY_TEXT)
        llmreg_text_addf(&allowed, "1 to %d bytes", VALUE_MAX);
    else
        list_words(&allowed, row->type == QUERY_BOOL ? truths : row->words);
    llmreg_error_set(err, "%s=%.64s: allowed is %s", row->name, value, storage);
    return LLMREG_EINVAL;
}

static int64_t which_word(const struct query_row *row, const char *text)
{
    for (int64_t i = 0; row->words[i] != NULL; i++)
        if (strcmp(row->words[i], text) == 0)
            return i;
    return -1;
}

static int read_value(const struct query_row *row, const char *text,
                      struct query_value *out, struct llmreg_error *err)
{
    const size_t len = strlen(text);
    bool good = false;

    out->text = text;
    switch (row->type) {
    case QUERY_TEXT:
        good = (len > 0 || row->min < 0) && len <= VALUE_MAX;
        break;
    case QUERY_COUNT:
        good = llmreg_parse_int(text, len, row->min, row->max, &out->number) ==
               LLMREG_OK;
        break;
    case QUERY_BOOL:
        out->number = strcmp(text, "true") == 0;
        good = out->number == 1 || strcmp(text, "false") == 0;
        break;
    case QUERY_WORD:
        out->number = which_word(row, text);
        good = out->number >= 0;
        break;
    }
    return good ? LLMREG_OK : refuse_value(row, text, err);
}

/* ---- one pair ---- */

static int refuse_name(const struct query_row *rows, const char *name,
                       struct llmreg_error *err)
{
    char storage[LISTED];
    struct llmreg_text allowed;

    llmreg_text_init(&allowed, storage, sizeof storage);
    list_rows(&allowed, rows);
    llmreg_error_set(err, "parameter %.64s: allowed is %s", name, storage);
    return LLMREG_EINVAL;
}

static int read_pair(const struct query_row *rows, const char *const pair[2],
                     struct query_value *out, struct llmreg_error *err)
{
    const char *name = pair[0];

    for (size_t i = 0; rows != NULL && rows[i].name != NULL; i++) {
        if (strcmp(rows[i].name, name) != 0)
            continue;
        if (out[i].text == NULL)
            return read_value(&rows[i], pair[1], &out[i], err);
        llmreg_error_set(err, "parameter %s is there twice", name);
        return LLMREG_EINVAL;
    }
    return refuse_name(rows, name, err);
}

static int decode_pair(const char *text, size_t len, struct llmreg_arena *arena,
                       const char *pair[static 2])
{
    const char *equals = memchr(text, '=', len);
    const size_t name = equals == NULL ? len : (size_t)(equals - text);
    int rc = query_decode(text, name, true, arena, &pair[0]);

    if (rc != LLMREG_OK || equals == NULL) {
        pair[1] = "";
        return rc;
    }
    return query_decode(equals + 1, len - name - 1, true, arena, &pair[1]);
}

int query_read(const struct query_row *rows, const char *query,
               struct llmreg_arena *arena,
               struct query_value out[static QUERY_MAX],
               struct query_problem *problem)
{
    memset(out, 0, QUERY_MAX * sizeof *out);
    while (*query != '\0') {
        const size_t len = strcspn(query, "&");
        const char *pair[2] = {NULL, NULL};
        int rc = len == 0 ? LLMREG_OK : decode_pair(query, len, arena, pair);

        problem->field = NULL;
        if (rc == LLMREG_EINVAL)
            llmreg_error_set(&problem->err,
                             "the query is not percent-encoded UTF-8 without "
                             "control characters");
        if (rc == LLMREG_OK && len > 0) {
            problem->field = pair[0];
            rc = read_pair(rows, pair, out, &problem->err);
        }
        if (rc != LLMREG_OK)
            return rc;
        query += len;
        query += *query == '&';
    }
    return LLMREG_OK;
}
