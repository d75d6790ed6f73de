/* SPDX-License-Identifier: MIT */
/* test_url.c - one endpoint has one id, however people write it, and what has
 * two readings is refused. */
#include <llmreg/names.h>

#include <check.h>

#include <stdio.h>
#include <string.h>

#define PORT 11434

static const struct {
    const char *text, *base;
} urls[] = {
    /* ports */
    {"h", "http://h:11434"},
    {"h:80", "http://h:80"},
    {"h:00080", "http://h:80"},
    {"h:65535", "http://h:65535"},
    {"http://h", "http://h:80"},
    {"https://h", "https://h:443"},
    {"http://h:11434", "http://h:11434"},
    {"http://h:11434/", "http://h:11434"},
    {"http://h:11434///", "http://h:11434"},
    {"h:11434/", "http://h:11434"},
    /* schemes and names */
    {"HTTP://H:1", "http://h:1"},
    {"HttpS://GPU1.Example", "https://gpu1.example:443"},
    {"h.", "http://h:11434"},
    {"H.Example.:1", "http://h.example:1"},
    {"http", "http://http:11434"},
    {"http:1", "http://http:1"},
    {"my_box-1", "http://my_box-1:11434"},
    {"xn--mnchen-3ya.example", "http://xn--mnchen-3ya.example:11434"},
    {"1host", "http://1host:11434"},
    {"10.example", "http://10.example:11434"},
    {"0xg", "http://0xg:11434"},
    /* addresses */
    {"127.0.0.1", "http://127.0.0.1:11434"},
    {"127.0.0.1.", "http://127.0.0.1:11434"},
    {"0.0.0.0:1", "http://0.0.0.0:1"},
    {"[::1]", "http://[::1]:11434"},
    {"[::1]:1", "http://[::1]:1"},
    {"http://[0:0:0:0:0:0:0:1]/", "http://[::1]:80"},
    {"[2001:DB8:0:0:0:0:0:A]:1", "http://[2001:db8::a]:1"},
    {"[2001:db8::0:1]:1", "http://[2001:db8::1]:1"},
    {"[::ffff:192.0.2.1]:1", "http://192.0.2.1:1"},
    {"[::FFFF:C000:201]:1", "http://192.0.2.1:1"},
    /* paths */
    {"h:1/a", "http://h:1/a"},
    {"h:1/a/", "http://h:1/a"},
    {"h:1//a//b//", "http://h:1/a/b"},
    {"h:1/A/b", "http://h:1/A/b"},
    {"h:1/%61%2D%7e", "http://h:1/a-~"},
    {"h:1/%2f%c3%a9", "http://h:1/%2F%C3%A9"},
    {"h:1/-._~!$&'()*+,;=", "http://h:1/-._~!$&'()*+,;="},
    {"h:1/...", "http://h:1/..."},
    {"h:1/.a", "http://h:1/.a"},
};

/* A5: the scheme was cut off, IPv6 was ambiguous and a path was lost. */
START_TEST(a_url_has_one_form)
{
    struct llmreg_url u;
    struct llmreg_error err = {""};

    ck_assert_msg(llmreg_url_parse(urls[_i].text, PORT, &u, &err) == LLMREG_OK,
                  "%s", err.text);
    ck_assert_str_eq(u.base, urls[_i].base);
    ck_assert_str_eq(u.id, strstr(u.base, "://") + 3);
}
END_TEST

/* E8: one that was announced was another than the same one in the
 * configuration. */
START_TEST(E8_all_spellings_of_an_endpoint_are_one_id)
{
    static const char *const spellings[][2] = {
        {"http://gpu1", "gpu1:80"},
        {"HTTP://GPU1/", "gpu1:80"},
        {"gpu1.:80", "gpu1:80"},
        {"http://gpu1:080//", "gpu1:80"},
        {"http://gpu1:8000/v1", "gpu1:8000/v1"},
        {"gpu1:8000//v1/", "gpu1:8000/v1"},
        {"http://GPU1:8000/%761", "gpu1:8000/v1"},
        {"[::1]:80", "[::1]:80"},
        {"http://[0:0::0:1]/", "[::1]:80"},
    };

    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        struct llmreg_url u;

        ck_assert_int_eq(llmreg_url_parse(spellings[i][0], 1, &u, NULL),
                         LLMREG_OK);
        ck_assert_str_eq(u.id, spellings[i][1]);
    }
}
END_TEST

START_TEST(the_one_form_reads_as_itself)
{
    struct llmreg_url first;
    struct llmreg_url again;

    ck_assert_int_eq(llmreg_url_parse(urls[_i].text, PORT, &first, NULL),
                     LLMREG_OK);
    ck_assert_int_eq(llmreg_url_parse(first.base, 1, &again, NULL), LLMREG_OK);
    ck_assert_str_eq(again.base, first.base);
    ck_assert_str_eq(again.host, first.host);
    ck_assert_str_eq(again.path, first.path);
}
END_TEST

