/* SPDX-License-Identifier: MIT */
/* expected.h - the table of payloads and what must come of them, as structs.
 *
 * What a program reads is tests/data/payloads/expected.tsv; what it may be
 * checked against is a verdict and a list of models, wherever they come from.
 */
#ifndef LLMREG_TEST_EXPECTED_H
#define LLMREG_TEST_EXPECTED_H

#include <llmreg/endpoint.h>
#include <llmreg/health.h>

#define EXPECTED_NONE (-1) /* "-" in the table */

struct expected {
    const char *file, *route, *version, *type, *reason, *check;
    int status, seen, kept, rejected, not_kept;
    int line; /* in the table */
};

struct expected_table {
    struct expected *rows;
    size_t count;
    char *text;
};

/* Before the runner: false, and a line on stderr, if it cannot be read. */
bool expected_load(struct expected_table *out);
void expected_free(struct expected_table *t);

struct payload {
    char *bytes;
    size_t len;
};
/* A file under tests/data/payloads, or made by make-large. */
struct payload payload_read(const char *name);

/* What a server that plays the row answers to a path. */
struct reply {
    int status; /* 0: the bytes are a whole stream */
    const char *type;
    bool gzip;
    struct payload body;
};
struct reply expected_reply(const struct expected *row, const char *path);

/* What is wrong, or NULL; models is not looked at where the row has none. */
const char *expected_problem(const struct expected *row,
                             const struct llmreg_observation *seen,
                             const struct llmreg_models *models);

#endif
