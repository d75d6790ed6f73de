/* SPDX-License-Identifier: MIT */
/* words.c - every enumeration of the domain as words, for people, files and
 * programs.
 *
 * One table an enumeration and nothing else to edit: the words are part of
 * the interface (configuration, store, JSON), so a word never changes its
 * meaning and new ones are only added.  A value that is none is written as
 * "invalid", which no parser reads back.
 */
#include <llmreg/agent.h>
#include <llmreg/alert.h>
#include <llmreg/endpoint.h>
#include <llmreg/entity.h>
#include <llmreg/health.h>
#include <llmreg/session.h>
#include <llmreg/token.h>

#include <string.h>

static const char *const kinds[LLMREG_KINDS] = {
    [LLMREG_KIND_AUTO] = "auto",         [LLMREG_KIND_OLLAMA] = "ollama",
    [LLMREG_KIND_VLLM] = "vllm",         [LLMREG_KIND_LLAMACPP] = "llamacpp",
    [LLMREG_KIND_LMSTUDIO] = "lmstudio", [LLMREG_KIND_EXO] = "exo",
    [LLMREG_KIND_SGLANG] = "sglang",     [LLMREG_KIND_TGI] = "tgi",
    [LLMREG_KIND_LOCALAI] = "localai",   [LLMREG_KIND_KOBOLDCPP] = "koboldcpp",
    [LLMREG_KIND_OPENAI] = "openai",     [LLMREG_KIND_GENERIC] = "generic",
};

static const char *const sources[LLMREG_SOURCES] = {
    [LLMREG_SOURCE_STATIC] = "static",
    [LLMREG_SOURCE_MANUAL] = "manual",
    [LLMREG_SOURCE_AUTO] = "auto",
    [LLMREG_SOURCE_MDNS] = "mdns",
};

static const char *const admins[LLMREG_ADMINS] = {
    [LLMREG_ADMIN_ACTIVE] = "active",
    [LLMREG_ADMIN_DRAINING] = "draining",
    [LLMREG_ADMIN_DISABLED] = "disabled",
    [LLMREG_ADMIN_MAINTENANCE] = "maintenance",
};

static const char *const states[LLMREG_HEALTH_STATES] = {
    [LLMREG_HEALTH_UNKNOWN] = "unknown",
    [LLMREG_HEALTH_HEALTHY] = "healthy",
    [LLMREG_HEALTH_DEGRADED] = "degraded",
    [LLMREG_HEALTH_UNHEALTHY] = "unhealthy",
    [LLMREG_HEALTH_UNREACHABLE] = "unreachable",
};

static const char *const reasons[LLMREG_REASONS] = {
    [LLMREG_REASON_NONE] = "none",
    [LLMREG_REASON_OK] = "ok",
    [LLMREG_REASON_TIMEOUT] = "timeout",
    [LLMREG_REASON_REFUSED] = "refused",
    [LLMREG_REASON_DNS] = "dns",
    [LLMREG_REASON_TLS] = "tls",
    [LLMREG_REASON_HTTP_STATUS] = "http_status",
    [LLMREG_REASON_HUNG] = "hung",
    [LLMREG_REASON_PARSE] = "parse",
    [LLMREG_REASON_AUTH] = "auth",
    [LLMREG_REASON_RATE_LIMITED] = "rate_limited",
    [LLMREG_REASON_BUSY] = "busy",
    [LLMREG_REASON_LOADING] = "loading",
};

static const char *const severities[LLMREG_SEVERITIES] = {
    [LLMREG_SEVERITY_OKAY] = "okay",
    [LLMREG_SEVERITY_WARNING] = "warning",
    [LLMREG_SEVERITY_FAILURE] = "failure",
};

static const char *const entities[LLMREG_ENTITIES] = {
    [LLMREG_ENTITY_ENDPOINT] = "endpoint", [LLMREG_ENTITY_AGENT] = "agent",
    [LLMREG_ENTITY_HOST] = "host",         [LLMREG_ENTITY_SESSION] = "session",
    [LLMREG_ENTITY_ALERT] = "alert",       [LLMREG_ENTITY_STORE] = "store",
    [LLMREG_ENTITY_CLOCK] = "clock",       [LLMREG_ENTITY_TOKEN] = "token",
    [LLMREG_ENTITY_AUDIT] = "audit",
};

static const char *const presences[LLMREG_PRESENCES] = {
    [LLMREG_PRESENCE_STARTING] = "starting",
    [LLMREG_PRESENCE_CONNECTING] = "connecting",
    [LLMREG_PRESENCE_ONLINE] = "online",
    [LLMREG_PRESENCE_LATE] = "late",
    [LLMREG_PRESENCE_STALE] = "stale",
    [LLMREG_PRESENCE_OFFLINE] = "offline",
    [LLMREG_PRESENCE_STOPPED] = "stopped",
};

static const char *const session_types[LLMREG_SESSION_TYPES] = {
    [LLMREG_SESSION_CLUSTER] = "cluster",
    [LLMREG_SESSION_HOTLINE] = "hotline",
    [LLMREG_SESSION_SERVICE] = "service",
    [LLMREG_SESSION_TOCP] = "tocp",
};

static const char *const session_statuses[LLMREG_SESSION_STATUSES] = {
    [LLMREG_SESSION_ESTABLISHING] = "establishing",
    [LLMREG_SESSION_ESTABLISHED] = "established",
    [LLMREG_SESSION_DEGRADED] = "degraded",
    [LLMREG_SESSION_CLOSED] = "closed",
    [LLMREG_SESSION_FAILED] = "failed",
};