START_TEST(the_parts_are_told_apart)
{
    struct llmreg_url u;

    ck_assert_int_eq(
        llmreg_url_parse("https://[2001:DB8::1]:8443/v1/", 1, &u, NULL),
        LLMREG_OK);
    ck_assert_str_eq(u.scheme, "https");
    ck_assert_str_eq(u.host, "2001:db8::1");
    ck_assert_uint_eq(u.port, 8443);
    ck_assert_str_eq(u.path, "/v1");
    ck_assert_str_eq(u.id, "[2001:db8::1]:8443/v1");
    ck_assert_str_eq(u.base, "https://[2001:db8::1]:8443/v1");
}
END_TEST

START_TEST(addresses_need_no_look_up)
{
    static const struct {
        const char *text;
        bool literal;
    } hosts[] = {{"127.0.0.1", true},
                 {"[::1]", true},
                 {"localhost", false},
                 {"127.0.0.1.example", false}};
    struct llmreg_url u;

    ck_assert_int_eq(llmreg_url_parse(hosts[_i].text, 1, &u, NULL), LLMREG_OK);
    ck_assert_int_eq(u.literal, hosts[_i].literal);
}
END_TEST

static const struct {
    const char *text, *reason;
} refused[] = {
    /* schemes */
    {"ftp://h", "http or https"},
    {"://h", "http or https"},
    {"httpx://h", "http or https"},
    {"file:///etc/passwd", "http or https"},
    {"unix:/run/x.sock", "1 to 65535"},
    {"http:/h", "1 to 65535"},
    {"http:h", "1 to 65535"},
    /* hosts */
    {"", "host is missing"},
    {".", "host is missing"},
    {":1", "host is missing"},
    {"http://", "host is missing"},
    {"http:///a", "host is missing"},
    {"//h:1", "host is missing"},
    {"h..", "no host has such a name"},
    {"a..b", "no host has such a name"},
    {".a", "no host has such a name"},
    {"-a", "no host has such a name"},
    {"a-.b", "no host has such a name"},
    {"a b", "no host has such a name"},
    {" h", "no host has such a name"},
    {"h\n", "no host has such a name"},
    {"h%41", "no host has such a name"},
    {"a,b", "no host has such a name"},
    {"m\xc3\xbcnchen", "no host has such a name"},
    /* IPv4 in other forms */
    {"0177.1", "four decimal numbers"},
    {"127.1", "four decimal numbers"},
    {"2130706433", "four decimal numbers"},
    {"0x7f.1", "four decimal numbers"},
    {"0x7F000001", "four decimal numbers"},
    {"0x", "four decimal numbers"},
    {"127.0.0.01", "four decimal numbers"},
    {"127.0.0.0x1", "four decimal numbers"},
    {"256.0.0.1", "four decimal numbers"},
    {"1.2.3.4.5", "four decimal numbers"},
    {"a.1", "four decimal numbers"},
    /* IPv6 */
    {"::1", "in brackets"},
    {"2001:db8::1", "in brackets"},
    {"[::1", "']' is missing"},
    {"[]", "not an IPv6 address"},
    {"[127.0.0.1]", "not an IPv6 address"},
    {"[::g]", "not an IPv6 address"},
    {"[1:2:3:4:5:6:7:8:9]", "not an IPv6 address"},
    {"[fe80::1%eth0]", "zone"},
    {"[fe80::1%25eth0]", "zone"},
    {"[::1]x", "only a port"},
    {"[::1]]", "only a port"},
    {"[0000000000000000000000000000000000000000000000000000]", "that long"},
    /* ports */
    {"h:", "1 to 65535"},
    {"h:0", "1 to 65535"},
    {"h:65536", "1 to 65535"},
    {"h:99999999999999999999", "1 to 65535"},
    {"h:-1", "1 to 65535"},
    {"h:+1", "1 to 65535"},
    {"h: 1", "1 to 65535"},
    {"h:1x", "1 to 65535"},
    {"h:000080", "1 to 65535"},
    {"h:1:2", "more than one ':'"},
    /* what an endpoint's URL has not */
    {"http://h/?a=b", "query or a fragment"},
    {"h#a", "query or a fragment"},
    {"h/a#", "query or a fragment"},
    {"http://user@h", "password"},
    {"http://user:1/x@h", "password"},
    /* paths */
    {"h:1/.", "not allowed in a path"},
    {"h:1/..", "not allowed in a path"},
    {"h:1/a/../b", "not allowed in a path"},
    {"h:1/%2e%2E/b", "not allowed in a path"},
    {"h:1/a b", "a path has"},
    {"h:1/a\\b", "a path has"},
    {"h:1/a:b", "a path has"},
    {"h:1/%", "a path has"},
    {"h:1/%4", "a path has"},
    {"h:1/%4/a", "a path has"},
    {"h:1/%gg", "a path has"},
    {"h:1/\xc3\xa9", "a path has"},
    {"h:1/a\x7f", "a path has"},
};

