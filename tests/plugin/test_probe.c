/* SPDX-License-Identifier: MIT */
/* test_probe.c - the whole engine against a scripted server: every payload
 * and every raw stream of the table over the wire, all at once; and what the
 * engine promises about time, connections, credentials and bounds.
 *
 * Real sockets and real time: nothing here waits longer than it must, for a
 * change of the registry or for a bound. */
#include "plugins/llm_probe/probe.h"

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/support/wire.h"

#define S        LLMREG_NS_PER_S
#define MS       LLMREG_NS_PER_MS
#define DEADLINE (20 * S)

static struct expected_table table;

/* ---- an engine ---- */

struct rig {
    struct llmreg_bus *bus;
    struct llmreg_registry *registry;
    struct llmreg_log log;
    struct access_list access;
    struct secrets *secrets;
    struct probe_setup setup;
    struct probe *probe;
    struct wire *wire;
    atomic_uint lines;
};

static void count_line(void *ctx, enum llmreg_level level, const char *line)
{
    struct rig *rig = ctx;

    (void)level;
    (void)line;
    atomic_fetch_add(&rig->lines, 1);
}

static void open_rig(struct rig *rig)
{
    const struct llmreg_registry_conf conf = llmreg_registry_conf();

    memset(rig, 0, sizeof *rig);
    rig->wire = wire_open();
    rig->log = (struct llmreg_log){.write = count_line, .ctx = rig};
    ck_assert_int_eq(llmreg_bus_new(&rig->bus, 1024, 1), LLMREG_OK);
    ck_assert_int_eq(llmreg_registry_new(&rig->registry, &conf, rig->bus,
                                         &llmreg_clock_system),
                     LLMREG_OK);
    ck_assert_int_eq(secrets_new(&rig->secrets), LLMREG_OK);
    rig->setup = (struct probe_setup){
        .registry = rig->registry,
        .bus = rig->bus,
        .clock = &llmreg_clock_system,
        .log = &rig->log,
        .access = &rig->access,
        .secrets = rig->secrets,
        .rule = {.unhealthy_after = 1, .healthy_after = 1},
        .timeout_ns = 5 * S,
        .connect_ns = 3 * S,
        .ps_ns = 300 * MS,
        .max_concurrent = 64,
    };
}

static void start_rig(struct rig *rig)
{
    wire_start(rig->wire);
    ck_assert_int_eq(probe_start(&rig->setup, &rig->probe), LLMREG_OK);
}

static void close_rig(struct rig *rig)
{
    probe_stop(rig->probe);
    wire_close(rig->wire);
    secrets_free(rig->secrets);
    llmreg_registry_free(rig->registry);
    llmreg_bus_free(rig->bus);
}

static void id_of(uint16_t port, char out[static 32])
{
    snprintf(out, 32, "127.0.0.1:%u", (unsigned)port);
}

static void add_endpoint(struct rig *rig, uint16_t port, int64_t interval_ms)
{
    char id[32];
    char url[64];
    struct llmreg_spec spec = {.name = "e",
                               .host = "127.0.0.1",
                               .series = "s",
                               .origin = "",
                               .kind = LLMREG_KIND_OLLAMA,
                               .source = LLMREG_SOURCE_MANUAL,
                               .priority = 50,
                               .interval_ms = interval_ms};

    id_of(port, id);
    snprintf(url, sizeof url, "http://%s", id);
    spec.id = id;
    spec.url = url;
    ck_assert_int_eq(llmreg_set(rig->registry, &spec, NULL, NULL), LLMREG_OK);
}

static struct llmreg_endpoint *get(struct rig *rig, uint16_t port)
{
    char id[32];
    struct llmreg_endpoint *e = NULL;

    id_of(port, id);
    e = llmreg_get(rig->registry, id);
    ck_assert_ptr_nonnull(e);
    return e;
}

static struct llmreg_health health_of(struct rig *rig, uint16_t port)
{
    struct llmreg_endpoint *e = get(rig, port);
    struct llmreg_health h;

