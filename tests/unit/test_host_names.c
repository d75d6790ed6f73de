/* SPDX-License-Identifier: MIT */
/* test_host_names.c - one host has one key, and nobody's localhost is ours. */
#include <llmreg/names.h>

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(rows) ((int)(sizeof(rows) / sizeof(rows)[0]))

/* ---- keys ---- */

static const struct {
    const char *text, *key;
} keys[] = {
    {"gpu1", "gpu1"},
    {"GPU1.Example.ORG", "gpu1.example.org"},
    {"gpu1.example.org.", "gpu1.example.org"},
    {"rack_3:Slot-2", "rack_3:slot-2"},
    {"10.0.0.1", "10.0.0.1"},
    {"2001:DB8:0::0:1", "2001:db8::1"},
    {"::ffff:10.0.0.1", "10.0.0.1"},
    {"::FFFF:0A00:0001", "10.0.0.1"},
    {"::1", "::1"},
};

START_TEST(a_host_has_one_key)
{
    char key[LLMREG_HOST_SIZE], again[LLMREG_HOST_SIZE];

    ck_assert_int_eq(llmreg_host_key(keys[_i].text, key), LLMREG_OK);
    ck_assert_str_eq(key, keys[_i].key);
    ck_assert_int_eq(llmreg_host_key(key, again), LLMREG_OK);
    ck_assert_str_eq(again, key);
}
END_TEST

START_TEST(what_no_host_is_called_has_no_key)
{
    static const char *const bad[] = {
        "",  "a b", "a/b", "[::1]",        "a\nb",
        ".", "..",  ".a",  "fe80::1%eth0", "gr\xc3\xbcn"};
    char key[LLMREG_HOST_SIZE] = "old";

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_int_eq(llmreg_host_key(bad[i], key), LLMREG_EINVAL);
        ck_assert_str_eq(key, "");
    }
}
END_TEST

START_TEST(a_key_has_at_most_253_bytes)
{
    char text[256] = "", key[LLMREG_HOST_SIZE];

    memset(text, 'a', 253);
    ck_assert_int_eq(llmreg_host_key(text, key), LLMREG_OK);
    ck_assert_uint_eq(strlen(key), 253);
    text[253] = '.'; /* only ends the name */
    ck_assert_int_eq(llmreg_host_key(text, key), LLMREG_OK);
    text[253] = 'a';
    ck_assert_int_eq(llmreg_host_key(text, key), LLMREG_EINVAL);
}
END_TEST

/* An endpoint is found on a host by its key: both must spell alike. */
START_TEST(the_host_of_a_url_is_a_key)
{
    static const char *const urls[] = {
        "http://GPU1.Example.ORG.:1", "[2001:DB8::0:1]:1",
        "[::ffff:10.0.0.1]:1",        "10.0.0.1:1",
        "https://[::FFFF:0:0]/x",
    };

    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        struct llmreg_url url;
        char key[LLMREG_HOST_SIZE];
        ck_assert_int_eq(llmreg_url_parse(urls[i], 1, &url, NULL), LLMREG_OK);
        ck_assert_int_eq(llmreg_host_key(url.host, key), LLMREG_OK);
        ck_assert_str_eq(key, url.host);
    }
}
END_TEST

/* ---- local ones ---- */

static const struct {
    const char *host;
    bool local;
} locals[] = {
    {"localhost", true},
    {"LOCALHOST", true},
    {"localhost.", true},
    {"ollama.localhost", true},
    {"localhost.localdomain", true},
    {"ip6-localhost", true},
    {"127.0.0.1", true},
    {"127.255.255.254", true},
    {"0.0.0.0", true},
    {"::1", true},
    {"0:0:0:0:0:0:0:1", true},
    {"::", true},
    {"::ffff:127.0.0.1", true},
    {"::ffff:7f00:2", true},
    {"::ffff:0.0.0.0", true},
    {"", false},
    {".localhost", false},
    {"localhost.example", false},
    {"notlocalhost", false},
    {"126.255.255.255", false},
    {"128.0.0.1", false},
    {"0.0.0.1", false},
    {"::2", false},
    {"::ffff:10.0.0.1", false},
    {"fe80::1", false},
    {"127.0.0.1.example", false},
    {"[::1]", false},
};

START_TEST(a_local_host_is_known)
{
    ck_assert_msg(llmreg_is_local_host(locals[_i].host) == locals[_i].local,
                  "%s", locals[_i].host);
}
END_TEST

/* ---- announcements (A3) ---- */

