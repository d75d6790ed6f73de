/* SPDX-License-Identifier: MIT */
/* json_path.h - where in the document the reader is, as json.h writes it.
 *
 * One array of characters, and for every open object and array the length
 * that its own path has in it: entering and leaving cuts or appends, nothing
 * is allocated.
 */
#ifndef LLMREG_BASE_JSON_PATH_H
#define LLMREG_BASE_JSON_PATH_H

#include <llmreg/json.h>

#define JSON_DEPTH_MAX 64

struct json_place {
    size_t len;
    bool lost; /* too long to be written: it, and all below */
};

struct json_path {
    char text[LLMREG_JSON_PATH];
    struct json_place here;
    unsigned depth;                         /* containers open */
    struct json_place open[JSON_DEPTH_MAX]; /* their own places */
};

void json_path_init(struct json_path *p);
/* The value that comes next is a container; fewer than JSON_DEPTH_MAX are
 * open. */
void json_path_enter(struct json_path *p, bool array);
/* The innermost container ends: its own path again. */
void json_path_leave(struct json_path *p);
/* The value that comes next is this member of the innermost container. */
void json_path_key(struct json_path *p, const char *key, size_t len);
/* The same, for a member that cannot be named. */
void json_path_no_key(struct json_path *p);
const char *json_path_text(const struct json_path *p);

#endif
