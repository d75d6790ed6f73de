/* SPDX-License-Identifier: MIT */
/* observe_cpu.c - passes of the cpu plugin: what belongs together, summed up.
 *
 * The plugin says, as it is configured:
 *
 *   cpu-STATE      of each processor, jiffies since its start (DERIVE); or,
 *                  where write_http stores rates, jiffies a second
 *   percent-STATE  of each processor, or of all (ValuesPercentage)
 *   percent-active of each processor, or of all (ReportByState false)
 *
 * Busy is all that is not idle, as the plugin's own "active" has it.
 *
 * A pass is what has about the same time.  Only sums are kept, over all
 * processors and states, so that a machine with a thousand of them costs no
 * more than one with two.  The growth from one pass to the next is the growth
 * of the sums, if both have values of the very same processors and states: a
 * hash of each is summed up too, and where the two sums of hashes differ (a
 * packet was lost, a processor came or went) this pass says nothing, and the
 * next one is compared with it.  That is also how the end of a pass is seen.
 * One that goes on after it, because the one before was not whole, takes back
 * what it said; one that is never like the one before ends when the next
 * begins.
 *
 * A sum that shrinks says nothing (a restart of the machine), but for COUNTERs
 * of 32 bits, which wrap.  More than processors can have worked says nothing.
 */
#include "plugins/llm_listen/observe_cpu.h"

#include <math.h>
#include <string.h>

#include <llmreg/table.h>

#define WRAP         4294967296.0 /* of a counter of 32 bits */
#define JIFFIES_MAX  2000         /* a second, of one processor */
#define PATIENCE_MAX 10           /* intervals between two passes */

bool observe_cpu_knows(const struct observe_value *v)
{
    if (v->nvalues != 1 || !isfinite(v->values[0]) || v->values[0] < 0)
        return false;
    if (strcmp(v->type, "cpu") == 0)
        return v->type_instance[0] != '\0';
    return strcmp(v->type, "percent") == 0 && v->kinds[0] == OBSERVE_GAUGE &&
           (strcmp(v->type_instance, "idle") == 0 ||
            strcmp(v->type_instance, "active") == 0);
}

/* ---- the end of a pass ---- */

static bool is_same_set(const struct observe_cpu_pass *a,
                        const struct observe_cpu_pass *b)
{
    return a->set == b->set && a->count == b->count;
}

/* Negative: it shrank. */
static double growth(double before, double after, bool wraps)
{
    double n = after - before;

    return n < 0 && wraps ? n + WRAP * ceil(-n / WRAP) : n;
}

static double share(double busy, double idle)
{
    return busy + idle > 0 ? 100 * busy / (busy + idle) : (double)NAN;
}

/* What was done from one pass to the next; NAN: it cannot be told. */
static double between(const struct observe_cpu_pass *a,
                      const struct observe_cpu_pass *b, int64_t interval_ms)
{
    const int64_t ms = b->begun_ms - a->begun_ms;
    const bool wraps = b->counters && !a->wide && !b->wide;
    const double busy = growth(a->busy, b->busy, wraps);
    const double idle = growth(a->idle, b->idle, wraps);
    const double most = (double)ms / 1e3 * JIFFIES_MAX * b->count;

    if (!is_same_set(a, b) || a->shares || ms <= 0 ||
        ms > PATIENCE_MAX * interval_ms)
        return (double)NAN;
    if (busy < 0 || idle < 0 || busy + idle > most)
        return (double)NAN;
    return share(busy, idle);
}

static void close_pass(struct observe_cpu *c, int64_t interval_ms)
{
    struct observe_cpu_pass *p = &c->now;
    double percent = p->shares ? share(p->busy, p->idle)
                               : between(&c->before, p, interval_ms);

    p->closed = true;
    c->percent_before = c->percent;
    c->time_before_ms = c->time_ms;
    if (isnan(percent) || !p->whole)
        return;
    c->percent = percent;
    c->time_ms = p->begun_ms;
}

static void reopen_pass(struct observe_cpu *c)
{
    c->now.closed = false;
    c->percent = c->percent_before;
    c->time_ms = c->time_before_ms;
}

/* ---- its values ---- */

/* Of processor and state; llmreg_hash of a string alone would make the sums
 * of different pairs equal. */
static uint64_t hash_of(const struct observe_value *v)
{
    const uint64_t pair[] = {
        llmreg_hash(v->plugin_instance, strlen(v->plugin_instance)),
        llmreg_hash(v->type_instance, strlen(v->type_instance)),
    };

    return llmreg_hash(pair, sizeof pair);
}

static void add(struct observe_cpu_pass *p, const struct observe_value *v)
{
    const bool percent = v->type[0] == 'p';
    const double n = v->values[0];

    p->set += hash_of(v);
    p->count++;
    if (percent || v->kinds[0] == OBSERVE_GAUGE || n != floor(n))
        p->shares = true;
    p->counters = p->counters || v->kinds[0] == OBSERVE_COUNTER;
    p->wide = p->wide || n >= WRAP;
    if (strcmp(v->type_instance, "idle") == 0) {
        p->idle += n;
        p->whole = true;
        p->busy += percent && n < 100 ? 100 - n : 0;
    } else {
        p->busy += n;
        p->idle += percent && n < 100 ? 100 - n : 0;
        p->whole = p->whole || percent;
    }
}

static void begin(struct observe_cpu *c, const struct observe_value *v)
{
    if (c->now.count > 0) {
        if (!c->now.closed && c->now.shares)
            close_pass(c, v->interval_ms);
        c->before = c->now;
    }
    c->now = (struct observe_cpu_pass){.begun_ms = v->time_ms};
}

void observe_cpu_take(struct observe_cpu *c, const struct observe_value *v)
{
    const int64_t since = v->time_ms - c->now.begun_ms;

    /* Half an interval before or after is the same pass.  What is older came
     * late, unless the sender's clock was set back. */
    if (c->now.count == 0 || 2 * since >= v->interval_ms ||
        since <= -PATIENCE_MAX * v->interval_ms)
        begin(c, v);
    else if (2 * since <= -v->interval_ms)
        return;
    if (c->now.closed)
        reopen_pass(c);
    add(&c->now, v);
    if (is_same_set(&c->now, &c->before))
        close_pass(c, v->interval_ms);
}
