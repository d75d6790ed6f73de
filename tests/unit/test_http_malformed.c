/* SPDX-License-Identifier: MIT */
/* test_http_malformed.c - each request of tests/data/http/malformed.tsv comes
 * to what is written there: these answers, each once, and then that end. */
#include "tests/support/http_client.h"
#include "tests/support/http_world.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ROWS_MAX 200
#define BYTES    131072

static struct row {
    char name[64], expected[128], request[512];
} rows[ROWS_MAX];
static size_t nrows;
static struct world world;

static void set_up(void)
{
    world_open(&world);
    world.setup.limits.header_ns = LLMREG_NS_PER_S / 5;
    world_start(&world);
}

static void tear_down(void)
{
    world_close(&world);
}

/* ---- the file ---- */

/* Before any test runs, so without Check. */
static bool read_rows(void)
{
    FILE *file = fopen(HTTP_DATA "/malformed.tsv", "r");
    char line[1024];
    bool good = file != NULL;

    while (good && fgets(line, sizeof line, file) != NULL) {
        struct row *r = &rows[nrows];

        if (line[0] == '#' || line[0] == '\n')
            continue;
        good = nrows + 1 < ROWS_MAX &&
               sscanf(line, "%63[^\t]\t%127[^\t]\t%511[^\n]", r->name,
                      r->expected, r->request) == 3;
        nrows++;
    }
    if (file != NULL)
        fclose(file);
    if (!good)
        fprintf(stderr, "malformed.tsv: row %zu cannot be read\n", nrows);
    return good;
}

struct bytes {
    char data[BYTES];
    size_t len;
    bool end; /* the client's side ends */
};

static void put_byte(struct bytes *out, char c)
{
    /* An assertion that holds is written down, too: not for each byte. */
    if (out->len == sizeof out->data)
        ck_abort_msg("over %zu bytes", sizeof out->data);
    out->data[out->len++] = c;
}

/* One escape; returns what is behind it. */
static const char *put_escape(struct bytes *out, const char *s)
{
    char hex[3] = "";

    switch (s[1]) {
    case 'r':
        put_byte(out, '\r');
        return s + 2;
    case 'n':
        put_byte(out, '\n');
        return s + 2;
    case 't':
        put_byte(out, '\t');
        return s + 2;
    case '0':
        put_byte(out, '\0');
        return s + 2;
    case 'e':
        out->end = true;
        return s + 2;
    case 'x':
        memcpy(hex, s + 2, 2);
        put_byte(out, (char)strtoul(hex, NULL, 16));
        return s + 4;
    default:
        ck_abort_msg("escape %s", s);
    }
}

static void put_text(struct bytes *out, const char *s, const char *end)
{
    while (s < end) {
        if (*s == '\\')
            s = put_escape(out, s);
        else
            put_byte(out, *s++);
    }
}

static void put_request(struct bytes *out, const char *s)
{
    while (*s != '\0') {
        const char *brace = strchrnul(s, '{');
        char *text = NULL;
        unsigned long times = 0;

        put_text(out, s, brace);
        s = brace;
        if (*s == '\0')
            return;
        times = strtoul(s + 1, &text, 10);
        ck_assert_int_eq(*text, '*');
        s = strchr(text, '}');
        for (; times > 0; times--)
            put_text(out, text + 1, s);
        s++;
    }
}

/* ---- what comes of it ---- */

static void check_ends(struct client *c, const char *name)
{
    ck_assert_msg(client_ends_at_once(c), "%s: more, or not closed: %s", name,
                  c->in);
}

static void check_goes_on(struct client *c, const char *name)
{
    client_ask(c, "GET", "/fixed", NULL);
    ck_assert_msg(client_status(c) == 200, "%s: not open", name);
}

static void check_answers(struct client *c, const struct row *r)
{
    char expected[128];
    char *rest = NULL;

    memcpy(expected, r->expected, sizeof expected);
    for (char *word = strtok_r(expected, " ", &rest); word != NULL;
         word = strtok_r(NULL, " ", &rest)) {
        if (strcmp(word, "more") == 0) {
            ck_assert_msg(client_ends(c, CLIENT_WAIT_MS), "%s: open", r->name);
        } else if (strcmp(word, "close") == 0) {
            check_ends(c, r->name);
        } else if (strcmp(word, "open") == 0) {
            check_goes_on(c, r->name);
        } else {
            const int status = client_status(c);

            ck_assert_msg(status == (int)strtol(word, NULL, 10),
                          "%s: %d instead of %s", r->name, status, word);
        }
    }
}

START_TEST(a_request_comes_to_what_is_written)
{
    static struct bytes request;
    const struct row *r = &rows[_i];
    struct client *c = NULL;

    request.len = 0;
    request.end = false;
    put_request(&request, r->request);
    c = client_open(world.port);
    client_send(c, request.data, request.len);
    if (request.end)
        shutdown(c->fd, SHUT_WR);
    check_answers(c, r);
    client_close(c);
}
END_TEST

START_TEST(the_table_has_all_kinds)
{
    ck_assert_uint_ge(nrows, 100);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("http_malformed");
    TCase *t = tcase_create("http_malformed");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    if (!read_rows())
        return EXIT_FAILURE;
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_add_test(t, the_table_has_all_kinds);
    tcase_add_loop_test(t, a_request_comes_to_what_is_written, 0, (int)nrows);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
