/* SPDX-License-Identifier: MIT */
/* time.c - RFC 3339 without the C library's calendar.
 *
 * timegm and strptime know locales, zones and leap seconds, and accept what
 * no one should.  The calendar itself is small: count days in 400-year eras
 * of 146097 days, with the year beginning in March, so that the leap day is
 * the last one of its year and months follow one linear formula.
 */
#include <llmreg/clock.h>
#include <llmreg/text.h>

#include <stdio.h>
#include <string.h>

#define DAY_MS  INT64_C(86400000)
#define MIN_MS  INT64_C(-62135596800000) /* 0001-01-01T00:00:00.000Z */
#define MAX_MS  INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */
#define ERA     INT64_C(146097)          /* days in 400 years */
#define TO_1970 INT64_C(719468)          /* days from 0000-03-01 */

struct date {
    int64_t year, month, day;
};

/* Days since 1970; year >= 0. */
static int64_t days_of(struct date d)
{
    int64_t year = d.month > 2 ? d.year : d.year - 1;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t march = (d.month + 9) % 12;
    int64_t of_year = (153 * march + 2) / 5 + d.day - 1;

    return era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           TO_1970;
}

/* The reverse; days not before 0000-03-01. */
static struct date date_of(int64_t days)
{
    int64_t era = (days + TO_1970) / ERA;
    int64_t of_era = (days + TO_1970) % ERA;
    int64_t year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t march = (5 * of_year + 2) / 153;
    struct date d = {
        .year = year + era * 400,
        .month = march < 10 ? march + 3 : march - 9,
        .day = of_year - (153 * march + 2) / 5 + 1,
    };

    d.year += d.month <= 2;
    return d;
}

void llmreg_time_format(char out[static LLMREG_TIME_SIZE], int64_t wall_ms)
{
    int64_t ms = wall_ms < MIN_MS   ? MIN_MS
                 : wall_ms > MAX_MS ? MAX_MS
                                    : wall_ms;
    int64_t days = ms / DAY_MS - (ms % DAY_MS < 0);
    int64_t rest = ms - days * DAY_MS;
    struct date d = date_of(days);
    char text[64];

    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
             (int)d.year, (int)d.month, (int)d.day, (int)(rest / 3600000),
             (int)(rest / 60000 % 60), (int)(rest / 1000 % 60),
             (int)(rest % 1000));
    memcpy(out, text, LLMREG_TIME_SIZE - 1);
    out[LLMREG_TIME_SIZE - 1] = '\0';
}

/* What is left to read.  A step that fails sets bad, and then all do. */
struct scan {
    const char *at;
    size_t left;
    bool bad;
};

static char take(struct scan *s)
{
    if (s->left == 0) {
        s->bad = true;
        return '\0';
    }
    s->left--;
    return *s->at++;
}

static void expect(struct scan *s, char c)
{
    char got = take(s);

    if (got >= 'a' && got <= 'z')
        got -= 'a' - 'A';
    if (got != c)
        s->bad = true;
}

static int64_t number(struct scan *s, size_t digits, int64_t min, int64_t max)
{
    int64_t n = 0;

    if (s->left < digits ||
        llmreg_parse_int(s->at, digits, min, max, &n) != LLMREG_OK ||
        s->at[0] == '-') {
        s->bad = true;
        return min;
    }
    s->at += digits;
    s->left -= digits;
    return n;
}

static bool at_digit(const struct scan *s)
{
    return s->left > 0 && s->at[0] >= '0' && s->at[0] <= '9';
}

/* ".123456789" as milliseconds; nothing is 0. */
static int64_t fraction(struct scan *s)
{
    int64_t ms = 0;
    int digits = 0;

    if (s->left == 0 || s->at[0] != '.')
        return 0;
    take(s);
    for (; at_digit(s); digits++) {
        int digit = take(s) - '0';

        if (digits < 3)
            ms = ms * 10 + digit;
    }
    s->bad |= digits == 0 || digits > 9;
    for (; digits < 3; digits++)
        ms *= 10;
    return ms;
}

/* "Z", "+02:00" as milliseconds east of Greenwich. */
static int64_t zone(struct scan *s)
{
    int64_t minutes;
    char sign;

    if (s->left > 0 && s->at[0] != '+' && s->at[0] != '-') {
        expect(s, 'Z');
        return 0;
    }
    sign = take(s);
    minutes = number(s, 2, 0, 23) * 60;
    expect(s, ':');
    minutes += number(s, 2, 0, 59);
    return (sign == '-' ? -minutes : minutes) * 60000;
}

static struct date scan_date(struct scan *s)
{
    struct date d;
    struct date back;

    d.year = number(s, 4, 0, 9999);
    expect(s, '-');
    d.month = number(s, 2, 1, 12);
    expect(s, '-');
    d.day = number(s, 2, 1, 31);
    if (s->bad || d.year == 0) {
        s->bad = true;
        return (struct date){1, 1, 1};
    }
    back = date_of(days_of(d));
    s->bad |= back.month != d.month; /* no such day in that month */
    return d;
}

int llmreg_time_parse(const char *text, size_t len, int64_t *wall_ms)
{
    struct scan s = {.at = text, .left = len};
    int64_t ms = days_of(scan_date(&s)) * DAY_MS;

    expect(&s, 'T');
    ms += number(&s, 2, 0, 23) * 3600000;
    expect(&s, ':');
    ms += number(&s, 2, 0, 59) * 60000;
    expect(&s, ':');
    ms += number(&s, 2, 0, 59) * 1000;
    ms += fraction(&s);
    ms -= zone(&s);
    if (s.bad || s.left > 0 || ms < MIN_MS || ms > MAX_MS)
        return LLMREG_EPARSE;
    *wall_ms = ms;
    return LLMREG_OK;
}
