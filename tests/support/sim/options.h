/* SPDX-License-Identifier: MIT */
/* options.h - what the simulator was asked to be. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct options {
    size_t servers;
    uint32_t first; /* address of the first server, host order */
    uint16_t port;  /* of every server, unless ports */
    bool ports;     /* one address, server i at port + i */
    bool shared;    /* one listener for all */
    bool demo;
    unsigned silent;     /* percent of servers that never answer */
    unsigned delay_ms;   /* before each answer */
    unsigned seed;       /* of the demo's play */
    unsigned for_s;      /* 0: until a signal */
    int profile;         /* the same for all; -1: mixed */
    const char *data;    /* directory of the payloads */
    const char *log;     /* file, or NULL */
    const char *control; /* fifo, "-" for stdin, or NULL */
    const char *list;    /* file to write the endpoints to, or NULL */
};

/* 0, or the status to end with: 1 after --help, 2 after a wrong option. */
int options_read(struct options *out, int argc, char **argv);

#endif
