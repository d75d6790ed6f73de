/* SPDX-License-Identifier: MIT */
/* rowcrc.c - values to bytes, bytes to a checksum. */
#include "common/store/care/rowcrc.h"

#include <endian.h>
#include <stdbool.h>
#include <string.h>

#include "common/store/care/crc.h"

enum { NUMBER = 1, REAL, TEXT, BYTES, NOTHING };

/* Type and eight bytes, the lowest first. */
static void add_word(struct rowcrc *r, unsigned char type, uint64_t word)
{
    const uint64_t little = htole64(word);
    unsigned char bytes[9] = {type};

    memcpy(bytes + 1, &little, sizeof little);
    r->crc = crc_add(r->crc, bytes, sizeof bytes);
}

struct rowcrc rowcrc_start(const char *table)
{
    struct rowcrc r = {0};

    rowcrc_text(&r, table, strlen(table));
    return r;
}

void rowcrc_number(struct rowcrc *r, int64_t n)
{
    add_word(r, NUMBER, (uint64_t)n);
}

/* SQLite keeps no sign of a zero. */
void rowcrc_real(struct rowcrc *r, double x)
{
    const double kept = x == 0 ? 0 : x;
    uint64_t bits;

    memcpy(&bits, &kept, sizeof bits);
    add_word(r, REAL, bits);
}

static void add_bytes(struct rowcrc *r, unsigned char type, const void *bytes,
                      size_t len)
{
    add_word(r, type, len);
    if (len > 0)
        r->crc = crc_add(r->crc, bytes, len);
}

void rowcrc_text(struct rowcrc *r, const char *s, size_t len)
{
    add_bytes(r, TEXT, s, len);
}

void rowcrc_bytes(struct rowcrc *r, const void *bytes, size_t len)
{
    add_bytes(r, BYTES, bytes, len);
}

void rowcrc_null(struct rowcrc *r)
{
    const unsigned char type = NOTHING;

    r->crc = crc_add(r->crc, &type, 1);
}

int rowcrc_value(struct rowcrc *r, sqlite3_value *v)
{
    const int type = sqlite3_value_type(v);

    switch (type) {
    case SQLITE_INTEGER:
        rowcrc_number(r, sqlite3_value_int64(v));
        return SQLITE_OK;
    case SQLITE_FLOAT:
        rowcrc_real(r, sqlite3_value_double(v));
        return SQLITE_OK;
    case SQLITE_NULL:
        rowcrc_null(r);
        return SQLITE_OK;
    default:
        break;
    }
    const bool text = type == SQLITE_TEXT;
    const void *bytes =
        text ? (const void *)sqlite3_value_text(v) : sqlite3_value_blob(v);
    const int len = sqlite3_value_bytes(v);
    if (bytes == NULL && (text || len > 0))
        return SQLITE_NOMEM;
    add_bytes(r, text ? TEXT : BYTES, bytes, (size_t)len);
    return SQLITE_OK;
}

uint64_t rowcrc_share(int64_t crc)
{
    uint64_t h = (uint64_t)crc + UINT64_C(0x9e3779b97f4a7c15);

    h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
    return h ^ (h >> 31);
}
