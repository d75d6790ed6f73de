/* SPDX-License-Identifier: MIT */
/* bus.c - many publish, many listen, and no wake-up is lost.
 *
 * Publishers send and then one last event each.  A listener that sleeps in
 * poll must get to the end: if a wake-up were lost, its poll would time out.
 * Meanwhile others come and go.  Prints only what is wrong.
 */
#include <llmreg/bus.h>

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PUBLISHERS 3
#define LISTENERS  3
#define EVENTS     20000 /* each */
#define PATIENCE   20000 /* milliseconds without any event */

static struct llmreg_bus *bus;
static _Atomic unsigned failures;
static _Atomic bool over;

static void fail(const char *what)
{
    failures++;
    (void)fprintf(stderr, "%s\n", what);
}

static void publish(const char *subject)
{
    const struct llmreg_event event = {.type = LLMREG_EVENT_MODELS,
                                       .subject = subject};

    if (llmreg_bus_publish(bus, &event, NULL) != LLMREG_OK)
        fail("no memory");
    llmreg_bus_wake(bus);
}

static void *publisher(void *arg)
{
    (void)arg;
    for (int i = 0; i < EVENTS; i++)
        publish("one");
    return NULL;
}

/* Takes what is there; true once the last event was among it. */
static bool drain(struct llmreg_subscription *s, uint64_t *last)
{
    const struct llmreg_event *event = NULL;
    bool end = false;
    int rc;

    while ((rc = llmreg_subscription_next(s, &event)) != LLMREG_ENOENT) {
        if (rc == LLMREG_EGAP)
            continue;
        if (event->seq <= *last)
            fail("a number did not grow");
        *last = event->seq;
        end = end || strcmp(event->subject, "last") == 0;
        llmreg_event_put(event);
    }
    return end;
}

static void *listener(void *arg)
{
    struct llmreg_subscription *s = arg;
    struct pollfd p = {.fd = llmreg_subscription_fd(s), .events = POLLIN};
    uint64_t last = 0;
    bool end = false;

    while (!end) {
        if (poll(&p, 1, PATIENCE) != 1) {
            fail("a wake-up was lost");
            break;
        }
        end = drain(s, &last);
    }
    return NULL;
}

/* Comes, takes what is there, goes. */
static void *visitor(void *arg)
{
    (void)arg;
    while (!over) {
        struct llmreg_subscription *s = NULL;
        uint64_t last = 0;
        if (llmreg_subscribe(bus, 0, &s) != LLMREG_OK) {
            fail("cannot subscribe");
            break;
        }
        (void)drain(s, &last);
        llmreg_unsubscribe(s);
    }
    return NULL;
}

int main(void)
{
    struct llmreg_subscription *s[LISTENERS];
    pthread_t publishers[PUBLISHERS], listeners[LISTENERS], visiting;

    (void)alarm(120);
    if (llmreg_bus_new(&bus, 1024, 1) != LLMREG_OK)
        return EXIT_FAILURE;
    for (int i = 0; i < LISTENERS; i++) {
        if (llmreg_subscribe(bus, UINT64_MAX, &s[i]) != LLMREG_OK)
            return EXIT_FAILURE;
        (void)pthread_create(&listeners[i], NULL, listener, s[i]);
    }
    (void)pthread_create(&visiting, NULL, visitor, NULL);
    for (int i = 0; i < PUBLISHERS; i++)
        (void)pthread_create(&publishers[i], NULL, publisher, NULL);
    for (int i = 0; i < PUBLISHERS; i++)
        (void)pthread_join(publishers[i], NULL);
    publish("last");
    for (int i = 0; i < LISTENERS; i++) {
        (void)pthread_join(listeners[i], NULL);
        llmreg_unsubscribe(s[i]);
    }
    over = true;
    (void)pthread_join(visiting, NULL);
    llmreg_bus_free(bus);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
