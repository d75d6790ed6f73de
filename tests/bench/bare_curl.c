/* SPDX-License-Identifier: MIT */
/* bare_curl.c - the least that libcurl can do this work with.
 *
 * The yardstick of the probe thread: the same three requests to the same
 * servers over connections kept alive, at the same pace, by one thread around
 * one curl multi; bodies are thrown away and nothing is parsed, remembered or
 * told.  The loop is curl_multi_poll or curl_multi_socket_action with epoll.
 *
 * Two things of libcurl 7.88 cost more than all else when connections are
 * many.  The end of every transfer walks its DNS cache, which holds literal
 * addresses too: with CURLOPT_DNS_CACHE_TIMEOUT 0 it stays empty (-d keeps
 * it).  And curl_multi_remove_handle walks all connections of the multi:
 * several multis in one epoll (-m) divide that.
 *
 * Prints, for the time after the warm-up: probes, failed ones, nanoseconds of
 * CPU a probe, and the 99th percentile of how late a probe began in us.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000LL
#define MS_NS     1000000LL
#define STEPS     3
#define EVENTS    256
#define LATE_MS   10000 /* the histogram's length */

struct options {
    unsigned servers, port, concurrent, timeout_ms, warm_s, for_s;
    int64_t interval_ns;
    uint32_t first;
    unsigned multis; /* socket_action only */
    bool socket_action;
    bool dns_cache;
};

struct bench;

/* One curl multi with the connections of its part of the servers. */
struct shard {
    struct bench *bench;
    CURLM *multi;
    int64_t timer_ns; /* when curl wants to be called; INT64_MAX: never */
};

struct probe {
    CURL *easy;
    struct shard *shard;
    char base[48];
    unsigned step;
    bool busy;
};

struct bench {
    struct options o;
    struct shard *shards;
    int epoll;
    struct probe *probes;
    struct shard **owners; /* by socket */
    unsigned nowners;
    int64_t start_ns;
    uint64_t begun; /* probes since the start, in order of their places */
    unsigned active;
    uint64_t done, failed; /* since the warm-up */
    uint32_t late[LATE_MS];
};

static int64_t clock_of(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return t.tv_sec * SECOND_NS + t.tv_nsec;
}

static size_t discard(char *data, size_t size, size_t n, void *ctx)
{
    (void)data;
    (void)ctx;
    return size * n;
}

/* ---- what curl tells the loop of curl_multi_socket_action ---- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *ctx,
                     void *known)
{
    struct shard *s = ctx;
    struct bench *b = s->bench;
    struct epoll_event event = {.data.fd = fd};

    (void)easy;
    if (what == CURL_POLL_REMOVE) {
        epoll_ctl(b->epoll, EPOLL_CTL_DEL, fd, NULL);
        return 0;
    }
    if (what & CURL_POLL_IN)
        event.events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        event.events |= EPOLLOUT;
    if (known != NULL)
        return epoll_ctl(b->epoll, EPOLL_CTL_MOD, fd, &event);
    if ((unsigned)fd >= b->nowners)
        return -1;
    b->owners[fd] = s;
    curl_multi_assign(s->multi, fd, s);
    return epoll_ctl(b->epoll, EPOLL_CTL_ADD, fd, &event);
}

static int on_timer(CURLM *multi, long ms, void *ctx)
{
    struct shard *s = ctx;

    (void)multi;
    s->timer_ns = INT64_MAX;
    if (ms >= 0)
        s->timer_ns = clock_of(CLOCK_MONOTONIC) + ms * MS_NS;
    return 0;
}

/* ---- one probe: version, tags, ps ---- */

static bool next_request(struct probe *p)
{
    static const char *const paths[STEPS] = {"/api/version", "/api/tags",
                                             "/api/ps"};
    char url[80];

    snprintf(url, sizeof url, "%s%s", p->base, paths[p->step]);
    return curl_easy_setopt(p->easy, CURLOPT_URL, url) == CURLE_OK &&
           curl_multi_add_handle(p->shard->multi, p->easy) == CURLM_OK;
}

static void end_probe(struct bench *b, struct probe *p, bool well)
{
    p->busy = false;
    b->active--;
    b->done++;
    if (!well)
        b->failed++;
}

static void on_done(struct bench *b, CURL *easy, CURLcode result)
{
    struct probe *p = NULL;

    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &p);
    curl_multi_remove_handle(p->shard->multi, easy);
    if (result != CURLE_OK || ++p->step == STEPS)
        end_probe(b, p, result == CURLE_OK);
    else if (!next_request(p))
        end_probe(b, p, false);
}

static void take_done(struct bench *b, CURLM *multi)
{
    int left = 0;
    CURLMsg *message;

    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg == CURLMSG_DONE)
            on_done(b, message->easy_handle, message->data.result);
    }
}

