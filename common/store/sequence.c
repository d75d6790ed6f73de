/* SPDX-License-Identifier: MIT */
/* sequence.c - blocks in the file, or the clock when there is none. */
#include "common/store/sequence.h"

#include "common/store/rows/rows.h"

#define KEY          "seq_reserved"
/* No honest file has reserved more. */
#define RESERVED_MAX (INT64_C(1) << 62)

uint64_t sequence_from_clock(const struct llmreg_now *now)
{
    int64_t seconds = now->wall_ms / 1000;

    return seconds > 0 ? (uint64_t)seconds << 20 : 0;
}

bool sequence_is_due(const struct sequence *s, struct llmreg_bus *bus)
{
    return s->reserved < llmreg_bus_last(bus) + SEQUENCE_BLOCK / 4;
}

int sequence_take_over(struct sequence *s, struct database *db,
                       struct llmreg_bus *bus, const struct llmreg_now *now,
                       struct llmreg_error *err)
{
    int64_t stored = 0;
    int rc = rows_get_number(db, KEY, &stored, err);

    if (rc != LLMREG_OK)
        return rc;
    if (stored < 0 || stored > RESERVED_MAX)
        llmreg_bus_raise(bus, sequence_from_clock(now));
    else if ((uint64_t)stored != s->reserved)
        llmreg_bus_raise(bus, (uint64_t)stored);
    s->reserved = 0;
    return LLMREG_OK;
}

int sequence_reserve(struct sequence *s, struct database *db,
                     struct llmreg_bus *bus, struct llmreg_error *err)
{
    uint64_t next = llmreg_bus_last(bus) + SEQUENCE_BLOCK;
    int rc = rows_put_number(db, KEY, (int64_t)next, err);

    if (rc == LLMREG_OK)
        s->pending = next;
    return rc;
}

int sequence_synced(struct database *db, uint64_t seq, struct llmreg_error *err)
{
    return rows_put_number(db, "synced_seq", (int64_t)seq, err);
}

void sequence_committed(struct sequence *s)
{
    if (s->pending > s->reserved)
        s->reserved = s->pending;
}

void sequence_jump(struct sequence *s, struct llmreg_bus *bus,
                   const struct llmreg_now *now)
{
    if (!sequence_is_due(s, bus))
        return;
    llmreg_bus_raise(bus, sequence_from_clock(now));
    s->reserved = UINT64_MAX; /* nothing is due until there is a file */
}
