/* SPDX-License-Identifier: MIT */
/* test_http_socket.c - WebSockets over real sockets: peers that are friendly,
 * slow, silent or hostile. */
#include "plugins/llm_listen/http/socket.h"
#include "tests/support/http_world.h"
#include "tests/support/ws_client.h"

#include <check.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct world world;

static void set_up(void)
{
    world_open(&world);
    world_start(&world);
}

static void tear_down(void)
{
    world_close(&world);
}

static void restart_with(int64_t idle_ns, int64_t write_ns)
{
    world_stop(&world);
    world.setup.limits.socket_idle_ns = idle_ns;
    world.setup.limits.write_ns = write_ns;
    world_start(&world);
}

/* ---- the handshake ---- */

#define UP  "Upgrade: websocket\r\n"
#define CON "Connection: Upgrade\r\n"
#define V13 "Sec-WebSocket-Version: 13\r\n"
#define KEY "Sec-WebSocket-Key: " WS_KEY "\r\n"

static const struct {
    const char *line, *fields;
    int status;
} handshakes[] = {
    {"GET /socket HTTP/1.1", UP CON V13 KEY, 101},
    {"GET /socket HTTP/1.1", "upgrade: WebSocket\r\n" CON V13 KEY, 101},
    {"GET /socket HTTP/1.1", "Upgrade: h2c, websocket\r\n" CON V13 KEY, 101},
    {"GET /socket HTTP/1.1", UP "Connection: a,upgrade ,b\r\n" V13 KEY, 101},
    {"GET /socket HTTP/1.1", "", 426},
    {"GET /socket HTTP/1.1", CON V13 KEY, 426},
    {"GET /socket HTTP/1.1", "Upgrade: websockets\r\n" CON V13 KEY, 426},
    {"GET /socket HTTP/1.1", UP V13 KEY, 400},
    {"GET /socket HTTP/1.1", UP "Connection: keep-alive\r\n" V13 KEY, 400},
    {"GET /socket HTTP/1.1", UP CON KEY, 400},
    {"GET /socket HTTP/1.1", UP CON "Sec-WebSocket-Version: 8\r\n" KEY, 426},
    {"GET /socket HTTP/1.1", UP CON V13 V13 KEY, 400},
    {"GET /socket HTTP/1.1", UP CON V13, 400},
    {"GET /socket HTTP/1.1", UP CON V13 KEY KEY, 400},
    {"GET /socket HTTP/1.1", UP CON V13 "Sec-WebSocket-Key: short\r\n", 400},
    {"GET /socket HTTP/1.1",
     UP CON V13 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=!\r\n", 400},
    {"GET /socket HTTP/1.0", UP CON V13 KEY, 400},
    {"POST /socket HTTP/1.1", UP CON V13 KEY "Content-Length: 0\r\n", 400},
};

START_TEST(a_handshake_is_checked)
{
    struct client *c = client_open(world.port);
    struct answer a;
    char text[512];

    snprintf(text, sizeof text, "%s\r\nHost: 127.0.0.1\r\n%s\r\n",
             handshakes[_i].line, handshakes[_i].fields);
    ck_assert(client_say(c, text));
    client_read_head(c, &a);
    ck_assert_int_eq(a.status, handshakes[_i].status);
    client_close(c);
}
END_TEST

START_TEST(head_opens_no_socket)
{
    struct client *c = client_open(world.port);
    struct answer a;

    client_say(c, "HEAD /socket HTTP/1.1\r\nHost: 127.0.0.1\r\n" UP CON V13 KEY
                  "\r\n");
    client_read_head(c, &a);
    ck_assert_int_eq(a.status, 400);
    client_close(c);
}
END_TEST

/* ---- messages ---- */

START_TEST(messages_go_both_ways)
{
    struct client *c = ws_open(world.port, "/socket");

    for (int i = 0; i < 100; i++) {
        ws_say(c, "hello");
        ws_expect(c, "hello");
    }
    ws_say(c, "");
    ws_expect(c, "");
    client_close(c);
    world_await_ends(&world, 1);
    ck_assert_uint_eq(atomic_load(&world.left), 0);
}
END_TEST

START_TEST(what_comes_with_the_handshake_is_read)
{
    struct client *c = client_open(world.port);
    unsigned char bytes[600];
    struct answer a;
    size_t n = (size_t)snprintf(
        (char *)bytes, sizeof bytes,
        "GET /socket HTTP/1.1\r\nHost: 127.0.0.1\r\n" UP CON V13 KEY "\r\n");

    n += ws_frame(bytes + n, sizeof bytes - n, WS_TEXT, "early", 5);
    ck_assert(client_send(c, bytes, n));
    client_read_head(c, &a);
    ck_assert_int_eq(a.status, 101);
    ws_expect(c, "early");
    client_close(c);
}
END_TEST

START_TEST(fragments_become_one_message_and_a_ping_fits_between)
{
    struct client *c = ws_open(world.port, "/socket");
    struct ws_got got;

    ws_send(c, 0x01, "one ", 4);
    ws_send(c, WS_PING, "between", 7);
    ws_send(c, 0x00, "", 0);
    ws_send(c, WS_FIN, "two", 3);
    ws_read(c, &got);
    ck_assert_int_eq(got.first, WS_PONG);
    ck_assert_str_eq(got.text, "between");
    ws_expect(c, "one two");
    client_close(c);
}
END_TEST

START_TEST(a_held_message_lets_the_next_ones_wait)
{
    struct client *c = ws_open(world.port, "/socket");

    for (int i = 0; i < 2; i++) {
        ws_say(c, "hold");
        ws_say(c, "after");
    }
    world_await_held(&world, 1);
    world_release(&world);
    ws_expect(c, "released");
    ws_expect(c, "after");
    world_await_held(&world, 1);
    world_release(&world);
    ws_expect(c, "released");
    ws_expect(c, "after");
    client_close(c);
}
END_TEST

START_TEST(a_peer_may_go_while_it_is_held)
{
    struct client *c = ws_open(world.port, "/socket");

    ws_say(c, "hold");
    world_await_held(&world, 1);
    client_reset(c);
    world_await_ends(&world, 1);
    world_release(&world);
}
END_TEST

START_TEST(a_tick_comes)
{
    struct client *c = ws_open(world.port, "/socket");

    ws_say(c, "tick");
    ws_expect(c, "tick");
    client_close(c);
}
END_TEST

/* ---- closing ---- */

START_TEST(a_close_is_answered_and_its_code_is_known)
{
    struct client *c = ws_open(world.port, "/socket");

    ws_send(c, WS_CLOSE, "\x03\xe8shutdown", 10);
    ws_expect_close(c, 1000);
    client_close(c);
    world_await_ends(&world, 1);
    ck_assert_uint_eq(atomic_load(&world.left), 1000);
}
END_TEST

START_TEST(a_route_may_close)
{
    struct client *c = ws_open(world.port, "/socket");

    ws_say(c, "close");
    ws_say(c, "more");
    ws_expect_close(c, 1008);
    client_close(c);
}
END_TEST

START_TEST(who_is_silent_is_asked_and_then_closed)
{
    struct client *c;
    struct ws_got got;

    restart_with(300 * LLMREG_NS_PER_MS, 30 * LLMREG_NS_PER_S);
    c = ws_open(world.port, "/socket");
    ws_read(c, &got);
    ck_assert_int_eq(got.first, WS_PING);
    ws_expect_close(c, 1001);
    client_close(c);
}
END_TEST

START_TEST(who_answers_pings_stays)
{
    struct client *c;
    struct ws_got got;

    restart_with(600 * LLMREG_NS_PER_MS, 30 * LLMREG_NS_PER_S);
    c = ws_open(world.port, "/socket");
    for (int i = 0; i < 3; i++) {
        ws_read(c, &got);
        ck_assert_int_eq(got.first, WS_PING);
        ws_send(c, WS_PONG, "", 0);
    }
    client_close(c);
}
END_TEST

START_TEST(the_server_stops_with_sockets_open)
{
    struct client *c[5];

    for (int i = 0; i < 5; i++)
        c[i] = ws_open(world.port, "/socket");
    ws_say(c[0], "hold");
    world_await_held(&world, 1);
    ws_say(c[1], "flood");
    ws_send(c[2], 0x01, "half", 4);
    poll(NULL, 0, 50);
    world_stop(&world);
    for (int i = 2; i < 5; i++)
        ws_expect_close(c[i], 1001);
    for (int i = 0; i < 5; i++)
        client_close(c[i]);
}
END_TEST

/* ---- news ---- */

static struct client *listener(void)
{
    struct client *c = ws_open(world.port, "/socket");

    ws_say(c, "listen");
    ws_say(c, "heard");
    ws_expect(c, "heard");
    return c;
}

/* Bytes of a text that comes in fragments; 0: the connection ended. */
static size_t read_large(struct client *c)
{
    static struct ws_got got;
    size_t len = 0;
    bool last = false;

    while (!last) {
        ws_read(c, &got);
        if (got.first < 0)
            return 0;
        if ((got.first & 0x0f) > 1)
            continue;
        ck_assert_int_eq(got.first & 0x0f, len == 0 ? 1 : 0);
        last = (got.first & WS_FIN) != 0;
        len += got.len;
    }
    return len;
}

START_TEST(all_that_listen_hear_news_and_no_others)
{
    struct client *other = ws_open(world.port, "/socket");
    struct client *c[3];

    for (int i = 0; i < 3; i++)
        c[i] = listener();
    world_publish(&world, "news");
    for (int i = 0; i < 3; i++)
        ws_expect(c[i], "news");
    ws_say(other, "nothing");
    ws_expect(other, "nothing");
    client_close(c[0]);
    world_await_ends(&world, 1);
    world_publish(&world, "more");
    for (int i = 1; i < 3; i++) {
        ws_expect(c[i], "more");
        client_close(c[i]);
    }
    client_close(other);
}
END_TEST

START_TEST(what_was_said_before_is_heard_at_once)
{
    struct client *c;

    world_publish(&world, "before");
    c = ws_open(world.port, "/socket");
    ws_say(c, "listen");
    ws_expect(c, "before");
    client_close(c);
}
END_TEST

START_TEST(much_news_in_a_moment_is_one)
{
    struct client *c = listener();
    const unsigned before = atomic_load(&world.news);
    char text[16];

    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "%d", i);
        world_publish(&world, text);
    }
    for (struct ws_got got = {.first = 0}; strcmp(got.text, "999") != 0;)
        ws_read(c, &got);
    ck_assert_uint_lt(atomic_load(&world.news) - before, 20);
    client_close(c);
}
END_TEST

