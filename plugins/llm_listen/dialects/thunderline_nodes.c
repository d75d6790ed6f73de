/* SPDX-License-Identifier: MIT */
/* thunderline_nodes.c - the node registry of Thunderline: a node is an agent,
 * and its heartbeats are those that are kept. */
#include <math.h>
#include <string.h>

#include "plugins/llm_listen/api/reply.h"
#include "plugins/llm_listen/dialects/dialects.h"
#include "plugins/llm_listen/dialects/thunderline.h"

#define NS_PER_MINUTE (60 * LLMREG_NS_PER_S)
#define MINUTES       60 /* of heartbeats, where nobody says more */

const char *thunderline_status(enum llmreg_presence presence,
                               enum llmreg_health_state health)
{
    static const char *const words[] = {
        [LLMREG_PRESENCE_STARTING] = "connecting",
        [LLMREG_PRESENCE_CONNECTING] = "connecting",
        [LLMREG_PRESENCE_ONLINE] = "online",
        [LLMREG_PRESENCE_LATE] = "online",
        [LLMREG_PRESENCE_STALE] = "disconnected",
        [LLMREG_PRESENCE_OFFLINE] = "offline",
        [LLMREG_PRESENCE_STOPPED] = "offline",
    };

    return llmreg_is_present(presence) && health >= LLMREG_HEALTH_DEGRADED
               ? "degraded"
               : words[presence];
}

/* ---- heartbeats ---- */

struct writing {
    struct llmreg_json_out *w;
    const char *node;
};

static void write_measure(struct llmreg_json_out *w,
                          const struct llmreg_beat *beat, const char *name)
{
    double value = (double)NAN;

    for (size_t i = 0; i < beat->nmetrics; i++)
        if (strcmp(beat->metrics[i].name, name) == 0)
            value = beat->metrics[i].value;
    llmreg_json_double(w, name, value);
}

static bool write_beat(void *ctx, const struct llmreg_beat *beat)
{
    struct writing *to = ctx;
    struct llmreg_json_out *w = to->w;

    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "node_id", to->node);
    llmreg_json_string(w, "status",
                       thunderline_status(beat->presence, beat->health));
    write_measure(w, beat, "cpu_load");
    write_measure(w, beat, "mem_used_mb");
    shape_amount(w, "latency_ms", beat->latency_us, 1000);
    llmreg_json_open_object(w, "meta");
    for (size_t i = 0; i < beat->nmetrics; i++)
        llmreg_json_double(w, beat->metrics[i].name, beat->metrics[i].value);
    llmreg_json_close_object(w);
    shape_time(w, "inserted_at", beat->time_ms);
    llmreg_json_close_object(w);
    return true;
}

static void write_beats(struct llmreg_json_out *w, const struct ask *a,
                        const struct llmreg_agent *agent, int64_t minutes)
{
    struct writing to = {w, llmreg_agent_id(agent)};

    llmreg_json_open_array(w, "heartbeats");
    llmreg_agent_beats(agent, a->req->now.mono_ns - minutes * NS_PER_MINUTE,
                       write_beat, &to);
    llmreg_json_close_array(w);
}

/* ---- a node ---- */

enum { LOAD_HEARTBEATS = 1, LOAD_CAPABILITIES = 2 };

static void write_capabilities(struct llmreg_json_out *w,
                               const struct llmreg_agent_spec *spec)
{
    llmreg_json_open_array(w, "capabilities");
    for (size_t i = 0; i < spec->ncapabilities; i++) {
        llmreg_json_open_object(w, NULL);
        llmreg_json_string(w, "capability_key", spec->capabilities[i].name);
        llmreg_json_string(w, "capability_value", spec->capabilities[i].value);
        llmreg_json_bool(w, "enabled", true);
        llmreg_json_close_object(w);
    }
    llmreg_json_close_array(w);
}

/* What a member of the metadata is called there, and null if it is not. */
static void write_member(struct llmreg_json_out *w, const char *name,
                         const struct llmreg_agent_spec *spec)
{
    const char *json = "null";

    for (size_t i = 0; i < spec->nmetadata; i++)
        if (strcmp(spec->metadata[i].name, name) == 0)
            json = spec->metadata[i].json;
    llmreg_json_raw(w, name, json);
}

