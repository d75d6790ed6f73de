/* SPDX-License-Identifier: MIT */
/* manifest.c - one table of members, for both ways. */
#include "common/store/backup/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <llmreg/json.h>

#include "common/store/backup/name.h"

#define FILE_MAX 16384
#define OFF(f)   offsetof(struct llmreg_backup, f)
#define SIZE(f)  sizeof(((struct llmreg_backup *)0)->f)

/* size 0: a number. */
static const struct {
    const char *name;
    size_t offset, size;
} members[] = {
    {"id", OFF(id), SIZE(id)},
    {"hub_id", OFF(hub), SIZE(hub)},
    {"program", OFF(program), SIZE(program)},
    {"sha256", OFF(sha256), SIZE(sha256)},
    {"schema_version", OFF(schema), 0},
    {"made_at_ms", OFF(made_ms), 0},
    {"duration_ms", OFF(took_ms), 0},
    {"bytes", OFF(bytes), 0},
    {"synced_seq", OFF(synced_seq), 0},
};
#define MEMBERS (sizeof members / sizeof members[0])
#define ALL     ((1U << (MEMBERS + 1)) - 1) /* and why */

static const char *const whys[LLMREG_BACKUP_WHYS] = {
    [LLMREG_BACKUP_SCHEDULE] = "schedule",
    [LLMREG_BACKUP_REQUEST] = "request",
    [LLMREG_BACKUP_SAFETY] = "safety",
};

const char *llmreg_backup_why_text(enum llmreg_backup_why why)
{
    return whys[why];
}

/* ---- writing ---- */

struct page {
    char text[FILE_MAX];
    size_t len;
};

static int add_to_page(void *ctx, const char *bytes, size_t len)
{
    struct page *p = ctx;

    if (len > sizeof p->text - p->len)
        return LLMREG_ETOOBIG;
    memcpy(p->text + p->len, bytes, len);
    p->len += len;
    return LLMREG_OK;
}

static int render(const struct llmreg_backup *b, struct page *p)
{
    struct llmreg_json_out w;

    llmreg_json_out_init(&w, add_to_page, p);
    llmreg_json_open_object(&w, NULL);
    for (size_t i = 0; i < MEMBERS; i++) {
        const char *at = (const char *)b + members[i].offset;

        if (members[i].size > 0)
            llmreg_json_string(&w, members[i].name, at);
        else
            llmreg_json_integer(&w, members[i].name, *(const int64_t *)at);
    }
    llmreg_json_string(&w, "why", whys[b->why]);
    llmreg_json_open_object(&w, "rows");
    for (size_t i = 0; i < b->ntables; i++)
        llmreg_json_integer(&w, b->tables[i].table, b->tables[i].rows);
    llmreg_json_close_object(&w);
    llmreg_json_close_object(&w);
    return llmreg_json_out_end(&w);
}

static int write_page(const struct page *p, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ssize_t written;
    int system;

    if (fd < 0)
        return -1;
    written = write(fd, p->text, p->len);
    system = written < 0 ? errno : ENOSPC; /* it is short otherwise */
    if (close(fd) != 0)
        return -1;
    errno = system;
    return written == (ssize_t)p->len ? 0 : -1;
}

int manifest_write(const struct llmreg_backup *b, const char *part,
                   const char *name, struct llmreg_error *err)
{
    struct page *p = calloc(1, sizeof *p);
    int rc;

    if (p == NULL) {
        llmreg_error_set(err, "no memory for a manifest");
        return LLMREG_ENOMEM;
    }
    rc = render(b, p);
    if (rc == LLMREG_OK && write_page(p, part) != 0) {
        llmreg_error_set(err, "cannot write %s: %s", part, strerror(errno));
        rc = LLMREG_EIO;
    } else if (rc == LLMREG_OK)
        rc = files_settle_new(part, name, err);
    if (rc != LLMREG_OK)
        unlink(part);
    free(p);
    return rc;
}

/* ---- reading ---- */

struct reading {
    struct llmreg_backup *b;
    unsigned seen; /* bits of members, then why */
};

