/* SPDX-License-Identifier: MIT */
/* test_listen_config.c - what the options of the listener become, and which
 * combinations nobody may be left alone with. */
#include "plugins/llm_listen/config.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include <llmreg/clock.h>

#include "plugins/llm_listen/dialects/dialects.h"
#include "plugins/llm_listen/observe_facts.h"

#define S LLMREG_NS_PER_S

#define TEXT(s)                                                                \
    {                                                                          \
        .type = LLMREG_VALUE_STRING, .string = (s)                             \
    }
#define NUMBER(n)                                                              \
    {                                                                          \
        .type = LLMREG_VALUE_NUMBER, .number = (n)                             \
    }
#define TRUTH(b)                                                               \
    {                                                                          \
        .type = LLMREG_VALUE_BOOL, .truth = (b)                                \
    }

/* One option with up to two values, as the tables of tests write it. */
struct line {
    const char *key;
    struct llmreg_value values[2];
    size_t nvalues;
};

static struct llmreg_item items[24], listens[4];

static size_t fill(struct llmreg_item *out, const struct line *lines)
{
    size_t n = 0;

    for (; lines != NULL && lines[n].key != NULL; n++)
        out[n] = (struct llmreg_item){.key = lines[n].key,
                                      .values = lines[n].values,
                                      .nvalues = lines[n].nvalues};
    return n;
}

static struct config *read_plugin(const struct line *lines)
{
    struct config *c = NULL;
    struct llmreg_item block = {.key = "Plugin", .children = items};

    block.nchildren = fill(items, lines);
    ck_assert_int_eq(config_new(&c), LLMREG_OK);
    config_block(c, &block);
    return c;
}

/* One <Listen name> with these lines. */
static struct config *read_listen(const struct llmreg_value *name,
                                  const struct line *lines)
{
    struct config *c = NULL;
    struct llmreg_item block = {
        .key = "Plugin", .children = listens, .nchildren = 1};

    listens[0] = (struct llmreg_item){
        .key = "Listen", .values = name, .nvalues = 1, .children = items};
    listens[0].nchildren = fill(items, lines);
    ck_assert_int_eq(config_new(&c), LLMREG_OK);
    config_block(c, &block);
    return c;
}

static void finish(struct config *c)
{
    struct llmreg_error err = {.text = ""};

    ck_assert_msg(config_finish(c, &err) == LLMREG_OK, "%s", err.text);
}

START_TEST(without_options_only_this_machine_can_call)
{
    struct config *c = read_plugin(NULL);

    finish(c);
    ck_assert_uint_eq(c->ndoors, 1);
    ck_assert_int_eq(c->doors[0].kind, DOOR_TCP);
    ck_assert_str_eq(c->doors[0].host, "127.0.0.1");
    ck_assert_uint_eq(c->doors[0].port, CONFIG_PORT);
    ck_assert(!c->doors[0].allow_anonymous_write);
    ck_assert_int_eq(c->options.heartbeat_ns, 30 * S);
    ck_assert_int_eq(c->options.probe_ns, 30 * S);
    ck_assert_int_eq(c->options.connections, 4096);
    ck_assert_int_eq(c->options.connections_each, 64);
    ck_assert_int_eq(c->options.streams, 256);
    ck_assert_int_eq(c->options.streams_each, 8);
    ck_assert_int_eq(c->options.endpoints_each, 64);
    ck_assert_uint_eq(c->dialects, 0);
    config_free(c);
}
END_TEST

