/* SPDX-License-Identifier: MIT */
/* hub.c - as a plugin does it. */
#include "tests/bench/store/hub.h"

#include <poll.h>

#define LONG_MS 10000

void hub_configure(const char *dir)
{
    const struct llmreg_value path = {.type = LLMREG_VALUE_STRING,
                                      .string = dir};
    const struct llmreg_item item = {
        .key = "DataDir", .values = &path, .nvalues = 1};
    const struct llmreg_item block = {
        .key = "Registry", .children = &item, .nchildren = 1};
    struct llmreg_error err = {""};

    must(llmreg_service_configure(&block, "here", &err) == LLMREG_OK, err.text);
}

static void ignore(void *ctx, const struct llmreg_notification *n)
{
    (void)ctx;
    (void)n;
}

void hub_start(struct hub *h)
{
    const struct llmreg_program program = {.notify = ignore};
    struct llmreg_error err = {""};

    must(llmreg_service_attach(&program, &h->service, &err) == LLMREG_OK,
         err.text);
    must(llmreg_durable_watch_new(h->service, &h->watch) == LLMREG_OK,
         "a watch");
    h->r = llmreg_service_registry(h->service);
}

void hub_wait(struct hub *h, uint64_t seq)
{
    struct pollfd p = {.fd = llmreg_durable_watch_fd(h->watch),
                       .events = POLLIN};
    bool works = true;

    llmreg_service_want(h->service, seq);
    while (llmreg_durable_watch_read(h->watch, &works) < seq) {
        must(works, "the store");
        must(poll(&p, 1, LONG_MS) == 1, "the store in 10 seconds");
    }
}

void hub_stop(struct hub *h)
{
    llmreg_durable_watch_free(h->watch);
    llmreg_service_detach(h->service);
}
