/* SPDX-License-Identifier: MIT */
/* metrics_own.c - one row a count of agents, hosts and sessions, and one a
 * number of what the registry itself does.
 *
 * The registry keeps nearly all of these counts; a row only says where its own
 * is.  What only agents know of themselves is gathered in one walk over them.
 */
#include <llmreg/metrics.h>

#include <llmreg/agents.h>
#include <llmreg/alerts.h>
#include <llmreg/sessions.h>

#include <math.h>

/* ---- the people: agents, hosts, sessions ---- */

struct people {
    struct llmreg_agent_counts agents;
    struct llmreg_host_counts hosts;
    struct llmreg_session_counts sessions;
    size_t registrations; /* over all agents */
    double latency_s;     /* mean over those who are there and know; NAN */
    size_t latencies;     /* how many know */
};

static bool add_agent(void *ctx, struct llmreg_agent *a)
{
    struct people *p = ctx;
    struct llmreg_agent_state s;

    llmreg_agent_state(a, &s);
    p->registrations += s.registrations;
    if (s.latency_us < 0 || !llmreg_is_present(s.presence))
        return true;
    p->latency_s += (double)s.latency_us / 1e6;
    p->latencies++;
    return true;
}

static void gather_people(struct llmreg_registry *r, struct people *p)
{
    const struct llmreg_agent_filter all = {.type = NULL};

    *p = (struct people){.registrations = 0};
    llmreg_agent_count(r, &p->agents);
    llmreg_host_count(r, &p->hosts);
    llmreg_session_count(r, &p->sessions);
    llmreg_each_agent(r, &all, add_agent, p);
    p->latency_s =
        p->latencies == 0 ? (double)NAN : p->latency_s / (double)p->latencies;
}

/* A row is the place of a number in a struct. */
enum kind { SIZE, UINT64, DOUBLE };

struct row {
    struct llmreg_metric_info info;
    enum kind kind;
    size_t offset;
    bool derive;
};

#define PEOPLE(field) SIZE, offsetof(struct people, field), false
#define PRESENCE(presence)                                                     \
    SIZE,                                                                      \
        offsetof(struct people, agents.by_presence) +                          \
            (presence) * sizeof(size_t),                                       \
        false

static const struct row people_rows[] = {
    {{"count", "agents", "agents in the registry"}, PEOPLE(agents.agents)},
    {{"count", "agents_starting", "of them starting"},
     PRESENCE(LLMREG_PRESENCE_STARTING)},
    {{"count", "agents_connecting", "of them without a heartbeat so far"},
     PRESENCE(LLMREG_PRESENCE_CONNECTING)},
    {{"count", "agents_online", "of them online"},
     PRESENCE(LLMREG_PRESENCE_ONLINE)},
    {{"count", "agents_late", "of them late"}, PRESENCE(LLMREG_PRESENCE_LATE)},
    {{"count", "agents_stale", "of them stale"},
     PRESENCE(LLMREG_PRESENCE_STALE)},
    {{"count", "agents_offline", "of them offline"},
     PRESENCE(LLMREG_PRESENCE_OFFLINE)},
    {{"count", "agents_stopped", "of them stopped, as they said"},
     PRESENCE(LLMREG_PRESENCE_STOPPED)},
    {{"count", "agent_registrations", "registrations in the last 10 minutes"},
     PEOPLE(registrations)},
    {{"duration", "heartbeat", "seconds that heartbeats take, on average"},
     DOUBLE,
     offsetof(struct people, latency_s),
     false},
    {{"count", "hosts", "hosts in the registry"}, PEOPLE(hosts.hosts)},
    {{"count", "hosts_fresh", "of them with a fresh sample"},
     PEOPLE(hosts.fresh)},
    {{"count", "hosts_stale", "of them with a sample that is too old"},
     PEOPLE(hosts.stale)},
    {{"count", "sessions", "sessions that are open"}, PEOPLE(sessions.live)},
};
#define PEOPLE_ROWS (sizeof people_rows / sizeof people_rows[0])

/* ---- the hub itself ---- */

struct hub {
    struct llmreg_bus_counts bus;
    struct llmreg_alert_counts alerts;
};

#define RAISED(severity)                                                       \
    SIZE, offsetof(struct hub, alerts.raised) + (severity) * sizeof(size_t),   \
        false

static const struct row hub_rows[] = {
    {{"operations", "events", "changes that were told"},
     UINT64,
     offsetof(struct hub, bus.published),
     true},
    {{"queue_length", "events", "events that the slowest reader has before it"},
     SIZE,
     offsetof(struct hub, bus.waiting),
     false},
    {{"count", "alerts_warning", "alerts of severity warning"},
     RAISED(LLMREG_SEVERITY_WARNING)},
    {{"count", "alerts_failure", "alerts of severity failure"},
     RAISED(LLMREG_SEVERITY_FAILURE)},
};
#define HUB_ROWS (sizeof hub_rows / sizeof hub_rows[0])

/* ---- handing over ---- */

static double read_row(const struct row *row, const void *from)
{
    const void *place = (const char *)from + row->offset;

    if (row->kind == DOUBLE)
        return *(const double *)place;
    if (row->kind == UINT64)
        return (double)*(const uint64_t *)place;
    return (double)*(const size_t *)place;
}

static void emit_row(const struct row *row, const void *from,
                     struct llmreg_metric m, llmreg_emit_fn emit, void *ctx)
{
    m.type = row->info.type;
    m.type_instance = row->info.type_instance;
    m.value = read_row(row, from);
    m.derive = row->derive;
    if (!isnan(m.value))
        emit(ctx, &m);
}

void llmreg_people_metrics(struct llmreg_registry *r, llmreg_emit_fn emit,
                           void *ctx)
{
    const struct llmreg_metric m = {.plugin_instance = "fleet"};
    struct people people;

    gather_people(r, &people);
    for (size_t i = 0; i < PEOPLE_ROWS; i++)
        emit_row(&people_rows[i], &people, m, emit, ctx);
}

void llmreg_hub_metrics(struct llmreg_registry *r, struct llmreg_bus *bus,
                        llmreg_emit_fn emit, void *ctx)
{
    const struct llmreg_metric m = {.plugin_instance = "hub"};
    struct hub hub;

    llmreg_bus_count(bus, &hub.bus);
    llmreg_alert_count(r, &hub.alerts);
    for (size_t i = 0; i < HUB_ROWS; i++)
        emit_row(&hub_rows[i], &hub, m, emit, ctx);
}

const struct llmreg_metric_info *llmreg_people_metric_info(size_t n)
{
    return n < PEOPLE_ROWS ? &people_rows[n].info : NULL;
}

const struct llmreg_metric_info *llmreg_hub_metric_info(size_t n)
{
    return n < HUB_ROWS ? &hub_rows[n].info : NULL;
}
