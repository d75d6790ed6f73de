/* SPDX-License-Identifier: MIT */
/* race_agents.c - mistakes with agents: what was noted of one, and its beats.
 */
#include "common/registry/table.h"
#include "tests/stress/race.h"

static struct llmreg_registry *r;
static struct llmreg_agent *agent;

static void open_agent(void)
{
    const struct llmreg_agent_spec spec = {.id = "agent",
                                           .type = "worker",
                                           .name = "one",
                                           .role = "",
                                           .domain = "",
                                           .cluster = "",
                                           .host = "",
                                           .url = "",
                                           .version = "",
                                           .source = LLMREG_SOURCE_AUTO,
                                           .interval_ms = 30000};
    struct llmreg_error err = {""};

    r = race_registry();
    race_must(llmreg_agent_register(r, &spec, "", NULL, &err) == LLMREG_OK);
    agent = llmreg_agent_get(r, "agent");
    race_must(agent != NULL);
}

static void close_agent(void)
{
    llmreg_agent_put(agent);
    race_registry_free(r);
}

static void drop(struct part *part, bool wrong)
{
    if (wrong)
        part_put(part);
    else
        part_retire(part);
}

static void read_note(void)
{
    struct llmreg_agent_state state;

    llmreg_agent_state(agent, &state);
    race_sink += (size_t)state.activity[0];
}

static void write_note(bool wrong)
{
    struct agent_note *old = agent->note;
    struct agent_facts facts = old->facts;

    facts.activity = "busy";
    struct agent_note *new = agent_note_new(&facts);
    race_must(new != NULL);
    rcu_publish(&agent->note, new);
    drop(&old->part, wrong);
}

static bool look(void *ctx, const struct llmreg_beat *beat)
{
    (void)ctx;
    race_sink += (size_t)beat->metrics[0].value;
    return true;
}

static void read_beats(void)
{
    llmreg_agent_beats(agent, 0, look, NULL);
}

static const struct llmreg_measure metrics[] = {{"load", 1}};
static const struct llmreg_now now = {.mono_ns = 1, .wall_ms = 1};
static const struct llmreg_heartbeat beat = {
    .activity = "", .peer = "", .hub = "", .metrics = metrics, .nmetrics = 1};
static uint64_t number; /* of the beat, always for the same place */

static struct agent_words *words(void)
{
    struct agent_words *w = NULL;

    race_must(agent_words_new(&w, &beat) == LLMREG_OK && w != NULL);
    return w;
}

static void put_beat(void)
{
    number += LLMREG_BEATS_KEPT;
    agent_ring_put(agent->ring, number, &beat, words(), &now);
}

static void open_beats(void)
{
    open_agent();
    race_must(agent_ring_ready(agent) == LLMREG_OK);
    number = 0;
    put_beat();
}

static void write_beats(bool wrong)
{
    struct agent_words *old = agent->ring->places[0].words;

    if (!wrong) {
        put_beat();
        return;
    }
    rcu_publish(&agent->ring->places[0].words, words());
    part_put(&old->part);
}

const struct race races_of_agents[] = {
    {"agent-note", open_agent, read_note, write_note, close_agent},
    {"agent-beats", open_beats, read_beats, write_beats, close_agent},
    {NULL, NULL, NULL, NULL, NULL},
};
