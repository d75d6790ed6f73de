/* SPDX-License-Identifier: MIT */
/* json_out.h - the writer from inside: first room, then bytes.
 *
 * Whoever writes asks once for all the bytes that it may need, and then puts
 * them one after the other behind `at` without asking again.  A comma is
 * written before every value, and counted only if one is due.
 *
 *   json_write.c    pieces, structure, what has one form only
 *   json_text.c     strings, and JSON from elsewhere
 *   json_number.c   numbers and times
 *
 * A key that is a literal of letters, digits and '_' is a member of its own
 * here (JSON_KEY): it is copied with its quotes and never looked at.  Long
 * lists of equal objects are worth that; all else takes json.h.
 */
#ifndef LLMREG_BASE_JSON_OUT_H
#define LLMREG_BASE_JSON_OUT_H

#include <string.h>

#include <llmreg/json.h>

#define JSON_NUMBER 32 /* the most that a number takes */
#define JSON_TIME   26 /* a time in quotes */

/* Hands what is written to the sink.  A writer that failed forgets it. */
void json_flush(struct llmreg_json_out *w);
void json_fail(struct llmreg_json_out *w, int status);

/* n bytes may be put at the result; n is at most LLMREG_JSON_PIECE. */
static inline char *json_room(struct llmreg_json_out *w, size_t n)
{
    if ((size_t)(w->buffer + sizeof w->buffer - w->at) < n)
        json_flush(w);
    return w->at;
}

static inline char *json_put(char *at, const char *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at + len;
}

/* The comma, if one is due. */
static inline char *json_comma(struct llmreg_json_out *w, char *at)
{
    *at = ',';
    at += w->comma;
    w->comma = 1;
    return at;
}

/* What stands before a value: the comma and the key; behind it there is room
 * for n more bytes, at most LLMREG_JSON_PIECE / 2. */
char *json_begin(struct llmreg_json_out *w, const char *key, size_t n);

char *json_put_integer(char *at, int64_t n); /* up to JSON_NUMBER */
char *json_put_double(char *at, double n);   /* the same; finite */
/* In quotes, JSON_TIME bytes; wall_ms > 0. */
char *json_put_time(struct llmreg_json_out *w, char *at, int64_t wall_ms);
/* Copies the plain ASCII that s begins with; returns how much that is.  What
 * stands behind it in to is lost, up to len. */
size_t json_copy_plain(char *to, const char *s, size_t len);
/* In quotes; of any length. */
void json_put_string(struct llmreg_json_out *w, const char *s, size_t len);

/* ---- members of an object with keys that are literals ---- */

struct json_key {
    const char *text; /* in quotes, with its colon */
    size_t len;
};
#define JSON_KEY(name) ((struct json_key){"\"" name "\":", sizeof(name) + 2})

static inline char *json_member(struct llmreg_json_out *w, struct json_key key,
                                size_t n)
{
    char *at = json_room(w, 1 + key.len + n);

    return json_put(json_comma(w, at), key.text, key.len);
}

static inline void json_member_null(struct llmreg_json_out *w,
                                    struct json_key key)
{
    w->at = json_put(json_member(w, key, 4), "null", 4);
}

static inline void json_member_string(struct llmreg_json_out *w,
                                      struct json_key key, const char *s)
{
    w->at = json_member(w, key, 0);
    json_put_string(w, s, strlen(s));
}

static inline void json_member_integer(struct llmreg_json_out *w,
                                       struct json_key key, int64_t n)
{
    w->at = json_put_integer(json_member(w, key, JSON_NUMBER), n);
}

static inline void json_member_bool(struct llmreg_json_out *w,
                                    struct json_key key, bool b)
{
    char *at = json_member(w, key, 5);

    w->at = b ? json_put(at, "true", 4) : json_put(at, "false", 5);
}

static inline void json_member_double(struct llmreg_json_out *w,
                                      struct json_key key, double n)
{
    w->at = json_put_double(json_member(w, key, JSON_NUMBER), n);
}

/* As llmreg_json_time. */
static inline void json_member_time(struct llmreg_json_out *w,
                                    struct json_key key, struct json_key key_ms,
                                    int64_t wall_ms)
{
    if (wall_ms <= 0) {
        json_member_null(w, key);
        json_member_null(w, key_ms);
        return;
    }
    w->at = json_put_time(w, json_member(w, key, JSON_TIME), wall_ms);
    json_member_integer(w, key_ms, wall_ms);
}

#endif