START_TEST(every_option_arrives)
{
    static const struct line lines[] = {
        {"TokenFile", {TEXT("/etc/tokens")}, 1},
        {"HeartbeatInterval", {NUMBER(10)}, 1},
        {"ProbeInterval", {NUMBER(20)}, 1},
        {"MaxConnections", {NUMBER(100)}, 1},
        {"MaxConnectionsPerAddress", {NUMBER(11)}, 1},
        {"MaxStreams", {NUMBER(12)}, 1},
        {"MaxStreamsPerAddress", {NUMBER(13)}, 1},
        {"Threads", {NUMBER(3)}, 1},
        {"TokenRate", {NUMBER(1.5)}, 1},
        {"AddressRate", {NUMBER(2.5)}, 1},
        {"FailureRate", {NUMBER(14)}, 1},
        {"NewHosts", {NUMBER(15)}, 1},
        {"EndpointsPerAgent", {NUMBER(16)}, 1},
        {"GPUSeries", {NUMBER(4)}, 1},
        {"MaxObserved", {NUMBER(17)}, 1},
        {"ObserveSelf", {TRUTH(true)}, 1},
        {"Observe", {TEXT("cpu"), TEXT("memory")}, 2},
        {"Observe", {TEXT("gpu_nvidia")}, 1},
        {"AllowHost", {TEXT("hub.example"), TEXT("hub")}, 2},
        {"Dialect", {TEXT("optiinfra")}, 1},
        {.key = NULL},
    };
    struct config *c = read_plugin(lines);
    const struct config_options *o = &c->options;

    finish(c);
    ck_assert_str_eq(o->token_file, "/etc/tokens");
    ck_assert_int_eq(o->heartbeat_ns, 10 * S);
    ck_assert_int_eq(o->probe_ns, 20 * S);
    ck_assert_int_eq(o->connections, 100);
    ck_assert_int_eq(o->connections_each, 11);
    ck_assert_int_eq(o->streams, 12);
    ck_assert_int_eq(o->streams_each, 13);
    ck_assert_int_eq(o->threads, 3);
    ck_assert_double_eq(o->token_rate, 1.5);
    ck_assert_double_eq(o->address_rate, 2.5);
    ck_assert_double_eq(o->failures, 14);
    ck_assert_double_eq(o->new_hosts, 15);
    ck_assert_int_eq(o->endpoints_each, 16);
    ck_assert_int_eq(o->gpus, 4);
    ck_assert_int_eq(o->observed, 17);
    ck_assert(o->observe_self);
    ck_assert_uint_eq(c->sources, 1u << OBSERVE_CPU | 1u << OBSERVE_MEMORY |
                                      1u << OBSERVE_GPU);
    ck_assert_uint_eq(c->dialects, DIALECT_BIT(OPTIINFRA));
    ck_assert_uint_eq(c->hosts.count, 2);
    ck_assert_str_eq(c->hosts.items[1], "hub");
    config_free(c);
}
END_TEST

START_TEST(every_option_of_a_door_arrives)
{
    static const struct llmreg_value name = TEXT("192.0.2.7");
    static const struct line lines[] = {
        {"Port", {NUMBER(9000)}, 1},
        {"TLSCert", {TEXT("/c.pem")}, 1},
        {"TLSKey", {TEXT("/k.pem")}, 1},
        {"ClientCA", {TEXT("/ca.pem")}, 1},
        {"AllowAgentsFrom", {TEXT("10.0.0.0/8"), TEXT("fd00::/8")}, 2},
        {"AllowAgentsFrom", {TEXT("192.0.2.1")}, 1},
        {"AutoApprove", {TRUTH(true)}, 1},
        {.key = NULL},
    };
    struct config *c = read_listen(&name, lines);
    const struct http_door *d = c->doors;

    finish(c);
    ck_assert_uint_eq(c->ndoors, 1);
    ck_assert_str_eq(d->host, "192.0.2.7");
    ck_assert_uint_eq(d->port, 9000);
    ck_assert_str_eq(d->cert, "/c.pem");
    ck_assert_str_eq(d->key, "/k.pem");
    ck_assert_str_eq(d->client_ca, "/ca.pem");
    ck_assert(d->auto_approve);
    ck_assert_uint_eq(d->nagents_from, 3);
    ck_assert(cidr_has(&d->agents_from[0], "10.1.2.3"));
    ck_assert(!cidr_has(&d->agents_from[2], "192.0.2.2"));
    config_free(c);
}
END_TEST

