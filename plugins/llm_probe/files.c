/* SPDX-License-Identifier: MIT */
/* files.c - a look at every file's stamp, once a second.
 *
 * Polling and not inotify: files are replaced by rename, live on network file
 * systems and behind symbolic links that configuration managers turn, and a
 * stat a second of a few files costs nothing.  The stamp is taken before the
 * file is read: if it is still being written, the next look sees it again. */
#include "plugins/llm_probe/files.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <llmreg/thread.h>

#include "plugins/llm_probe/file_sd.h"
#include "plugins/llm_probe/slurp.h"

#define TOKEN_FILE_BYTES 65536

/* One file that is looked at. */
struct looked {
    const char *path;
    struct file_stamp stamp; /* of what was read last */
    struct llmreg_complaint gone, unread;
    bool wrong; /* what was read last */
};

struct files {
    /* fixed after new */
    struct files_setup setup;
    pthread_t thread;
    int stop; /* eventfd */
    /* owned by the files thread */
    struct looked *endpoints; /* as in the catalog */
    struct looked *tokens;    /* as in the secrets */
    bool unapplied;           /* the registry does not have all yet */
    struct llmreg_complaint full;
};

/* ---- reading ---- */

int files_load_endpoints(const char *path, struct targets *out,
                         struct llmreg_error *err)
{
    struct llmreg_error why = {.text = ""};
    struct slurp s = {0};
    int rc = slurp_read(path, FILE_SD_BYTES, &s, err);

    if (rc != LLMREG_OK)
        return rc;
    rc = file_sd_read(s.bytes, s.len, out, &why);
    if (rc != LLMREG_OK)
        llmreg_error_set(err, "%s: %s", path,
                         why.text[0] != '\0' ? why.text
                                             : llmreg_status_text(rc));
    slurp_free(&s);
    return rc;
}

int files_load_token(struct secrets *secrets, size_t place,
                     struct llmreg_error *err)
{
    const char *path = secrets_path(secrets, place);
    const char *token = NULL;
    size_t len = 0;
    struct slurp s = {0};
    int rc = slurp_read(path, TOKEN_FILE_BYTES, &s, err);

    if (rc != LLMREG_OK)
        return rc;
    rc = secrets_token(s.bytes, s.len, &token, &len);
    if (rc == LLMREG_OK)
        rc = secrets_set(secrets, place, token, len);
    else
        llmreg_error_set(err,
                         "%s: the first line is no token: allowed are 1 to %d "
                         "visible ASCII characters",
                         path, SECRET_MAX);
    slurp_free(&s);
    return rc;
}

/* ---- looking ---- */

/* True if the file is another one than was read last. */
static bool changed(struct files *f, struct looked *l)
{
    const struct llmreg_now now = llmreg_clock_now(f->setup.clock);
    struct file_stamp stamp;
    char words[96];

    if (file_stamp_get(l->path, &stamp) != LLMREG_OK) {
        llmreg_complain(f->setup.log, &l->gone, &now, LLMREG_ERROR,
                        "%s: %s; what was last read from it stays", l->path,
                        strerror_r(errno, words, sizeof words));
        return false;
    }
    (void)llmreg_release(f->setup.log, &l->gone, "%s is there again", l->path);
    if (file_stamp_same(&stamp, &l->stamp))
        return false;
    l->stamp = stamp;
    return true;
}

/* True if the fault is not the file's; the next look then reads it again. */
static bool is_passing(struct files *f, struct looked *l, int rc,
                       const struct llmreg_error *err)
{
    const struct llmreg_now now = llmreg_clock_now(f->setup.clock);

    if (rc != LLMREG_ENOMEM && rc != LLMREG_EIO) {
        (void)llmreg_release(f->setup.log, &l->unread, "%s was read", l->path);
        return false;
    }
    l->stamp = (struct file_stamp){0};
    llmreg_complain(f->setup.log, &l->unread, &now, LLMREG_ERROR,
                    "%s; what was last read from it stays", err->text);
    return true;
}

