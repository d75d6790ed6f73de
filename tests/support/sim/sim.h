/* SPDX-License-Identifier: MIT */
/* sim.h - a fleet of Ollama servers in one thread around one epoll.
 *
 * A server is a listener with a mode; a connection belongs to a server; an
 * answer is sent at once or, if the server is slow, when it is due.  All that
 * changes is in struct sim.  Nothing here is for use outside of tests.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "tests/support/sim/answers.h"
#include "tests/support/sim/options.h"
#include "tests/support/sim/reqlog.h"

enum mode {
    MODE_UP,
    MODE_DOWN,     /* connections are refused */
    MODE_HANG,     /* accepts and never answers */
    MODE_DRIP,     /* one byte a second */
    MODE_FLOOD,    /* a body of 500 MB */
    MODE_HEADERS,  /* a header of 1 MB */
    MODE_REDIRECT, /* to a local file */
    MODES
};

struct server {
    int fd; /* listener; -1: down, or shared */
    enum mode mode;
    unsigned slow_ms;
    const struct profile *profile;
    struct answer tags; /* of its own; tail NULL: the profile's */
    char *tags_body;
    int64_t change_ns; /* when the demo does the next thing to it */
};

struct conn {
    int fd;
    size_t server;
    char *in; /* a request that has not come whole */
    size_t in_len;
    char *out; /* what could not be sent at once */
    size_t out_len;
    size_t out_at;
    unsigned repeats;  /* of out, after this one */
    int64_t due_ns;    /* when out goes on; 0: as soon as it can */
    bool busy;         /* an answer is on its way */
    bool mute;         /* it will never be answered */
    struct conn *next; /* in the list of those with due_ns */
};

/* What an epoll event is about. */
enum topic {
    TOPIC_LISTENER,
    TOPIC_SHARED,
    TOPIC_CONN,
    TOPIC_CONTROL,
    TOPIC_SIGNAL
};

struct sim {
    const struct options *options;
    int epoll;
    int shared; /* the one listener, or -1 */
    int signals;
    int control;
    bool stop;
    int64_t now_ns;
    int64_t date_ns; /* when date is stale */
    char date[64];   /* a whole Date header */
    size_t date_len;
    struct profile *profiles;
    size_t nprofiles;
    struct server *servers;
    size_t nservers;
    struct conn **conns; /* by file descriptor */
    size_t nconns;
    struct conn *due; /* in no order */
    struct reqlog log;
    char command[1024]; /* a line that has not come whole */
    size_t command_len;
    uint64_t random;
};

int64_t sim_clock(void);
bool sim_watch(struct sim *s, int fd, enum topic topic, uint32_t value,
               bool writing);
/* Address and port of a server, "127.1.0.1:11434". */
void sim_name(const struct sim *s, size_t server, char out[static 32]);

/* ---- server.c ---- */
bool server_open_all(struct sim *s);
void server_close_all(struct sim *s);
void server_accept(struct sim *s, int listener, uint32_t server, bool shared);
/* False if it cannot listen again. */
bool server_set_mode(struct sim *s, size_t server, enum mode mode);
bool server_add_model(struct sim *s, size_t server, const char *name);
void server_reset_models(struct sim *s, size_t server);
const struct answer *server_answer(const struct sim *s, size_t server,
                                   enum route route);

/* ---- conn.c ---- */
void conn_open(struct sim *s, int fd, size_t server);
void conn_ready(struct sim *s, uint32_t fd, bool readable, bool writable);
void conn_close_of(struct sim *s, size_t server);
void conn_close_all(struct sim *s);
void conn_run_due(struct sim *s);

/* ---- odd.c: the answers of a server that is not well ---- */
/* What to send in this mode: false without memory.  out is malloc'ed. */
bool odd_answer(enum mode mode, char **out, size_t *len, unsigned *repeats);

/* ---- control.c ---- */
bool control_open(struct sim *s);
void control_ready(struct sim *s);

/* ---- demo.c ---- */
void demo_open(struct sim *s);
void demo_run(struct sim *s);

#endif
