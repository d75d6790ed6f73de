/* SPDX-License-Identifier: MIT */
/* alert_part.c - alerts in one block: their bounds, and when two are alike. */
#include "common/registry/alert_part.h"

#include <stdlib.h>
#include <string.h>

#include <llmreg/endpoint.h>
#include <llmreg/health.h>

/* The strings of an alert; a new one is a row here. */
static const struct {
    const char *name;
    size_t at, size; /* with the NUL */
} strings[] = {
#define STRING(field, size)                                                    \
    {                                                                          \
#field, offsetof(struct llmreg_alert, field), size                     \
    }
    STRING(id, LLMREG_ALERT_ID_SIZE),
    STRING(subject, LLMREG_ALERT_ID_SIZE),
    STRING(name, LLMREG_MODEL_SIZE),
    STRING(message, LLMREG_MESSAGE_SIZE),
    STRING(state, LLMREG_MESSAGE_SIZE),
    STRING(previous, LLMREG_MESSAGE_SIZE),
    STRING(reason, LLMREG_DETAIL_SIZE + LLMREG_MESSAGE_SIZE),
    STRING(host, LLMREG_HOST_SIZE),
    STRING(series, LLMREG_SERIES_SIZE),
    STRING(url, LLMREG_URL_SIZE),
    STRING(acknowledged_by, LLMREG_ALERT_BY_SIZE),
    STRING(note, LLMREG_ALERT_NOTE_SIZE),
#undef STRING
};

#define STRINGS (sizeof strings / sizeof strings[0])

static const char *get(const struct llmreg_alert *alert, size_t i)
{
    const char *s;

    memcpy(&s, (const char *)alert + strings[i].at, sizeof s);
    return s == NULL ? "" : s;
}

static void set(struct llmreg_alert *alert, size_t i, const char *s)
{
    memcpy((char *)alert + strings[i].at, &s, sizeof s);
}

struct alert_part *alert_part_new(const struct llmreg_alert *alert)
{
    size_t room = 0;

    for (size_t i = 0; i < STRINGS; i++)
        room += part_room(get(alert, i));
    struct alert_part *p = malloc(sizeof *p + room);
    if (p == NULL)
        return NULL;
    part_init(&p->part);
    p->alert = *alert;
    char *at = p->text;
    for (size_t i = 0; i < STRINGS; i++)
        set(&p->alert, i, part_pack(&at, get(alert, i)));
    return p;
}

struct alert_part *alert_part_of(const struct llmreg_alert *alert)
{
    return rcu_holder(alert, struct alert_part, alert);
}

/* ---- bounds ---- */

static bool are_values(const struct llmreg_alert *a)
{
    return (unsigned)a->rule < LLMREG_RULES &&
           (unsigned)a->told < LLMREG_SEVERITIES &&
           (unsigned)a->s.severity < LLMREG_SEVERITIES &&
           (unsigned)a->s.pending < LLMREG_SEVERITIES;
}

int alert_part_check(const struct llmreg_alert *alert, struct llmreg_error *err)
{
    for (size_t i = 0; i < STRINGS; i++) {
        size_t len = strlen(get(alert, i));
        if (len < strings[i].size)
            continue;
        llmreg_error_set(err, "alert %.64s: %s has %zu bytes, %zu are allowed",
                         get(alert, 0), strings[i].name, len,
                         strings[i].size - 1);
        return LLMREG_EINVAL;
    }
    if (get(alert, 0)[0] == '\0') {
        llmreg_error_set(err, "alert: its id is empty");
        return LLMREG_EINVAL;
    }
    if (are_values(alert))
        return LLMREG_OK;
    llmreg_error_set(err,
                     "alert %.64s: rule %d, severity %d, pending %d or "
                     "told %d is none",
                     alert->id, (int)alert->rule, (int)alert->s.severity,
                     (int)alert->s.pending, (int)alert->told);
    return LLMREG_EINVAL;
}

/* ---- comparing ---- */

bool alert_part_alike(const struct llmreg_alert *a,
                      const struct llmreg_alert *b)
{
    for (size_t i = 0; i < STRINGS; i++)
        if (strcmp(get(a, i), get(b, i)) != 0)
            return false;
    return a->rule == b->rule && a->since_ms == b->since_ms &&
           a->acknowledged_ms == b->acknowledged_ms && a->times == b->times &&
           a->told == b->told && a->told_seq == b->told_seq &&
           llmreg_alert_same(&a->s, &b->s) && a->s.fired_ms == b->s.fired_ms &&
           a->s.cleared_ms == b->s.cleared_ms;
}
