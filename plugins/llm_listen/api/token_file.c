/* SPDX-License-Identifier: MIT */
/* token_file.c - reads the file twice: first for what is wrong with it, so that
 * half a file seeds nothing.  Lines are wiped, as they have secrets in them. */
#include "plugins/llm_listen/api/token_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/llm_listen/api/who.h"

#define BLANKS " \t\r\n"
#define WORDS  4 /* role, name, token, expires */

struct reader {
    const char *path;
    unsigned line;
    struct llmreg_registry *registry; /* NULL: only checked */
    const struct llmreg_log *log;
    const struct llmreg_now *now;
    struct llmreg_error *err;
};

static int wrong(const struct reader *r, const char *why)
{
    llmreg_error_set(r->err, "TokenFile %s, line %u: %s", r->path, r->line,
                     why);
    return LLMREG_EINVAL;
}

/* ---- one line ---- */

/* At most one more than there may be. */
static size_t split(char *line, char *words[static WORDS + 1])
{
    size_t n = 0;

    for (char *p = line + strspn(line, BLANKS); *p != '\0' && n <= WORDS;
         p += strspn(p, BLANKS)) {
        words[n++] = p;
        p += strcspn(p, BLANKS);
        if (*p != '\0')
            *p++ = '\0';
    }
    return n;
}

static int seed(const struct reader *r, const struct llmreg_token *t)
{
    int rc;

    if (r->registry == NULL)
        return LLMREG_OK;
    rc = llmreg_token_seed(r->registry, t, r->now, NULL, r->err);
    if (rc != LLMREG_EEXIST)
        return rc;
    llmreg_log(r->log, LLMREG_NOTICE,
               "TokenFile %s, line %u: token %s was revoked, or comes from "
               "elsewhere, and stays as it is",
               r->path, r->line, t->id);
    return LLMREG_OK;
}

static int read_words(const struct reader *r, char *const words[static WORDS],
                      size_t n)
{
    char id[LLMREG_TOKEN_ID_SIZE];
    struct llmreg_token t = {.id = id,
                             .name = words[1],
                             .agent = "",
                             .host = "",
                             .origin = "file",
                             .approved = true};
    struct llmreg_error why;

    if (llmreg_role_parse(words[0], &t.role) != LLMREG_OK)
        return wrong(r, "the role must be agent, reader, operator or admin");
    if (!who_parse(words[2], strlen(words[2]), id, t.digest))
        return wrong(r, "the token must be lr1_, 8 of [a-z0-9], _, and 43 of "
                        "[A-Za-z0-9_-]");
    if (n == WORDS && llmreg_time_parse(words[3], strlen(words[3]),
                                        &t.expires_ms) != LLMREG_OK)
        return wrong(r, "expires must be a time as in RFC 3339, "
                        "2027-01-31T00:00:00Z");
    if (llmreg_token_check(&t, &why) != LLMREG_OK)
        return wrong(r, why.text);
    return seed(r, &t);
}

static int read_line(const struct reader *r, char *line)
{
    char *words[WORDS + 1];
    const size_t n = split(line, words);

    if (n == 0 || words[0][0] == '#')
        return LLMREG_OK;
    if (n < WORDS - 1 || n > WORDS)
        return wrong(r, "role, name, token and perhaps expires are needed");
    return read_words(r, words, n);
}

/* ---- the file ---- */

static int fail(const struct reader *r, int status, const char *why)
{
    llmreg_error_set(r->err, "TokenFile %s: %s", r->path, why);
    return status;
}

static int open_file(const struct reader *r, FILE **out)
{
    int fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int rc = LLMREG_EINVAL;
    struct stat st;

    if (fd < 0 || fstat(fd, &st) != 0)
        rc = fail(r, LLMREG_EIO, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        fail(r, rc, "it is no regular file");
    else if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        fail(r, rc, "others than its owner may read it: chmod 600");
    else if (st.st_size > TOKEN_FILE_MAX)
        rc = fail(r, LLMREG_ETOOBIG, "it is over 1 MB");
    else
        rc = LLMREG_OK;
    *out = rc == LLMREG_OK ? fdopen(fd, "r") : NULL;
    if (rc == LLMREG_OK && *out == NULL)
        rc = fail(r, LLMREG_ENOMEM, "no memory");
    if (rc != LLMREG_OK && fd >= 0)
        close(fd);
    return rc;
}

static int read_file(struct reader *r, FILE *f)
{
    char *line = NULL;
    size_t size = 0;
    int rc = LLMREG_OK;

    for (r->line = 1; rc == LLMREG_OK && getline(&line, &size, f) >= 0;
         r->line++)
        rc = read_line(r, line);
    if (rc == LLMREG_OK && ferror(f) != 0)
        rc = fail(r, LLMREG_EIO, strerror(errno));
    if (line != NULL)
        explicit_bzero(line, size);
    free(line);
    return rc;
}

int token_file_read(const char *path, struct llmreg_registry *registry,
                    const struct llmreg_log *log, const struct llmreg_now *now,
                    struct llmreg_error *err)
{
    struct reader r = {.path = path, .log = log, .now = now, .err = err};
    FILE *f = NULL;
    int rc = open_file(&r, &f);

    if (rc != LLMREG_OK)
        return rc;
    rc = read_file(&r, f);
    rewind(f);
    r.registry = registry;
    if (rc == LLMREG_OK)
        rc = read_file(&r, f);
    fclose(f);
    return rc;
}