static const struct {
    const char *url, *peer, *base, *id;
} announced[] = {
    {"http://localhost:11434", "10.0.0.5", "http://10.0.0.5:11434",
     "10.0.0.5:11434"},
    {"https://127.0.0.1/v1/", "10.0.0.5", "https://10.0.0.5:443/v1",
     "10.0.0.5:443/v1"},
    {"[::1]:8000", "2001:DB8::5", "http://[2001:db8::5]:8000",
     "[2001:db8::5]:8000"},
    {"http://[::]:8000/a%2Fb", "::ffff:10.0.0.5", "http://10.0.0.5:8000/a%2Fb",
     "10.0.0.5:8000/a%2Fb"},
    {"0.0.0.0:11434", "10.0.0.5", "http://10.0.0.5:11434", "10.0.0.5:11434"},
    {"[::ffff:127.0.0.9]:1", "10.0.0.5", "http://10.0.0.5:1", "10.0.0.5:1"},
    {"a.localhost:1", "10.0.0.5", "http://10.0.0.5:1", "10.0.0.5:1"},
    /* who is local means our own machine */
    {"localhost:11434", "127.0.0.1", "http://localhost:11434",
     "localhost:11434"},
    {"localhost:11434", "::1", "http://localhost:11434", "localhost:11434"},
    {"localhost:11434", "::ffff:127.0.0.1", "http://localhost:11434",
     "localhost:11434"},
    {"localhost:11434", "unix", "http://localhost:11434", "localhost:11434"},
    /* what means the same to everybody stays */
    {"gpu1:11434", "10.0.0.5", "http://gpu1:11434", "gpu1:11434"},
    {"192.0.2.1:11434", "10.0.0.5", "http://192.0.2.1:11434",
     "192.0.2.1:11434"},
};

START_TEST(a_local_url_becomes_the_address_of_its_announcer)
{
    struct llmreg_error err = {""};
    struct llmreg_url url;

    ck_assert_int_eq(llmreg_url_parse(announced[_i].url, 0, &url, &err),
                     LLMREG_OK);
    int rc = llmreg_url_announced(&url, announced[_i].peer, &err);
    ck_assert_msg(rc == LLMREG_OK, "%s", err.text);
    ck_assert_str_eq(url.base, announced[_i].base);
    ck_assert_str_eq(url.id, announced[_i].id);
}
END_TEST

START_TEST(two_announcers_of_localhost_are_two_endpoints)
{
    struct llmreg_url a, b;

    ck_assert_int_eq(llmreg_url_parse("localhost:11434", 0, &a, NULL), 0);
    b = a;
    ck_assert_int_eq(llmreg_url_announced(&a, "10.0.0.5", NULL), LLMREG_OK);
    ck_assert_int_eq(llmreg_url_announced(&b, "10.0.0.6", NULL), LLMREG_OK);
    ck_assert_str_ne(a.id, b.id);
}
END_TEST

START_TEST(a_longest_url_stays_within_its_bounds)
{
    char text[LLMREG_URL_SIZE + 32] = "http://localhost:65535/";
    struct llmreg_error err = {""};
    struct llmreg_url url;
    size_t at = strlen(text);

    memset(text + at, 'x', LLMREG_PATH_SIZE - 2);
    ck_assert_int_eq(llmreg_url_parse(text, 0, &url, &err), LLMREG_OK);
    ck_assert_int_eq(llmreg_url_announced(
                         &url, "2001:1111:2222:3333:4444:5555:6666:7777", &err),
                     LLMREG_OK);
    ck_assert_uint_eq(strlen(url.path), LLMREG_PATH_SIZE - 1);
}
END_TEST

START_TEST(an_announcer_without_an_address_is_refused)
{
    static const char *const peers[] = {
        "", "gpu1", "10.0.0.5:80", "[::1]", "fe80::1%eth0", "10.0.0", "unix:"};
    struct llmreg_error err;
    struct llmreg_url url, before;

    ck_assert_int_eq(llmreg_url_parse("localhost:1", 0, &url, NULL), LLMREG_OK);
    before = url;
    for (size_t i = 0; i < sizeof peers / sizeof peers[0]; i++) {
        err.text[0] = '\0';
        ck_assert_int_eq(llmreg_url_announced(&url, peers[i], &err),
                         LLMREG_EINVAL);
        ck_assert_ptr_nonnull(strstr(err.text, peers[i]));
        ck_assert_mem_eq(&url, &before, sizeof url);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("host_names");
    TCase *t = tcase_create("host_names");
    SRunner *sr = srunner_create(s);

    tcase_add_loop_test(t, a_host_has_one_key, 0, COUNT(keys));
    tcase_add_test(t, what_no_host_is_called_has_no_key);
    tcase_add_test(t, a_key_has_at_most_253_bytes);
    tcase_add_test(t, the_host_of_a_url_is_a_key);
    tcase_add_loop_test(t, a_local_host_is_known, 0, COUNT(locals));
    tcase_add_loop_test(t, a_local_url_becomes_the_address_of_its_announcer, 0,
                        COUNT(announced));
    tcase_add_test(t, two_announcers_of_localhost_are_two_endpoints);
    tcase_add_test(t, a_longest_url_stays_within_its_bounds);
    tcase_add_test(t, an_announcer_without_an_address_is_refused);
    suite_add_tcase(s, t);
    srunner_run_all(sr, CK_NORMAL);
    int failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