START_TEST(a_path_is_a_unix_socket)
{
    static const struct llmreg_value name = TEXT("/run/llmreg.sock");
    static const struct line lines[] = {
        {"Mode", {TEXT("0600")}, 1},
        {"Group", {TEXT("adm")}, 1},
        {"AllowAnonymousWrite", {TRUTH(true)}, 1},
        {.key = NULL},
    };
    struct config *c = read_listen(&name, lines);

    finish(c);
    ck_assert_int_eq(c->doors[0].kind, DOOR_UNIX);
    ck_assert_str_eq(c->doors[0].path, "/run/llmreg.sock");
    ck_assert_int_eq(c->doors[0].mode, 0600);
    ck_assert_str_eq(c->doors[0].group, "adm");
    ck_assert(c->doors[0].allow_anonymous_write);
    config_free(c);
}
END_TEST

START_TEST(a_socket_of_systemd_has_a_name)
{
    static const struct llmreg_value name = TEXT("systemd:llmreg");
    static const struct line lines[] = {
        {"AllowPlaintext", {TRUTH(true)}, 1},
        {.key = NULL},
    };
    struct config *c = read_listen(&name, lines);

    finish(c);
    ck_assert_int_eq(c->doors[0].kind, DOOR_SYSTEMD);
    ck_assert_str_eq(c->doors[0].path, "llmreg");
    config_free(c);
}
END_TEST

static const struct {
    struct llmreg_value name;
    struct line lines[3];
    const char *says; /* a part of the message */
} bad_doors[] = {
    {NUMBER(1), {{.key = NULL}}, "needs one address"},
    {TEXT("hub.example"), {{.key = NULL}}, "allowed is an IP address"},
    {TEXT("10.0.0.0/8"), {{.key = NULL}}, "allowed is an IP address"},
    {TEXT(""), {{.key = NULL}}, "allowed is an IP address"},
    {TEXT("192.0.2.7"), {{.key = NULL}}, "AllowPlaintext true"},
    {TEXT("*"), {{.key = NULL}}, "AllowPlaintext true"},
    {TEXT("0.0.0.0"), {{.key = NULL}}, "AllowPlaintext true"},
    {TEXT("::"), {{.key = NULL}}, "AllowPlaintext true"},
    {TEXT("systemd:x"), {{.key = NULL}}, "AllowPlaintext true"},
    {TEXT("*"),
     {{"AllowPlaintext", {TRUTH(true)}, 1},
      {"AllowAnonymousWrite", {TRUTH(true)}, 1}},
     "AllowAnonymousWrite: allowed only on a loopback"},
    {TEXT("127.0.0.1"), {{"TLSCert", {TEXT("/c")}, 1}}, "needs a TLSKey"},
    {TEXT("127.0.0.1"), {{"TLSKey", {TEXT("/k")}, 1}}, "needs a TLSKey"},
    {TEXT("127.0.0.1"), {{"ClientCA", {TEXT("/a")}, 1}}, "needs TLSCert"},
    {TEXT("/run/x"),
     {{"TLSCert", {TEXT("/c")}, 1}, {"TLSKey", {TEXT("/k")}, 1}},
     "a unix socket needs none"},
    {TEXT("/run/x"), {{"Mode", {TEXT("0800")}, 1}}, "\"0000\" to \"0777\""},
    {TEXT("127.0.0.1"), {{"Port", {NUMBER(0)}, 1}}, "1 to 65535"},
    {TEXT("127.0.0.1"), {{"Port", {NUMBER(65536)}, 1}}, "1 to 65535"},
    {TEXT("127.0.0.1"),
     {{"AllowAgentsFrom", {TEXT("10.0.0.1/8")}, 1}},
     "10.0.0.1/8"},
    {TEXT("127.0.0.1"),
     {{"AllowAgentsFrom", {NUMBER(10)}, 1}},
     "networks in quotes"},
    {TEXT("127.0.0.1"), {{"Prot", {NUMBER(10)}, 1}}, "AllowAgentsFrom"},
};

START_TEST(a_door_that_makes_no_sense_is_a_mistake)
{
    struct config *c = read_listen(&bad_doors[_i].name, bad_doors[_i].lines);
    struct llmreg_error err = {.text = ""};

    ck_assert_int_ne(config_finish(c, &err), LLMREG_OK);
    ck_assert_msg(strstr(err.text, bad_doors[_i].says) != NULL, "%s", err.text);
    ck_assert_msg(strstr(err.text, "<Listen") != NULL, "%s", err.text);
    config_free(c);
}
END_TEST

