/* SPDX-License-Identifier: MIT */
/* shrink.c - leave out halves, then quarters, down to single steps. */
#include "tests/support/shrink.h"

#include <check.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECONDS 20

const char *shrink_wrong;
static uint64_t drawn; /* the last number */

void shrink_draw_from(uint64_t step)
{
    drawn = step;
}

unsigned shrink_below(unsigned n)
{
    drawn =
        drawn * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(drawn >> 33) % n;
}

/* ---- playing one ---- */

static void play_here(const struct shrink *s, const uint64_t *steps,
                      size_t count, int out)
{
    (void)signal(SIGALRM, SIG_DFL); /* Check's would kill us all */
    (void)alarm(s->seconds == 0 ? SECONDS : s->seconds);
    const char *why = s->play(steps, count);
    if (why == NULL)
        _exit(0);
    (void)!write(out, why, strnlen(why, SHRINK_WHY_SIZE - 1));
    _exit(1);
}

static size_t read_all(int fd, char *out, size_t room)
{
    size_t len = 0;
    ssize_t n;

    while ((n = read(fd, out + len, room - len)) > 0)
        len += (size_t)n;
    out[len] = '\0';
    return len;
}

/* quiet: what it has to say on stderr was said before. */
static bool fails(const struct shrink *s, const uint64_t *steps, size_t count,
                  char why[static SHRINK_WHY_SIZE], bool quiet)
{
    int ends[2], status = 0;

    (void)fflush(NULL);
    ck_assert_int_eq(pipe(ends), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        if (quiet)
            (void)dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        play_here(s, steps, count, ends[1]);
    }
    (void)close(ends[1]);
    size_t len = read_all(ends[0], why, SHRINK_WHY_SIZE - 1);
    (void)close(ends[0]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    if (len == 0 && WIFSIGNALED(status))
        (void)snprintf(why, SHRINK_WHY_SIZE, "ended by signal %d",
                       WTERMSIG(status));
    else if (len == 0)
        (void)snprintf(why, SHRINK_WHY_SIZE, "ended with status %d",
                       WEXITSTATUS(status));
    return status != 0;
}

/* ---- making it shorter ---- */

/* Without the steps from at on; what is left is in out. */
static size_t without(const uint64_t *steps, size_t count, size_t at,
                      size_t gone, uint64_t *out)
{
    size_t end = at + gone < count ? at + gone : count;

    memcpy(out, steps, at * sizeof *steps);
    memcpy(out + at, steps + end, (count - end) * sizeof *steps);
    return count - (end - at);
}

/* Leaves out what can be, chunk by chunk from the end.  The new count. */
static size_t pass(const struct shrink *s, uint64_t *steps, size_t count,
                   size_t chunk)
{
    uint64_t *shorter = malloc((count + 1) * sizeof *shorter);
    char why[SHRINK_WHY_SIZE];

    ck_assert_ptr_nonnull(shorter);
    for (size_t at = count; at > 0;) {
        at = at > chunk ? at - chunk : 0;
        size_t n = without(steps, count, at, chunk, shorter);
        if (n == count || !fails(s, shorter, n, why, true))
            continue;
        memcpy(steps, shorter, n * sizeof *steps);
        count = n;
    }
    free(shorter);
    return count;
}

size_t shrink_find(const struct shrink *s, uint64_t *steps, size_t count,
                   char why[static SHRINK_WHY_SIZE])
{
    size_t before;

    if (!fails(s, steps, count, why, false))
        return 0;
    for (size_t chunk = count / 2; chunk > 1; chunk /= 2)
        count = pass(s, steps, count, chunk);
    do {
        before = count;
        count = pass(s, steps, count, 1);
    } while (count < before);
    (void)fails(s, steps, count, why, true);
    return count;
}

/* ---- all of them ---- */

static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static uint64_t first_seed(void)
{
    const char *given = getenv("LLMREG_SEED");

    return given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
}

static void show(const struct shrink *s, const uint64_t *steps, size_t count)
{
    char words[256];

    for (size_t i = 0; i < count; i++) {
        words[0] = '\0';
        s->show(steps[i], words, sizeof words);
        printf("  %3zu  %s\n", i + 1, words);
    }
    (void)fflush(stdout);
}

void shrink_check(const struct shrink *s)
{
    uint64_t *steps = malloc(s->steps * sizeof *steps);
    uint64_t seed = first_seed();
    char why[SHRINK_WHY_SIZE];

    ck_assert_ptr_nonnull(steps);
    printf("%s: seed %" PRIu64 "\n", s->name, seed);
    for (size_t run = 0; run < s->runs; run++, seed++) {
        uint64_t state = seed;
        for (size_t i = 0; i < s->steps; i++)
            steps[i] = next(&state);
        if (!fails(s, steps, s->steps, why, false))
            continue;
        size_t count = shrink_find(s, steps, s->steps, why);
        printf("%s: seed %" PRIu64 ": %s, after these %zu steps:\n", s->name,
               seed, why, count);
        show(s, steps, count);
        free(steps);
        ck_abort_msg("seed %" PRIu64 ", %zu steps: %s", seed, count, why);
    }
    free(steps);
}