START_TEST(who_hears_slowly_hears_less_and_the_newest)
{
    struct client *c = listener();

    for (int i = 0; i < 12; i++) {
        world_publish(&world, "large");
        poll(NULL, 0, HTTP_NEWS_MS);
    }
    ck_assert_uint_le(atomic_load(&world.shares), 2);
    world_publish(&world, "newest");
    while (read_large(c) == 16 << 20)
        continue;
    ck_assert_uint_le(atomic_load(&world.shares), 3);
    ws_say(c, "still here");
    ws_expect(c, "still here");
    client_close(c);
}
END_TEST

START_TEST(a_ping_is_answered_within_a_long_text)
{
    struct client *c = listener();
    struct ws_got got;

    world_publish(&world, "large");
    ws_read(c, &got);
    ck_assert_int_eq(got.first, 0x01);
    ws_send(c, WS_PING, "there?", 6);
    while (got.first != WS_PONG) {
        ck_assert_uint_eq((unsigned)got.first & WS_FIN, 0);
        ws_read(c, &got);
    }
    ck_assert_str_eq(got.text, "there?");
    client_close(c);
}
END_TEST

START_TEST(who_listens_and_reads_nothing_is_cut_off)
{
    struct client *c;

    restart_with(60 * LLMREG_NS_PER_S, 300 * LLMREG_NS_PER_MS);
    c = listener();
    for (int i = 0; i < 4; i++) {
        world_publish(&world, "large");
        poll(NULL, 0, HTTP_NEWS_MS);
    }
    world_await_ends(&world, 1);
    client_close(c);
}
END_TEST