    llmreg_endpoint_health(e, &h);
    llmreg_put(e);
    return h;
}

/* Waits until so many requests were read, or fails. */
static void await_requests(struct rig *rig, unsigned n)
{
    int64_t until = llmreg_clock_now(&llmreg_clock_system).mono_ns + DEADLINE;

    while (wire_requests(rig->wire) < n) {
        ck_assert(llmreg_clock_now(&llmreg_clock_system).mono_ns < until);
        poll(NULL, 0, 5);
    }
}

/* Waits for the verdict number n (1: the first). */
static struct llmreg_health await_verdict(struct rig *rig, uint16_t port,
                                          int64_t after_ms)
{
    int64_t until = llmreg_clock_now(&llmreg_clock_system).mono_ns + DEADLINE;
    struct llmreg_health h = health_of(rig, port);

    while (h.checked_ms == 0 || h.checked_ms <= after_ms) {
        ck_assert(llmreg_clock_now(&llmreg_clock_system).mono_ns < until);
        poll(NULL, 0, 5);
        h = health_of(rig, port);
    }
    return h;
}

/* ---- every row of the table ---- */

static struct reply play_row(void *ctx, const char *path, const char *request)
{
    (void)request;
    return expected_reply(ctx, path);
}

static struct llmreg_observation seen_of(const struct llmreg_health *h)
{
    struct llmreg_observation seen = {.reason = h->reason,
                                      .http_status = h->http_status};

    memcpy(seen.version, h->version, sizeof seen.version);
    return seen;
}

/* Models come a moment after the verdict: what is loaded is asked between. */
static const char *problem_of(struct rig *rig, const struct expected *row,
                              uint16_t port)
{
    int64_t until = llmreg_clock_now(&llmreg_clock_system).mono_ns + DEADLINE;
    struct llmreg_health h = await_verdict(rig, port, 0);
    const struct llmreg_observation seen = seen_of(&h);
    struct llmreg_endpoint *e = get(rig, port);
    const char *wrong = "";

    while (wrong != NULL &&
           llmreg_clock_now(&llmreg_clock_system).mono_ns < until) {
        const struct llmreg_models *models = llmreg_endpoint_models(e);

        wrong = expected_problem(row, &seen, models);
        llmreg_models_put(models);
        if (wrong != NULL && row->kept == EXPECTED_NONE)
            break;
        if (wrong != NULL)
            poll(NULL, 0, 5);
    }
    llmreg_put(e);
    return wrong;
}

static void check_row(struct rig *rig, size_t n, uint16_t port)
{
    const struct expected *row = &table.rows[n];
    const char *wrong = problem_of(rig, row, port);

    ck_assert_msg(wrong == NULL, "expected.tsv:%d (%s): %s", row->line,
                  row->file, wrong);
}

static bool is_show(size_t n)
{
    return strcmp(table.rows[n].route, "show") == 0;
}

START_TEST(every_payload_means_the_same_over_the_wire)
{
    struct rig rig;
    uint16_t ports[400];

    open_rig(&rig);
    for (size_t i = 0; i < table.count; i++) {
        if (is_show(i))
            continue;
        ports[i] = wire_listen(rig.wire, play_row, &table.rows[i]);
        add_endpoint(&rig, ports[i], 3600 * 1000);
    }
    start_rig(&rig);
    for (size_t i = 0; i < table.count; i++)
        if (!is_show(i))
            check_row(&rig, i, ports[i]);
    close_rig(&rig);
}
END_TEST

/* They all show one digest, which an engine asks about once. */
START_TEST(every_show_means_the_same_over_the_wire)
{
    struct rig rig;
    uint16_t port = 0;

    if (!is_show((size_t)_i))
        return;
    open_rig(&rig);
    port = wire_listen(rig.wire, play_row, &table.rows[_i]);
    add_endpoint(&rig, port, 3600 * 1000);
    start_rig(&rig);
    check_row(&rig, (size_t)_i, port);
    close_rig(&rig);
}
END_TEST

