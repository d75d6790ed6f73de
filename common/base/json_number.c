/* SPDX-License-Identifier: MIT */
/* json_number.c - numbers and times, by hand where that is exact.
 *
 * A double that is a whole number of thousandths, and durations are, is
 * written from that number: of up to 15 digits, each decimal belongs to one
 * double, so it is the shortest one too.  All others take the C library.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <llmreg/clock.h>

#include "common/base/json_out.h"

#define DAY_MS   86400000
#define LAST_DAY 2932896 /* 9999-12-31 */
#define DATE     11      /* "2026-11-21T" */

/* Behind all digits that come: two at once, and how many. */
static const char pairs[] = "00010203040506070809"
                            "10111213141516171819"
                            "20212223242526272829"
                            "30313233343536373839"
                            "40414243444546474849"
                            "50515253545556575859"
                            "60616263646566676869"
                            "70717273747576777879"
                            "80818283848586878889"
                            "90919293949596979899";

/* From the number of bits, which is 0.301 of one too many or right. */
static size_t digits_of(uint64_t n)
{
    static const uint64_t tens[] = {
        UINT64_C(0),
        UINT64_C(10),
        UINT64_C(100),
        UINT64_C(1000),
        UINT64_C(10000),
        UINT64_C(100000),
        UINT64_C(1000000),
        UINT64_C(10000000),
        UINT64_C(100000000),
        UINT64_C(1000000000),
        UINT64_C(10000000000),
        UINT64_C(100000000000),
        UINT64_C(1000000000000),
        UINT64_C(10000000000000),
        UINT64_C(100000000000000),
        UINT64_C(1000000000000000),
        UINT64_C(10000000000000000),
        UINT64_C(100000000000000000),
        UINT64_C(1000000000000000000),
        UINT64_C(10000000000000000000),
    };
    size_t bits = 64 - (size_t)__builtin_clzll(n | 1);
    size_t guess = bits * 1233 >> 12;

    return guess + (n >= tens[guess]);
}

/* The last `digits` digits of n. */
static char *put_digits(char *at, uint64_t n, size_t digits)
{
    char *end = at + digits;
    char *p = end;

    for (; p - at >= 2; n /= 100) {
        p -= 2;
        memcpy(p, pairs + n % 100 * 2, 2);
    }
    if (p > at)
        *at = (char)('0' + n % 10);
    return end;
}

char *json_put_integer(char *at, int64_t n)
{
    uint64_t u = (uint64_t)n;

    if (n < 0) {
        *at++ = '-';
        u = -u;
    }
    return put_digits(at, u, digits_of(u));
}

void llmreg_json_integer(struct llmreg_json_out *w, const char *key, int64_t n)
{
    w->at = json_put_integer(json_begin(w, key, JSON_NUMBER), n);
}

/* ---- doubles ---- */

/* 15 digits are right for most, 17 for all.  A decimal comma of the process's
 * locale is undone. */
static char *put_exactly(char *at, double n)
{
    char text[JSON_NUMBER];

    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, n);
        if (strtod(text, NULL) == n)
            break;
    }
    char *comma = strchr(text, ',');
    if (comma != NULL)
        *comma = '.';
    return json_put(at, text, strlen(text));
}

static char *put_thousandths(char *at, int64_t n)
{
    uint64_t u = (uint64_t)(n < 0 ? -n : n);

    if (n < 0)
        *at++ = '-';
    at = put_digits(at, u / 1000, digits_of(u / 1000));
    if (u % 1000 == 0)
        return at;
    *at++ = '.';
    at = put_digits(at, u % 1000, 3);
    while (at[-1] == '0')
        at--;
    return at;
}

char *json_put_double(char *at, double n)
{
    if (n > -1e12 && n < 1e12 && n != 0) {
        int64_t thousandths = (int64_t)(n * 1000 + (n < 0 ? -0.5 : 0.5));
        if ((double)thousandths / 1000 == n)
            return put_thousandths(at, thousandths);
    }
    return put_exactly(at, n);
}

void llmreg_json_double(struct llmreg_json_out *w, const char *key, double n)
{
    if (!isfinite(n)) {
        llmreg_json_null(w, key);
        return;
    }
    w->at = json_put_double(json_begin(w, key, JSON_NUMBER), n);
}

/* ---- times ---- */

/* The date is the same for most times of a document. */
char *json_put_time(struct llmreg_json_out *w, char *at, int64_t wall_ms)
{
    int64_t day = wall_ms / DAY_MS;
    uint64_t rest = (uint64_t)(wall_ms - day * DAY_MS);

    if (day > LAST_DAY) {
        day = LAST_DAY;
        rest = DAY_MS - 1;
    }
    if (day != w->day) {
        char text[LLMREG_TIME_SIZE];
        llmreg_time_format(text, day * DAY_MS);
        memcpy(w->date, text, DATE);
        w->day = day;
    }
    *at++ = '"';
    at = json_put(at, w->date, DATE);
    at = put_digits(at, rest / 3600000, 2);
    *at++ = ':';
    at = put_digits(at, rest / 60000 % 60, 2);
    *at++ = ':';
    at = put_digits(at, rest / 1000 % 60, 2);
    *at++ = '.';
    at = put_digits(at, rest % 1000, 3);
    return json_put(at, "Z\"", 2);
}

void llmreg_json_time(struct llmreg_json_out *w, const char *key,
                      const char *key_ms, int64_t wall_ms)
{
    if (wall_ms <= 0) {
        llmreg_json_null(w, key);
        llmreg_json_null(w, key_ms);
        return;
    }
    w->at = json_put_time(w, json_begin(w, key, JSON_TIME), wall_ms);
    llmreg_json_integer(w, key_ms, wall_ms);
}