START_TEST(a_listener_may_hold_and_hears_after_it)
{
    struct client *c = listener();

    ws_say(c, "hold");
    world_await_held(&world, 1);
    world_publish(&world, "while held"); /* releases it, too */
    ws_expect(c, "released");
    ws_expect(c, "while held");
    client_close(c);
}
END_TEST

START_TEST(the_server_stops_with_listeners_that_read_nothing)
{
    struct client *c[8];
    int64_t begin_ns;

    for (int i = 0; i < 8; i++)
        c[i] = listener();
    for (int i = 0; i < 4; i++) {
        world_publish(&world, "large");
        poll(NULL, 0, HTTP_NEWS_MS);
    }
    begin_ns = llmreg_clock_now(&llmreg_clock_system).mono_ns;
    world_stop(&world);
    ck_assert_int_lt(llmreg_clock_now(&llmreg_clock_system).mono_ns - begin_ns,
                     10 * LLMREG_NS_PER_S);
    for (int i = 0; i < 8; i++)
        client_close(c[i]);
}
END_TEST

START_TEST(what_is_said_before_a_close_arrives)
{
    struct client *c = ws_open(world.port, "/socket");

    ws_say(c, "bye");
    ws_expect(c, "bye");
    ws_expect_close(c, 1008);
    client_close(c);
}
END_TEST

