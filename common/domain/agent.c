/* SPDX-License-Identifier: MIT */
/* agent.c - is this specification of an agent fit to be registered?
 *
 * Whatever came from a network, a file or a database passes here once, and
 * after that nobody checks again.  Text fields are rows of a table; metadata
 * is checked as in a heartbeat (metadata.c).
 */
#include <llmreg/agent.h>

#include "common/domain/check.h"
#include "common/domain/metadata.h"

#include <llmreg/names.h>
#include <string.h>

#define INTERVAL_MIN_MS 1000
#define INTERVAL_MAX_MS 86400000
#define HOST_MAX        253

struct field {
    const char *name;
    size_t at;
    size_t min, max; /* bytes */
};

#define FIELD(name) #name, offsetof(struct llmreg_agent_spec, name)

static const struct field fields[] = {
    {FIELD(id), 0, LLMREG_AGENT_ID_SIZE - 1},
    {FIELD(type), 1, 64},
    {FIELD(name), 1, 256},
    {FIELD(role), 0, 64},
    {FIELD(domain), 0, 64},
    {FIELD(cluster), 0, 64},
    {FIELD(host), 0, HOST_MAX},
    {FIELD(url), 0, LLMREG_URL_SIZE - 1},
    {FIELD(version), 0, 64},
};

static int check_fields(const struct llmreg_agent_spec *spec,
                        struct llmreg_error *err)
{
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const char *s;
        memcpy(&s, (const char *)spec + fields[i].at, sizeof s);
        int rc =
            check_text(fields[i].name, s, fields[i].min, fields[i].max, err);
        if (rc != LLMREG_OK)
            return rc;
    }
    return LLMREG_OK;
}

static int check_type(const char *type, struct llmreg_error *err)
{
    char shown[CHECK_SHOWN];

    if (type[strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0')
        return LLMREG_OK;
    check_show(shown, type);
    llmreg_error_set(err, "type \"%s\" may have a to z, 0 to 9, '_' and '-'",
                     shown);
    return LLMREG_EINVAL;
}

/* "" or what llmreg_url_parse makes of it. */
static int check_url(const char *url, struct llmreg_error *err)
{
    struct llmreg_url parsed;

    if (url[0] == '\0')
        return LLMREG_OK;
    int rc = llmreg_url_parse(url, 80, &parsed, err);
    if (rc != LLMREG_OK || strcmp(parsed.base, url) == 0)
        return rc;
    llmreg_error_set(err, "url is not in its canonical form \"%.400s\"",
                     parsed.base);
    return LLMREG_EINVAL;
}

static int check_values(const struct llmreg_agent_spec *spec,
                        struct llmreg_error *err)
{
    int rc = check_chars("id", spec->id, "._:@/+-", err);

    if (rc == LLMREG_OK)
        rc = check_type(spec->type, err);
    if (rc == LLMREG_OK && spec->host[0] != '\0')
        rc = check_host_key("host", spec->host, err);
    if (rc == LLMREG_OK)
        rc = check_url(spec->url, err);
    if (rc == LLMREG_OK)
        rc = check_word("source", spec->source, LLMREG_SOURCES, err);
    if (rc == LLMREG_OK)
        rc = check_range("interval_ms", spec->interval_ms, INTERVAL_MIN_MS,
                         INTERVAL_MAX_MS, err);
    return rc;
}

/* ---- capabilities ---- */

static bool is_given_before(const struct llmreg_agent_spec *spec, size_t at)
{
    const struct llmreg_capability *c = spec->capabilities;

    for (size_t i = 0; i < at; i++)
        if (strcmp(c[i].name, c[at].name) == 0 &&
            strcmp(c[i].value, c[at].value) == 0)
            return true;
    return false;
}

static int check_capability(const struct llmreg_capability *c,
                            struct llmreg_error *err)
{
    char shown[CHECK_SHOWN];
    int rc = check_text("capability", c->name, 1, 64, err);

    if (rc == LLMREG_OK)
        rc = check_text("value of a capability", c->value, 0, 256, err);
    if (rc != LLMREG_OK || strchr(c->name, '=') == NULL)
        return rc;
    check_show(shown, c->name);
    llmreg_error_set(err, "capability \"%s\": no '=' is allowed", shown);
    return LLMREG_EINVAL;
}

static int check_capabilities(const struct llmreg_agent_spec *spec,
                              struct llmreg_error *err)
{
    char shown[CHECK_SHOWN];
    int rc = check_range("number of capabilities", (int64_t)spec->ncapabilities,
                         0, LLMREG_CAPABILITIES_MAX, err);

    for (size_t i = 0; rc == LLMREG_OK && i < spec->ncapabilities; i++) {
        rc = check_capability(&spec->capabilities[i], err);
        if (rc != LLMREG_OK || !is_given_before(spec, i))
            continue;
        check_show(shown, spec->capabilities[i].name);
        llmreg_error_set(err, "capability \"%s\" is given twice", shown);
        rc = LLMREG_EINVAL;
    }
    return rc;
}

int llmreg_agent_check(const struct llmreg_agent_spec *spec,
                       struct llmreg_error *err)
{
    int rc = check_fields(spec, err);

    if (rc == LLMREG_OK)
        rc = check_values(spec, err);
    if (rc == LLMREG_OK)
        rc = check_capabilities(spec, err);
    if (rc == LLMREG_OK)
        rc = metadata_check(spec->metadata, spec->nmetadata, err);
    return rc;
}
