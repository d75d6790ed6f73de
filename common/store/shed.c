/* SPDX-License-Identifier: MIT */
/* shed.c - between a full disk and one with room again lies a gap, so that
 * neither follows from the other. */
#include "common/store/shed.h"

#include "common/store/backup/space.h"

#define MIB        (INT64_C(1) << 20)
/* Without a ballast. */
#define LEAST_FREE (4 * MIB)
/* Where there seems to be room and is none (a quota), it goes not to and
 * fro. */
#define LEAST_NS   (30 * LLMREG_NS_PER_S)

void shed_init(struct shed *s, const char *dir, int64_t ballast)
{
    *s = (struct shed){.on = false};
    ballast_init(&s->ballast, dir, ballast);
}

/* Of a file that was never open it is not known how many there are. */
static int64_t half(int64_t rows)
{
    return rows > 0 ? rows / 2 : INT64_MAX;
}

bool shed_begin(struct shed *s, const struct llmreg_now *now,
                const struct history *h)
{
    if (!s->on)
        s->since_ms = now->wall_ms;
    s->on = true;
    s->limits = (struct history_limits){half(h->events), half(h->beats)};
    if (!ballast_release(&s->ballast))
        return false;
    s->until_ns = now->mono_ns + LEAST_NS;
    return true;
}

/* A disk that has never so much is content with a quarter of what it has. */
static int64_t needed(const struct shed *s, const struct space *space)
{
    const int64_t ballast = ballast_needs(&s->ballast);
    const int64_t needs = ballast > 0 ? ballast : LEAST_FREE;
    const int64_t quarter = space->total_bytes / 4;

    return needs < quarter ? needs : quarter;
}

static bool has_room(const struct shed *s)
{
    struct space space;

    return space_of(s->ballast.dir, &space, NULL) == LLMREG_OK &&
           space.free_bytes >= needed(s, &space);
}

const struct history_limits *shed_limits(const struct shed *s)
{
    return s->on ? &s->limits : NULL;
}

static void keep_ballast(struct shed *s, const struct llmreg_log *log,
                         const struct llmreg_now *now)
{
    struct llmreg_error err;

    if (ballast_step(&s->ballast, &err) != LLMREG_OK)
        llmreg_complain(log, &s->complaint, now, LLMREG_WARNING,
                        "store: %s; when the disk is full, older history "
                        "cannot make room",
                        err.text);
    else if (ballast_is_whole(&s->ballast))
        llmreg_release(log, &s->complaint, "store: there is room for %s now",
                       BALLAST_FILE);
}

bool shed_step(struct shed *s, const struct llmreg_log *log,
               const struct llmreg_now *now)
{
    if (s->on && (now->mono_ns < s->until_ns || !has_room(s)))
        return false;
    const bool ended = s->on;
    s->on = false;
    keep_ballast(s, log, now);
    return ended;
}

void shed_explain(const struct shed *s, struct llmreg_error *out)
{
    struct space space = {.total_bytes = 0};

    if (space_of(s->ballast.dir, &space, out) != LLMREG_OK)
        return;
    llmreg_error_set(out,
                     "the disk of %s is full: changes of the registry are "
                     "written, events and heartbeats are not, until %lld MiB "
                     "are free",
                     s->ballast.dir,
                     (long long)((needed(s, &space) + MIB - 1) / MIB));
}

void shed_describe(const struct shed *s, const struct history *h,
                   struct llmreg_error *out)
{
    char since[LLMREG_TIME_SIZE];

    llmreg_time_format(since, s->since_ms);
    llmreg_error_set(out,
                     "while the disk was full, since %s, %lld events and %lld "
                     "heartbeats or more were not written",
                     since, (long long)h->not_events, (long long)h->not_beats);
}