/* Says what came of reading a file that changed. */
static void report(struct files *f, struct looked *l, int rc,
                   const struct llmreg_error *err)
{
    if (is_passing(f, l, rc, err))
        return;
    if (rc != LLMREG_OK)
        llmreg_log(f->setup.log, LLMREG_ERROR,
                   "%s; what was last read from it stays", err->text);
    else if (l->wrong)
        llmreg_log(f->setup.log, LLMREG_NOTICE, "%s is right again", l->path);
    l->wrong = rc != LLMREG_OK;
}

static bool reload_endpoints(struct files *f, size_t n)
{
    struct targets fresh = {0};
    struct llmreg_error err = {.text = ""};
    int rc = LLMREG_OK;

    if (!changed(f, &f->endpoints[n]))
        return false;
    rc = files_load_endpoints(f->endpoints[n].path, &fresh, &err);
    report(f, &f->endpoints[n], rc, &err);
    if (rc != LLMREG_OK)
        return false;
    targets_fini(&f->setup.catalog->files[n].targets);
    f->setup.catalog->files[n].targets = fresh;
    return true;
}

static void reload_token(struct files *f, size_t n)
{
    struct llmreg_error err = {.text = ""};

    if (changed(f, &f->tokens[n]))
        report(f, &f->tokens[n], files_load_token(f->setup.secrets, n, &err),
               &err);
}

static void apply(struct files *f)
{
    const struct llmreg_now now = llmreg_clock_now(f->setup.clock);
    const int rc = catalog_apply(f->setup.catalog);

    f->unapplied = rc != LLMREG_OK;
    if (rc == LLMREG_OK)
        (void)llmreg_release(f->setup.log, &f->full,
                             "all endpoints of the EndpointFiles are probed");
    else
        llmreg_complain(f->setup.log, &f->full, &now, LLMREG_ERROR,
                        "not all endpoints of the EndpointFiles are probed: %s",
                        llmreg_status_text(rc));
}

static void look(struct files *f)
{
    for (size_t n = 0; n < f->setup.catalog->nfiles; n++)
        f->unapplied |= reload_endpoints(f, n);
    for (size_t n = 0; n < secrets_count(f->setup.secrets); n++)
        reload_token(f, n);
    if (f->unapplied)
        apply(f);
}

static void *run(void *arg)
{
    struct files *f = arg;
    struct pollfd stop = {.fd = f->stop, .events = POLLIN};
    int pause_ms = (int)(f->setup.pause_ns / LLMREG_NS_PER_MS);

    while (poll(&stop, 1, pause_ms) <= 0)
        look(f);
    return NULL;
}

/* ---- life ---- */

/* No stamp yet: the first look reads each file once more, so that nothing
 * that happened since the start is lost. */
static struct looked *new_looks(size_t count)
{
    return calloc(count == 0 ? 1 : count, sizeof(struct looked));
}

static int open_files(struct files *f)
{
    const struct catalog *c = f->setup.catalog;

    f->endpoints = new_looks(c->nfiles);
    f->tokens = new_looks(secrets_count(f->setup.secrets));
    if (f->endpoints == NULL || f->tokens == NULL)
        return LLMREG_ENOMEM;
    for (size_t n = 0; n < c->nfiles; n++)
        f->endpoints[n].path = c->files[n].path;
    for (size_t n = 0; n < secrets_count(f->setup.secrets); n++)
        f->tokens[n].path = secrets_path(f->setup.secrets, n);
    f->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return f->stop < 0 ? LLMREG_EIO : LLMREG_OK;
}

static void free_files(struct files *f)
{
    if (f->stop >= 0)
        close(f->stop);
    free(f->endpoints);
    free(f->tokens);
    free(f);
}

int files_start(const struct files_setup *setup, struct files **out)
{
    struct files *f = calloc(1, sizeof *f);
    int rc = LLMREG_ENOMEM;

    if (f == NULL)
        return rc;
    f->setup = *setup;
    f->stop = -1;
    rc = open_files(f);
    if (rc == LLMREG_OK)
        rc = llmreg_thread_start(&f->thread, run, f, "llmreg-files");
    if (rc == LLMREG_OK)
        *out = f;
    else
        free_files(f);
    return rc;
}

void files_stop(struct files *f)
{
    const uint64_t one = 1;
    ssize_t put = 0;

    if (f == NULL)
        return;
    put = write(f->stop, &one, sizeof one);
    (void)put;
    pthread_join(f->thread, NULL);
    free_files(f);
}