/* ---- answers that never end ---- */

static struct reply play_mode(void *ctx, const char *path, const char *request)
{
    (void)path;
    (void)request;
    return (struct reply){.status = *(const int *)ctx};
}

static const struct {
    int mode;
    enum llmreg_reason reason;
} endless[] = {
    {WIRE_CLOSE, LLMREG_REASON_REFUSED},
    {WIRE_HANG, LLMREG_REASON_TIMEOUT},
    {WIRE_DRIP, LLMREG_REASON_TIMEOUT},
    {WIRE_FLOOD, LLMREG_REASON_PARSE},
};

START_TEST(an_answer_without_end_has_an_end)
{
    struct rig rig;
    int mode = endless[_i].mode;
    uint16_t port = 0;
    struct llmreg_health h;

    open_rig(&rig);
    rig.setup.timeout_ns = 300 * MS;
    port = wire_listen(rig.wire, play_mode, &mode);
    add_endpoint(&rig, port, 10000);
    start_rig(&rig);
    h = await_verdict(&rig, port, 0);
    ck_assert_int_eq(h.reason, endless[_i].reason);
    ck_assert_uint_lt(h.total_us, 1500000);
    close_rig(&rig);
}
END_TEST

/* libcurl calls it "out of memory": it is not ours that runs out. */
static struct reply play_long_line(void *ctx, const char *path,
                                   const char *request)
{
    static const char start[] = "HTTP/1.1 200 ";
    const size_t len = 300000;
    struct reply r = {.status = WIRE_RAW,
                      .body = {.bytes = malloc(len), .len = len}};

    (void)ctx;
    (void)path;
    (void)request;
    ck_assert_ptr_nonnull(r.body.bytes);
    memset(r.body.bytes, 'a', len);
    memcpy(r.body.bytes, start, sizeof start - 1);
    return r;
}

START_TEST(a_status_line_without_end_gets_a_verdict)
{
    struct rig rig;
    struct llmreg_health h;
    uint16_t port = 0;

    open_rig(&rig);
    port = wire_listen(rig.wire, play_long_line, NULL);
    add_endpoint(&rig, port, 10000);
    start_rig(&rig);
    h = await_verdict(&rig, port, 0);
    ck_assert_int_eq(h.reason, LLMREG_REASON_PARSE);
    ck_assert_str_eq(h.detail, "/api/version: the answer is too big");
    close_rig(&rig);
}
END_TEST

START_TEST(descriptors_are_raised_to_what_is_enough)
{
    struct rlimit limit;
    rlim_t most = 0;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    most = limit.rlim_max < PROBE_FDS ? limit.rlim_max : PROBE_FDS;
    limit.rlim_cur = 256;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    probe_raise_limits();
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_uint_eq(limit.rlim_cur, most);
}
END_TEST

START_TEST(it_stops_within_a_second_while_servers_hang)
{
    struct rig rig;
    int mode = WIRE_HANG;
    int64_t begin = 0;

    open_rig(&rig);
    for (int i = 0; i < 100; i++)
        add_endpoint(&rig, wire_listen(rig.wire, play_mode, &mode), 10000);
    start_rig(&rig);
    await_requests(&rig, 60);
    begin = llmreg_clock_now(&llmreg_clock_system).mono_ns;
    probe_stop(rig.probe);
    rig.probe = NULL;
    ck_assert(llmreg_clock_now(&llmreg_clock_system).mono_ns - begin < S);
    close_rig(&rig);
}
END_TEST

