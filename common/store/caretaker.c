/* SPDX-License-Identifier: MIT */
/* caretaker.c - a small table, walked whenever something may be due.
 *
 * Who ends it says so again and again until the thread has heard: a statement
 * that begins just then has not been there to be interrupted.
 */
#include "common/store/caretaker.h"

#include <stdlib.h>
#include <time.h>

#define AGAIN_NS (20 * LLMREG_NS_PER_MS)
/* Nobody sleeps longer, though nothing is due: a time that can be added. */
#define LONG_NS  (3600 * LLMREG_NS_PER_S)

struct caretaker {
    /* fixed after start */
    const struct llmreg_clock *clock;
    struct chore chores[CARETAKER_CHORES];
    size_t count;
    pthread_t thread;
    bool started;
    struct reader reader;
    /* guarded by lock */
    struct llmreg_lock lock;
    pthread_cond_t changed;
    bool woken, ended;
};

/* ---- the thread ---- */

static void do_what_is_due(struct caretaker *c)
{
    for (size_t i = 0; i < c->count && !reader_is_halted(&c->reader); i++) {
        const struct chore *chore = &c->chores[i];
        const struct llmreg_now now = llmreg_clock_now(c->clock);

        if (chore->due_ns(chore->ctx, &now) <= now.mono_ns)
            chore->run(chore->ctx, &c->reader, &now);
    }
}

static int64_t pause_ns(const struct caretaker *c)
{
    const struct llmreg_now now = llmreg_clock_now(c->clock);
    int64_t pause = LONG_NS;

    for (size_t i = 0; i < c->count; i++) {
        const struct chore *chore = &c->chores[i];
        const int64_t due_ns = chore->due_ns(chore->ctx, &now);

        if (due_ns < now.mono_ns + pause)
            pause = due_ns - now.mono_ns;
    }
    return pause > 0 ? pause : 0;
}

static void wait_locked(struct caretaker *c, int64_t ns)
    LLMREG_REQUIRES(c->lock)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    ns += t.tv_nsec;
    t.tv_sec += (time_t)(ns / LLMREG_NS_PER_S);
    t.tv_nsec = (long)(ns % LLMREG_NS_PER_S);
    (void)pthread_cond_timedwait(&c->changed, &c->lock.mutex, &t);
}

/* What was wanted before the look at the chores is seen by it. */
static void sleep_until_due(struct caretaker *c)
{
    int64_t ns;

    llmreg_lock(&c->lock);
    c->woken = false;
    llmreg_unlock(&c->lock);
    ns = pause_ns(c);
    llmreg_lock(&c->lock);
    if (ns > 0 && !c->woken && !reader_is_halted(&c->reader))
        wait_locked(c, ns);
    llmreg_unlock(&c->lock);
}

static void *run(void *arg)
{
    struct caretaker *c = arg;

    llmreg_thread_give_way();
    while (!reader_is_halted(&c->reader)) {
        sleep_until_due(c);
        do_what_is_due(c);
    }
    llmreg_lock(&c->lock);
    c->ended = true;
    pthread_cond_broadcast(&c->changed);
    llmreg_unlock(&c->lock);
    return NULL;
}

/* ---- others ---- */

void caretaker_wake(struct caretaker *c)
{
    llmreg_lock(&c->lock);
    c->woken = true;
    pthread_cond_broadcast(&c->changed);
    llmreg_unlock(&c->lock);
}

int caretaker_add(struct caretaker *c, const struct chore *chore)
{
    if (c->count == CARETAKER_CHORES)
        return LLMREG_EFULL;
    c->chores[c->count++] = *chore;
    return LLMREG_OK;
}

/* ---- life ---- */

static int init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    int rc = LLMREG_ENOMEM;

    if (pthread_condattr_init(&attributes) != 0)
        return rc;
    if (pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) == 0 &&
        pthread_cond_init(condition, &attributes) == 0)
        rc = LLMREG_OK;
    pthread_condattr_destroy(&attributes);
    return rc;
}

static int init_waiting(struct caretaker *c)
{
    int rc = llmreg_lock_init(&c->lock);

    if (rc != LLMREG_OK)
        return rc;
    rc = init_condition(&c->changed);
    if (rc != LLMREG_OK)
        llmreg_lock_fini(&c->lock);
    return rc;
}

int caretaker_new(struct caretaker **out, const struct llmreg_clock *clock)
{
    struct caretaker *c = calloc(1, sizeof *c);
    int rc;

    if (c == NULL)
        return LLMREG_ENOMEM;
    c->clock = clock;
    rc = reader_init(&c->reader);
    if (rc != LLMREG_OK) {
        free(c);
        return rc;
    }
    rc = init_waiting(c);
    if (rc != LLMREG_OK) {
        reader_fini(&c->reader);
        free(c);
        return rc;
    }
    *out = c;
    return LLMREG_OK;
}

int caretaker_start(struct caretaker *c)
{
    int rc = llmreg_thread_start(&c->thread, run, c, "llmreg-care");

    c->started = rc == LLMREG_OK;
    return rc;
}

static void end(struct caretaker *c)
{
    reader_halt(&c->reader);
    llmreg_lock(&c->lock);
    pthread_cond_broadcast(&c->changed);
    while (!c->ended) {
        wait_locked(c, AGAIN_NS);
        llmreg_unlock(&c->lock);
        reader_halt(&c->reader);
        llmreg_lock(&c->lock);
    }
    llmreg_unlock(&c->lock);
    pthread_join(c->thread, NULL);
}

void caretaker_free(struct caretaker *c)
{
    if (c == NULL)
        return;
    if (c->started)
        end(c);
    pthread_cond_destroy(&c->changed);
    llmreg_lock_fini(&c->lock);
    reader_fini(&c->reader);
    free(c);
}
