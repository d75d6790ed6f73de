/* SPDX-License-Identifier: MIT */
/* lines.c - three linked lists and four counters. */
#include "plugins/llm_probe/lines.h"

void lines_init(struct lines *l, size_t slots)
{
    *l = (struct lines){.slots = slots};
}

static enum line line_of(const struct line_item *item)
{
    if (item->slow)
        return LINE_SLOW;
    return item->named ? LINE_NAMED : LINE_PLAIN;
}

void lines_wait(struct lines *l, struct line_item *item)
{
    enum line line = line_of(item);

    item->state = LINE_WAITING;
    item->ticket = l->tickets++;
    item->newer = NULL;
    item->older = l->newest[line];
    if (item->older != NULL)
        item->older->newer = item;
    else
        l->oldest[line] = item;
    l->newest[line] = item;
}

static void unlink_item(struct lines *l, struct line_item *item)
{
    enum line line = line_of(item);

    if (item->older != NULL)
        item->older->newer = item->newer;
    else
        l->oldest[line] = item->newer;
    if (item->newer != NULL)
        item->newer->older = item->older;
    else
        l->newest[line] = item->older;
    item->older = NULL;
    item->newer = NULL;
}

static bool may_look_up(const struct lines *l, enum line line)
{
    if (line == LINE_SLOW && l->slow_resolving >= LINES_LOOKUPS / 4)
        return false;
    return l->resolving < LINES_LOOKUPS;
}

/* The oldest of a line, if a look-up is free for it. */
static struct line_item *head_of(const struct lines *l, enum line line)
{
    struct line_item *head = l->oldest[line];

    if (head != NULL && head->named && !may_look_up(l, line))
        return NULL;
    return head;
}

/* With fewer than four slots there is no quarter: the slow come last. */
static bool slow_may(const struct lines *l)
{
    size_t quarter = l->slots / 4;

    if (quarter == 0)
        return l->oldest[LINE_PLAIN] == NULL && l->oldest[LINE_NAMED] == NULL;
    return l->slow_flying < quarter;
}

static struct line_item *choose(const struct lines *l)
{
    struct line_item *plain = head_of(l, LINE_PLAIN);
    struct line_item *named = head_of(l, LINE_NAMED);
    struct line_item *slow = slow_may(l) ? head_of(l, LINE_SLOW) : NULL;

    if (slow != NULL)
        return slow;
    if (plain == NULL || named == NULL)
        return plain != NULL ? plain : named;
    return plain->ticket < named->ticket ? plain : named;
}

struct line_item *lines_next(struct lines *l)
{
    struct line_item *item = NULL;

    if (l->flying >= l->slots)
        return NULL;
    item = choose(l);
    if (item == NULL)
        return NULL;
    unlink_item(l, item);
    item->state = LINE_FLYING;
    item->resolving = item->named;
    l->flying++;
    l->slow_flying += item->slow;
    l->resolving += item->resolving;
    l->slow_resolving += item->resolving && item->slow;
    return item;
}

void lines_resolved(struct lines *l, struct line_item *item)
{
    if (item->state != LINE_FLYING || !item->resolving)
        return;
    item->resolving = false;
    l->resolving--;
    l->slow_resolving -= item->slow;
}

void lines_leave(struct lines *l, struct line_item *item)
{
    if (item->state == LINE_WAITING)
        unlink_item(l, item);
    if (item->state == LINE_FLYING) {
        lines_resolved(l, item);
        l->flying--;
        l->slow_flying -= item->slow;
    }
    item->state = LINE_AWAY;
}