static int64_t place(const struct bench *b, uint64_t n)
{
    return b->start_ns +
           (int64_t)((__int128)n * b->o.interval_ns / b->o.servers);
}

/* Begins what is due, as long as there is room. */
static void begin_due(struct bench *b, int64_t now)
{
    while (b->active < b->o.concurrent && place(b, b->begun) <= now) {
        int64_t late = (now - place(b, b->begun)) / MS_NS;
        struct probe *p = &b->probes[b->begun++ % b->o.servers];

        if (p->busy)
            continue;
        b->late[late < LATE_MS ? late : LATE_MS - 1]++;
        p->step = 0;
        p->busy = true;
        b->active++;
        if (!next_request(p))
            end_probe(b, p, false);
    }
}

/* ---- the two loops, one turn each ---- */

static int wait_ms(const struct bench *b, int64_t now, int64_t until)
{
    int64_t wait = INT64_MAX;

    if (b->active < b->o.concurrent)
        wait = place(b, b->begun) - now;
    if (until - now < wait)
        wait = until - now;
    if (wait <= 0)
        return 0;
    return wait > SECOND_NS ? 1000 : (int)((wait + MS_NS - 1) / MS_NS);
}

static void turn_poll(struct bench *b, int64_t now)
{
    CURLM *multi = b->shards[0].multi;
    int running = 0;

    curl_multi_poll(multi, NULL, 0, wait_ms(b, now, INT64_MAX), NULL);
    curl_multi_perform(multi, &running);
    take_done(b, multi);
}

static int curl_events(uint32_t events)
{
    int out = 0;

    if (events & EPOLLIN)
        out |= CURL_CSELECT_IN;
    if (events & EPOLLOUT)
        out |= CURL_CSELECT_OUT;
    if (events & (EPOLLERR | EPOLLHUP))
        out |= CURL_CSELECT_ERR;
    return out;
}

static void act(struct shard *s, int fd, int events)
{
    int running = 0;

    curl_multi_socket_action(s->multi, fd, events, &running);
    take_done(s->bench, s->multi);
}

static void turn_socket(struct bench *b, int64_t now)
{
    struct epoll_event events[EVENTS];
    int64_t timer_ns = INT64_MAX;
    int n;

    for (unsigned i = 0; i < b->o.multis; i++) {
        if (b->shards[i].timer_ns < timer_ns)
            timer_ns = b->shards[i].timer_ns;
    }
    n = epoll_wait(b->epoll, events, EVENTS, wait_ms(b, now, timer_ns));
    for (int i = 0; i < n; i++)
        act(b->owners[events[i].data.fd], events[i].data.fd,
            curl_events(events[i].events));
    now = clock_of(CLOCK_MONOTONIC);
    for (unsigned i = 0; i < b->o.multis; i++) {
        if (b->shards[i].timer_ns > now)
            continue;
        b->shards[i].timer_ns = INT64_MAX;
        act(&b->shards[i], CURL_SOCKET_TIMEOUT, 0);
    }
}

static unsigned late_p99(const struct bench *b)
{
    uint64_t all = 0;
    uint64_t seen = 0;

    for (unsigned i = 0; i < LATE_MS; i++)
        all += b->late[i];
    for (unsigned i = 0; i < LATE_MS; i++) {
        seen += b->late[i];
        if (seen * 100 >= all * 99)
            return i;
    }
    return LATE_MS;
}

static void run(struct bench *b)
{
    int64_t warm_ns = b->start_ns + b->o.warm_s * SECOND_NS;
    int64_t end_ns = warm_ns + b->o.for_s * SECOND_NS;
    int64_t now = b->start_ns;
    int64_t cpu = 0;
    bool warm = false;

    while (now < end_ns) {
        begin_due(b, now);
        if (b->o.socket_action)
            turn_socket(b, now);
        else
            turn_poll(b, now);
        now = clock_of(CLOCK_MONOTONIC);
        if (!warm && now >= warm_ns) {
            warm = true;
            cpu = clock_of(CLOCK_THREAD_CPUTIME_ID);
            b->done = b->failed = 0;
            memset(b->late, 0, sizeof b->late);
        }
    }
    cpu = clock_of(CLOCK_THREAD_CPUTIME_ID) - cpu;
    printf("probes %llu\nfailed %llu\ncpu_ns %lld\nlate_p99_ms %u\n",
           (unsigned long long)b->done, (unsigned long long)b->failed,
           (long long)(b->done > 0 ? cpu / (int64_t)b->done : 0), late_p99(b));
}

