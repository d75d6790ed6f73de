/* SPDX-License-Identifier: MIT */
/* notify_text.c - builds it in a bounded text, most important first. */
#include "common/service/notify_text.h"

#include <string.h>

#include <llmreg/text.h>

/* Of a name; that of a model may have 1,023 bytes. */
#define NAME_SIZE 128
/* " (+1024 more)" */
#define MORE_SIZE 13
/* What must be left for the sentence about the models. */
#define TAIL_SIZE 50

static size_t room(const struct llmreg_text *t)
{
    return t->size - 1 - t->len;
}

static void add_time(struct llmreg_text *t, int64_t wall_ms)
{
    char time[LLMREG_TIME_SIZE];

    llmreg_time_format(time, wall_ms);
    llmreg_text_addf(t, "%.19sZ", time);
}

/* Two units are enough for people: "2 h 14 min", "35 s". */
static void add_duration(struct llmreg_text *t, int64_t ms)
{
    static const struct {
        int64_t seconds;
        const char *name;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    const size_t n = sizeof units / sizeof units[0];
    int64_t s = ms / 1000;
    size_t u = 0;

    while (u < n - 1 && s < units[u].seconds)
        u++;
    llmreg_text_addf(t, "%lld %s", (long long)(s / units[u].seconds),
                     units[u].name);
    s %= units[u].seconds;
    if (u + 1 < n && s >= units[u + 1].seconds)
        llmreg_text_addf(t, " %lld %s", (long long)(s / units[u + 1].seconds),
                         units[u + 1].name);
}

static void add_subject(struct llmreg_text *t, const struct notify_subject *s,
                        bool with_id)
{
    char name[NAME_SIZE];

    llmreg_copy_message(name, sizeof name, s->name);
    llmreg_text_add(t, name);
    if (with_id && strcmp(s->name, s->id) != 0)
        llmreg_text_addf(t, " (%s)", s->id);
}

size_t notify_text_names(struct llmreg_text *t, const char *const *names,
                         size_t n)
{
    size_t i;

    for (i = 0; i < n; i++) {
        const char *comma = i > 0 ? ", " : "";
        size_t more = i + 1 < n ? MORE_SIZE : 0;

        if (strlen(comma) + strlen(names[i]) + more > room(t))
            break;
        llmreg_text_addf(t, "%s%s", comma, names[i]);
    }
    if (i > 0 && i < n)
        llmreg_text_addf(t, " (+%zu more)", n - i);
    return i;
}

/* As a sentence: a reason in a library's words may have its full stop. */
static void add_reason(struct llmreg_text *t, const char *reason)
{
    size_t len = strlen(reason);
    bool ended = len > 0 && reason[len - 1] == '.';

    llmreg_text_addf(t, ": %s%s", reason, ended ? "" : ".");
}

/* Everything up to the reason; false if the tail would not fit after it. */
static bool build_head(struct llmreg_text *t, const struct notify_trouble *n,
                       bool with_id, size_t reason_max)
{
    char reason[LLMREG_MESSAGE_SIZE];

    llmreg_copy_message(reason, reason_max + 1, n->reason);
    add_subject(t, &n->subject, with_id);
    llmreg_text_addf(t, " is %s since ", n->state);
    add_time(t, n->since_ms);
    add_reason(t, reason);
    return !t->failed && room(t) >= TAIL_SIZE;
}

static void add_models(struct llmreg_text *t, const struct notify_trouble *n)
{
    const size_t before = t->len;

    if (n->nmodels == 0)
        return;
    if (n->nlost == 0) {
        llmreg_text_add(t, " Every model of it has another healthy endpoint.");
        return;
    }
    llmreg_text_add(t, " No other healthy endpoint has: ");
    if (notify_text_names(t, n->lost, n->nlost) > 0)
        return;
    t->len = before;
    t->data[before] = '\0';
    llmreg_text_addf(t, " No other healthy endpoint has %zu of its models.",
                     n->nlost);
}

void notify_text_trouble(char out[static LLMREG_MESSAGE_SIZE],
                         const struct notify_trouble *n)
{
    /* The last one fits with any name. */
    static const struct {
        bool with_id;
        size_t reason_max;
    } tries[] = {{true, 160}, {false, 160}, {false, 80}, {false, 30}};
    struct llmreg_text t;
    bool fits = false;

    for (size_t i = 0; i < sizeof tries / sizeof tries[0] && !fits; i++) {
        llmreg_text_init(&t, out, LLMREG_MESSAGE_SIZE);
        fits = build_head(&t, n, tries[i].with_id, tries[i].reason_max);
    }
    add_models(&t, n);
}

/* Without the id if it has no room. */
static void begin_short(struct llmreg_text *t, char *out,
                        const struct notify_subject *subject)
{
    const bool with_id =
        strlen(subject->name) + strlen(subject->id) < LLMREG_MESSAGE_SIZE - 90;

    llmreg_text_init(t, out, LLMREG_MESSAGE_SIZE);
    add_subject(t, subject, with_id);
}

void notify_text_again(char out[static LLMREG_MESSAGE_SIZE],
                       const struct notify_subject *subject, const char *before,
                       int64_t duration_ms)
{
    struct llmreg_text t;

    begin_short(&t, out, subject);
    llmreg_text_add(&t, " is healthy again");
    if (duration_ms < 0)
        return;
    llmreg_text_addf(&t, ", it was %s for ", before);
    add_duration(&t, duration_ms);
}

void notify_text_removed(char out[static LLMREG_MESSAGE_SIZE],
                         const struct notify_subject *subject)
{
    struct llmreg_text t;

    begin_short(&t, out, subject);
    llmreg_text_add(&t, " was removed from the registry; its alarm is over");
}

void notify_text_unwatched(char out[static LLMREG_MESSAGE_SIZE],
                           const struct notify_subject *subject)
{
    struct llmreg_text t;

    begin_short(&t, out, subject);
    llmreg_text_add(&t, " is not watched any more; its alarm is over");
}

void notify_text_flapping(char message[static LLMREG_MESSAGE_SIZE],
                          int64_t quiet_ms)
{
    char whole[LLMREG_MESSAGE_SIZE + 80];
    struct llmreg_text t;

    llmreg_text_init(&t, whole, sizeof whole);
    llmreg_text_add(&t, "flapping, its end is told after ");
    add_duration(&t, quiet_ms);
    llmreg_text_addf(&t, ": %s", message);
    llmreg_copy_message(message, LLMREG_MESSAGE_SIZE, whole);
}

void notify_text_store(char out[static LLMREG_MESSAGE_SIZE], bool failed,
                       const char *reason)
{
    char cut[LLMREG_MESSAGE_SIZE - 60];
    struct llmreg_text t;

    llmreg_copy_message(cut, sizeof cut, reason);
    llmreg_text_init(&t, out, LLMREG_MESSAGE_SIZE);
    if (failed)
        llmreg_text_addf(&t, "the store failed, all goes on from memory: %s",
                         cut);
    else
        llmreg_text_addf(&t, "the store works again: %s", cut);
}
