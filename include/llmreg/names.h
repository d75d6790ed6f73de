/* SPDX-License-Identifier: MIT */
/* names.h - one thing has one name.
 *
 * An endpoint is known by its id: host:port in canonical form, plus the path
 * if its URL has one.  A model is known by its normalised name, with a tag.
 * What goes to collectd is a third form: short, of few characters, and still
 * different for different things.
 *
 * Threads:   every function may be called from any thread.
 * Blocking:  never.
 * Ownership: out-arrays are the caller's.
 */
#ifndef LLMREG_NAMES_H
#define LLMREG_NAMES_H

#include <llmreg/status.h>

#define LLMREG_HOST_SIZE   256 /* RFC 1035: 253 and a NUL; IPv6 fits */
#define LLMREG_PATH_SIZE   256
#define LLMREG_ID_SIZE     528 /* [host]:port/path */
#define LLMREG_URL_SIZE    560
#define LLMREG_MODEL_SIZE  1024 /* Ollama's grammar allows 593 */
#define LLMREG_SERIES_SIZE 101  /* of collectd's 128 (DATA_MAX_NAME_LEN) */

/* What a base URL says, each part in canonical form. */
struct llmreg_url {
    char scheme[8];              /* "http", "https" */
    char host[LLMREG_HOST_SIZE]; /* lower case, IPv6 without brackets */
    uint16_t port;               /* 1 to 65535 */
    char path[LLMREG_PATH_SIZE]; /* "" or "/x/y", no slash at the end */
    bool literal;                /* host is an IP address: no look-up needed */
    char id[LLMREG_ID_SIZE];     /* "host:port", "[v6]:port", + path */
    char base[LLMREG_URL_SIZE];  /* scheme://host:port/path, for requests */
};

/* Reads "http://Host:11434/path/", "host", "host:port", "[::1]:port".  No
 * scheme means http; no port means default_port, or with a scheme written
 * out 80 or 443 as URLs do.  LLMREG_EINVAL with err: user or password, query,
 * fragment, other schemes, port 0 or over 65535, characters that no host has,
 * an empty host, something over its bound; IPv4 other than four decimal
 * numbers (0177.1), IPv6 without brackets or with a zone (%eth0), "." or ".."
 * in the path.  err repeats the text, unless it has an '@'. */
LLMREG_MUSTCHECK int llmreg_url_parse(const char *text, uint16_t default_port,
                                      struct llmreg_url *out,
                                      struct llmreg_error *err);

/* The one spelling of a host's id, name or address: letters small, one dot at
 * the end removed, IPv6 without brackets and as inet_ntop writes it, an IPv4
 * address inside IPv6 (::ffff:10.0.0.1) as IPv4.  What llmreg_url_parse says
 * of a host is spelled like this.  LLMREG_EINVAL, and *out is "": not 1 to 253
 * bytes of [A-Za-z0-9._:-], or a dot at the start. */
LLMREG_MUSTCHECK int llmreg_host_key(const char *text,
                                     char out[static LLMREG_HOST_SIZE]);

/* True if host is the machine of whoever says it: localhost and what
 * is below it, 127.0.0.0/8, ::1, and the unspecified 0.0.0.0 and ::, which
 * reach it too. */
bool llmreg_is_local_host(const char *host);

/* The URL that somebody announced is put right for everybody else: a host that
 * is local becomes the address of the peer that said it, and id and base
 * follow.  Not if the peer is local itself (or "unix"): then we are on its
 * machine.  LLMREG_EINVAL with err: peer is no IP address. */
LLMREG_MUSTCHECK int llmreg_url_announced(struct llmreg_url *url,
                                          const char *peer,
                                          struct llmreg_error *err);

/* The normalised model name: ":latest" is added when nothing after the last
 * '/' has a ':'.  LLMREG_EINVAL: empty, or not clean (text.h); LLMREG_ETOOBIG:
 * over LLMREG_MODEL_SIZE - 1. */
LLMREG_MUSTCHECK int llmreg_model_name(const char *name, size_t len,
                                       char out[static LLMREG_MODEL_SIZE]);

/* A part of a collectd identifier for name: bytes outside [A-Za-z0-9._:+@-]
 * become '_', a leading '.' or '-' too, at most 100 bytes; a name that was
 * changed in any way gets '-' and 8 hex digits of its hash at the end, and so
 * does an unchanged one that already ends like that: different names stay
 * different, but for one pair in 2^32, which can be looked for
 * (llmreg_counts.series_shared).  Empty name: "_-" and the hash of nothing. */
void llmreg_series_name(const char *name, char out[static LLMREG_SERIES_SIZE]);

#endif
