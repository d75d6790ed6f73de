/* SPDX-License-Identifier: MIT */
/* clock.c - the kernel's two clocks, read together. */
#include <llmreg/clock.h>

#include <time.h>

/* Neither call can fail: both clocks exist on every Linux. */
static void read_system(void *ctx, struct llmreg_now *out)
{
    struct timespec mono = {0};
    struct timespec wall = {0};

    (void)ctx;
    clock_gettime(CLOCK_MONOTONIC, &mono);
    clock_gettime(CLOCK_REALTIME, &wall);
    out->mono_ns = mono.tv_sec * LLMREG_NS_PER_S + mono.tv_nsec;
    out->wall_ms =
        wall.tv_sec * INT64_C(1000) + wall.tv_nsec / LLMREG_NS_PER_MS;
}

const struct llmreg_clock llmreg_clock_system = {.read = read_system};

struct llmreg_now llmreg_clock_now(const struct llmreg_clock *clock)
{
    struct llmreg_now now = {0};

    clock->read(clock->ctx, &now);
    return now;
}
