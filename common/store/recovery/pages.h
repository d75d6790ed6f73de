/* SPDX-License-Identifier: MIT */
/* pages.h - the pages of a damaged database, without SQLite.
 *
 * What SQLite refuses as a whole may have most of its pages in order.  Here
 * they are only read, each in its newest version: that of the write-ahead log
 * as far as its checksums go, else that of the file.  Nothing that the header
 * of the file says is believed: our files have pages of one size.
 *
 * Threads:   one at a time.
 * Blocking:  on the disk.
 * Ownership: a struct pages is the caller's.
 */
#ifndef LLMREG_STORE_PAGES_H
#define LLMREG_STORE_PAGES_H

#include <sys/types.h>

#include <llmreg/status.h>

#define PAGES_SIZE 4096

struct pages {
    int file, log;   /* log: -1 for none */
    uint32_t count;  /* pages are numbered from 1 */
    off_t *newest;   /* where in the log; 0: not there */
    uint32_t logged; /* places in newest */
};

/* The log may be missing, or make no sense.  LLMREG_EIO, LLMREG_ENOMEM, with
 * err. */
LLMREG_MUSTCHECK int pages_open(struct pages *p, const char *path,
                                struct llmreg_error *err);
void pages_close(struct pages *p);
/* False: there is no such page, or the disk does not give it. */
bool pages_read(const struct pages *p, uint32_t number,
                unsigned char out[static PAGES_SIZE]);
/* The file says that the page is not in use, or is a part of another. */
bool pages_is_spare(const struct pages *p, uint32_t number);

/* Big-endian, as all numbers in the file. */
uint32_t pages_u32(const unsigned char *at);
uint16_t pages_u16(const unsigned char *at);

#endif