START_TEST(an_option_that_there_is_not_names_those_that_there_are)
{
    static const struct line lines[] = {
        {"Tread", {NUMBER(1)}, 1},
        {.key = NULL},
    };
    struct config *c = read_plugin(lines);
    struct llmreg_error err = {.text = ""};

    ck_assert_int_eq(config_finish(c, &err), LLMREG_ENOENT);
    ck_assert_ptr_nonnull(strstr(err.text, "Tread"));
    ck_assert_ptr_nonnull(strstr(err.text, "Threads"));
    ck_assert_ptr_nonnull(strstr(err.text, "<Listen>"));
    config_free(c);
}
END_TEST

static const struct {
    struct line lines[2];
    const char *says;
} bad_dialects[] = {
    {{{"Dialect", {TEXT("klingon")}, 1}},
     "allowed are \"optiinfra\" \"nexus\" "
     "\"thunderline\" \"agentcom\""},
    {{{"Dialect", {NUMBER(1)}, 1}},
     "allowed are \"optiinfra\" \"nexus\" "
     "\"thunderline\" \"agentcom\""},
    {{{"Dialect", {{.number = 0}}, 0}}, "needs names of dialects in quotes"},
};

START_TEST(a_dialect_that_there_is_not_names_those_that_there_are)
{
    struct config *c = read_plugin(bad_dialects[_i].lines);
    struct llmreg_error err = {.text = ""};

    ck_assert_int_eq(config_finish(c, &err), LLMREG_EINVAL);
    ck_assert_msg(strstr(err.text, bad_dialects[_i].says) != NULL, "%s",
                  err.text);
    config_free(c);
}
END_TEST

START_TEST(a_plugin_that_is_not_understood_names_those_that_are)
{
    static const struct line lines[] = {
        {"Observe", {TEXT("swap")}, 1},
        {.key = NULL},
    };
    struct config *c = read_plugin(lines);
    struct llmreg_error err = {.text = ""};

    ck_assert_int_eq(config_finish(c, &err), LLMREG_EINVAL);
    ck_assert_ptr_nonnull(strstr(err.text, "\"gpu_nvidia\""));
    config_free(c);
}
END_TEST

START_TEST(blocks_are_read_as_one_and_the_first_mistake_stays)
{
    static const struct line first[] = {{"Threads", {NUMBER(3)}, 1},
                                        {.key = NULL}};
    static const struct line second[] = {{"Threads", {NUMBER(4)}, 1},
                                         {.key = NULL}};
    struct config *c = read_plugin(first);
    struct llmreg_item block = {.key = "Plugin", .children = items};
    struct llmreg_error err = {.text = ""};

    block.nchildren = fill(items, second);
    config_block(c, &block);
    config_fail(c, LLMREG_ENOMEM);
    ck_assert_int_eq(config_finish(c, &err), LLMREG_EEXIST);
    ck_assert_ptr_nonnull(strstr(err.text, "Threads"));
    config_free(c);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("listen_config");
    TCase *t = tcase_create("listen_config");
    SRunner *runner = srunner_create(s);
    int failed = 0;

    tcase_add_test(t, without_options_only_this_machine_can_call);
    tcase_add_test(t, every_option_arrives);
    tcase_add_test(t, every_option_of_a_door_arrives);
    tcase_add_test(t, a_path_is_a_unix_socket);
    tcase_add_test(t, a_socket_of_systemd_has_a_name);
    tcase_add_loop_test(t, a_door_that_makes_no_sense_is_a_mistake, 0,
                        (int)(sizeof bad_doors / sizeof bad_doors[0]));
    tcase_add_test(t, an_option_that_there_is_not_names_those_that_there_are);
    tcase_add_loop_test(t,
                        a_dialect_that_there_is_not_names_those_that_there_are,
                        0, (int)(sizeof bad_dialects / sizeof bad_dialects[0]));
    tcase_add_test(t, a_plugin_that_is_not_understood_names_those_that_are);
    tcase_add_test(t, blocks_are_read_as_one_and_the_first_mistake_stays);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
