/* SPDX-License-Identifier: MIT */
/* thread.c - the few pthread calls that llmreg makes.
 *
 * The wrappers of the mutex are outside clang's analysis: they are what it
 * takes as given.  A plain mutex that is used rightly cannot fail to lock.
 */
#include <llmreg/thread.h>

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* A tenth of the processor's time, where others want all of it. */
#define GIVING_WAY    10
#define GIVING_WAY_NS 100000

int llmreg_lock_init(struct llmreg_lock *lock)
{
    return pthread_mutex_init(&lock->mutex, NULL) == 0 ? LLMREG_OK
                                                       : LLMREG_ENOMEM;
}

void llmreg_lock_fini(struct llmreg_lock *lock)
{
    pthread_mutex_destroy(&lock->mutex);
}

LLMREG_TSA(no_thread_safety_analysis)
void llmreg_lock(struct llmreg_lock *lock)
{
    pthread_mutex_lock(&lock->mutex);
}

LLMREG_TSA(no_thread_safety_analysis)
void llmreg_unlock(struct llmreg_lock *lock)
{
    pthread_mutex_unlock(&lock->mutex);
}

/* Every signal but the faults: those belong to the thread that made them, and
 * blocked they would kill without the daemon's crash handler. */
static void fill_blocked(sigset_t *set)
{
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL,
                                 SIGTRAP, SIGSYS, SIGABRT};

    sigfillset(set);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        sigdelset(set, faults[i]);
}

/* A new thread inherits the mask of its maker; so the maker blocks, and
 * nothing can arrive before the thread's first instruction. */
int llmreg_thread_start(pthread_t *out, void *(*run)(void *arg), void *arg,
                        const char *name)
{
    char short_name[16];
    sigset_t blocked;
    sigset_t before;
    int error;

    fill_blocked(&blocked);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    error = pthread_create(out, NULL, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0) {
        errno = error;
        return LLMREG_EIO;
    }
    snprintf(short_name, sizeof short_name, "%.15s", name);
    pthread_setname_np(*out, short_name);
    return LLMREG_OK;
}

/* As the kernel has it; its header does not go with the C library's. */
struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

/* Linux keeps them for each thread.  runtime is how long it may go on when
 * somebody else wakes up; an older kernel knows no such thing. */
void llmreg_thread_give_way(void)
{
    const int before = getpriority(PRIO_PROCESS, 0);
    const struct attributes attributes = {
        .size = sizeof attributes,
        .policy = SCHED_OTHER,
        .nice = before > GIVING_WAY ? before : GIVING_WAY,
        .runtime = GIVING_WAY_NS,
    };

    (void)syscall(SYS_sched_setattr, 0, &attributes, 0);
}
