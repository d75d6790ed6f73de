/* SPDX-License-Identifier: MIT */
/* json.h - JSON in, as a stream of values with their paths; JSON out, into a
 * sink, in bounded memory.
 *
 * The reader never builds a tree and never recurses on input.  It enforces
 * its limits itself: bytes of the document, depth, number of values, length
 * of a kept string.  Numbers are handed over as text.  Every value comes with
 * the path of its place:
 *
 *     {"models":[{"name":"a","details":{"family":"b"}}]}
 *     ""             OBJECT          "models"          ARRAY
 *     "models[]"     OBJECT          "models[].name"   STRING a
 *     "models[].details.family" STRING b, then the ENDs with the same paths
 *
 * In a path, a '.', '[' or '\' that is part of a key is preceded by '\'.  A
 * path of LLMREG_JSON_PATH bytes or more is handed over as "?", and so is one
 * with a key that is empty, over limits.string or has a NUL in it: no member
 * can be called that and be asked for, nor pass for another.
 * Duplicate keys are the consumer's business: it sees both.
 *
 * Threads:   one thread at a time for each reader or writer.
 * Blocking:  never, except what the writer's sink does.
 * Ownership: event strings are lent for the length of the callback.
 */
#ifndef LLMREG_JSON_H
#define LLMREG_JSON_H

#include <llmreg/status.h>

#define LLMREG_JSON_PATH 256

enum llmreg_json_type {
    LLMREG_JSON_NULL,
    LLMREG_JSON_BOOL,
    LLMREG_JSON_NUMBER, /* text, len: as written in the document */
    LLMREG_JSON_STRING, /* text, len: decoded UTF-8, may hold NUL */
    LLMREG_JSON_OBJECT,
    LLMREG_JSON_OBJECT_END,
    LLMREG_JSON_ARRAY,
    LLMREG_JSON_ARRAY_END
};

struct llmreg_json_event {
    enum llmreg_json_type type;
    const char *path; /* terminated; "" is the document itself */
    const char *text; /* NUMBER, STRING; not terminated; NULL if too_long */
    size_t len;
    bool truth;    /* BOOL */
    bool too_long; /* STRING or NUMBER over limits.string: read, not kept;
                      len is 0 then */
};

struct llmreg_json_limits {
    size_t bytes;   /* of the document */
    unsigned depth; /* nesting, 1 to 64 */
    size_t values;  /* values and keys in all */
    size_t string;  /* bytes of one string or number */
};

/* Returns LLMREG_OK to go on; anything else stops reading with that status. */
typedef int (*llmreg_json_fn)(void *ctx, const struct llmreg_json_event *event);

struct llmreg_json;

/* A reader of one document.  LLMREG_ENOMEM; LLMREG_EINVAL: depth is not 1 to
 * 64. */
LLMREG_MUSTCHECK int llmreg_json_new(struct llmreg_json **out,
                                     const struct llmreg_json_limits *limits,
                                     llmreg_json_fn fn, void *ctx);
/* The next bytes.  LLMREG_EPARSE: not JSON (also trailing garbage, a byte
 * order mark, invalid UTF-8, half a surrogate pair).  LLMREG_ETOOBIG: over a
 * limit.  LLMREG_ENOMEM.  Otherwise what the callback returned.  After an error
 * every further call repeats it; after llmreg_json_end it is LLMREG_EINVAL. */
LLMREG_MUSTCHECK int llmreg_json_feed(struct llmreg_json *j, const void *data,
                                      size_t len);
/* The document is over: LLMREG_EPARSE if it is not complete (or empty). */
LLMREG_MUSTCHECK int llmreg_json_end(struct llmreg_json *j);
/* What was wrong and where (byte), for people; "" if nothing. */
const char *llmreg_json_problem(const struct llmreg_json *j);
void llmreg_json_free(struct llmreg_json *j);

/* The whole of a document at once: what one of the three above returned, and
 * err says what llmreg_json_problem does. */
LLMREG_MUSTCHECK int llmreg_json_read(const void *data, size_t len,
                                      const struct llmreg_json_limits *limits,
                                      llmreg_json_fn fn, void *ctx,
                                      struct llmreg_error *err);

/* True if the event's text is exactly s. */
bool llmreg_json_is(const struct llmreg_json_event *event, const char *s);
/* The event is a NUMBER written as a plain whole number within [min, max]. */
bool llmreg_json_int(const struct llmreg_json_event *event, int64_t min,
                     int64_t max, int64_t *out);

/* ---- writing ---- */

/* Returns LLMREG_OK, or a status that makes the writer fail. */
typedef int (*llmreg_json_sink)(void *ctx, const char *bytes, size_t len);

#define LLMREG_JSON_PIECE 16384 /* the most that a sink gets at once */

/* Fields are private to the writer.  It must not be moved: it points into
 * itself.  key is NULL inside arrays. */
struct llmreg_json_out {
    char *at;     /* where the next byte goes */
    size_t comma; /* 1: one is due before the next value; else 0 */
    unsigned depth;
    int status;
    llmreg_json_sink sink;
    void *ctx;
    int64_t day; /* of date; -1: none */
    char date[16];
    char buffer[LLMREG_JSON_PIECE];
};

void llmreg_json_out_init(struct llmreg_json_out *w, llmreg_json_sink sink,
                          void *ctx);
void llmreg_json_open_object(struct llmreg_json_out *w, const char *key);
void llmreg_json_close_object(struct llmreg_json_out *w);
void llmreg_json_open_array(struct llmreg_json_out *w, const char *key);
void llmreg_json_close_array(struct llmreg_json_out *w);
/* Bytes that are not UTF-8 become U+FFFD; a NULL s becomes null. */
void llmreg_json_string(struct llmreg_json_out *w, const char *key,
                        const char *s);
void llmreg_json_integer(struct llmreg_json_out *w, const char *key, int64_t n);
/* Shortest form that reads back the same; not finite becomes null. */
void llmreg_json_double(struct llmreg_json_out *w, const char *key, double n);
void llmreg_json_bool(struct llmreg_json_out *w, const char *key, bool b);
void llmreg_json_null(struct llmreg_json_out *w, const char *key);
/* Two members: RFC 3339 as key, milliseconds since 1970 as key_ms; 0 and less
 * is no time, and both are null. */
void llmreg_json_time(struct llmreg_json_out *w, const char *key,
                      const char *key_ms, int64_t wall_ms);
/* json is a whole JSON value as text, and is believed to be.  What is escaped
 * in a string is escaped in its strings too, so that it may stand where all
 * else may; it means the same. */
void llmreg_json_raw(struct llmreg_json_out *w, const char *key,
                     const char *json);
/* Hands the rest to the sink; the first status that was not LLMREG_OK. */
LLMREG_MUSTCHECK int llmreg_json_out_end(struct llmreg_json_out *w);

#endif
