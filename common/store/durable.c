/* SPDX-License-Identifier: MIT */
/* durable.c - two facts, and a bell for each who watches them.
 *
 * Why no change is missed: who reads becomes idle first and looks then, who
 * tells writes first and looks for the idle then, all in one order.  Either
 * the one sees the news or the other sees the idle.
 */
#include "common/store/durable.h"

#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

int durable_init(struct durable *d)
{
    memset(d, 0, sizeof *d);
    return llmreg_lock_init(&d->lock);
}

void durable_fini(struct durable *d)
{
    for (unsigned i = 0; i < d->places; i++)
        close(d->place[i].fd);
    llmreg_lock_fini(&d->lock);
}

/* ---- telling ---- */

static void ring(struct llmreg_durable_watch *p)
{
    const uint64_t one = 1;
    /* Fails only when the counter is full: then it is readable. */
    ssize_t written = write(p->fd, &one, sizeof one);

    (void)written;
}

void durable_tell(struct durable *d, uint64_t on_disk, bool works)
{
    if (durable_on_disk(d) == on_disk && durable_works(d) == works)
        return;
    atomic_store(&d->on_disk, on_disk);
    atomic_store(&d->works, works);
    const unsigned places = atomic_load(&d->places);
    for (unsigned i = 0; i < places; i++)
        if (atomic_exchange(&d->place[i].idle, false))
            ring(&d->place[i]);
}

/* ---- watching ---- */

static struct llmreg_durable_watch *take_free_locked(struct durable *d)
    LLMREG_REQUIRES(d->lock)
{
    for (unsigned i = 0; i < d->places; i++) {
        if (d->place[i].taken)
            continue;
        d->place[i].taken = true;
        return &d->place[i];
    }
    return NULL;
}

/* fd becomes the place's. */
static struct llmreg_durable_watch *add_locked(struct durable *d, int fd)
    LLMREG_REQUIRES(d->lock)
{
    struct llmreg_durable_watch *p;

    if (d->places == DURABLE_WATCHES)
        return NULL;
    p = &d->place[d->places];
    p->durable = d;
    p->fd = fd;
    p->taken = true;
    atomic_fetch_add(&d->places, 1);
    return p;
}

static int make_place(struct durable *d, struct llmreg_durable_watch **out)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0)
        return LLMREG_EIO;
    llmreg_lock(&d->lock);
    *out = add_locked(d, fd);
    llmreg_unlock(&d->lock);
    if (*out != NULL)
        return LLMREG_OK;
    close(fd);
    return LLMREG_EFULL;
}

int durable_watch(struct durable *d, struct llmreg_durable_watch **out)
{
    struct llmreg_durable_watch *p;
    int rc = LLMREG_OK;

    llmreg_lock(&d->lock);
    p = take_free_locked(d);
    llmreg_unlock(&d->lock);
    if (p == NULL)
        rc = make_place(d, &p);
    if (rc != LLMREG_OK)
        return rc;
    ring(p); /* the first look is due */
    *out = p;
    return LLMREG_OK;
}

void durable_unwatch(struct llmreg_durable_watch *p)
{
    struct durable *d = p->durable;

    atomic_store(&p->idle, false);
    llmreg_lock(&d->lock);
    p->taken = false;
    llmreg_unlock(&d->lock);
}

uint64_t durable_read(struct llmreg_durable_watch *p, bool *works)
{
    uint64_t count;
    ssize_t got = read(p->fd, &count, sizeof count);

    (void)got;
    atomic_store(&p->idle, true);
    *works = durable_works(p->durable);
    return durable_on_disk(p->durable);
}
