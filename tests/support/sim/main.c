/* SPDX-License-Identifier: MIT */
/* main.c - llmreg-sim: plays a fleet of Ollama servers for tests and demos. */
#include "tests/support/sim/sim.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000LL
#define EVENTS    512
#define SPARE_FDS 64

int64_t sim_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND_NS + t.tv_nsec;
}

bool sim_watch(struct sim *s, int fd, enum topic topic, uint32_t value,
               bool writing)
{
    struct epoll_event event = {.events = EPOLLIN | (writing ? EPOLLOUT : 0U),
                                .data.u64 = (uint64_t)topic << 32 | value};

    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &event) == 0)
        return true;
    return errno == EEXIST &&
           epoll_ctl(s->epoll, EPOLL_CTL_MOD, fd, &event) == 0;
}

/* As many files as are needed or allowed; how many that are. */
static size_t raise_files(size_t wanted)
{
    struct rlimit limit = {wanted, wanted};

    if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
        return wanted;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    if (limit.rlim_max > wanted)
        limit.rlim_max = wanted;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    return limit.rlim_cur;
}

static int open_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static bool write_list(const struct sim *s)
{
    char name[32];
    FILE *out;

    if (s->options->list == NULL)
        return true;
    out = fopen(s->options->list, "w");
    if (out == NULL) {
        perror("llmreg-sim: --list");
        return false;
    }
    fprintf(out, "[{\"targets\":[");
    for (size_t i = 0; i < s->nservers; i++) {
        sim_name(s, i, name);
        fprintf(out, "%s\"%s\"", i == 0 ? "" : ",\n", name);
    }
    fprintf(out, "],\"labels\":{\"site\":\"simulated\"}}]\n");
    return fclose(out) == 0;
}

static bool sim_open(struct sim *s, const struct options *o)
{
    s->options = o;
    s->shared = s->control = s->log.fd = -1;
    s->nservers = o->servers;
    /* a listener and two connections a server: one may be closing */
    s->nconns = raise_files(3 * o->servers + SPARE_FDS);
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->signals = open_signals();
    s->now_ns = sim_clock();
    s->profiles = answers_load(o->data, &s->nprofiles);
    s->servers = calloc(s->nservers, sizeof *s->servers);
    s->conns = calloc(s->nconns + 1, sizeof(struct conn *));
    if (s->epoll < 0 || s->signals < 0 || s->profiles == NULL ||
        s->servers == NULL || s->conns == NULL)
        return false;
    if (!reqlog_open(&s->log, o->log) || !server_open_all(s) ||
        !control_open(s) || !write_list(s))
        return false;
    demo_open(s);
    return sim_watch(s, s->signals, TOPIC_SIGNAL, 0, false);
}

static void sim_close(struct sim *s)
{
    if (s->conns != NULL)
        conn_close_all(s);
    if (s->servers != NULL)
        server_close_all(s);
    reqlog_close(&s->log);
    answers_free(s->profiles, s->nprofiles);
    free(s->servers);
    free(s->conns);
    close(s->signals);
    close(s->epoll);
}

/* Once a second: the date of the answers, and the log for its readers. */
static void renew_date(struct sim *s)
{
    time_t now = time(NULL);
    struct tm parts;

    if (s->now_ns < s->date_ns)
        return;
    s->date_ns = s->now_ns + SECOND_NS;
    gmtime_r(&now, &parts);
    s->date_len = strftime(s->date, sizeof s->date,
                           "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    reqlog_flush(&s->log);
}

static void handle(struct sim *s, const struct epoll_event *event)
{
    uint32_t value = (uint32_t)event->data.u64;

    switch ((enum topic)(event->data.u64 >> 32)) {
    case TOPIC_LISTENER:
        server_accept(s, s->servers[value].fd, value, false);
        break;
    case TOPIC_SHARED:
        server_accept(s, s->shared, 0, true);
        break;
    case TOPIC_CONN:
        conn_ready(s, value, (event->events & ~(uint32_t)EPOLLOUT) != 0,
                   (event->events & EPOLLOUT) != 0);
        break;
    case TOPIC_CONTROL:
        control_ready(s);
        break;
    case TOPIC_SIGNAL:
        s->stop = true;
        break;
    }
}

/* Milliseconds that the loop may sleep. */
static int patience(const struct sim *s, int64_t end_ns)
{
    int64_t left = end_ns - s->now_ns;

    if (s->due != NULL)
        return 2;
    if (left < SECOND_NS)
        return left < 0 ? 0 : (int)(left / 1000000 + 1);
    return s->options->demo ? 100 : 1000;
}

static void sim_run(struct sim *s)
{
    struct epoll_event events[EVENTS];
    int64_t end_ns = INT64_MAX;

    if (s->options->for_s > 0)
        end_ns = s->now_ns + s->options->for_s * SECOND_NS;
    while (!s->stop && s->now_ns < end_ns) {
        int n = epoll_wait(s->epoll, events, EVENTS, patience(s, end_ns));

        s->now_ns = sim_clock();
        renew_date(s);
        for (int i = 0; i < n; i++)
            handle(s, &events[i]);
        conn_run_due(s);
        demo_run(s);
    }
}

int main(int argc, char **argv)
{
    static struct sim s; /* 64 KB of it are the log's buffer */
    struct options o;
    int rc = options_read(&o, argc, argv);

    if (rc != 0)
        return rc == 1 ? 0 : rc;
    rc = 1;
    if (sim_open(&s, &o)) {
        renew_date(&s);
        printf("ready\n");
        fflush(stdout);
        sim_run(&s);
        rc = 0;
    }
    sim_close(&s);
    return rc;
}
