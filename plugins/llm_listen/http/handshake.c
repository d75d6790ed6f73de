/* SPDX-License-Identifier: MIT */
/* handshake.c - a row for each field; lists may come in several lines. */
#include "plugins/llm_listen/http/handshake.h"

#include <string.h>
#include <strings.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#define KEY_LEN   24 /* base64 of 16 bytes */
#define KEY_BYTES 16
#define GUID      "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
#define SHA1_SIZE 20

static bool is_called(const struct gate_field *f, const char *name)
{
    return f->name_len == strlen(name) &&
           strncasecmp(f->name, name, f->name_len) == 0;
}

/* The value of a field that is there once; NULL: it is not. */
static const char *find_once(const struct handshake *h, const char *name)
{
    const char *value = NULL;

    for (size_t i = 0; i < h->nfields; i++) {
        if (!is_called(&h->fields[i], name))
            continue;
        if (value != NULL)
            return NULL;
        value = h->fields[i].value;
    }
    return value;
}

/* "a, b" has b. */
static bool list_has(const char *list, const char *word)
{
    const size_t len = strlen(word);

    while (*list != '\0') {
        size_t n;

        list += strspn(list, ", \t");
        n = strcspn(list, ", \t");
        if (n == len && strncasecmp(list, word, n) == 0)
            return true;
        list += n;
    }
    return false;
}

static bool has_word(const struct handshake *h, const char *name,
                     const char *word)
{
    for (size_t i = 0; i < h->nfields; i++)
        if (is_called(&h->fields[i], name) &&
            list_has(h->fields[i].value, word))
            return true;
    return false;
}

static bool is_key(const char *key)
{
    const gnutls_datum_t text = {(unsigned char *)(uintptr_t)key, KEY_LEN};
    gnutls_datum_t bytes = {NULL, 0};
    bool good;

    if (key == NULL || strlen(key) != KEY_LEN ||
        gnutls_base64_decode2(&text, &bytes) != 0)
        return false;
    good = bytes.size == KEY_BYTES;
    gnutls_free(bytes.data);
    return good;
}

/* It proves that the key was read, and by somebody who knows WebSockets. */
static bool write_accept(const char *key,
                         char out[static HANDSHAKE_ACCEPT_SIZE])
{
    char text[KEY_LEN + sizeof GUID];
    unsigned char digest[SHA1_SIZE];
    const gnutls_datum_t bytes = {digest, sizeof digest};
    gnutls_datum_t coded = {NULL, 0};
    bool good;

    memcpy(text, key, KEY_LEN);
    memcpy(text + KEY_LEN, GUID, sizeof GUID);
    if (gnutls_hash_fast(GNUTLS_DIG_SHA1, text, KEY_LEN + sizeof GUID - 1,
                         digest) != 0 ||
        gnutls_base64_encode2(&bytes, &coded) != 0)
        return false;
    good = coded.size == HANDSHAKE_ACCEPT_SIZE - 1;
    if (good)
        memcpy(out, coded.data, coded.size);
    out[good ? coded.size : 0] = '\0';
    gnutls_free(coded.data);
    return good;
}

struct http_refusal handshake_check(const struct handshake *h,
                                    char accept[static HANDSHAKE_ACCEPT_SIZE])
{
    const char *key = find_once(h, "Sec-WebSocket-Key");
    const char *version = find_once(h, "Sec-WebSocket-Version");

    if (!has_word(h, "Upgrade", "websocket"))
        return (struct http_refusal){426, "this is for WebSockets: Upgrade"};
    if (!h->plain)
        return (struct http_refusal){
            400, "a WebSocket begins with a GET of HTTP/1.1"};
    if (!has_word(h, "Connection", "upgrade"))
        return (struct http_refusal){400, "Connection must say Upgrade"};
    if (version == NULL)
        return (struct http_refusal){400,
                                     "Sec-WebSocket-Version is needed, once"};
    if (strcmp(version, "13") != 0)
        return (struct http_refusal){426, "Sec-WebSocket-Version must be 13"};
    if (!is_key(key) || !write_accept(key, accept))
        return (struct http_refusal){
            400, "Sec-WebSocket-Key must be 16 bytes in base64, once"};
    return (struct http_refusal){0, NULL};
}