/* ---- hostile peers ---- */

static char zeros[70000];

static void send_unmasked(struct client *c)
{
    client_send(c, "\x81\x02hi", 4);
}

static void send_reserved_bit(struct client *c)
{
    ws_send(c, WS_TEXT | 0x40, "hi", 2);
}

static void send_other_reserved_bits(struct client *c)
{
    ws_send(c, WS_TEXT | 0x30, "hi", 2);
}

static void send_compressed(struct client *c)
{
    ws_send(c, WS_TEXT | 0x40, "\xca\xc8\x04\x00", 4);
}

static void send_reserved_control(struct client *c)
{
    ws_send(c, 0x8b, "hi", 2);
}

static void send_reserved_opcode(struct client *c)
{
    ws_send(c, 0x83, "hi", 2);
}

static void send_continuation_of_nothing(struct client *c)
{
    ws_send(c, WS_FIN, "hi", 2);
}

static void send_two_beginnings(struct client *c)
{
    ws_send(c, 0x01, "hi", 2);
    ws_send(c, WS_TEXT, "hi", 2);
}

static void send_long_ping(struct client *c)
{
    ws_send(c, WS_PING, zeros, 126);
}

static void send_long_pong(struct client *c)
{
    ws_send(c, WS_PONG, zeros, 126);
}

static void send_long_close(struct client *c)
{
    char text[126] = "\x03\xe8";

    ws_send(c, WS_CLOSE, text, sizeof text);
}

static void send_ping_of_64_kb(struct client *c)
{
    ws_send(c, WS_PING, zeros, 65536);
}

static void send_ping_in_pieces(struct client *c)
{
    ws_send(c, 0x09, "hi", 2);
}

static void send_length_of_63_bits(struct client *c)
{
    client_send(c, "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff", 10);
}

static void send_long_length_of_few(struct client *c)
{
    client_send(c, "\x81\xff\0\0\0\0\0\0\0\x02", 10);
}

static void send_odd_length(struct client *c)
{
    client_send(c, "\x81\xfe\0\x01", 4);
}

static void send_close_of_no_code(struct client *c)
{
    ws_send(c, WS_CLOSE, "\x03\xed", 2); /* 1005 */
}

static void send_half_a_code(struct client *c)
{
    ws_send(c, WS_CLOSE, "\x03", 1);
}

static void send_close_of_999(struct client *c)
{
    ws_send(c, WS_CLOSE, "\x03\xe7", 2);
}

static void send_close_of_5000(struct client *c)
{
    ws_send(c, WS_CLOSE, "\x13\x88", 2);
}

static void send_unmasked_close(struct client *c)
{
    client_send(c, "\x88\x02\x03\xe8", 4);
}

/* The second piece is no continuation of the first one's character. */
static void send_bad_text_in_pieces(struct client *c)
{
    ws_send(c, 0x01, "ok \xe2\x82", 5);
    ws_send(c, WS_FIN, "ok", 2);
}

static void send_too_large_a_character(struct client *c)
{
    ws_send(c, WS_TEXT, "\xf4\x90\x80\x80", 4);
}

static void send_overlong_slash(struct client *c)
{
    ws_send(c, WS_TEXT, "\xc0\xaf", 2);
}

static void send_bad_text(struct client *c)
{
    ws_send(c, WS_TEXT, "\xc3\x28", 2);
}

static void send_half_a_character(struct client *c)
{
    ws_send(c, WS_TEXT, "\xe2\x82", 2);
}

static void send_surrogate(struct client *c)
{
    ws_send(c, WS_TEXT, "\xed\xa0\x80", 3);
}

static void send_bad_reason(struct client *c)
{
    ws_send(c, WS_CLOSE, "\x03\xe8\xff", 3);
}

static void send_binary(struct client *c)
{
    ws_send(c, WS_BIN, "hi", 2);
}

static void send_binary_in_pieces(struct client *c)
{
    ws_send(c, 0x02, "h", 1);
    ws_send(c, WS_FIN, "i", 1);
}

/* It says so, and sends a byte of it. */
static void send_length_of_a_gigabyte(struct client *c)
{
    client_send(c, "\x81\xff\0\0\0\0\x40\0\0\0\1\2\3\4x", 15);
}