/* Half of 512 is for others; half of the rest is for what is in flight. */
START_TEST(few_descriptors_mean_few_probes_at_once)
{
    struct rig rig;
    struct rlimit limit;
    int mode = WIRE_HANG;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = 512;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    open_rig(&rig);
    rig.setup.max_concurrent = 200;
    for (int i = 0; i < 150; i++)
        add_endpoint(&rig, wire_listen(rig.wire, play_mode, &mode), 10000);
    start_rig(&rig);
    await_requests(&rig, 128);
    poll(NULL, 0, 200);
    ck_assert_uint_eq(wire_requests(rig.wire), 128);
    close_rig(&rig);
}
END_TEST

START_TEST(a_refused_connection_says_so)
{
    struct rig rig;
    struct llmreg_health h;

    open_rig(&rig);
    add_endpoint(&rig, 1, 10000);
    start_rig(&rig);
    h = await_verdict(&rig, 1, 0);
    ck_assert_int_eq(h.reason, LLMREG_REASON_REFUSED);
    ck_assert_str_eq(h.detail, "Connection refused");
    close_rig(&rig);
}
END_TEST

/* ---- a well server ---- */

static struct expected well = {.file = "ollama/tags.json",
                               .route = "tags",
                               .version = "0.33.0",
                               .type = "application/json",
                               .status = 200};

START_TEST(a_connection_is_used_again)
{
    struct rig rig;
    uint16_t port = 0;

    open_rig(&rig);
    port = wire_listen(rig.wire, play_row, &well);
    add_endpoint(&rig, port, 200);
    start_rig(&rig);
    await_requests(&rig, 12);
    ck_assert_uint_eq(wire_connections(rig.wire), 1);
    ck_assert_int_eq(health_of(&rig, port).state, LLMREG_HEALTH_HEALTHY);
    close_rig(&rig);
}
END_TEST

START_TEST(a_new_endpoint_is_probed_at_once)
{
    struct rig rig;
    uint16_t port = 0;
    struct llmreg_health h;
    int64_t begin = 0;

    open_rig(&rig);
    port = wire_listen(rig.wire, play_row, &well);
    start_rig(&rig);
    begin = llmreg_clock_now(&llmreg_clock_system).mono_ns;
    add_endpoint(&rig, port, 3600000);
    h = await_verdict(&rig, port, 0);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_HEALTHY);
    ck_assert(h.checked_mono_ns - begin < S);
    close_rig(&rig);
}
END_TEST

START_TEST(one_that_somebody_wants_probed_is_not_kept_waiting)
{
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    struct rig rig;
    char id[32];
    uint16_t port = 0;

    open_rig(&rig);
    port = wire_listen(rig.wire, play_row, &well);
    add_endpoint(&rig, port, 3600000);
    start_rig(&rig);
    id_of(port, id);
    (void)await_verdict(&rig, port, 0);
    /* Mostly the first probe still asks for models then. */
    for (unsigned i = 2; i <= 4; i++) {
        ck_assert_int_eq(llmreg_probe_now(rig.registry, id, "", &now, NULL),
                         LLMREG_OK);
        await_requests(&rig, i * 3);
    }
    close_rig(&rig);
}
END_TEST

/* C2: whoever was removed during its probe stays removed. */
START_TEST(a_removed_endpoint_is_left_alone)
{
    struct rig rig;
    char id[32];
    uint16_t port = 0;
    unsigned before = 0;

    open_rig(&rig);
    port = wire_listen(rig.wire, play_row, &well);
    add_endpoint(&rig, port, 100);
    start_rig(&rig);
    await_requests(&rig, 6);
    id_of(port, id);
    ck_assert_int_eq(llmreg_remove(rig.registry, id, NULL, NULL), LLMREG_OK);
    poll(NULL, 0, 150);
    before = wire_requests(rig.wire);
    poll(NULL, 0, 400);
    ck_assert_uint_eq(wire_requests(rig.wire), before);
    close_rig(&rig);
}
END_TEST

static void set_admin(struct rig *rig, uint16_t port, enum llmreg_admin admin)
{
    const struct llmreg_now now = llmreg_clock_now(&llmreg_clock_system);
    const struct llmreg_intent intent = {.admin = admin};
    char id[32];

    id_of(port, id);
    ck_assert_int_eq(llmreg_admin_set(rig->registry, id, &intent, "", &now),
                     LLMREG_OK);
}

