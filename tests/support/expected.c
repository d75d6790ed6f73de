/* SPDX-License-Identifier: MIT */
/* expected.c - reads the table; plays its rows; checks what came of them. */
#include "tests/support/expected.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 11

/* ---- files ---- */

static bool read_from(const char *dir, const char *name, struct payload *out)
{
    char path[1024];
    FILE *f = NULL;
    long size = 0;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "rb");
    if (f == NULL)
        return false;
    fseek(f, 0, SEEK_END);
    size = ftell(f);
    rewind(f);
    out->bytes = calloc(1, (size_t)size + 1);
    if (out->bytes != NULL)
        out->len = fread(out->bytes, 1, (size_t)size, f);
    fclose(f);
    return out->bytes != NULL && out->len == (size_t)size;
}

struct payload payload_read(const char *name)
{
    struct payload p = {.bytes = NULL};

    if (!read_from(PAYLOADS_SOURCE, name, &p) &&
        !read_from(PAYLOADS_BUILD, name, &p))
        ck_abort_msg("no payload %s", name);
    return p;
}

/* ---- the table ---- */

static int number(const char *s)
{
    return strcmp(s, "-") == 0 ? EXPECTED_NONE : (int)strtol(s, NULL, 10);
}

static bool add_row(struct expected_table *t, char *text, int line)
{
    char *columns[COLUMNS];
    char *at = text;
    size_t n = 0;

    for (; at != NULL && n < COLUMNS; n++)
        columns[n] = strsep(&at, "\t");
    if (at != NULL || n != COLUMNS)
        return false;
    t->rows[t->count++] = (struct expected){
        .file = columns[0],
        .route = columns[1],
        .version = columns[2],
        .status = number(columns[3]),
        .type = columns[4],
        .reason = columns[5],
        .seen = number(columns[6]),
        .kept = number(columns[7]),
        .rejected = number(columns[8]),
        .not_kept = number(columns[9]),
        .check = columns[10],
        .line = line,
    };
    return true;
}

bool expected_load(struct expected_table *out)
{
    char *at = NULL;
    int line = 0;
    size_t lines = 1;
    bool good = true;

    out->text = payload_read("expected.tsv").bytes;
    out->count = 0;
    for (const char *c = out->text; *c != '\0'; c++)
        lines += *c == '\n';
    out->rows = calloc(lines, sizeof *out->rows);
    at = out->text;
    while (out->rows != NULL && good && at != NULL) {
        char *row = strsep(&at, "\n");

        line++;
        if (row[0] != '#' && row[0] != '\0')
            good = add_row(out, row, line);
    }
    if (!good)
        fprintf(stderr, "expected.tsv:%d: not %d columns\n", line, COLUMNS);
    return good && out->rows != NULL;
}

void expected_free(struct expected_table *t)
{
    free(t->rows);
    free(t->text);
}

/* ---- playing a row ---- */

static struct reply plain(int status, const char *file)
{
    return (struct reply){.status = status,
                          .type = "application/json",
                          .body = payload_read(file)};
}

static struct reply version_reply(const char *version)
{
    struct reply r = {.status = 200, .type = "application/json"};
    int len = asprintf(&r.body.bytes, "{\"version\":\"%s\"}", version);

    ck_assert_int_gt(len, 0);
    r.body.len = (size_t)len;
    return r;
}

static struct reply default_reply(const struct expected *row, const char *route)
{
    if (strcmp(route, "version") == 0)
        return version_reply(row->version);
    if (strcmp(route, "tags") == 0)
        return plain(200, strcmp(row->route, "show") == 0
                              ? "made/tags_bare.json"
                              : "ollama/tags.json");
    if (strcmp(route, "ps") == 0)
        return plain(200, "ollama/ps_empty.json");
    return plain(404, "ollama/error_404_show.json");
}

struct reply expected_reply(const struct expected *row, const char *path)
{
    const char *route = strrchr(path, '/') + 1;
    size_t len = strlen(row->file);
    struct reply r;

    if (strcmp(row->route, "any") != 0 && strcmp(row->route, route) != 0)
        return default_reply(row, route);
    r = plain(row->status == EXPECTED_NONE ? 0 : row->status, row->file);
    r.type = row->type;
    r.gzip = len > 3 && strcmp(row->file + len - 3, ".gz") == 0;
    return r;
}

/* ---- checking ---- */

static char problem[1024];

static const char *differ(const char *what, const char *want, const char *got)
{
    snprintf(problem, sizeof problem, "%s is %s, not %s", what, got, want);
    return problem;
}

static const char *differ_number(const char *what, long long want,
                                 long long got)
{
    snprintf(problem, sizeof problem, "%s is %lld, not %lld", what, got, want);
    return problem;
}

static void show_number(char out[static 128], int64_t n)
{
    if (n == -1)
        snprintf(out, 128, "?");
    else
        snprintf(out, 128, "%lld", (long long)n);
}

static void show_tristate(char out[static 128], enum llmreg_tristate t)
{
    static const char *const words[] = {
        [LLMREG_UNKNOWN] = "?", [LLMREG_NO] = "no", [LLMREG_YES] = "yes"};

    snprintf(out, 128, "%s", words[t]);
}