/* A5: neither type nor range of the port was looked at. */
START_TEST(a_url_with_two_readings_is_refused_with_a_reason)
{
    struct llmreg_url u = {.port = 4711};
    struct llmreg_error err = {""};

    ck_assert_msg(llmreg_url_parse(refused[_i].text, PORT, &u, &err) ==
                      LLMREG_EINVAL,
                  "%s", refused[_i].text);
    ck_assert_msg(strstr(err.text, refused[_i].reason) != NULL, "%s", err.text);
    ck_assert_uint_eq(u.port, 4711);
}
END_TEST

START_TEST(a_reason_names_the_url)
{
    struct llmreg_url u;
    struct llmreg_error err;

    ck_assert_int_eq(llmreg_url_parse("h:0", PORT, &u, &err), LLMREG_EINVAL);
    ck_assert_str_eq(err.text, "URL \"h:0\" not accepted: a port is a number "
                               "from 1 to 65535");
}
END_TEST

START_TEST(a_reason_never_repeats_a_password)
{
    struct llmreg_url u;
    struct llmreg_error err;

    ck_assert_int_eq(llmreg_url_parse("http://u:secret@h", PORT, &u, &err),
                     LLMREG_EINVAL);
    ck_assert_ptr_null(strstr(err.text, "secret"));
}
END_TEST

START_TEST(a_missing_port_without_a_default_is_refused)
{
    struct llmreg_url u;
    struct llmreg_error err;

    ck_assert_int_eq(llmreg_url_parse("h", 0, &u, &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "port is missing"));
    ck_assert_int_eq(llmreg_url_parse("http://h", 0, &u, &err), LLMREG_OK);
}
END_TEST

/* Labels of 60 bytes, and as many bytes of the last as are left. */
static void long_host(char *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        out[i] = i % 61 == 60 ? '.' : 'h';
    out[len] = '\0';
}

START_TEST(the_longest_names_fit)
{
    char text[600];
    struct llmreg_url u;

    memcpy(text, "https://", 8);
    long_host(text + 8, 253);
    memset(text + 261, 'p', 261);
    memcpy(text + 261, ":65535/", 7);
    text[261 + 6 + 255] = '\0';
    ck_assert_int_eq(llmreg_url_parse(text, 1, &u, NULL), LLMREG_OK);
    ck_assert_uint_eq(strlen(u.host), 253);
    ck_assert_uint_eq(strlen(u.path), 255);
    ck_assert_str_eq(u.base, text);
}
END_TEST

START_TEST(longer_names_do_not)
{
    char text[600];
    struct llmreg_url u;

    long_host(text, 254);
    ck_assert_int_eq(llmreg_url_parse(text, 1, &u, NULL), LLMREG_EINVAL);
    memset(text, 'h', 64);
    text[64] = '\0';
    ck_assert_int_eq(llmreg_url_parse(text, 1, &u, NULL), LLMREG_EINVAL);
    memset(text, 'p', 257);
    memcpy(text, "h/", 2);
    text[1 + 256] = '\0';
    ck_assert_int_eq(llmreg_url_parse(text, 1, &u, NULL), LLMREG_EINVAL);
    text[1 + 255] = '\0';
    ck_assert_int_eq(llmreg_url_parse(text, 1, &u, NULL), LLMREG_OK);
}
END_TEST

#define COUNT(table) (sizeof table / sizeof table[0])

int main(void)
{
    Suite *s = suite_create("url");
    TCase *tc = tcase_create("url");
    SRunner *sr = srunner_create(s);
    int failed;

    tcase_add_loop_test(tc, a_url_has_one_form, 0, COUNT(urls));
    tcase_add_loop_test(tc, the_one_form_reads_as_itself, 0, COUNT(urls));
    tcase_add_test(tc, E8_all_spellings_of_an_endpoint_are_one_id);
    tcase_add_test(tc, the_parts_are_told_apart);
    tcase_add_loop_test(tc, addresses_need_no_look_up, 0, 4);
    tcase_add_loop_test(tc, a_url_with_two_readings_is_refused_with_a_reason, 0,
                        COUNT(refused));
    tcase_add_test(tc, a_reason_names_the_url);
    tcase_add_test(tc, a_reason_never_repeats_a_password);
    tcase_add_test(tc, a_missing_port_without_a_default_is_refused);
    tcase_add_test(tc, the_longest_names_fit);
    tcase_add_test(tc, longer_names_do_not);
    suite_add_tcase(s, tc);
    srunner_run_all(sr, CK_NORMAL);
    failed = srunner_ntests_failed(sr);
    srunner_free(sr);
    return failed == 0 ? 0 : 1;
}
