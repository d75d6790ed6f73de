/* SPDX-License-Identifier: MIT */
/* body.h - a JSON body becomes a struct, field by field of a table.
 *
 * The document passes by as a stream and is never a tree: what a row names is
 * checked and kept, strings in the arena; what no row names is refused by a
 * strict form (an operator's typing error must not be lost) and passed over by
 * others (agents of tomorrow say more than we know).  null is "not said".  A
 * member that comes twice is refused: two readers could see different ones.
 *
 * Threads:   one thread at a time.
 * Blocking:  never.
 * Ownership: what is kept lives in the arena that was handed in.
 */
#ifndef LLM_LISTEN_API_BODY_H
#define LLM_LISTEN_API_BODY_H

#include <llmreg/arena.h>
#include <llmreg/clock.h>
#include <llmreg/json.h>

#define BODY_FIELDS_MAX 32
#define BODY_FIELD_SIZE 128

enum body_type {
    BODY_TEXT,    /* const char *; clean, min to max bytes */
    BODY_NUMBER,  /* double, min to max */
    BODY_INTEGER, /* int64_t, min to max */
    BODY_BOOL,    /* bool */
    BODY_TIME,    /* int64_t ms since 1970, from RFC 3339 */
    BODY_TREE     /* what is below it goes to tree */
};

struct body_reader;

/* Gets every event of the member, from its first value to the end of it, with
 * the path behind the member's name ("" for itself, "[].url", ".cpu").
 * LLMREG_EINVAL by body_refuse. */
typedef int (*body_tree_fn)(struct body_reader *b, void *member,
                            const char *path,
                            const struct llmreg_json_event *e);

struct body_field {
    const char *name; /* of a member of the document; NULL ends a table */
    enum body_type type;
    size_t offset; /* in the struct */
    double min, max;
    bool required;
    body_tree_fn tree;
    const char *shape; /* of a tree, for OpenAPI: "array of strings" */
    const char *help;
};

/* The struct begins with a body_given. */
typedef uint64_t body_given; /* bit n: row n was there and not null */

/* What somebody else calls a field. */
struct body_alias {
    const char *said; /* NULL ends a table */
    const char *name; /* of the field */
};

struct body_form {
    const char *name; /* of the schema in OpenAPI */
    const struct body_field *fields;
    const struct body_alias *aliases; /* NULL: none */
    size_t size;
    bool strict;
    bool optional; /* no body at all is {} */
    /* What no row names, and the document itself: as if it were a member. */
    body_tree_fn root;
    size_t root_offset;
};

/* What kind of mistake it is, for dialects that tell. */
enum body_fault {
    BODY_INVALID, /* any other */
    BODY_MISSING,
    BODY_WRONG_TYPE,
    BODY_TOO_LONG
};

/* What is wrong with a body: 400 (no JSON), or 422 (not what it should be). */
struct body_problem {
    unsigned status;
    char field[BODY_FIELD_SIZE]; /* "" is the document */
    enum body_fault fault;
    enum llmreg_json_type got; /* of BODY_WRONG_TYPE */
    struct llmreg_error err;
};

struct body_source {
    const char *data;
    size_t len;
    struct llmreg_arena *arena; /* for what is kept */
};
/* out: form->size bytes; set to zero, then filled.  LLMREG_EINVAL with problem;
 * LLMREG_ENOMEM. */
LLMREG_MUSTCHECK int body_read(const struct body_form *form,
                               const struct body_source *from,
                               struct body_problem *problem, void *out);

/* The row called name was there. */
bool body_has(const struct body_form *form, body_given given, const char *name);

/* ---- for trees ---- */

struct llmreg_arena *body_arena(struct body_reader *b);
/* Says what is wrong with the present value; returns LLMREG_EINVAL. */
int body_refuse(struct body_reader *b, const char *format, ...)
    LLMREG_PRINTF(2, 3);
/* The event's text as a clean copy of min to max bytes. */
LLMREG_MUSTCHECK int body_text(struct body_reader *b,
                               const struct llmreg_json_event *e, size_t min,
                               size_t max, const char **out);
/* The event's number, finite, within [min, max]. */
LLMREG_MUSTCHECK int body_number(struct body_reader *b,
                                 const struct llmreg_json_event *e, double min,
                                 double max, double *out);
/* The key at the end of a path like ".key", without its backslashes; only
 * for the first level.  LLMREG_EINVAL: it is no member's. */
LLMREG_MUSTCHECK int body_key(struct body_reader *b, const char *path,
                              const char **out);
/* The value of this event, and what it contains, as compact JSON of at most max
 * bytes: *out is set with the last event of it, NULL before.  One at a time. */
LLMREG_MUSTCHECK int body_raw(struct body_reader *b,
                              const struct llmreg_json_event *e, size_t max,
                              const char **out);

#endif