static bool open_probe(struct bench *b, unsigned i)
{
    struct probe *p = &b->probes[i];
    uint32_t a = b->o.first + i;

    p->shard = &b->shards[i % b->o.multis];
    snprintf(p->base, sizeof p->base, "http://%u.%u.%u.%u:%u", a >> 24,
             a >> 16 & 255, a >> 8 & 255, a & 255, b->o.port);
    p->easy = curl_easy_init();
    if (p->easy == NULL)
        return false;
    curl_easy_setopt(p->easy, CURLOPT_PRIVATE, p);
    curl_easy_setopt(p->easy, CURLOPT_WRITEFUNCTION, discard);
    curl_easy_setopt(p->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(p->easy, CURLOPT_PROXY, "");
    if (!b->o.dns_cache)
        curl_easy_setopt(p->easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
    curl_easy_setopt(p->easy, CURLOPT_TIMEOUT_MS, (long)b->o.timeout_ms);
    return true;
}

static bool open_shard(struct bench *b, struct shard *s)
{
    long connections = b->o.servers / b->o.multis + b->o.concurrent + 1;

    s->bench = b;
    s->timer_ns = INT64_MAX;
    s->multi = curl_multi_init();
    if (s->multi == NULL)
        return false;
    curl_multi_setopt(s->multi, CURLMOPT_MAXCONNECTS, connections);
    if (!b->o.socket_action)
        return true;
    curl_multi_setopt(s->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(s->multi, CURLMOPT_SOCKETDATA, s);
    curl_multi_setopt(s->multi, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(s->multi, CURLMOPT_TIMERDATA, s);
    return true;
}

static bool open_all(struct bench *b)
{
    struct rlimit files;

    b->nowners = b->o.servers * 2 + 64;
    files = (struct rlimit){b->nowners, b->nowners};
    setrlimit(RLIMIT_NOFILE, &files);
    b->epoll = epoll_create1(EPOLL_CLOEXEC);
    b->shards = calloc(b->o.multis, sizeof *b->shards);
    b->probes = calloc(b->o.servers, sizeof *b->probes);
    b->owners = calloc(b->nowners, sizeof(struct shard *));
    if (b->epoll < 0 || b->shards == NULL || b->probes == NULL ||
        b->owners == NULL)
        return false;
    for (unsigned i = 0; i < b->o.multis; i++) {
        if (!open_shard(b, &b->shards[i]))
            return false;
    }
    for (unsigned i = 0; i < b->o.servers; i++) {
        if (!open_probe(b, i))
            return false;
    }
    return true;
}

static void close_all(struct bench *b)
{
    for (unsigned i = 0; b->probes != NULL && i < b->o.servers; i++) {
        struct probe *p = &b->probes[i];

        if (p->busy)
            curl_multi_remove_handle(p->shard->multi, p->easy);
        curl_easy_cleanup(p->easy);
    }
    for (unsigned i = 0; b->shards != NULL && i < b->o.multis; i++)
        curl_multi_cleanup(b->shards[i].multi);
    free(b->shards);
    free(b->probes);
    free(b->owners);
    close(b->epoll);
}

static bool read_options(struct options *o, int argc, char **argv)
{
    struct in_addr address = {.s_addr = htonl(0x7f010001)};
    int got;

    *o = (struct options){.servers = 1000,
                          .port = 11434,
                          .concurrent = 256,
                          .timeout_ms = 5000,
                          .warm_s = 10,
                          .for_s = 20,
                          .multis = 1,
                          .interval_ns = 10 * SECOND_NS};
    while ((got = getopt(argc, argv, "n:a:p:i:w:t:c:m:sd")) != -1) {
        unsigned n = optarg == NULL ? 0 : (unsigned)strtoul(optarg, NULL, 10);

        switch (got) {
        case 'n':
            o->servers = n;
            break;
        case 'a':
            inet_pton(AF_INET, optarg, &address);
            break;
        case 'p':
            o->port = n;
            break;
        case 'i':
            o->interval_ns = n * SECOND_NS;
            break;
        case 'w':
            o->warm_s = n;
            break;
        case 't':
            o->for_s = n;
            break;
        case 'c':
            o->concurrent = n;
            break;
        case 'm':
            o->multis = n;
            break;
        case 'd':
            o->dns_cache = true;
            break;
        case 's':
            o->socket_action = true;
            break;
        default:
            return false;
        }
    }
    o->first = ntohl(address.s_addr);
    return o->servers > 0 && o->interval_ns > 0 && optind == argc &&
           o->multis > 0 && (o->multis == 1 || o->socket_action);
}

int main(int argc, char **argv)
{
    static struct bench b;
    int rc = 1;

    if (!read_options(&b.o, argc, argv)) {
        fprintf(stderr, "usage: bare_curl [-n SERVERS] [-a FIRST] [-p PORT] "
                        "[-i INTERVAL]\n       [-w WARM-UP] [-t SECONDS] "
                        "[-c CONCURRENT] [-s (socket_action) "
                        "[-m MULTIS]] [-d (DNS cache)]\n");
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (open_all(&b)) {
        b.start_ns = clock_of(CLOCK_MONOTONIC);
        run(&b);
        rc = 0;
    }
    close_all(&b);
    curl_global_cleanup();
    return rc;
}
