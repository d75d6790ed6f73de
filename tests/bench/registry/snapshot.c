/* SPDX-License-Identifier: MIT */
/* snapshot.c - a thousand endpoints with all their models as one document.
 *
 * Taken, written and thrown away.  The baseline writes as many bytes as the
 * least that a writer does: it copies them.
 */
#include <llmreg/json.h>
#include <llmreg/snapshot.h>

#include <string.h>

#include "tests/bench/registry/fleet.h"
#include "tests/bench/registry/groups.h"

#define PIECE 4096

struct document {
    struct fleet *f;
    struct llmreg_now now;
    size_t bytes; /* of the last one */
};

static int count_bytes(void *ctx, const char *bytes, size_t len)
{
    struct document *d = ctx;

    sink += (uint64_t)bytes[0];
    d->bytes += len;
    return LLMREG_OK;
}

static void write_ours(void *ctx, size_t n)
{
    struct document *d = ctx;

    for (size_t i = 0; i < n; i++) {
        struct llmreg_json_out out;
        struct llmreg_snapshot *s = NULL;
        d->bytes = 0;
        must(llmreg_snapshot_take(d->f->r, &s) == LLMREG_OK, "a snapshot");
        llmreg_json_out_init(&out, count_bytes, d);
        llmreg_snapshot_json(&out, NULL, s, &d->now);
        must(llmreg_json_out_end(&out) == LLMREG_OK, "JSON");
        llmreg_snapshot_free(s);
    }
}

static void take_only(void *ctx, size_t n)
{
    struct document *d = ctx;

    for (size_t i = 0; i < n; i++) {
        struct llmreg_snapshot *s = NULL;
        must(llmreg_snapshot_take(d->f->r, &s) == LLMREG_OK, "a snapshot");
        sink += s->count;
        llmreg_snapshot_free(s);
    }
}

static void copy_bytes(void *ctx, size_t n)
{
    const struct document *d = ctx;
    static char from[PIECE], to[PIECE];

    for (size_t i = 0; i < n; i++)
        for (size_t at = 0; at < d->bytes; at += PIECE) {
            from[at % PIECE] = (char)at;
            memcpy(to, from, PIECE);
            sink += (uint64_t)to[i % PIECE];
        }
}

void snapshot_group(const struct bench *b)
{
    struct document d = {.f = fleet_new(FLEET_ENDPOINTS),
                         .now = llmreg_clock_now(&llmreg_clock_system)};

    write_ours(&d, 1);
    figure("registry.snapshot_size", (double)d.bytes / 1e6, "MB");
    measure(b, &(struct measure){.name = "registry.snapshot_json",
                                 .ours = {write_ours, &d},
                                 .plain = {copy_bytes, &d},
                                 .scale = 1e6,
                                 .unit = "ms"});
    measure(b, &(struct measure){.name = "registry.snapshot_take",
                                 .ours = {take_only, &d},
                                 .plain = {copy_bytes, &d},
                                 .scale = 1e6,
                                 .unit = "ms"});
    fleet_free(d.f);
}