START_TEST(a_disabled_endpoint_is_not_probed_until_it_is_enabled)
{
    struct rig rig;
    uint16_t port = 0;
    unsigned before = 0;

    open_rig(&rig);
    port = wire_listen(rig.wire, play_row, &well);
    add_endpoint(&rig, port, 100);
    start_rig(&rig);
    await_requests(&rig, 3);
    set_admin(&rig, port, LLMREG_ADMIN_DISABLED);
    poll(NULL, 0, 150);
    before = wire_requests(rig.wire);
    poll(NULL, 0, 300);
    ck_assert_uint_eq(wire_requests(rig.wire), before);
    set_admin(&rig, port, LLMREG_ADMIN_ACTIVE);
    await_requests(&rig, before + 3);
    close_rig(&rig);
}
END_TEST

/* Answers version and tags, and hangs on ps. */
static struct reply play_hung_ps(void *ctx, const char *path,
                                 const char *request)
{
    (void)request;
    if (strcmp(path, "/api/ps") == 0)
        return (struct reply){.status = WIRE_HANG};
    return expected_reply(ctx, path);
}

START_TEST(a_hung_ps_changes_no_verdict_and_loses_no_model)
{
    struct rig rig;
    uint16_t port = 0;
    struct llmreg_health h;
    struct expected row = well;

    open_rig(&rig);
    row.reason = "ok";
    row.seen = 200;
    row.kept = 6;
    row.check = "loaded=?";
    port = wire_listen(rig.wire, play_hung_ps, &row);
    add_endpoint(&rig, port, 5000);
    start_rig(&rig);
    h = await_verdict(&rig, port, 0);
    ck_assert_int_eq(h.state, LLMREG_HEALTH_HEALTHY);
    ck_assert_uint_lt(h.total_us, 250000);
    ck_assert_ptr_null(problem_of(&rig, &row, port));
    close_rig(&rig);
}
END_TEST

START_TEST(the_hung_do_not_delay_the_healthy)
{
    struct rig rig;
    int mode = WIRE_HANG;
    uint16_t port = 0;
    int64_t before_ms = 0;

    open_rig(&rig);
    rig.setup.max_concurrent = 8;
    rig.setup.timeout_ns = 400 * MS;
    for (int i = 0; i < 40; i++)
        add_endpoint(&rig, wire_listen(rig.wire, play_mode, &mode), 500);
    port = wire_listen(rig.wire, play_row, &well);
    start_rig(&rig);
    await_requests(&rig, 60);
    add_endpoint(&rig, port, 500);
    before_ms = await_verdict(&rig, port, 0).checked_ms;
    for (int i = 0; i < 4; i++) {
        int64_t at_ms = await_verdict(&rig, port, before_ms).checked_ms;

        ck_assert_int_lt(at_ms - before_ms, 800);
        before_ms = at_ms;
    }
    ck_assert_uint_gt(atomic_load(&rig.lines), 0);
    close_rig(&rig);
}
END_TEST

/* ---- credentials ---- */

static struct reply play_guard(void *ctx, const char *path, const char *request)
{
    if (strstr(request, "\r\nAuthorization: Bearer sesame\r\n") == NULL ||
        strstr(request, "\r\nX-Tenant: blue\r\n") == NULL)
        return (struct reply){.status = 401, .type = "text/plain"};
    return expected_reply(ctx, path);
}

