/* SPDX-License-Identifier: MIT */
/* test_http_tls.c - doors with TLS: versions, certificates that change, and
 * certificates of clients. */
#include "plugins/llm_listen/http/fds.h"

#include "tests/support/http_client.h"
#include "tests/support/http_world.h"
#include "tests/support/tls_client.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP_MS 20

static struct world world;
static char certs[64];

static const char *path_of(const char *name, const char *end)
{
    static char paths[4][128];
    static unsigned next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s%s", certs, name, end);
    return path;
}

static void run(const char *what)
{
    ck_assert_int_eq(system(what), 0);
}

/* What the door uses becomes what this name has. */
static void use_certificate(const char *name)
{
    char command[512];

    snprintf(command, sizeof command,
             "cd %s && cp %s.crt new.crt && cp %s.key new.key && "
             "mv new.key door.key && mv new.crt door.crt",
             certs, name, name);
    run(command);
}

static void set_up(void)
{
    struct http_door *door = &world.doors[0];

    world_open(&world);
    use_certificate("one");
    snprintf(door->cert, sizeof door->cert, "%s", path_of("door", ".crt"));
    snprintf(door->key, sizeof door->key, "%s", path_of("door", ".key"));
}

static void need_client_certificates(void)
{
    snprintf(world.doors[0].client_ca, sizeof world.doors[0].client_ca, "%s",
             path_of("ca", ".crt"));
}

static void tear_down(void)
{
    world_close(&world);
}

/* ---- versions ---- */

