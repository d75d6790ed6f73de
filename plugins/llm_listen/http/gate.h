/* SPDX-License-Identifier: MIT */
/* gate.h - may this header come in?  Values in, verdict out.
 *
 * The engine below accepts what a proxy in front may have understood in
 * another way (two lengths, a length beside an encoding, an encoding that
 * nobody knows), and it does not mind a missing Host.  The gate looks at the
 * header as the engine parsed it, before anything else does, and lets through
 * only what can be understood in one way.
 *
 * Some oddities were repaired by the engine before anybody can see them: a line
 * that ends in a bare LF, a line folded into the next one, a value or a target
 * cut at a NUL, a line without a name taken for the header's end.  But the
 * engine parses in place, and so the header's parts lie as far apart in memory
 * as they did on the wire: gate_is_plain looks whether each follows the one
 * before it as in "Name: value" CR LF.  What is not plain is served as the
 * engine understood it, and the connection is closed after it.  So it is after
 * a body in chunks: the lines between these only the engine sees, and it takes
 * a bare LF for the end of one.
 *
 * Threads:   pure; any thread.
 * Blocking:  never.
 * Ownership: all that is lent stays the caller's; what is returned is static.
 */
#ifndef LLM_LISTEN_HTTP_GATE_H
#define LLM_LISTEN_HTTP_GATE_H

#include <llmreg/status.h>

#define GATE_FIELD 64 /* bytes in which the engine keeps a field */

struct gate_field {
    const char *name, *value; /* terminated, too */
    size_t name_len, value_len;
};

struct gate_request {
    const char *method, *version;
    const char *uri;
    size_t uri_len;
    const struct gate_field *fields;
    size_t nfields;   /* that there are; up to lines_max are in fields */
    size_t size;      /* of the whole header; 0: not known */
    size_t size_max;  /* of it, and of GATE_FIELD for each field; else 431 */
    size_t uri_max;   /* else 414 */
    size_t lines_max; /* else 431 */
};

struct gate_verdict {
    unsigned status; /* 0: come in */
    const char *why; /* for people; "" if it may */
    bool chunked;    /* the body's length is not said */
    uint64_t length; /* of the body, if it is */
};

struct gate_verdict gate_check(const struct gate_request *r);

/* True if the fields lie in memory as a plain header would, from the method's
 * first byte on, with uri_len bytes of target. */
bool gate_is_plain(const struct gate_request *r, const char *url);

#endif