static void write_members(struct llmreg_json_out *w,
                          const struct llmreg_agent_spec *spec,
                          const struct llmreg_agent_state *s)
{
    llmreg_json_string(w, "id", spec->id);
    llmreg_json_string(w, "name", spec->name);
    shape_text(w, "role", spec->role);
    shape_text(w, "domain", spec->domain);
    llmreg_json_string(w, "status", thunderline_status(s->presence, s->health));
    shape_text(w, "cluster_type", spec->cluster);
    write_member(w, "hotline_peer_id", spec);
    write_member(w, "did", spec);
    shape_time(w, "last_seen_at", s->seen_ms);
    shape_time(w, "last_heartbeat_at", s->beats > 0 ? s->seen_ms : 0);
    thunderline_metadata(w, "meta", spec);
    shape_time(w, "inserted_at", s->registered_ms);
    shape_time(w, "updated_at", s->seen_ms);
}

static void write_node(struct llmreg_json_out *w, const struct ask *a,
                       const struct llmreg_agent *agent, unsigned load)
{
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(agent);
    struct llmreg_agent_state state;

    llmreg_agent_state(agent, &state);
    write_members(w, spec, &state);
    if ((load & LOAD_HEARTBEATS) != 0)
        write_beats(w, a, agent, MINUTES);
    if ((load & LOAD_CAPABILITIES) != 0)
        write_capabilities(w, spec);
    llmreg_agent_spec_put(spec);
}

/* ---- lists ---- */

enum { ROW_STATUS, ROW_DOMAIN, ROW_ROLE, ROW_CLUSTER };

/* An empty value is none. */
static const struct query_row list_query[] = {
    {"status", QUERY_TEXT, -1, 0, NULL,
     "connecting, online, degraded, disconnected, offline"},
    {"domain", QUERY_TEXT, -1, 0, NULL, "only those of the domain"},
    {"role", QUERY_TEXT, -1, 0, NULL, "only those of the role"},
    {"cluster_type", QUERY_TEXT, -1, 0, NULL, "in_cluster, out_of_cluster"},
    {.name = NULL},
};

static const char *wanted(const struct ask *a, unsigned row)
{
    const char *text = a->query[row].text;

    return text == NULL || text[0] == '\0' ? NULL : text;
}

static int check_status(struct ask *a, const char *status)
{
    static const char *const words[] = {"connecting", "online", "degraded",
                                        "disconnected", "offline"};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (status == NULL || strcmp(words[i], status) == 0)
            return LLMREG_OK;
    return ask_fail(a, LLMREG_EINVAL, "status",
                    "status=%.64s: allowed is connecting, online, degraded, "
                    "disconnected, offline",
                    status);
}

static const char *cluster_of(const char *said)
{
    static const struct {
        const char *said, *means;
    } aliases[] = {{"beam", "in_cluster"}, {"edge", "out_of_cluster"}};

    for (size_t i = 0; said != NULL && i < sizeof aliases / sizeof aliases[0];
         i++)
        if (strcmp(aliases[i].said, said) == 0)
            return aliases[i].means;
    return said;
}

static bool is_wanted(const struct ask *a, const struct llmreg_agent *agent)
{
    const char *status = wanted(a, ROW_STATUS);
    const char *cluster = cluster_of(wanted(a, ROW_CLUSTER));
    const struct llmreg_agent_spec *spec = llmreg_agent_spec(agent);
    const bool clustered =
        cluster == NULL || strcmp(cluster, spec->cluster) == 0;
    struct llmreg_agent_state state;

    llmreg_agent_spec_put(spec);
    llmreg_agent_state(agent, &state);
    return clustered && (status == NULL ||
                         strcmp(status, thunderline_status(state.presence,
                                                           state.health)) == 0);
}

static void write_one(struct llmreg_json_out *w, const struct ask *a,
                      const struct llmreg_agent *agent)
{
    llmreg_json_open_object(w, NULL);
    write_node(w, a, agent, 0);
    llmreg_json_close_object(w);
}

