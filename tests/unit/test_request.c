/* SPDX-License-Identifier: MIT */
/* test_request.c - what libcurl is told of an endpoint when a handle served
 * another one before, and of all.  The program's own curl_easy_setopt stands in
 * front of libcurl's: it notes values, and can run out of memory. */
#define CURL_DISABLE_TYPECHECK
#include "plugins/llm_probe/request.h"

#include <check.h>
#include <dlfcn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#undef curl_easy_setopt

static const CURLoption noted[] = {CURLOPT_CAINFO, CURLOPT_CAPATH,
                                   CURLOPT_SSLCERT, CURLOPT_SSLKEY,
                                   CURLOPT_MAXLIFETIME_CONN};

enum { CAINFO, CAPATH, CERT, KEY, LIFETIME, NOTED };

static const char *told[NOTED];
static unsigned left; /* calls that succeed, from now on */

static void note(CURLoption option, const void *value)
{
    for (size_t i = 0; i < NOTED; i++)
        if (noted[i] == option)
            told[i] = value;
}

CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
    CURLcode (*real)(CURL *, CURLoption, ...) = NULL;
    void *found = dlsym(RTLD_NEXT, "curl_easy_setopt");
    va_list args;
    void *value = NULL;

    if (left == 0)
        return CURLE_OUT_OF_MEMORY;
    left--;
    va_start(args, option);
    value = va_arg(args, void *); /* a long and an offset are as long */
    va_end(args);
    note(option, value);
    *(void **)&real = found;
    return real(easy, option, value);
}

/* ---- errands ---- */

static const struct request_host host = {.fd_limit = 1024};
static const struct ask ask = {.path = "/x", .limit = 1};
static const struct request_headers headers = {.version = 0};

static const struct access own_ca = {
    .verify_peer = true, .verify_host = true, .ca = (char[]){"/own.pem"}};
static const struct access own_cert = {.verify_peer = true,
                                       .verify_host = true,
                                       .ca = (char[]){"/own.pem"},
                                       .cert = (char[]){"/cert.pem"},
                                       .key = (char[]){"/key.pem"}};

static int prepare(struct request *r, const struct access *access)
{
    const struct errand errand = {.base = "https://127.0.0.1:1",
                                  .ask = &ask,
                                  .access = access,
                                  .headers = &headers,
                                  .connect_ms = 1,
                                  .total_ms = 1};

    return request_prepare(r, &errand);
}

static struct request *open_request(void)
{
    struct request *r = NULL;

    left = UINT32_MAX;
    for (size_t i = 0; i < NOTED; i++)
        told[i] = "?";
    ck_assert_int_eq(request_new(&r, &host, NULL), LLMREG_OK);
    return r;
}

static void check_plain(void)
{
    const curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);

    ck_assert_pstr_eq(told[CAINFO], built->cainfo);
    ck_assert_pstr_eq(told[CAPATH], built->capath);
    ck_assert_ptr_null(told[CERT]);
    ck_assert_ptr_null(told[KEY]);
}

START_TEST(a_cacert_is_trusted_alone)
{
    struct request *r = open_request();

    ck_assert_int_eq(prepare(r, &own_ca), LLMREG_OK);
    ck_assert_str_eq(told[CAINFO], "/own.pem");
    ck_assert_ptr_null(told[CAPATH]);
    request_free(r);
}
END_TEST

/* Or a name that moved would be probed at its old address for ever. */
START_TEST(a_connection_does_not_live_for_ever)
{
    struct request *r = open_request();

    ck_assert_int_eq((long)(intptr_t)told[LIFETIME], 300);
    request_free(r);
}
END_TEST

START_TEST(nothing_of_an_endpoint_is_left_for_the_next)
{
    struct request *r = open_request();

    ck_assert_int_eq(prepare(r, &own_cert), LLMREG_OK);
    ck_assert_str_eq(told[CERT], "/cert.pem");
    ck_assert_str_eq(told[KEY], "/key.pem");
    ck_assert_int_eq(prepare(r, NULL), LLMREG_OK);
    check_plain();
    request_free(r);
}
END_TEST

START_TEST(options_that_were_set_by_half_are_set_anew)
{
    struct request *r = open_request();
    int rc = LLMREG_ENOMEM;

    ck_assert_int_eq(prepare(r, NULL), LLMREG_OK);
    for (unsigned n = 0; rc != LLMREG_OK; n++) {
        left = n;
        rc = prepare(r, &own_cert);
        left = UINT32_MAX;
        ck_assert_int_eq(prepare(r, NULL), LLMREG_OK);
        check_plain();
    }
    request_free(r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("request");
    TCase *t = tcase_create("request");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_test(t, a_cacert_is_trusted_alone);
    tcase_add_test(t, a_connection_does_not_live_for_ever);
    tcase_add_test(t, nothing_of_an_endpoint_is_left_for_the_next);
    tcase_add_test(t, options_that_were_set_by_half_are_set_anew);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
