/* SPDX-License-Identifier: MIT */
/* answers.c - a table of what kinds of server there are, and their framing. */
#include "tests/support/sim/answers.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GO_BUFFER 2048 /* over that, Go's server sends chunks */
#define BODY_MAX  (16 << 20)

static const char head_ok[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n";
static const char head_404[] =
    "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n";

/* The real mixture: new servers tell all in tags, older ones need a show. */
static const struct kind {
    const char *version; /* text, or a file if it has a '/' */
    const char *tags;
    const char *ps;
    const char *show; /* NULL: 404 */
} kinds[] = {
    {"ollama/version.json", "ollama/tags.json", "ollama/ps_two.json",
     "ollama/show_completion.json"},
    {"{\"version\":\"0.32.15\"}", "ollama/tags.json", "ollama/ps_one_cpu.json",
     "ollama/show_completion.json"},
    {"{\"version\":\"0.30.0\"}", "ollama/tags.json", "ollama/ps_hf_name.json",
     "ollama/show_completion.json"},
    {"{\"version\":\"0.24.0\"}", "made/tags_bare.json", "ollama/ps_empty.json",
     "ollama/by_version/v0.24.0_show.json"},
    {"{\"version\":\"0.5.7\"}", "made/tags_bare.json", "ollama/ps_empty.json",
     "ollama/by_version/v0.5.7_show.json"},
    {"ollama/version.json", "ollama/tags_empty.json", "ollama/ps_empty.json",
     NULL},
    /* alone by --profile 6: a server with a thousand models */
    {"ollama/version.json", "ollama/tags_1000_models.json",
     "ollama/ps_one_cpu.json", NULL},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

const char *route_text(enum route route)
{
    static const char *const texts[ROUTES] = {[ROUTE_VERSION] = "version",
                                              [ROUTE_TAGS] = "tags",
                                              [ROUTE_PS] = "ps",
                                              [ROUTE_SHOW] = "show",
                                              [ROUTE_OTHER] = "other"};

    return texts[route];
}

static char *read_stream(FILE *in)
{
    char *body = NULL;
    long size;

    if (fseek(in, 0, SEEK_END) != 0)
        return NULL;
    size = ftell(in);
    if (size < 0 || size > BODY_MAX || fseek(in, 0, SEEK_SET) != 0)
        return NULL;
    body = calloc(1, (size_t)size + 1);
    if (body != NULL && fread(body, 1, (size_t)size, in) != (size_t)size) {
        free(body);
        body = NULL;
    }
    return body;
}

/* The text itself, or what the file of that name under data holds. */
static char *read_body(const char *data, const char *what)
{
    char path[4096];
    char *body = NULL;
    FILE *in;

    if (what[0] == '{')
        return strdup(what);
    if (snprintf(path, sizeof path, "%s/%s", data, what) >= (int)sizeof path)
        return NULL;
    in = fopen(path, "rb");
    if (in != NULL) {
        body = read_stream(in);
        fclose(in);
    }
    if (body == NULL)
        fprintf(stderr, "llmreg-sim: %s: %s\n", path, strerror(errno));
    return body;
}

static bool frame(struct answer *out, const char *head, const char *body)
{
    size_t len = strlen(body);
    char *tail = NULL;
    int got;

    if (len > GO_BUFFER)
        got = asprintf(&tail,
                       "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n"
                       "0\r\n\r\n",
                       len, body);
    else
        got = asprintf(&tail, "Content-Length: %zu\r\n\r\n%s", len, body);
    if (got < 0)
        return false;
    free(out->tail);
    *out = (struct answer){head, tail, (size_t)got};
    return true;
}

static bool load_route(struct answer *out, const char *data, const char *what)
{
    char *body;
    bool done;

    if (what == NULL)
        return frame(out, head_404, "404 page not found");
    body = read_body(data, what);
    if (body == NULL)
        return false;
    done = frame(out, head_ok, body);
    free(body);
    return done;
}

static bool load_kind(struct profile *out, const char *data,
                      const struct kind *kind)
{
    struct answer *answers = out->answers;

    out->tags = read_body(data, kind->tags);
    return out->tags != NULL &&
           load_route(&answers[ROUTE_VERSION], data, kind->version) &&
           load_route(&answers[ROUTE_TAGS], data, kind->tags) &&
           load_route(&answers[ROUTE_PS], data, kind->ps) &&
           load_route(&answers[ROUTE_SHOW], data, kind->show) &&
           load_route(&answers[ROUTE_OTHER], data, NULL);
}

struct profile *answers_load(const char *data, size_t *count)
{
    struct profile *all = calloc(KINDS, sizeof *all);

    *count = KINDS;
    if (all == NULL)
        return NULL;
    for (size_t i = 0; i < KINDS; i++) {
        if (load_kind(&all[i], data, &kinds[i]))
            continue;
        answers_free(all, KINDS);
        return NULL;
    }
    return all;
}

void answers_free(struct profile *profiles, size_t count)
{
    for (size_t i = 0; profiles != NULL && i < count; i++) {
        for (size_t r = 0; r < ROUTES; r++)
            free(profiles[i].answers[r].tail);
        free(profiles[i].tags);
    }
    free(profiles);
}

/* A digest that differs where the names differ (FNV-1a, four times over). */
static void digest_of(const char *name, char out[static 65])
{
    uint64_t hash = 0xcbf29ce484222325ULL;

    for (int part = 0; part < 4; part++) {
        for (const char *p = name; *p != '\0'; p++)
            hash = (hash ^ (unsigned char)*p) * 0x100000001b3ULL;
        snprintf(out + part * 16, 17, "%016llx", (unsigned long long)hash);
    }
}

bool answers_add_model(struct answer *was, char **body, const char *name)
{
    static const char open[] = "{\"models\":[";
    const char *rest = *body + sizeof open - 1;
    char digest[65];
    char *made = NULL;

    if (strncmp(*body, open, sizeof open - 1) != 0)
        return false;
    digest_of(name, digest);
    if (asprintf(&made,
                 "%s{\"name\":\"%s\",\"model\":\"%s\",\"modified_at\":"
                 "\"2026-11-21T02:41:38Z\",\"size\":520111,\"digest\":\"%s\","
                 "\"details\":{\"parent_model\":\"\",\"format\":\"gguf\","
                 "\"family\":\"llama\",\"families\":[\"llama\"],"
                 "\"parameter_size\":\"128K\",\"quantization_level\":"
                 "\"unknown\",\"context_length\":2048,\"embedding_length\":64}"
                 ",\"capabilities\":[\"completion\"]}%s%s",
                 open, name, name, digest, rest[0] == ']' ? "" : ",", rest) < 0)
        return false;
    free(*body);
    *body = made;
    return frame(was, head_ok, made);
}
