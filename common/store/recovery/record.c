/* SPDX-License-Identifier: MIT */
/* record.c - a list of types, then the values; and the checksum over them. */
#include "common/store/recovery/record.h"

#include <string.h>

#include "common/store/care/rowcrc.h"

bool record_varint(const unsigned char **p, const unsigned char *end,
                   uint64_t *out)
{
    uint64_t n = 0;

    for (int i = 0; i < 9; i++) {
        unsigned char byte;

        if (*p >= end)
            return false;
        byte = *(*p)++;
        if (i == 8) {
            n = n << 8 | byte;
            break;
        }
        n = n << 7 | (byte & 0x7f);
        if ((byte & 0x80) == 0)
            break;
    }
    *out = n;
    return true;
}

/* ---- values ---- */

static uint64_t read_word(const unsigned char *bytes, size_t len)
{
    uint64_t n = (bytes[0] & 0x80) != 0 ? UINT64_MAX : 0;

    for (size_t i = 0; i < len; i++)
        n = n << 8 | bytes[i];
    return n;
}

/* The types below 12 have one length each; 10 and 11 are in no file. */
static bool read_value(struct record_value *v, uint64_t type,
                       const unsigned char **p, const unsigned char *end)
{
    static const unsigned char lengths[12] = {0, 1, 2, 3, 4, 6, 8, 8};
    const uint64_t len = type < 12 ? lengths[type] : (type - 12) / 2;

    if (type == 10 || type == 11 || len > (uint64_t)(end - *p))
        return false;
    *v = (struct record_value){.type = SQLITE_INTEGER, .bytes = *p};
    v->len = (size_t)len;
    if (type == 0)
        v->type = SQLITE_NULL;
    else if (type <= 6)
        v->number = (int64_t)read_word(*p, v->len);
    else if (type == 8 || type == 9)
        v->number = (int64_t)type - 8;
    else if (type >= 12)
        v->type = type % 2 == 0 ? SQLITE_BLOB : SQLITE_TEXT;
    if (type == 7) {
        const uint64_t bits = read_word(*p, 8);

        v->type = SQLITE_FLOAT;
        memcpy(&v->real, &bits, sizeof v->real);
    }
    *p += v->len;
    return true;
}

bool record_read(struct record *r, const unsigned char *bytes, size_t len)
{
    const unsigned char *const end = bytes + len;
    const unsigned char *types = bytes, *values;
    uint64_t header, type;

    r->n = 0;
    if (!record_varint(&types, end, &header) || header > len)
        return false;
    values = bytes + header;
    while (types < bytes + header) {
        if (r->n == RECORD_COLUMNS ||
            !record_varint(&types, bytes + header, &type) ||
            !read_value(&r->at[r->n], type, &values, end))
            return false;
        r->n++;
    }
    return values == end;
}

/* ---- whose it is ---- */

static void make_real(struct record_value *v)
{
    if (v->type != SQLITE_INTEGER)
        return;
    v->type = SQLITE_FLOAT;
    v->real = (double)v->number;
}

static void add(struct rowcrc *crc, const struct record_value *v)
{
    switch (v->type) {
    case SQLITE_INTEGER:
        rowcrc_number(crc, v->number);
        break;
    case SQLITE_FLOAT:
        rowcrc_real(crc, v->real);
        break;
    case SQLITE_TEXT:
        rowcrc_text(crc, (const char *)v->bytes, v->len);
        break;
    case SQLITE_BLOB:
        rowcrc_bytes(crc, v->bytes, v->len);
        break;
    default:
        rowcrc_null(crc);
    }
}

bool record_fits(struct record *r, const struct record_shape *shape)
{
    struct rowcrc crc = rowcrc_start(shape->name);

    if (r->n != shape->n || r->at[shape->crc].type != SQLITE_INTEGER)
        return false;
    for (size_t i = 0; i < r->n; i++) {
        struct record_value v = r->at[i];

        if ((shape->reals >> i & 1) != 0)
            make_real(&v);
        if (i != shape->crc)
            add(&crc, &v);
    }
    if (r->at[shape->crc].number != (int64_t)crc.crc)
        return false;
    for (size_t i = 0; i < r->n; i++)
        if ((shape->reals >> i & 1) != 0)
            make_real(&r->at[i]);
    return true;
}

static int bind(sqlite3_stmt *stmt, int at, const struct record_value *v)
{
    switch (v->type) {
    case SQLITE_INTEGER:
        return sqlite3_bind_int64(stmt, at, v->number);
    case SQLITE_FLOAT:
        return sqlite3_bind_double(stmt, at, v->real);
    case SQLITE_TEXT:
        return sqlite3_bind_text(stmt, at, (const char *)v->bytes, (int)v->len,
                                 SQLITE_STATIC);
    case SQLITE_BLOB:
        return v->len > 0 ? sqlite3_bind_blob(stmt, at, v->bytes, (int)v->len,
                                              SQLITE_STATIC)
                          : sqlite3_bind_zeroblob(stmt, at, 0);
    default:
        return sqlite3_bind_null(stmt, at);
    }
}

int record_bind(const struct record *r, sqlite3_stmt *stmt)
{
    int code = SQLITE_OK;

    for (size_t i = 0; i < r->n && code == SQLITE_OK; i++)
        code = bind(stmt, (int)i + 1, &r->at[i]);
    return code;
}
