/* SPDX-License-Identifier: MIT */
/* slurp.h - a small file as bytes, and whether it changed since.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  file I/O; a FIFO or a device is refused, not waited for.
 * Ownership: the bytes are the caller's, freed with slurp_free (which wipes
 *            them: they may be a secret).
 */
#ifndef LLM_PROBE_SLURP_H
#define LLM_PROBE_SLURP_H

#include <llmreg/status.h>

/* What tells two versions of a file apart. */
struct file_stamp {
    uint64_t device, inode, size;
    int64_t mtime_ns, ctime_ns;
};

/* LLMREG_EIO: there is none. */
LLMREG_MUSTCHECK int file_stamp_get(const char *path, struct file_stamp *out);
bool file_stamp_same(const struct file_stamp *a, const struct file_stamp *b);

struct slurp {
    char *bytes;
    size_t len;
};

/* LLMREG_EIO, LLMREG_ETOOBIG (over max), LLMREG_EINVAL (no regular file), all
 * with err naming the path; LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int slurp_read(const char *path, size_t max, struct slurp *out,
                                struct llmreg_error *err);
void slurp_free(struct slurp *s);

#endif