static int take_text(char *out, size_t size, const struct llmreg_json_event *e)
{
    if (e->type != LLMREG_JSON_STRING || e->len >= size ||
        memchr(e->text, '\0', e->len) != NULL)
        return LLMREG_EPARSE;
    memcpy(out, e->text, e->len);
    out[e->len] = '\0';
    return LLMREG_OK;
}

static int take_member(struct reading *r, size_t i,
                       const struct llmreg_json_event *e)
{
    char *at = (char *)r->b + members[i].offset;

    r->seen |= 1U << i;
    if (members[i].size > 0)
        return take_text(at, members[i].size, e);
    return llmreg_json_int(e, 0, INT64_MAX, (int64_t *)at) ? LLMREG_OK
                                                           : LLMREG_EPARSE;
}

static int take_why(struct reading *r, const struct llmreg_json_event *e)
{
    for (int i = 0; i < LLMREG_BACKUP_WHYS; i++) {
        if (e->type != LLMREG_JSON_STRING || !llmreg_json_is(e, whys[i]))
            continue;
        r->b->why = i;
        r->seen |= 1U << MEMBERS;
        return LLMREG_OK;
    }
    return LLMREG_EPARSE;
}

static int take_rows(struct reading *r, const char *table,
                     const struct llmreg_json_event *e)
{
    struct llmreg_backup_rows *into = &r->b->tables[r->b->ntables];

    if (r->b->ntables == LLMREG_BACKUP_TABLES ||
        strlen(table) >= sizeof into->table ||
        !llmreg_json_int(e, 0, INT64_MAX, &into->rows))
        return LLMREG_EPARSE;
    snprintf(into->table, sizeof into->table, "%s", table);
    r->b->ntables++;
    return LLMREG_OK;
}

static int take(void *ctx, const struct llmreg_json_event *e)
{
    static const char rows[] = "rows.";
    struct reading *r = ctx;

    if (e->type == LLMREG_JSON_OBJECT || e->type == LLMREG_JSON_OBJECT_END)
        return LLMREG_OK;
    for (size_t i = 0; i < MEMBERS; i++)
        if (strcmp(e->path, members[i].name) == 0)
            return take_member(r, i, e);
    if (strcmp(e->path, "why") == 0)
        return take_why(r, e);
    if (strncmp(e->path, rows, sizeof rows - 1) == 0)
        return take_rows(r, e->path + sizeof rows - 1, e);
    return LLMREG_OK; /* of a later version */
}

static int read_page(const char *name, struct page *p, struct llmreg_error *err)
{
    int fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, p->text, sizeof p->text);

    if (got < 0)
        llmreg_error_set(err, "cannot read %s: %s", name, strerror(errno));
    if (fd >= 0)
        close(fd);
    p->len = got > 0 ? (size_t)got : 0;
    return got < 0 ? LLMREG_EIO : LLMREG_OK;
}

static int parse(const struct page *p, const char *name,
                 struct llmreg_backup *out, struct llmreg_error *err)
{
    static const struct llmreg_json_limits limits = {FILE_MAX, 4, 256, 256};
    struct reading r = {out, 0};
    struct llmreg_error why = {{0}};
    int rc = llmreg_json_read(p->text, p->len, &limits, take, &r, &why);

    if (rc == LLMREG_OK && r.seen == ALL)
        return rc;
    llmreg_error_set(err, "%s is no manifest: %s", name,
                     rc == LLMREG_OK       ? "a member is missing"
                     : why.text[0] != '\0' ? why.text
                                           : "a member makes no sense");
    return rc == LLMREG_ENOMEM ? rc : LLMREG_EPARSE;
}

int manifest_read(const char *name, const char *id, struct llmreg_backup *out,
                  struct llmreg_error *err)
{
    struct page *p = calloc(1, sizeof *p);
    int rc = LLMREG_ENOMEM;

    memset(out, 0, sizeof *out);
    if (p != NULL)
        rc = read_page(name, p, err);
    if (rc == LLMREG_OK)
        rc = parse(p, name, out, err);
    if (rc == LLMREG_OK && strcmp(out->id, id) != 0) {
        llmreg_error_set(err, "%s is the manifest of another backup", name);
        rc = LLMREG_EPARSE;
    }
    free(p);
    return rc;
}