static void show_text(char out[static 128], const char *s)
{
    snprintf(out, 128, "%s", s[0] == '\0' ? "?" : s);
}

/* A field of a model by its name in the struct; false: no such field. */
static bool show_field(const struct llmreg_model *m, const char *field,
                       char out[static 128])
{
    const struct {
        const char *name;
        int64_t value;
    } numbers[] = {
        {"size_bytes", m->size_bytes},
        {"context_max", m->context_max},
        {"context_effective", m->context_effective},
        {"max_output_tokens", m->max_output_tokens},
        {"loaded_bytes", m->loaded_bytes},
        {"vram_bytes", m->vram_bytes},
        {"expires_ms", m->expires_ms},
    };
    const struct {
        const char *name, *value;
    } texts[] = {
        {"digest", m->digest},
        {"family", m->family},
        {"parameter_size", m->parameter_size},
        {"quantization", m->quantization},
    };
    const struct {
        const char *name;
        enum llmreg_tristate value;
    } words[] = {
        {"loaded", m->loaded},
        {"vision", m->vision},
        {"tools", m->tools},
        {"json_mode", m->json_mode},
        {"remote", m->remote ? LLMREG_YES : LLMREG_NO},
    };

    out[0] = '\0';
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (strcmp(field, numbers[i].name) == 0)
            show_number(out, numbers[i].value);
    if (strcmp(field, "expires_ms") == 0 && m->expires_ms == INT64_MAX)
        snprintf(out, 128, "never");
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strcmp(field, texts[i].name) == 0)
            show_text(out, texts[i].value);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(field, words[i].name) == 0)
            show_tristate(out, words[i].value);
    return out[0] != '\0';
}

/* loaded=N, loaded=? */
static const char *check_loaded(const struct llmreg_models *models,
                                const char *want)
{
    enum llmreg_tristate others =
        strcmp(want, "?") == 0 ? LLMREG_UNKNOWN : LLMREG_NO;
    long loaded = 0;

    for (size_t i = 0; i < models->count; i++) {
        loaded += models->items[i].loaded == LLMREG_YES;
        if (models->items[i].loaded != LLMREG_YES &&
            models->items[i].loaded != others)
            return differ("loaded", want, models->items[i].name);
    }
    return loaded == strtol(want, NULL, 10)
               ? NULL
               : differ_number("loaded", strtol(want, NULL, 10), loaded);
}

/* FIELD@MODEL=V */
static const char *check_field(const struct llmreg_models *models, char *name,
                               const char *want)
{
    char got[128];
    char *model = strchr(name, '@');
    const struct llmreg_model *m = NULL;

    ck_assert_msg(model != NULL, "no check is called %s", name);
    *model++ = '\0';
    m = llmreg_models_find(models, model);
    if (m == NULL)
        return differ("the model", model, "missing");
    ck_assert_msg(show_field(m, name, got), "no field is called %s", name);
    return strcmp(got, want) == 0 ? NULL : differ(name, want, got);
}

static const char *check_word(char *word, const struct llmreg_observation *seen,
                              const struct llmreg_models *models)
{
    char *value = strrchr(word, '=');

    ck_assert_msg(value != NULL, "%s is no check", word);
    *value++ = '\0';
    if (strcmp(value, "\"\"") == 0)
        value += 2;
    if (strcmp(word, "version") == 0)
        return strcmp(seen->version, value) == 0
                   ? NULL
                   : differ(word, value, seen->version);
    if (strcmp(word, "first") == 0)
        return models->count > 0 && strcmp(models->items[0].name, value) == 0
                   ? NULL
                   : differ(word, value,
                            models->count > 0 ? models->items[0].name : "none");
    if (strcmp(word, "loaded") == 0)
        return check_loaded(models, value);
    return check_field(models, word, value);
}

static const char *check_words(const struct expected *row,
                               const struct llmreg_observation *seen,
                               const struct llmreg_models *models)
{
    char words[4096];
    char *at = words;
    const char *wrong = NULL;

    snprintf(words, sizeof words, "%s", row->check);
    while (at != NULL && wrong == NULL && strcmp(row->check, "-") != 0)
        wrong = check_word(strsep(&at, " "), seen, models);
    return wrong;
}

const char *expected_problem(const struct expected *row,
                             const struct llmreg_observation *seen,
                             const struct llmreg_models *models)
{
    if (strcmp(llmreg_reason_text(seen->reason), row->reason) != 0)
        return differ("reason", row->reason, llmreg_reason_text(seen->reason));
    if (seen->http_status != row->seen)
        return differ_number("http_status", row->seen, seen->http_status);
    if (row->kept == EXPECTED_NONE)
        return NULL;
    if (models->count != (size_t)row->kept)
        return differ_number("kept", row->kept, (long long)models->count);
    if (models->rejected != (uint32_t)row->rejected)
        return differ_number("rejected", row->rejected, models->rejected);
    if (models->not_kept != (uint32_t)row->not_kept)
        return differ_number("not_kept", row->not_kept, models->not_kept);
    return check_words(row, seen, models);
}
