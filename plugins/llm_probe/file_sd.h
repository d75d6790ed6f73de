/* SPDX-License-Identifier: MIT */
/* file_sd.h - reads an EndpointFile: the shape of Prometheus' file_sd.
 *
 *     [ { "targets": ["gpu1:11434", "https://gpu2.example/ollama"],
 *         "labels":  { "site": "berlin", "priority": "70" } } ]
 *
 * A target is host, host:port or a URL; without a port it gets that of its
 * kind.  Labels go to every target of their group.  Three of them are taken
 * as what they say and are no labels then:
 *     name      the endpoint's name for people (default: host:port)
 *     kind      its protocol (default: ollama)
 *     priority  0 to 1000 (default: 50)
 * Labels whose names begin with "__" are Prometheus' own and are passed over.
 *
 * A file is right as a whole or not at all: the error names group and target.
 *
 * Threads:   pure function of its arguments.
 * Blocking:  never.
 * Ownership: the list becomes the caller's, to be finished with targets_fini.
 */
#ifndef LLM_PROBE_FILE_SD_H
#define LLM_PROBE_FILE_SD_H

#include <llmreg/status.h>

#include "plugins/llm_probe/target.h"

#define FILE_SD_BYTES   ((size_t)10 * 1000 * 1000)
#define FILE_SD_TARGETS 100000

/* LLMREG_EINVAL, LLMREG_EPARSE, LLMREG_ETOOBIG with err; LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int file_sd_read(const char *bytes, size_t len,
                                  struct targets *out,
                                  struct llmreg_error *err);

#endif