static void send_too_long(struct client *c)
{
    ws_send(c, WS_TEXT, zeros, 65537);
}

static void send_too_long_in_pieces(struct client *c)
{
    ws_send(c, 0x01, zeros, 60000);
    ws_send(c, 0x00, zeros, 60000);
}

static void send_many_pieces(struct client *c)
{
    ws_send(c, 0x01, "", 0);
    for (int i = 0; i < 1000 && ws_send(c, 0x00, "", 0); i++)
        continue;
}

static const struct {
    void (*send)(struct client *c);
    unsigned code;
} hostile[] = {
    {send_unmasked, 1002},           {send_unmasked_close, 1002},
    {send_reserved_bit, 1002},       {send_other_reserved_bits, 1002},
    {send_compressed, 1002},         {send_reserved_control, 1002},
    {send_reserved_opcode, 1002},    {send_continuation_of_nothing, 1002},
    {send_two_beginnings, 1002},     {send_long_ping, 1002},
    {send_long_pong, 1002},          {send_long_close, 1002},
    {send_ping_of_64_kb, 1002},      {send_ping_in_pieces, 1002},
    {send_long_length_of_few, 1002}, {send_length_of_63_bits, 1002},
    {send_odd_length, 1002},         {send_close_of_no_code, 1002},
    {send_half_a_code, 0}, /* as one without a code */
    {send_close_of_999, 1002},       {send_close_of_5000, 1002},
    {send_bad_text_in_pieces, 1007}, {send_too_large_a_character, 1007},
    {send_overlong_slash, 1007},     {send_bad_text, 1007},
    {send_half_a_character, 1007},   {send_surrogate, 1007},
    {send_bad_reason, 1007},         {send_binary, 1003},
    {send_binary_in_pieces, 1003},   {send_length_of_a_gigabyte, 1009},
    {send_too_long, 1009},           {send_too_long_in_pieces, 1009},
    {send_many_pieces, 1009},
};

START_TEST(what_breaks_the_rules_is_closed_with_its_code)
{
    struct client *c = ws_open(world.port, "/socket");
    struct client *other = ws_open(world.port, "/socket");

    hostile[_i].send(c);
    ws_expect_close(c, hostile[_i].code);
    client_close(c);
    ws_say(other, "still here");
    ws_expect(other, "still here");
    client_close(other);
}
END_TEST

START_TEST(the_longest_message_is_taken)
{
    struct client *c = ws_open(world.port, "/socket");
    struct ws_got got;

    memset(zeros, 'x', sizeof zeros);
    ws_send(c, WS_TEXT, zeros, 65535);
    ws_read(c, &got);
    ck_assert_uint_eq(got.len, 65535);
    client_close(c);
}
END_TEST

START_TEST(a_connection_may_end_anywhere)
{
    unsigned char bytes[64];
    const size_t n = ws_frame(bytes, sizeof bytes, 0x01, "something", 9);

    for (size_t i = 0; i <= n; i++) {
        struct client *c = ws_open(world.port, "/socket");

        ck_assert(client_send(c, bytes, i));
        if (i % 2 == 0)
            client_close(c);
        else
            client_reset(c);
        world_await_ends(&world, (unsigned)i + 1);
    }
}
END_TEST

START_TEST(bytes_come_one_by_one)
{
    struct client *c = ws_open(world.port, "/socket");
    unsigned char bytes[64];
    const size_t n = ws_frame(bytes, sizeof bytes, WS_TEXT, "slowly", 6);

    for (size_t i = 0; i < n; i++) {
        ck_assert(client_send(c, bytes + i, 1));
        poll(NULL, 0, 1);
    }
    ws_expect(c, "slowly");
    client_close(c);
}
END_TEST

/* It is not read any more once so many pongs wait; and then cut off. */
START_TEST(who_pings_and_does_not_read_is_cut_off)
{
    struct client *c;
    const int small = 4096;
    unsigned char ping[200];
    const size_t n = ws_frame(ping, sizeof ping, WS_PING, zeros, 125);

    restart_with(60 * LLMREG_NS_PER_S, 300 * LLMREG_NS_PER_MS);
    c = ws_open(world.port, "/socket");
    setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    while (send(c->fd, ping, n, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)n)
        continue;
    world_await_ends(&world, 1);
    client_close(c);
}
END_TEST

START_TEST(who_does_not_take_what_is_sent_is_cut_off)
{
    struct client *c = ws_open(world.port, "/socket");

    ws_say(c, "flood");
    world_await_ends(&world, 1);
    client_close(c);
}
END_TEST