static int run_list(struct ask *a)
{
    static const struct crowd_list nodes = {
        .name = "nodes", .write = write_one, .wanted = is_wanted};
    const struct llmreg_agent_filter filter = {.role = wanted(a, ROW_ROLE),
                                               .domain = wanted(a, ROW_DOMAIN)};
    int rc = check_status(a, wanted(a, ROW_STATUS));

    return rc == LLMREG_OK ? crowd_send(a, &filter, &nodes) : rc;
}

/* ---- one ---- */

enum { GET_LOAD };

static const struct query_row get_query[] = {
    {"load", QUERY_TEXT, -1, 0, NULL, "heartbeats,capabilities"},
    {.name = NULL},
};

/* "heartbeats, capabilities" */
static int read_load(struct ask *a, unsigned *out)
{
    static const struct {
        const char *word;
        unsigned bit;
    } words[] = {{"heartbeats", LOAD_HEARTBEATS},
                 {"capabilities", LOAD_CAPABILITIES}};
    const char *p = wanted(a, GET_LOAD);

    for (*out = 0; p != NULL && *p != '\0'; p += strspn(p, ", ")) {
        const size_t len = strcspn(p, ", ");
        unsigned bit = 0;

        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (strlen(words[i].word) == len &&
                strncmp(words[i].word, p, len) == 0)
                bit = words[i].bit;
        if (bit == 0)
            return ask_fail(a, LLMREG_EINVAL, "load",
                            "load=%.64s: allowed is heartbeats,capabilities",
                            p);
        *out |= bit;
        p += len;
    }
    return LLMREG_OK;
}

static int find_node(struct ask *a, struct llmreg_agent **out)
{
    *out = llmreg_agent_get(a->api->registry, a->params[0]);
    return *out != NULL ? LLMREG_OK
                        : ask_fail(a, LLMREG_ENOENT, NULL, "Node not found");
}

static int run_get(struct ask *a)
{
    struct llmreg_agent *agent = NULL;
    struct reply r;
    unsigned load;
    int rc = read_load(a, &load);

    if (rc == LLMREG_OK)
        rc = find_node(a, &agent);
    if (rc != LLMREG_OK)
        return rc;
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    llmreg_json_open_object(&r.json, "node");
    write_node(&r.json, a, agent, load);
    llmreg_json_close_object(&r.json);
    llmreg_json_close_object(&r.json);
    llmreg_agent_put(agent);
    return reply_send(a, &r, 200);
}

enum { BEATS_MINUTES };

static const struct query_row beats_query[] = {
    {"minutes", QUERY_COUNT, 1, 1440, NULL,
     "of the newest 8 those of the last minutes; 60"},
    {.name = NULL},
};

static int run_beats(struct ask *a)
{
    const struct query_value *minutes = &a->query[BEATS_MINUTES];
    struct llmreg_agent *agent = NULL;
    struct reply r;
    int rc = find_node(a, &agent);

    if (rc != LLMREG_OK)
        return rc;
    reply_begin(&r);
    llmreg_json_open_object(&r.json, NULL);
    write_beats(&r.json, a, agent,
                minutes->text == NULL ? MINUTES : minutes->number);
    llmreg_json_close_object(&r.json);
    llmreg_agent_put(agent);
    return reply_send(a, &r, 200);
}

/* Each under the path that it has and the one that was planned. */
const struct route thunderline_nodes_routes[] = {
    {HTTP_GET, "/api/thunderlink/nodes", ROUTE_READER, 0, list_query, NULL,
     run_list, "200", "nodes", false},
    {HTTP_GET, "/api/nodes", ROUTE_READER, 0, list_query, NULL, run_list, "200",
     "nodes", false},
    {HTTP_GET, "/api/thunderlink/nodes/{id}", ROUTE_READER, 0, get_query, NULL,
     run_get, "200 404", "one node", false},
    {HTTP_GET, "/api/nodes/{id}", ROUTE_READER, 0, get_query, NULL, run_get,
     "200 404", "one node", false},
    {HTTP_GET, "/api/thunderlink/nodes/{id}/heartbeats", ROUTE_READER, 0,
     beats_query, NULL, run_beats, "200 404", "heartbeats that are kept",
     false},
    {HTTP_GET, "/api/nodes/{id}/heartbeats", ROUTE_READER, 0, beats_query, NULL,
     run_beats, "200 404", "heartbeats that are kept", false},
    {.path = NULL},
};
