/* SPDX-License-Identifier: MIT */
/* options.c - the command line, from one table that is the help as well. */
#include "tests/support/sim/options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARED_OVER 4096 /* servers; that many listeners are enough */

struct choice {
    const char *name;
    const char *argument; /* NULL: a switch */
    const char *help;
};

enum {
    HELP,
    SERVERS,
    FIRST,
    PORT,
    PORTS,
    SHARED,
    DEMO,
    SILENT,
    DELAY,
    SEED,
    FOR,
    PROFILE,
    DATA,
    LOG,
    CONTROL,
    LIST,
    CHOICES
};

static const struct choice choices[CHOICES] = {
    [HELP] = {"help", NULL, "this text"},
    [SERVERS] = {"servers", "N", "how many servers (12)"},
    [FIRST] = {"first", "ADDRESS",
               "of the first; the next ones follow"
               " (127.1.0.1)"},
    [PORT] = {"port", "PORT", "of every server (11434)"},
    [PORTS] = {"ports", "A-B", "all on one address, on these ports"},
    [SHARED] = {"shared", NULL,
                "one listener on 0.0.0.0 for all (given for"
                " over 4096); a dead server then resets"},
    [DEMO] = {"demo", NULL, "some get slow, die and come back"},
    [SILENT] = {"silent", "PERCENT", "of servers accept and never answer"},
    [DELAY] = {"delay", "MS", "before each answer"},
    [SEED] = {"seed", "N", "of the demo's play (1)"},
    [FOR] = {"for", "SECONDS", "and then end"},
    [PROFILE] = {"profile", "N", "what all serve (mixed)"},
    [DATA] = {"data", "DIR", "the payloads"},
    [LOG] = {"log", "FILE", "a line a request: ns, server, route"},
    [CONTROL] = {"control", "FIFO", "commands, a line each; - is stdin"},
    [LIST] = {"list", "FILE", "write the endpoints there, as file_sd JSON"},
};

static void usage(FILE *out)
{
    fprintf(out, "usage: llmreg-sim [OPTION]...\n"
                 "A fleet of Ollama servers on loopback addresses.\n");
    for (size_t i = 0; i < CHOICES; i++) {
        char left[32];

        snprintf(left, sizeof left, "--%s %s", choices[i].name,
                 choices[i].argument == NULL ? "" : choices[i].argument);
        fprintf(out, "  %-20s %s\n", left, choices[i].help);
    }
    fprintf(out, "commands: kill|revive|hang|drip|flood|headers|redirect I, "
                 "slow I MS,\n          model I add NAME, model I reset\n");
}

static bool number(const char *text, long min, long max, long *out)
{
    char *end = NULL;

    errno = 0;
    *out = strtol(text, &end, 10);
    return errno == 0 && end != text && *end == '\0' && *out >= min &&
           *out <= max;
}

static bool unsigned_value(const char *text, long max, unsigned *out)
{
    long value;

    if (!number(text, 0, max, &value))
        return false;
    *out = (unsigned)value;
    return true;
}

static bool read_address(const char *text, uint32_t *out)
{
    struct in_addr address;

    if (inet_pton(AF_INET, text, &address) != 1)
        return false;
    *out = ntohl(address.s_addr);
    return *out >> 24 == 127;
}

static bool read_port(const char *text, uint16_t *out)
{
    long value;

    if (!number(text, 1, 65535, &value))
        return false;
    *out = (uint16_t)value;
    return true;
}

static bool read_ports(const char *text, struct options *o)
{
    unsigned from = 0;
    unsigned to = 0;

    if (sscanf(text, "%5u-%5u", &from, &to) != 2 || from < 1 || to > 65535 ||
        from > to)
        return false;
    o->ports = true;
    o->port = (uint16_t)from;
    o->servers = to - from + 1;
    return true;
}

static bool take_number(struct options *o, int choice, const char *value)
{
    long n = 0;

    switch (choice) {
    case SERVERS:
        if (!number(value, 1, 1000000, &n))
            return false;
        o->servers = (size_t)n;
        return true;
    case SILENT:
        return unsigned_value(value, 100, &o->silent);
    case DELAY:
        return unsigned_value(value, 600000, &o->delay_ms);
    case SEED:
        return unsigned_value(value, 0x7fffffff, &o->seed);
    case FOR:
        return unsigned_value(value, 0x7fffffff, &o->for_s);
    default:
        if (!number(value, 0, 100, &n))
            return false;
        o->profile = (int)n;
        return true;
    }
}

static bool take(struct options *o, int choice, const char *value)
{
    switch (choice) {
    case FIRST:
        return read_address(value, &o->first);
    case PORT:
        return read_port(value, &o->port);
    case PORTS:
        return read_ports(value, o);
    case SHARED:
        o->shared = true;
        return true;
    case DEMO:
        o->demo = true;
        return true;
    case DATA:
        o->data = value;
        return true;
    case LOG:
        o->log = value;
        return true;
    case CONTROL:
        o->control = value;
        return true;
    case LIST:
        o->list = value;
        return true;
    default:
        return take_number(o, choice, value);
    }
}

static int settle(struct options *o)
{
    if (o->servers > SHARED_OVER && !o->ports)
        o->shared = true;
    if (!o->ports && o->servers > 0x7ffffffeU - o->first) {
        fprintf(stderr, "llmreg-sim: the servers do not fit into 127/8\n");
        return 2;
    }
    if (o->ports && o->shared) {
        fprintf(stderr, "llmreg-sim: --ports and --shared exclude another\n");
        return 2;
    }
    return 0;
}

int options_read(struct options *out, int argc, char **argv)
{
    struct option longs[CHOICES + 1] = {{0}};

    *out = (struct options){.servers = 12,
                            .first = 0x7f010001,
                            .port = 11434,
                            .seed = 1,
                            .profile = -1,
                            .data = SIM_DATA};
    for (int i = 0; i < CHOICES; i++)
        longs[i] = (struct option){choices[i].name, choices[i].argument != NULL,
                                   NULL, i + 256};
    for (;;) {
        int got = getopt_long(argc, argv, "", longs, NULL);

        if (got == -1)
            break;
        if (got == HELP + 256) {
            usage(stdout);
            return 1;
        }
        if (got < 256)
            return 2;
        if (!take(out, got - 256, optarg)) {
            fprintf(stderr, "llmreg-sim: --%s %s: wrong value\n",
                    choices[got - 256].name, optarg);
            return 2;
        }
    }
    if (optind != argc) {
        usage(stderr);
        return 2;
    }
    return settle(out);
}