static const struct {
    const char *priorities;
    bool works;
} versions[] = {
    {"NORMAL:-VERS-ALL:+VERS-TLS1.3", true},
    {"NORMAL:-VERS-ALL:+VERS-TLS1.2", true},
    {"NORMAL:-VERS-ALL:+VERS-TLS1.1", false},
    {"NORMAL:-VERS-ALL:+VERS-TLS1.0", false},
    {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+3DES-CBC", false},
    {"NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+RSA", false},
};

START_TEST(only_new_versions_are_spoken)
{
    struct tls_client c;
    int code;

    world_start(&world);
    code = tls_client_open(&c, world.port, versions[_i].priorities, NULL, NULL);
    ck_assert_msg((code == 0) == versions[_i].works, "%s: %s",
                  versions[_i].priorities, gnutls_strerror(code));
    if (code == 0)
        ck_assert_int_eq(tls_client_ask(&c, "/fixed"), 200);
    tls_client_close(&c);
}
END_TEST

START_TEST(an_answer_says_that_it_is_always_tls)
{
    struct tls_client c;

    world_start(&world);
    ck_assert_int_eq(tls_client_open(&c, world.port, NULL, NULL, NULL), 0);
    ck_assert_int_eq(tls_client_ask(&c, "/fixed"), 200);
    ck_assert_ptr_nonnull(strstr(c.in, "Strict-Transport-Security: max-age="));
    ck_assert_int_eq(tls_client_ask(&c, "/none"), 200);
    ck_assert_ptr_nonnull(strstr(c.in, "Strict-Transport-Security: max-age="));
    tls_client_close(&c);
}
END_TEST

START_TEST(a_socket_works_over_tls_and_the_server_stops_with_it)
{
    struct tls_client c;

    world_start(&world);
    ck_assert_int_eq(tls_client_open(&c, world.port, NULL, NULL, NULL), 0);
    ck_assert(tls_client_echo(&c, "/socket", "hello"));
    world_stop(&world);
    tls_client_close(&c);
}
END_TEST

/* The library takes two descriptors for it, among those of other plugins. */
START_TEST(a_socket_over_tls_leaves_the_last_descriptors)
{
    struct rlimit before, few;
    struct tls_client clients[2];
    int next;

    world_start(&world);
    for (size_t i = 0; i < 2; i++) {
        ck_assert_int_eq(
            tls_client_open(&clients[i], world.port, NULL, NULL, NULL), 0);
        ck_assert_int_eq(tls_client_ask(&clients[i], "/fixed"), 200);
    }
    next = dup(clients[0].fd);
    close(next);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = (rlim_t)next + FDS_LAST;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    ck_assert(!tls_client_echo(&clients[0], "/socket", "hello"));
    few.rlim_cur++;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
    ck_assert(tls_client_echo(&clients[1], "/socket", "hello"));
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    tls_client_close(&clients[0]);
    tls_client_close(&clients[1]);
}
END_TEST

START_TEST(what_is_not_tls_is_closed)
{
    struct client *c = NULL;

    world_start(&world);
    c = client_open(world.port);
    client_ask(c, "GET", "/fixed", NULL);
    ck_assert(client_ends(c, CLIENT_WAIT_MS));
    ck_assert_uint_eq(atomic_load(&world.heads), 0);
    client_close(c);
}
END_TEST

START_TEST(who_says_nothing_is_closed_in_time)
{
    struct client *c = NULL;

    world.setup.limits.header_ns = LLMREG_NS_PER_S / 10;
    world_start(&world);
    c = client_open(world.port);
    ck_assert(client_ends(c, CLIENT_WAIT_MS));
    client_close(c);
    c = client_open(world.port);
    client_send(c, "\x16\x03\x01\x02\x00", 5);
    ck_assert(client_ends(c, CLIENT_WAIT_MS));
    client_close(c);
    ck_assert_uint_eq(counters_get(&world.counters.rejected_slow), 2);
}
END_TEST

START_TEST(a_plain_door_beside_it_stays_plain)
{
    world_door(&world, DOOR_TCP);
    world_start(&world);
    ck_assert_int_eq(client_get(http_server_port(world.server, 1), "/fixed"),
                     200);
}
END_TEST

/* ---- certificates that change ---- */

static void peer_now(char out[static 64])
{
    struct tls_client c;

    ck_assert_int_eq(tls_client_open(&c, world.port, NULL, NULL, NULL), 0);
    ck_assert_int_eq(tls_client_ask(&c, "/fixed"), 200);
    tls_client_peer(&c, out, 64);
    tls_client_close(&c);
}

static bool peer_becomes(const char *name)
{
    char peer[64] = "";

    for (int ms = 0; ms < CLIENT_WAIT_MS; ms += STEP_MS) {
        peer_now(peer);
        if (strcmp(peer, name) == 0)
            return true;
        poll(NULL, 0, STEP_MS);
    }
    return false;
}

static bool is_logged(const char *text)
{
    for (int ms = 0; ms < CLIENT_WAIT_MS; ms += STEP_MS) {
        if (world_logged(&world, text))
            return true;
        poll(NULL, 0, STEP_MS);
    }
    return false;
}

START_TEST(a_certificate_that_changes_is_used_by_who_comes_then)
{
    struct tls_client before;

    world_start(&world);
    ck_assert_int_eq(tls_client_open(&before, world.port, NULL, NULL, NULL), 0);
    ck_assert(peer_becomes("one"));
    use_certificate("two");
    ck_assert(peer_becomes("two"));
    ck_assert(is_logged("loaded the certificate"));
    ck_assert_int_eq(tls_client_ask(&before, "/fixed"), 200);
    tls_client_close(&before);
}
END_TEST

START_TEST(a_certificate_that_is_not_good_is_told_and_not_used)
{
    char command[256];
    char peer[64] = "";

    world_start(&world);
    snprintf(command, sizeof command, "echo nonsense >%s/door.crt", certs);
    run(command);
    ck_assert(is_logged("the certificate from before goes on"));
    peer_now(peer);
    ck_assert_str_eq(peer, "one");
    use_certificate("two");
    ck_assert(peer_becomes("two"));
}
END_TEST

START_TEST(a_key_of_another_certificate_is_told_and_not_used)
{
    char command[256];
    char peer[64] = "";

    world_start(&world);
    snprintf(command, sizeof command, "cp %s/two.key %s/door.key", certs,
             certs);
    run(command);
    ck_assert(is_logged("is not that of"));
    peer_now(peer);
    ck_assert_str_eq(peer, "one");
}
END_TEST

static const struct {
    const char *command, *why;
} unusable[] = {
    {"rm door.crt", "No such file"},
    {"rm door.key", "No such file"},
    {": >door.crt", "door.crt"},
    {"echo x >door.key", "door.key"},
    {"cp two.key door.key", "is not that of"},
    {"rm -f none.crt", "none.crt"},
    {"echo x >none.crt", "none.crt"},
};

START_TEST(a_door_without_a_good_certificate_does_not_open)
{
    char command[256];
    struct llmreg_error err = {0};

    snprintf(command, sizeof command, "cd %s && %s", certs,
             unusable[_i].command);
    run(command);
    if (strstr(unusable[_i].command, "none.crt") != NULL)
        snprintf(world.doors[0].client_ca, sizeof world.doors[0].client_ca,
                 "%s", path_of("none", ".crt"));
    ck_assert_int_eq(http_server_new(&world.server, &world.setup, &err),
                     LLMREG_EINVAL);
    ck_assert_ptr_null(world.server);
    ck_assert_msg(strstr(err.text, unusable[_i].why) != NULL, "%s", err.text);
    ck_assert_ptr_nonnull(strstr(err.text, world.doors[0].name));
}
END_TEST

START_TEST(a_certificate_that_has_expired_is_told)
{
    use_certificate("expired");
    world_start(&world);
    ck_assert(is_logged("has expired"));
}
END_TEST

/* ---- clients ---- */

static const struct {
    const char *name; /* NULL: shows none */
    int status;
    const char *why;
} clients[] = {
    {"good", 200, ""},
    {NULL, 403, "needed"},
    {"expired", 403, "expired"},
    {"foreign", 403, "not trusted"},
    {"purpose", 403, "not trusted"},
};

static const char *const spoken[] = {
    "NORMAL:-VERS-ALL:+VERS-TLS1.3",
    "NORMAL:-VERS-ALL:+VERS-TLS1.2",
};

#define CLIENTS ((int)(sizeof clients / sizeof clients[0]))

START_TEST(a_client_needs_a_good_certificate)
{
    const char *name = clients[_i % CLIENTS].name;
    const int status = clients[_i % CLIENTS].status;
    struct tls_client c;

    need_client_certificates();
    world_start(&world);
    ck_assert_int_eq(
        tls_client_open(&c, world.port, spoken[_i / CLIENTS],
                        name == NULL ? NULL : path_of(name, ".crt"),
                        name == NULL ? NULL : path_of(name, ".key")),
        0);
    ck_assert_int_eq(tls_client_ask(&c, "/fixed"), status);
    ck_assert_msg(strstr(c.in, clients[_i % CLIENTS].why) != NULL, "%s", c.in);
    tls_client_close(&c);
    ck_assert_uint_eq(atomic_load(&world.heads), status == 200);
    ck_assert_uint_eq(counters_get(&world.counters.rejected_auth),
                      status == 403);
}
END_TEST

/* A session that is resumed has shown its certificate once, and maybe long
 * ago. */
START_TEST(nothing_is_resumed)
{
    struct tls_client c;
    gnutls_datum_t ticket;

    world_start(&world);
    ck_assert_int_eq(tls_client_open(&c, world.port, spoken[_i], NULL, NULL),
                     0);
    ck_assert_int_eq(tls_client_ask(&c, "/fixed"), 200);
    ticket = tls_client_ticket(&c);
    tls_client_close(&c);
    ck_assert_int_eq(tls_client_resume(&c, world.port, &ticket), 0);
    ck_assert(!c.resumed);
    tls_client_close(&c);
    gnutls_free(ticket.data);
}
END_TEST

START_TEST(one_connection_cannot_ask_again_after_it_was_refused)
{
    struct tls_client c;

    need_client_certificates();
    world_start(&world);
    ck_assert_int_eq(tls_client_open(&c, world.port, NULL, NULL, NULL), 0);
    ck_assert_int_eq(tls_client_ask(&c, "/fixed"), 403);
    ck_assert_int_eq(tls_client_ask(&c, "/fixed"), 0);
    tls_client_close(&c);
}
END_TEST

START_TEST(nothing_is_negotiated_again)
{
    struct tls_client c;
    int code;

    world_start(&world);
    ck_assert_int_eq(tls_client_open(&c, world.port, spoken[1], NULL, NULL), 0);
    ck_assert_int_eq(tls_client_ask(&c, "/fixed"), 200);
    do {
        code = gnutls_handshake(c.session);
    } while (code < 0 && !gnutls_error_is_fatal(code));
    ck_assert_int_lt(code, 0);
    ck_assert_int_eq(tls_client_ask(&c, "/fixed"), 0);
    tls_client_close(&c);
}
END_TEST

START_TEST(the_server_stops_with_clients_in_all_states)
{
    struct tls_client open, streams;
    struct client *silent = NULL;

    world_start(&world);
    silent = client_open(world.port);
    ck_assert_int_eq(tls_client_open(&open, world.port, NULL, NULL, NULL), 0);
    ck_assert_int_eq(tls_client_open(&streams, world.port, NULL, NULL, NULL),
                     0);
    ck_assert_int_eq(tls_client_ask(&streams, "/stream"), 200);
    world_await_held(&world, 1);
    world_stop(&world);
    ck_assert(client_ends(silent, CLIENT_WAIT_MS));
    client_close(silent);
    tls_client_close(&open);
    tls_client_close(&streams);
}
END_TEST

/* ---- all ---- */

static bool make_certificates(void)
{
    char command[256];

    snprintf(certs, sizeof certs, "/tmp/llmreg-certs-XXXXXX");
    if (mkdtemp(certs) == NULL)
        return false;
    snprintf(command, sizeof command, "%s/make_certs.sh %s", HTTP_SUPPORT,
             certs);
    return system(command) == 0;
}

static void remove_certificates(void)
{
    char command[256];

    snprintf(command, sizeof command, "rm -rf %s", certs);
    if (system(command) != 0)
        fprintf(stderr, "%s stays\n", certs);
}

static void add_tests(TCase *t)
{
    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, only_new_versions_are_spoken, 0,
                        sizeof versions / sizeof versions[0]);
    tcase_add_test(t, an_answer_says_that_it_is_always_tls);
    tcase_add_test(t, what_is_not_tls_is_closed);
    tcase_add_test(t, a_socket_works_over_tls_and_the_server_stops_with_it);
    tcase_add_test(t, a_socket_over_tls_leaves_the_last_descriptors);
    tcase_add_test(t, who_says_nothing_is_closed_in_time);
    tcase_add_test(t, a_plain_door_beside_it_stays_plain);
    tcase_add_test(t, a_certificate_that_changes_is_used_by_who_comes_then);
    tcase_add_test(t, a_certificate_that_is_not_good_is_told_and_not_used);
    tcase_add_test(t, a_key_of_another_certificate_is_told_and_not_used);
    tcase_add_loop_test(t, a_door_without_a_good_certificate_does_not_open, 0,
                        sizeof unusable / sizeof unusable[0]);
    tcase_add_test(t, a_certificate_that_has_expired_is_told);
    tcase_add_loop_test(t, a_client_needs_a_good_certificate, 0, 2 * CLIENTS);
    tcase_add_loop_test(t, nothing_is_resumed, 0, 2);
    tcase_add_test(t, one_connection_cannot_ask_again_after_it_was_refused);
    tcase_add_test(t, nothing_is_negotiated_again);
    tcase_add_test(t, the_server_stops_with_clients_in_all_states);
}

int main(void)
{
    Suite *s = suite_create("http_tls");
    TCase *t = tcase_create("http_tls");
    SRunner *runner = srunner_create(s);
    int failed = 1;

    add_tests(t);
    suite_add_tcase(s, t);
    if (make_certificates()) {
        srunner_run_all(runner, CK_NORMAL);
        failed = srunner_ntests_failed(runner);
    }
    srunner_free(runner);
    remove_certificates();
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
