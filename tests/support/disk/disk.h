/* SPDX-License-Identifier: MIT */
/* disk.h - a disk that fails, is slow, or loses its power, for one directory.
 *
 * The functions of the C library that change files are found here first, by
 * SQLite too.  What concerns a file in the watched directory is counted and,
 * as struct disk says, refused, delayed, or the last thing that the process
 * does.  With a journal everything that was done is written down and nothing
 * is synced: power.py makes of it what a disk may have kept when its power
 * went.
 *
 * As a library to be preloaded it is told by the environment:
 * LLMREG_DISK_DIR, LLMREG_DISK_JOURNAL, and LLMREG_DISK_CONTROL, a file that
 * is a struct disk and may change at any time.
 *
 * Threads: any; a watch is begun before they are.
 */
#ifndef LLMREG_TEST_DISK_H
#define LLMREG_TEST_DISK_H

#include <stdint.h>

struct disk {
    /* SIGKILL in the middle of that change, counted from 1; 0: never. */
    int64_t kill_at;
    /* What changes get that need space, and syncs; 0: they work. */
    int64_t write_errno, sync_errno;
    int64_t sync_delay_us;
    int64_t sync_nothing; /* they only say that they did */
    /* So many there were. */
    int64_t changes, syncs;
};

/* Files in that directory and below, which need not be there yet. */
void disk_watch(const char *dir);
/* Everything works again, and counts from 0. */
struct disk *disk_reset(void);

#endif