static const char *const roles[LLMREG_ROLES] = {
    [LLMREG_ROLE_AGENT] = "agent",
    [LLMREG_ROLE_READER] = "reader",
    [LLMREG_ROLE_OPERATOR] = "operator",
    [LLMREG_ROLE_ADMIN] = "admin",
};

static const char *const token_states[LLMREG_TOKEN_STATES] = {
    [LLMREG_TOKEN_VALID] = "valid",     [LLMREG_TOKEN_PENDING] = "pending",
    [LLMREG_TOKEN_SPENT] = "spent",     [LLMREG_TOKEN_EXPIRED] = "expired",
    [LLMREG_TOKEN_REVOKED] = "revoked",
};

static const char *word(const char *const *words, unsigned count,
                        unsigned value)
{
    return value < count ? words[value] : "invalid";
}

/* The value of the word s, or LLMREG_ENOENT (negative). */
static int value(const char *const *words, int count, const char *s)
{
    for (int i = 0; i < count; i++)
        if (strcmp(words[i], s) == 0)
            return i;
    return LLMREG_ENOENT;
}

const char *llmreg_kind_text(enum llmreg_kind kind)
{
    return word(kinds, LLMREG_KINDS, kind);
}

const char *llmreg_source_text(enum llmreg_source source)
{
    return word(sources, LLMREG_SOURCES, source);
}

const char *llmreg_admin_text(enum llmreg_admin admin)
{
    return word(admins, LLMREG_ADMINS, admin);
}

const char *llmreg_health_text(enum llmreg_health_state state)
{
    return word(states, LLMREG_HEALTH_STATES, state);
}

const char *llmreg_reason_text(enum llmreg_reason reason)
{
    return word(reasons, LLMREG_REASONS, reason);
}

const char *llmreg_severity_text(enum llmreg_severity severity)
{
    return word(severities, LLMREG_SEVERITIES, severity);
}

int llmreg_severity_parse(const char *s, enum llmreg_severity *out)
{
    int v = value(severities, LLMREG_SEVERITIES, s);

    if (v < 0)
        return v;
    *out = (enum llmreg_severity)v;
    return LLMREG_OK;
}

const char *llmreg_entity_text(enum llmreg_entity entity)
{
    return word(entities, LLMREG_ENTITIES, entity);
}

const char *llmreg_presence_text(enum llmreg_presence presence)
{
    return word(presences, LLMREG_PRESENCES, presence);
}

int llmreg_presence_parse(const char *s, enum llmreg_presence *out)
{
    int v = value(presences, LLMREG_PRESENCES, s);

    if (v < 0)
        return v;
    *out = (enum llmreg_presence)v;
    return LLMREG_OK;
}

const char *llmreg_session_type_text(enum llmreg_session_type type)
{
    return word(session_types, LLMREG_SESSION_TYPES, type);
}

const char *llmreg_session_status_text(enum llmreg_session_status status)
{
    return word(session_statuses, LLMREG_SESSION_STATUSES, status);
}

int llmreg_session_type_parse(const char *s, enum llmreg_session_type *out)
{
    int v = value(session_types, LLMREG_SESSION_TYPES, s);

    if (v < 0)
        return v;
    *out = (enum llmreg_session_type)v;
    return LLMREG_OK;
}

int llmreg_session_status_parse(const char *s, enum llmreg_session_status *out)
{
    int v = value(session_statuses, LLMREG_SESSION_STATUSES, s);

    if (v < 0)
        return v;
    *out = (enum llmreg_session_status)v;
    return LLMREG_OK;
}

int llmreg_entity_parse(const char *s, enum llmreg_entity *out)
{
    int v = value(entities, LLMREG_ENTITIES, s);

    if (v < 0)
        return v;
    *out = (enum llmreg_entity)v;
    return LLMREG_OK;
}

int llmreg_kind_parse(const char *s, enum llmreg_kind *out)
{
    int v = value(kinds, LLMREG_KINDS, s);

    if (v < 0)
        return v;
    *out = (enum llmreg_kind)v;
    return LLMREG_OK;
}

int llmreg_source_parse(const char *s, enum llmreg_source *out)
{
    int v = value(sources, LLMREG_SOURCES, s);

    if (v < 0)
        return v;
    *out = (enum llmreg_source)v;
    return LLMREG_OK;
}

int llmreg_admin_parse(const char *s, enum llmreg_admin *out)
{
    int v = value(admins, LLMREG_ADMINS, s);

    if (v < 0)
        return v;
    *out = (enum llmreg_admin)v;
    return LLMREG_OK;
}

int llmreg_health_parse(const char *s, enum llmreg_health_state *out)
{
    int v = value(states, LLMREG_HEALTH_STATES, s);

    if (v < 0)
        return v;
    *out = (enum llmreg_health_state)v;
    return LLMREG_OK;
}

int llmreg_reason_parse(const char *s, enum llmreg_reason *out)
{
    int v = value(reasons, LLMREG_REASONS, s);

    if (v < 0)
        return v;
    *out = (enum llmreg_reason)v;
    return LLMREG_OK;
}

const char *llmreg_role_text(enum llmreg_role role)
{
    return word(roles, LLMREG_ROLES, role);
}

int llmreg_role_parse(const char *s, enum llmreg_role *out)
{
    int v = value(roles, LLMREG_ROLES, s);

    if (v < 0)
        return v;
    *out = (enum llmreg_role)v;
    return LLMREG_OK;
}

const char *llmreg_token_state_text(enum llmreg_token_state state)
{
    return word(token_states, LLMREG_TOKEN_STATES, state);
}
