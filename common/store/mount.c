/* SPDX-License-Identifier: MIT */
/* mount.c - one row a file system, by the number that statfs gives. */
#include "common/store/mount.h"

#include <stddef.h>
#include <sys/vfs.h>

#define REMOTE                                                                 \
    "the write-ahead log of SQLite is not made for it, and the file can be "   \
    "damaged; use a disk of this machine"
#define PROGRAM                                                                \
    "a program serves it, and whether its locks and syncs are real nobody "    \
    "can tell"
#define MEMORY "all of it is gone when this machine starts again"
#define LAYER                                                                  \
    "if that is the layer of a container, all of it is gone with the "         \
    "container; use a volume"

static const struct row {
    unsigned long type;
    const char *name, *why;
} rows[] = {
    {0x6969, "NFS", REMOTE},       {0x517b, "SMB", REMOTE},
    {0xff534d42, "CIFS", REMOTE},  {0xfe534d42, "SMB", REMOTE},
    {0x01021997, "9P", REMOTE},    {0x5346414f, "AFS", REMOTE},
    {0x00c36400, "Ceph", REMOTE},  {0x0bd00bd0, "Lustre", REMOTE},
    {0x01161970, "GFS2", REMOTE},  {0x7461636f, "OCFS2", REMOTE},
    {0x65735546, "FUSE", PROGRAM}, {0x01021994, "tmpfs", MEMORY},
    {0x858458f6, "ramfs", MEMORY}, {0x794c7630, "overlayfs", LAYER},
};

void mount_look(const char *dir, const struct llmreg_log *log)
{
    struct statfs fs;

    if (statfs(dir, &fs) != 0)
        return; /* whoever opens a file there says so */
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        /* It is signed on some machines. */
        if (rows[i].type == ((unsigned long)fs.f_type & 0xffffffff))
            llmreg_log(log, LLMREG_WARNING, "store: %s is on %s: %s", dir,
                       rows[i].name, rows[i].why);
}