/* All at once, and reads nothing: others are served meanwhile. */
START_TEST(a_flood_of_messages_harms_nobody)
{
    struct client *bad = ws_open(world.port, "/socket");
    struct client *good = ws_open(world.port, "/socket");
    unsigned char bytes[64];
    const size_t n = ws_frame(bytes, sizeof bytes, WS_TEXT, "again", 5);

    for (int i = 0; i < 20; i++) {
        for (int k = 0; k < 2000; k++)
            if (send(bad->fd, bytes, n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
                break;
        ws_say(good, "still here");
        ws_expect(good, "still here");
    }
    client_reset(bad);
    world_await_ends(&world, 1);
    client_close(good);
}
END_TEST

START_TEST(what_comes_after_a_close_is_not_heard)
{
    struct client *c = ws_open(world.port, "/socket");
    unsigned char bytes[64];
    size_t n = ws_frame(bytes, sizeof bytes, WS_CLOSE, "\x03\xe8", 2);

    n += ws_frame(bytes + n, sizeof bytes - n, WS_TEXT, "late", 4);
    ck_assert(client_send(c, bytes, n));
    ws_expect_close(c, 1000);
    client_close(c);
}
END_TEST

/* ---- limits ---- */

START_TEST(sockets_count_as_streams)
{
    struct client *c[9];
    struct answer a;

    for (int i = 0; i < 8; i++)
        c[i] = ws_open(world.port, "/socket");
    ck_assert_uint_eq(counters_get(&world.counters.streams), 8);
    c[8] = client_open(world.port);
    ws_ask(c[8], "/socket");
    client_read(c[8], &a);
    ck_assert_int_eq(a.status, 503);
    client_close(c[0]);
    world_await_ends(&world, 2);
    c[0] = ws_open(world.port, "/socket");
    for (int i = 0; i < 9; i++)
        client_close(c[i]);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("http socket");
    TCase *t = tcase_create("sockets");
    SRunner *r;
    int failed;

    tcase_add_checked_fixture(t, set_up, tear_down);
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, a_handshake_is_checked, 0,
                        sizeof handshakes / sizeof handshakes[0]);
    tcase_add_test(t, head_opens_no_socket);
    tcase_add_test(t, messages_go_both_ways);
    tcase_add_test(t, what_comes_with_the_handshake_is_read);
    tcase_add_test(t, fragments_become_one_message_and_a_ping_fits_between);
    tcase_add_test(t, a_held_message_lets_the_next_ones_wait);
    tcase_add_test(t, a_peer_may_go_while_it_is_held);
    tcase_add_test(t, a_tick_comes);
    tcase_add_test(t, a_close_is_answered_and_its_code_is_known);
    tcase_add_test(t, a_route_may_close);
    tcase_add_test(t, who_is_silent_is_asked_and_then_closed);
    tcase_add_test(t, who_answers_pings_stays);
    tcase_add_test(t, the_server_stops_with_sockets_open);
    tcase_add_test(t, all_that_listen_hear_news_and_no_others);
    tcase_add_test(t, what_was_said_before_is_heard_at_once);
    tcase_add_test(t, much_news_in_a_moment_is_one);
    tcase_add_test(t, who_hears_slowly_hears_less_and_the_newest);
    tcase_add_test(t, a_ping_is_answered_within_a_long_text);
    tcase_add_test(t, who_listens_and_reads_nothing_is_cut_off);
    tcase_add_test(t, a_listener_may_hold_and_hears_after_it);
    tcase_add_test(t, the_server_stops_with_listeners_that_read_nothing);
    tcase_add_test(t, what_is_said_before_a_close_arrives);
    tcase_add_loop_test(t, what_breaks_the_rules_is_closed_with_its_code, 0,
                        sizeof hostile / sizeof hostile[0]);
    tcase_add_test(t, the_longest_message_is_taken);
    tcase_add_test(t, a_connection_may_end_anywhere);
    tcase_add_test(t, bytes_come_one_by_one);
    tcase_add_test(t, who_pings_and_does_not_read_is_cut_off);
    tcase_add_test(t, who_does_not_take_what_is_sent_is_cut_off);
    tcase_add_test(t, a_flood_of_messages_harms_nobody);
    tcase_add_test(t, what_comes_after_a_close_is_not_heard);
    tcase_add_test(t, sockets_count_as_streams);
    suite_add_tcase(s, t);
    r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? 0 : 1;
}
