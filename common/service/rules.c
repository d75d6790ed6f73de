/* SPDX-License-Identifier: MIT */
/* rules.c - which function looks for which rule, and what they share.
 *
 * An alert is about (rule, subject).  The subject of a rule about one thing is
 * the id of that thing; split_brain, which is about agents and hosts, puts
 * "agent/" or "host/" before it, since both may have one id; a GPU is
 * host/gpuN.
 */
#include "common/service/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <llmreg/text.h>

static void (*const looks[LLMREG_RULES])(struct look *l) = {
    [LLMREG_RULE_ENDPOINT_UNHEALTHY] = rules_look_endpoint_unhealthy,
    [LLMREG_RULE_MODEL_LOST] = rules_look_model_lost,
    [LLMREG_RULE_KIND_DOWN] = rules_look_kind_down,
    [LLMREG_RULE_AGENT_OFFLINE] = rules_look_agent_offline,
    [LLMREG_RULE_HOST_OFFLINE] = rules_look_host_offline,
    [LLMREG_RULE_NO_AGENTS_ONLINE] = rules_look_no_agents_online,
    [LLMREG_RULE_HOST_STALE] = rules_look_host_stale,
    [LLMREG_RULE_VRAM_HIGH] = rules_look_vram_high,
    [LLMREG_RULE_MODEL_ON_CPU] = rules_look_model_on_cpu,
    [LLMREG_RULE_VERSION_DRIFT] = rules_look_version_drift,
    [LLMREG_RULE_SPLIT_BRAIN] = rules_look_split_brain,
    [LLMREG_RULE_HEARTBEAT_LATENCY] = rules_look_heartbeat_latency,
    [LLMREG_RULE_CONNECTION_CHURN] = rules_look_connection_churn,
    [LLMREG_RULE_REGISTRY_ISOLATED] = rules_look_registry_isolated,
    [LLMREG_RULE_STORE_FAILED] = rules_look_store_failed,
    [LLMREG_RULE_STORE_UNHEALTHY] = rules_look_store_unhealthy,
};

void rules_look(struct look *l)
{
    looks[l->rule](l);
}

/* ---- what is worth a look ---- */

void rules_scan(const struct rules_scan *scan)
{
    rules_scan_endpoints(scan);
    rules_scan_fleet(scan);
    rules_scan_agents(scan);
    rules_scan_hosts(scan);
    for (int kind = 0; kind < CENSUS_KINDS; kind++)
        if (guard_is_raised(&scan->scene->guards[kind]))
            scan->offer(scan->ctx, LLMREG_RULE_REGISTRY_ISOLATED,
                        census_text((enum census_kind)kind));
    if (scan->scene->store_failed)
        scan->offer(scan->ctx, LLMREG_RULE_STORE_FAILED, "store");
    if (scan->scene->ill.severity != LLMREG_SEVERITY_OKAY)
        scan->offer(scan->ctx, LLMREG_RULE_STORE_UNHEALTHY, "store");
}

static void touch_all(const struct rules_scan *scan, const char *prefix,
                      const char *id, const enum llmreg_rule_id *rules,
                      size_t n)
{
    char claimed[LLMREG_ALERT_ID_SIZE];
    struct llmreg_text t;

    for (size_t i = 0; i < n; i++)
        scan->offer(scan->ctx, rules[i], id);
    llmreg_text_init(&t, claimed, sizeof claimed);
    llmreg_text_addf(&t, "%s%s", prefix, id);
    if (prefix[0] != '\0' && !t.failed)
        scan->offer(scan->ctx, LLMREG_RULE_SPLIT_BRAIN, claimed);
}

void rules_touch(const struct rules_scan *scan, enum llmreg_entity entity,
                 const char *id)
{
    static const enum llmreg_rule_id endpoint[] = {
        LLMREG_RULE_ENDPOINT_UNHEALTHY, LLMREG_RULE_MODEL_ON_CPU};
    static const enum llmreg_rule_id agent[] = {LLMREG_RULE_AGENT_OFFLINE,
                                                LLMREG_RULE_HEARTBEAT_LATENCY,
                                                LLMREG_RULE_CONNECTION_CHURN};
    static const enum llmreg_rule_id host[] = {LLMREG_RULE_HOST_STALE,
                                               LLMREG_RULE_HOST_OFFLINE,
                                               LLMREG_RULE_VRAM_HIGH};
    static const enum llmreg_rule_id store[] = {LLMREG_RULE_STORE_FAILED,
                                                LLMREG_RULE_STORE_UNHEALTHY};

    if (entity == LLMREG_ENTITY_ENDPOINT)
        touch_all(scan, "", id, endpoint, 2);
    else if (entity == LLMREG_ENTITY_AGENT)
        touch_all(scan, "agent/", id, agent, 3);
    else if (entity == LLMREG_ENTITY_HOST)
        touch_all(scan, "host/", id, host, 3);
    else if (entity == LLMREG_ENTITY_STORE)
        touch_all(scan, "", "store", store, 2);
}

/* ---- what looks share ---- */

bool rules_is_raised(const struct look *l)
{
    return l->before != NULL && l->before->s.severity != LLMREG_SEVERITY_OKAY;
}

void rules_find(struct look *l, bool bad, const char *bad_word,
                const char *good_word)
{
    l->found = (struct llmreg_finding){.known = true,
                                       .may_open = true,
                                       .severity = bad ? LLMREG_SEVERITY_FAILURE
                                                       : LLMREG_SEVERITY_OKAY};
    l->state = bad ? bad_word : good_word;
}

static void write_cut(char *out, size_t size, const char *format, va_list args)
    LLMREG_PRINTF(3, 0);

static void write_cut(char *out, size_t size, const char *format, va_list args)
{
    char whole[2048];

    (void)vsnprintf(whole, sizeof whole, format, args);
    llmreg_copy_message(out, size, whole);
}

void rules_say(struct look *l, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    write_cut(l->words->message, sizeof l->words->message, format, args);
    va_end(args);
}

void rules_reason(struct look *l, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    write_cut(l->words->reason, sizeof l->words->reason, format, args);
    va_end(args);
}

void rules_address_fleet(struct look *l, const char *name)
{
    llmreg_copy_message(l->words->name, sizeof l->words->name, name);
    llmreg_copy_message(l->words->series, sizeof l->words->series, RULES_FLEET);
}

void rules_look_split_brain(struct look *l)
{
    if (strncmp(l->subject, "agent/", 6) == 0)
        rules_look_agent_claims(l, l->subject + 6);
    else if (strncmp(l->subject, "host/", 5) == 0)
        rules_look_host_claims(l, l->subject + 5);
    else
        l->gone = true;
}
