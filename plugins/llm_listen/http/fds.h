/* SPDX-License-Identifier: MIT */
/* fds.h - the descriptors of the process are not all for us.
 *
 *   0 ............... low ............... | last 32 |  1024 .... high ....
 *        where all others' are, too         theirs        where ours go
 *
 * Other plugins have libraries that use select(), which writes beyond its end
 * from descriptor 1024 on: ours move up there, where the limit of the process
 * allows it.  The last of the low ones we never keep: others open files and
 * sockets each second, and what they measure would be lost, or, were they given
 * a high one, the process.  A new descriptor is the lowest that is free, and so
 * its number says how many are left.
 *
 * Threads:   any.
 * Blocking:  never.
 * Ownership: descriptors are the caller's.
 */
#ifndef LLM_LISTEN_HTTP_FDS_H
#define LLM_LISTEN_HTTP_FDS_H

#include <stdbool.h>

#define FDS_HIGH 1024
#define FDS_LAST 32

/* High, and fd closed; fd itself where that is not possible. */
int fds_move_up(int fd);
/* One that is not to be kept. */
bool fds_is_last(int fd);
/* The next low one would be; fd is open. */
bool fds_are_few(int fd);

#endif
