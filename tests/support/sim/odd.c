/* SPDX-License-Identifier: MIT */
/* odd.c - answers that test how a client bounds its time and its memory. */
#include "tests/support/sim/sim.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOOD_BLOCK  (1 << 20)
#define FLOOD_BLOCKS 500
#define HEADER_SIZE  (1 << 20)

static const char drip[] = "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n"
                           "{\"version\":\"0.33.0\"}";
static const char redirect[] =
    "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n"
    "Content-Length: 0\r\n\r\n";
static const char flood[] = "HTTP/1.1 200 OK\r\nContent-Type: "
                            "application/json\r\nConnection: close\r\n\r\n";
static const char headers[] = "HTTP/1.1 200 OK\r\nX-Long: ";

/* The text, and then blanks up to size. */
static bool filled(const char *text, size_t size, char **out, size_t *len)
{
    size_t used = strlen(text);

    *len = used > size ? used : size;
    *out = malloc(*len + 1);
    if (*out == NULL)
        return false;
    memset(*out, ' ', *len);
    memcpy(*out, text, used);
    return true;
}

bool odd_answer(enum mode mode, char **out, size_t *len, unsigned *repeats)
{
    *repeats = 0;
    switch (mode) {
    case MODE_DRIP:
        return filled(drip, 0, out, len);
    case MODE_FLOOD:
        *repeats = FLOOD_BLOCKS - 1;
        return filled(flood, FLOOD_BLOCK, out, len);
    case MODE_HEADERS:
        return filled(headers, HEADER_SIZE, out, len);
    default:
        return filled(redirect, 0, out, len);
    }
}
