/* SPDX-License-Identifier: MIT */
/* listen.c - each kind of door has its way of getting a socket. */
#include "plugins/llm_listen/http/listen.h"

#include <string.h>
#include <unistd.h>

static int (*const ways[])(struct listeners *l, const struct http_door *door,
                           struct llmreg_error *err) = {
    [DOOR_TCP] = listen_tcp,
    [DOOR_UNIX] = listen_unix,
    [DOOR_SYSTEMD] = listen_systemd,
};

int listeners_add(struct listeners *l, const struct http_door *door, int fd,
                  struct llmreg_error *err)
{
    if (l->count == LISTENERS_MAX) {
        llmreg_error_set(err, "Listen \"%s\": more than %d sockets", door->name,
                         LISTENERS_MAX);
        close(fd);
        return LLMREG_EFULL;
    }
    l->items[l->count++] = (struct listener){.door = door, .fd = fd};
    return LLMREG_OK;
}

int listeners_open(struct listeners *l, const struct http_door *doors,
                   size_t ndoors, struct llmreg_error *err)
{
    int rc = LLMREG_OK;

    *l = (struct listeners){0};
    for (size_t i = 0; i < ndoors && rc == LLMREG_OK; i++)
        rc = ways[doors[i].kind](l, &doors[i], err);
    if (rc != LLMREG_OK)
        listeners_close(l);
    return rc;
}

/* The file only if it is still the one we made. */
static void unlink_own(const struct listener *item)
{
    struct stat now;

    if (item->made && lstat(item->door->path, &now) == 0 &&
        now.st_dev == item->file.st_dev && now.st_ino == item->file.st_ino)
        unlink(item->door->path);
}

void listeners_close(struct listeners *l)
{
    for (size_t i = 0; i < l->count; i++) {
        unlink_own(&l->items[i]);
        close(l->items[i].fd);
    }
    l->count = 0;
}
