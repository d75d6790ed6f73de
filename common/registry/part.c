/* SPDX-License-Identifier: MIT */
/* part.c - counted, immutable, freed when nobody can read it any more. */
#include "common/registry/part.h"

#include <stdlib.h>

void part_put(struct part *p)
{
    if (p != NULL &&
        atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) == 1)
        free(p);
}

static void put_later(struct rcu_head *head)
{
    rcu_due(head);
    part_put(rcu_holder(head, struct part, rcu));
}

void part_retire(struct part *p)
{
    rcu_later(&p->rcu, put_later);
}

const char *part_pack(char **at, const char *s)
{
    size_t room = part_room(s);
    char *copy = *at;

    if (room == 0)
        return "";
    memcpy(copy, s, room);
    *at += room;
    return copy;
}
