/* SPDX-License-Identifier: MIT */
/* rcu.c - starting and stopping liburcu where failing is still allowed.
 *
 * liburcu ends the process when it gets no memory or no thread.  So what it
 * is about to ask the system for is asked for here first, given back, and
 * only then is liburcu let loose.
 */
#include "common/registry/rcu.h"

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include <llmreg/thread.h>

static void *do_nothing(void *arg)
{
    return arg;
}

int rcu_start(void)
{
    sigset_t all, before;
    pthread_t trial;

    int rc = llmreg_thread_start(&trial, do_nothing, NULL, "llmreg-trial");
    if (rc != LLMREG_OK)
        return rc;
    (void)pthread_join(trial, NULL);
    /* liburcu's thread inherits the mask: signals are the program's. */
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return LLMREG_EIO;
    (void)urcu_bp_get_default_call_rcu_data();
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return LLMREG_OK;
}

void rcu_wait(void)
{
    urcu_bp_barrier();
}

/* Not by malloc: a block that it gives back may come from what is in use
 * already, and then liburcu clears, and so touches, all of it. */
bool rcu_has_room(size_t bytes)
{
    void *trial = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return trial != MAP_FAILED && munmap(trial, bytes) == 0;
}
