/* SPDX-License-Identifier: MIT */
/* room.c - see room.h. */
#include "tests/support/room.h"

#include <check.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RING 1024

static void read_clock(void *ctx, struct llmreg_now *out)
{
    const struct room *r = ctx;

    *out = r->now;
}

static void keep_line(void *ctx, enum llmreg_level level, const char *line)
{
    struct room *r = ctx;
    size_t used = strlen(r->lines);

    (void)level;
    snprintf(r->lines + used, sizeof r->lines - used, "%s\n", line);
}

void room_start(struct room *r)
{
    struct llmreg_registry_conf conf = llmreg_registry_conf();

    if (r->small) {
        conf.endpoints = conf.agents = conf.hosts = conf.sessions = 16;
        conf.closed_kept = 8;
    }
    ck_assert_int_eq(llmreg_bus_new(&r->bus, RING, 1), LLMREG_OK);
    ck_assert_int_eq(
        llmreg_registry_new(&r->registry, &conf, r->bus, &r->clock), LLMREG_OK);
}

void room_make(struct room *r)
{
    memset(r, 0, sizeof *r);
    snprintf(r->dir, sizeof r->dir, "/tmp/llmreg-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(r->dir));
    r->rule =
        (struct llmreg_health_rule){.unhealthy_after = 2, .healthy_after = 1};
    r->now = (struct llmreg_now){.mono_ns = 100 * LLMREG_NS_PER_S,
                                 .wall_ms = INT64_C(1795000000000)};
    r->clock = (struct llmreg_clock){read_clock, r};
    r->log = (struct llmreg_log){keep_line, r};
}

void room_open(struct room *r)
{
    room_make(r);
    room_start(r);
}

static int remove_one(const char *path, const struct stat *st, int type,
                      struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void room_stop(struct room *r)
{
    llmreg_registry_free(r->registry);
    llmreg_bus_free(r->bus);
    r->registry = NULL;
    r->bus = NULL;
}

void room_close(struct room *r)
{
    room_stop(r);
    nftw(r->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void room_restart(struct room *r)
{
    room_stop(r);
    room_start(r);
}

void room_pass(struct room *r, int64_t ms)
{
    r->now.mono_ns += ms * LLMREG_NS_PER_MS;
    r->now.wall_ms += ms;
}

const char *room_path(const struct room *r, const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", r->dir, name);
    return path;
}

void room_write_file(const struct room *r, const char *name, const char *text)
{
    FILE *f = fopen(room_path(r, name), "we");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

size_t room_count_files(const struct room *r, const char *sub,
                        const char *prefix)
{
    DIR *dir = opendir(room_path(r, sub));
    size_t n = 0;

    ck_assert_ptr_nonnull(dir);
    for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir))
        n += strncmp(d->d_name, prefix, strlen(prefix)) == 0;
    closedir(dir);
    return n;
}

/* ---- endpoints ---- */

static const char *id_of(const char *name, char id[static 80])
{
    snprintf(id, 80, "%s:11434", name);
    return id;
}

void room_add(struct room *r, const char *name)
{
    static const struct llmreg_label labels[] = {{"site", "berlin"},
                                                 {"gpu", ""}};
    char id[80], url[96];
    const struct llmreg_spec spec = {
        .id = id_of(name, id),
        .url = url,
        .name = name,
        .host = name,
        .series = "11434",
        .origin = "config",
        .owner = "node7",
        .kind = LLMREG_KIND_OLLAMA,
        .source = LLMREG_SOURCE_STATIC,
        .priority = LLMREG_PRIORITY_DEFAULT,
        .interval_ms = 30000,
        .labels = labels,
        .nlabels = 2,
    };
    struct llmreg_error err;

    snprintf(url, sizeof url, "http://%s", id);
    ck_assert_int_eq(llmreg_set(r->registry, &spec, NULL, &err), LLMREG_OK);
}

void room_remove(struct room *r, const char *name)
{
    char id[80];

    ck_assert_int_eq(llmreg_remove(r->registry, id_of(name, id),
                                   &(struct llmreg_removal){.reason = "test"},
                                   NULL),
                     LLMREG_OK);
}

struct llmreg_endpoint *room_get(struct room *r, const char *name)
{
    char id[80];

    return llmreg_get(r->registry, id_of(name, id));
}

struct llmreg_health room_health(struct room *r, const char *name)
{
    struct llmreg_endpoint *e = room_get(r, name);
    struct llmreg_health health;

    ck_assert_ptr_nonnull(e);
    llmreg_endpoint_health(e, &health);
    llmreg_put(e);
    return health;
}

void room_observe(struct room *r, const char *name, enum llmreg_reason reason)
{
    struct llmreg_endpoint *e = room_get(r, name);
    struct llmreg_observation seen = {
        .reason = reason,
        .http_status = reason == LLMREG_REASON_OK ? 200 : 0,
        .total_us = 12000,
        .connect_us = 300,
        .ttfb_us = 9000,
        .version = "0.12.0",
        .detail = "Connection refused",
    };

    if (reason == LLMREG_REASON_OK)
        seen.detail[0] = '\0';
    ck_assert_ptr_nonnull(e);
    ck_assert_int_eq(llmreg_observe(r->registry, e, &seen, &r->rule, &r->now),
                     LLMREG_OK);
    llmreg_put(e);
}

void room_models(struct room *r, const char *name, const char *list)
{
    struct llmreg_endpoint *e = room_get(r, name);
    struct llmreg_model items[32];
    struct llmreg_models models = {.items = items};
    char copy[1024], *rest = copy, *word;

    snprintf(copy, sizeof copy, "%s", list);
    while ((word = strsep(&rest, ",")) != NULL && word[0] != '\0') {
        struct llmreg_model m = llmreg_model_unknown(word);

        m.size_bytes = 1000;
        m.loaded = LLMREG_YES;
        m.loaded_bytes = 2000;
        m.vram_bytes = 500;
        m.expires_ms = INT64_MAX;
        m.family = "llama";
        items[models.count++] = m;
    }
    ck_assert_ptr_nonnull(e);
    ck_assert_int_eq(llmreg_models_set(r->registry, e, &models, &r->now),
                     LLMREG_OK);
    llmreg_put(e);
}

void room_admin(struct room *r, const char *name, enum llmreg_admin admin,
                int64_t until_ms)
{
    const struct llmreg_intent intent = {admin, until_ms};
    char id[80];

    ck_assert_int_eq(llmreg_admin_set(r->registry, id_of(name, id), &intent,
                                      "test", &r->now),
                     LLMREG_OK);
}

bool room_logged(const struct room *r, const char *text)
{
    return strstr(r->lines, text) != NULL;
}
