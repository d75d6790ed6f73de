/* SPDX-License-Identifier: MIT */
/* files.h - the files that may change while we run.
 *
 * EndpointFiles and token files are read once at the start, where a mistake
 * is a mistake of the configuration, and looked at again every second by a
 * thread, "llmreg-files".  A file that became wrong or went away changes
 * nothing: what it said last stays, and the log says why.
 *
 * Threads:   load is for the starting thread; after start the catalog belongs
 *            to the files thread, until stop.
 * Blocking:  file I/O; stop joins the thread.
 * Ownership: the catalog and the secrets are lent until stop.
 */
#ifndef LLM_PROBE_FILES_H
#define LLM_PROBE_FILES_H

#include <llmreg/clock.h>
#include <llmreg/log.h>

#include "plugins/llm_probe/catalog.h"
#include "plugins/llm_probe/secrets.h"

/* Reads an EndpointFile.  err names the file and the place in it. */
LLMREG_MUSTCHECK int files_load_endpoints(const char *path, struct targets *out,
                                          struct llmreg_error *err);
/* Reads the token at a place of the secrets. */
LLMREG_MUSTCHECK int files_load_token(struct secrets *secrets, size_t place,
                                      struct llmreg_error *err);

struct files;

struct files_setup {
    struct catalog *catalog;
    struct secrets *secrets;
    const struct llmreg_clock *clock;
    const struct llmreg_log *log;
    int64_t pause_ns; /* between two looks */
};

/* LLMREG_ENOMEM, LLMREG_EIO (no thread). */
LLMREG_MUSTCHECK int files_start(const struct files_setup *setup,
                                 struct files **out);
/* NULL is fine. */
void files_stop(struct files *f);

#endif
