/* SPDX-License-Identifier: MIT */
/* test_plugin.c - the real plugin.c, from its configuration to its shutdown,
 * in a fake collectd, against a scripted server. */
#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <llmreg/service.h>

#include "tests/support/fake_collectd.h"
#include "tests/support/wire.h"

#define P "llm_probe"

void module_register(void);

static char dir[64];

static void open_world(void)
{
    fake_reset();
    llmreg_service_reset();
    snprintf(dir, sizeof dir, "/tmp/llmreg-plugin-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    module_register();
}

static const char *in_dir(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static void close_world(void)
{
    static const char *const names[] = {"registry/registry.db",
                                        "registry/registry.db-wal",
                                        "registry/registry.db-shm",
                                        "registry/registry.lock",
                                        "eps.json",
                                        "token"};

    ck_assert_int_eq(fake_shutdown(P), 0);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(in_dir(names[i]));
    rmdir(in_dir("registry"));
    rmdir(dir);
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(in_dir(name), "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

/* Every @ in text becomes word. */
static void expand(char out[static 4096], const char *text, const char *word)
{
    size_t len = 0;

    for (; *text != '\0'; text++)
        len += (size_t)snprintf(out + len, 4096 - len, "%.*s",
                                *text == '@' ? (int)strlen(word) : 1,
                                *text == '@' ? word : text);
}

/* DataDir in front of the text; @ in the text is the directory. */
static void configure(const char *text)
{
    char whole[4096];
    char block[4096];

    snprintf(whole, sizeof whole,
             "<Registry>\nDataDir \"@/registry\"\n</Registry>\n%s", text);
    expand(block, whole, dir);
    ck_assert_int_eq(fake_config(P, block), 0);
}

/* ---- mistakes ---- */

static const struct {
    const char *text, *words[3];
} mistakes[] = {
    {"Intervall 30\n", {"<Plugin llm_probe>", "Intervall", "EndpointFile"}},
    {"Interval \"x\"\n", {"<Plugin llm_probe>", "Interval", "3600"}},
    {"Interval 0\n", {"Interval", "0", "3600"}},
    {"Timeout 61\n", {"Timeout", "61", "0.05"}},
    {"Interval 4\nTimeout 5\n", {"Timeout", "5", "Interval"}},
    {"MaxConcurrent 4097\n", {"MaxConcurrent", "4097", "4096"}},
    {"MaxConcurrent 1.5\n", {"MaxConcurrent", "1.5", ""}},
    {"<Endpoint>\nURL \"http://a\"\n</Endpoint>\n", {"<Endpoint>", "127", ""}},
    {"<Endpoint \"a\">\n</Endpoint>\n",
     {"<Endpoint \"a\">: URL: is missing", "http://", "Nothing is probed"}},
    {"<Endpoint \"a\">\nURL \"gopher://a\"\n</Endpoint>\n",
     {"<Endpoint \"a\">", "URL", "gopher://a"}},
    {"<Endpoint \"a\">\nURL \"http://a\"\nKind \"vllm\"\n</Endpoint>\n",
     {"<Endpoint \"a\">", "vllm", "ollama"}},
    {"<Endpoint \"a\">\nURL \"http://a\"\nPriority 1001\n</Endpoint>\n",
     {"<Endpoint \"a\">", "Priority", "1000"}},
    {"<Endpoint \"a\">\nURL \"http://a\"\nColour 1\n</Endpoint>\n",
     {"<Endpoint \"a\">", "Colour", "Label"}},
    {"<Endpoint \"a\">\nURL \"http://a\"\nCACert "
     "\"/nowhere/ca\"\n</Endpoint>\n",
     {"<Endpoint \"a\">", "CACert", "/nowhere/ca"}},
    {"<Endpoint \"a\">\nURL \"http://a\"\nHeader \"x\"\n</Endpoint>\n",
     {"<Endpoint \"a\">", "Header", "Name: value"}},
    {"<Endpoint \"a\">\nURL \"http://a\"\nLabel \"x\"\n</Endpoint>\n",
     {"<Endpoint \"a\">", "Label", "value"}},
    {"<Endpoint \"a\">\nURL \"http://a\"\nTimeout 31\n</Endpoint>\n",
     {"<Endpoint \"a\">", "Timeout", "31"}},
    {"<Endpoint \"a\">\nURL \"http://a\"\nBearerTokenFile \"@/none\"\n"
     "</Endpoint>\n",
     {"<Endpoint \"a\">: BearerTokenFile", "/none", "No such file"}},
    {"<Endpoint \"fleet\">\nURL \"http://a\"\n</Endpoint>\n",
     {"<Endpoint \"fleet\">", "name", ""}},
    {"<Endpoint \"a\">\nURL \"http://h:1\"\n</Endpoint>\n"
     "<Endpoint \"b\">\nURL \"http://H:1/\"\n</Endpoint>\n",
     {"<Endpoint \"a\">", "<Endpoint \"b\">", "h:1"}},
    {"<Endpoint \"a\">\nURL \"http://h:1\"\n</Endpoint>\n"
     "<Endpoint \"a\">\nURL \"http://h:2\"\n</Endpoint>\n",
     {"<Endpoint \"a\">", "name", ""}},
    {"EndpointFile \"@/none.json\"\n",
     {"EndpointFile", "none.json", "No such file"}},
    {"EndpointFile \"relative.json\"\n", {"EndpointFile", "relative", ""}},
    {"<Registry>\nDataDyr \"x\"\n</Registry>\n",
     {"<Registry>", "DataDyr", "DataDir"}},
    {"<Registry>\n<Alert \"vram_high\">\nThreshold 95\n</Alert>\n"
     "</Registry>\n",
     {"<Registry>", "Alert \"vram_high\": Threshold 95", "0.99 ratio"}},
    {"<Registry>\n<Alert \"vram\">\nAfter 5\n</Alert>\n</Registry>\n",
     {"Alert \"vram\"", "no such rule", "vram_high"}},
};

START_TEST(a_mistake_is_one_error_line_and_the_daemon_lives_on)
{
    int status = 0;

    open_world();
    configure(mistakes[_i].text);
    ck_assert_uint_eq(fake_log_count('E', ""), 0);
    ck_assert_int_eq(fake_init(P), 0);
    ck_assert_uint_eq(fake_log_count('E', ""), 1);
    for (int w = 0; w < 3 && mistakes[_i].words[w] != NULL; w++)
        ck_assert_msg(strstr(fake_log_last('E'), mistakes[_i].words[w]) != NULL,
                      "\"%s\" does not say %s", fake_log_last('E'),
                      mistakes[_i].words[w]);
    ck_assert(!fake_read(P, &status));
    ck_assert_int_ne(access(in_dir("registry"), F_OK), 0);
    close_world();
}
END_TEST

START_TEST(the_first_mistake_is_kept_over_blocks)
{
    open_world();
    configure("Interval 0\n");
    configure("Timeout 0\n");
    ck_assert_int_eq(fake_init(P), 0);
    ck_assert_uint_eq(fake_log_count('E', "Interval"), 1);
    ck_assert_uint_eq(fake_log_count('E', ""), 1);
    close_world();
}
END_TEST

START_TEST(a_wrong_endpoint_file_is_named_with_its_place)
{
    open_world();
    write_file("eps.json", "[{\"targets\":[\"a\"]},{\"targets\":[\"b:0\"]}]");
    configure("EndpointFile \"@/eps.json\"\n");
    ck_assert_int_eq(fake_init(P), 0);
    ck_assert_uint_eq(fake_log_count('E', "eps.json: group 2"), 1);
    close_world();
}
END_TEST

/* ---- a life ---- */

static int alive = 1; /* what the script answers */

static struct expected well = {.file = "ollama/tags.json",
                               .route = "tags",
                               .version = "0.33.0",
                               .type = "application/json",
                               .status = 200};

static struct reply play(void *ctx, const char *path, const char *request)
{
    (void)request;
    if (__atomic_load_n(&alive, __ATOMIC_SEQ_CST) == 0)
        return (struct reply){.status = WIRE_CLOSE};
    return expected_reply(ctx, path);
}

/* Reads until there is such a value; every read must succeed. */
static bool await_value(const char *instance, const char *name,
                        struct fake_value *out)
{
    int status = 0;

    for (int i = 0; i < 2000; i++) {
        ck_assert(fake_read(P, &status));
        ck_assert_int_eq(status, 0);
        if (fake_value_find(instance, name, out))
            return true;
        poll(NULL, 0, 5);
    }
    return false;
}

static bool await_notification(size_t n, struct fake_notification *out)
{
    for (int i = 0; i < 2000; i++) {
        if (fake_notification_at(n, out))
            return true;
        poll(NULL, 0, 5);
    }
    return false;
}

/* A server; @ in text becomes its port. */
static struct wire *open_server(char out[static 4096], const char *text)
{
    struct wire *w = wire_open();
    char port[8];

    alive = 1;
    snprintf(port, sizeof port, "%u", (unsigned)wire_listen(w, play, &well));
    expand(out, text, port);
    wire_start(w);
    return w;
}

START_TEST(series_go_out_with_names_time_and_interval)
{
    char config[4096];
    struct fake_value v;
    struct wire *w = NULL;

    open_world();
    w = open_server(config, "Interval 1\n<Endpoint \"gpu one\">\n"
                            "URL \"http://127.0.0.1:@\"\n"
                            "Host \"rack1\"\n</Endpoint>\n");
    configure(config);
    ck_assert_int_eq(fake_init(P), 0);
    ck_assert_uint_eq(fake_log_count('E', ""), 0);
    ck_assert_double_eq(fake_read_interval(P), 1.0);
    ck_assert(await_value("fleet", "count-endpoints_healthy", &v));
    ck_assert_str_eq(v.host, "");
    ck_assert(await_value("gpu_one-4db85158", "bool-up", &v));
    ck_assert_str_eq(v.host, "rack1");
    ck_assert_str_eq(v.plugin, P);
    ck_assert_double_eq(v.value, 1.0);
    ck_assert_double_eq(v.interval, 1.0);
    ck_assert_double_gt(v.time, 1.7e9);
    close_world();
    wire_close(w);
}
END_TEST

START_TEST(a_death_is_told_once_and_the_return_too)
{
    char config[4096];
    struct fake_notification n;
    struct wire *w = NULL;

    open_world();
    w = open_server(config, "Interval 1\n<Endpoint \"gpu1\">\n"
                            "URL \"http://127.0.0.1:@\"\n</Endpoint>\n");
    configure(config);
    ck_assert_int_eq(fake_init(P), 0);
    while (wire_requests(w) < 3)
        poll(NULL, 0, 5);
    __atomic_store_n(&alive, 0, __ATOMIC_SEQ_CST);
    ck_assert(await_notification(0, &n));
    ck_assert_int_eq(n.severity, 1);
    ck_assert_str_eq(n.plugin, P);
    ck_assert_str_eq(n.plugin_instance, "gpu1");
    ck_assert_str_eq(n.type, "bool");
    ck_assert_ptr_nonnull(strstr(n.meta, "reason=refused"));
    __atomic_store_n(&alive, 1, __ATOMIC_SEQ_CST);
    ck_assert(await_notification(1, &n));
    ck_assert_int_eq(n.severity, 4);
    ck_assert_uint_eq(fake_notification_count(), 2);
    close_world();
    wire_close(w);
}
END_TEST

START_TEST(an_endpoint_file_adds_and_takes_endpoints_while_running)
{
    char text[4096];
    struct fake_value v;
    struct wire *w = NULL;

    open_world();
    w = open_server(text, "[{\"targets\":[\"127.0.0.1:@\"]}]");
    write_file("eps.json", "[]");
    configure("Interval 1\nEndpointFile \"@/eps.json\"\n");
    ck_assert_int_eq(fake_init(P), 0);
    ck_assert(await_value("fleet", "count-endpoints_healthy", &v));
    ck_assert_double_eq(v.value, 0.0);
    write_file("eps.json", text);
    while (v.value < 0.5)
        ck_assert(await_value("fleet", "count-endpoints_healthy", &v));
    write_file("eps.json", "[{]");
    while (fake_log_count('E', "eps.json") == 0)
        poll(NULL, 0, 5);
    ck_assert(await_value("fleet", "count-endpoints_healthy", &v));
    ck_assert_double_eq(v.value, 1.0);
    write_file("eps.json", "[]");
    while (v.value > 0.5)
        ck_assert(await_value("fleet", "count-endpoints_healthy", &v));
    close_world();
    wire_close(w);
}
END_TEST

START_TEST(what_a_block_names_wins_over_a_file)
{
    open_world();
    write_file("eps.json", "[{\"targets\":[\"127.0.0.1:1\"]}]");
    configure("Interval 1\nEndpointFile \"@/eps.json\"\n"
              "<Endpoint \"mine\">\nURL \"http://127.0.0.1:1\"\n"
              "</Endpoint>\n");
    ck_assert_int_eq(fake_init(P), 0);
    ck_assert_uint_eq(fake_log_count('N', "eps.json"), 1);
    ck_assert_uint_eq(fake_log_count('N', "127.0.0.1:1"), 1);
    close_world();
}
END_TEST

START_TEST(without_any_block_it_runs_with_what_the_registry_knows)
{
    open_world();
    configure("");
    ck_assert_int_eq(fake_init(P), 0);
    ck_assert_uint_eq(fake_log_count('E', ""), 0);
    close_world();
    ck_assert_int_eq(fake_shutdown(P), 0);
}
END_TEST

START_TEST(no_token_is_ever_logged)
{
    open_world();
    write_file("token", "sesame-open\n");
    configure("Interval 1\n<Endpoint \"a\">\nURL \"http://127.0.0.1:1\"\n"
              "BearerTokenFile \"@/token\"\n</Endpoint>\n");
    ck_assert_int_eq(fake_init(P), 0);
    ck_assert_uint_eq(fake_log_count('E', ""), 0);
    write_file("token", "two words\n");
    while (fake_log_count('E', "/token") == 0)
        poll(NULL, 0, 5);
    for (const char *c = "EWNI"; *c != '\0'; c++) {
        ck_assert_uint_eq(fake_log_count(*c, "sesame"), 0);
        ck_assert_uint_eq(fake_log_count(*c, "two words"), 0);
    }
    close_world();
}
END_TEST

int main(void)
{
    Suite *s = suite_create("plugin");
    TCase *config = tcase_create("config");
    TCase *life = tcase_create("life");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_loop_test(config,
                        a_mistake_is_one_error_line_and_the_daemon_lives_on, 0,
                        (int)(sizeof mistakes / sizeof mistakes[0]));
    tcase_add_test(config, the_first_mistake_is_kept_over_blocks);
    tcase_add_test(config, a_wrong_endpoint_file_is_named_with_its_place);
    tcase_set_timeout(life, 60);
    tcase_add_test(life, series_go_out_with_names_time_and_interval);
    tcase_add_test(life, a_death_is_told_once_and_the_return_too);
    tcase_add_test(life,
                   an_endpoint_file_adds_and_takes_endpoints_while_running);
    tcase_add_test(life, what_a_block_names_wins_over_a_file);
    tcase_add_test(life,
                   without_any_block_it_runs_with_what_the_registry_knows);
    tcase_add_test(life, no_token_is_ever_logged);
    suite_add_tcase(s, config);
    suite_add_tcase(s, life);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