START_TEST(headers_and_a_token_that_changed_are_sent)
{
    struct rig rig;
    char *headers[] = {(char[]){"X-Tenant: blue"}};
    struct access access = {.verify_peer = true,
                            .verify_host = true,
                            .headers = headers,
                            .nheaders = 1};
    struct llmreg_health h;
    uint16_t port = 0;

    open_rig(&rig);
    ck_assert_int_eq(secrets_add(rig.secrets, "/t", &access.token), LLMREG_OK);
    ck_assert_int_eq(secrets_set(rig.secrets, 0, "wrong", 5), LLMREG_OK);
    port = wire_listen(rig.wire, play_guard, &well);
    id_of(port, access.id);
    rig.access = (struct access_list){.items = &access, .count = 1};
    add_endpoint(&rig, port, 100);
    start_rig(&rig);
    h = await_verdict(&rig, port, 0);
    ck_assert_int_eq(h.reason, LLMREG_REASON_AUTH);
    ck_assert_int_eq(secrets_set(rig.secrets, 0, "sesame", 6), LLMREG_OK);
    while (h.reason == LLMREG_REASON_AUTH)
        h = await_verdict(&rig, port, h.checked_ms);
    ck_assert_int_eq(h.reason, LLMREG_REASON_OK);
    close_rig(&rig);
}
END_TEST

static struct reply play_plain(void *ctx, const char *path, const char *request)
{
    static const char *const never[] = {
        "\r\nAuthorization:", "\r\nOrigin:", "\r\nAccept-Encoding:",
        "\r\nCookie:", "\r\nExpect:"};

    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (strcasestr(request, never[i]) != NULL)
            return (struct reply){.status = 418, .type = "text/plain"};
    return expected_reply(ctx, path);
}

START_TEST(nothing_is_sent_that_was_not_asked_for)
{
    struct rig rig;
    uint16_t port = 0;
    struct expected row = {.file = "ollama/show_completion.json",
                           .route = "show",
                           .version = "0.5.7",
                           .type = "application/json",
                           .reason = "ok",
                           .check = "context_max@m:latest=2048",
                           .status = 200,
                           .seen = 200,
                           .kept = 1};

    open_rig(&rig);
    port = wire_listen(rig.wire, play_plain, &row);
    add_endpoint(&rig, port, 10000);
    start_rig(&rig);
    ck_assert_ptr_null(problem_of(&rig, &row, port));
    close_rig(&rig);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("probe");
    TCase *wire = tcase_create("wire");
    TCase *engine = tcase_create("engine");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    if (!expected_load(&table))
        return EXIT_FAILURE;
    tcase_set_timeout(wire, 120);
    tcase_set_timeout(engine, 60);
    tcase_add_test(wire, every_payload_means_the_same_over_the_wire);
    tcase_add_loop_test(wire, every_show_means_the_same_over_the_wire, 0,
                        (int)table.count);
    tcase_add_loop_test(wire, an_answer_without_end_has_an_end, 0,
                        (int)(sizeof endless / sizeof endless[0]));
    tcase_add_test(engine, a_status_line_without_end_gets_a_verdict);
    tcase_add_test(engine, descriptors_are_raised_to_what_is_enough);
    tcase_add_test(engine, it_stops_within_a_second_while_servers_hang);
    tcase_add_test(engine, few_descriptors_mean_few_probes_at_once);
    tcase_add_test(engine, a_refused_connection_says_so);
    tcase_add_test(engine, a_connection_is_used_again);
    tcase_add_test(engine, a_new_endpoint_is_probed_at_once);
    tcase_add_test(engine, one_that_somebody_wants_probed_is_not_kept_waiting);
    tcase_add_test(engine, a_removed_endpoint_is_left_alone);
    tcase_add_test(engine,
                   a_disabled_endpoint_is_not_probed_until_it_is_enabled);
    tcase_add_test(engine, a_hung_ps_changes_no_verdict_and_loses_no_model);
    tcase_add_test(engine, the_hung_do_not_delay_the_healthy);
    tcase_add_test(engine, headers_and_a_token_that_changed_are_sent);
    tcase_add_test(engine, nothing_is_sent_that_was_not_asked_for);
    suite_add_tcase(s, wire);
    suite_add_tcase(s, engine);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    expected_free(&table);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
