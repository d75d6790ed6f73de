/* SPDX-License-Identifier: MIT */
/* naming.c - its series are found by host and port (and a path's hash), as
 * those of an EndpointFile: a name may change, and graphs go on. */
#include "plugins/llm_listen/api/naming.h"

#include <stdio.h>
#include <string.h>

#include <llmreg/table.h>

#define NAME_MAX_BYTES 127

static void write_series(const struct llmreg_url *url,
                         char out[static LLMREG_SERIES_SIZE])
{
    const uint64_t hash = llmreg_hash(url->path, strlen(url->path));

    if (url->path[0] == '\0')
        snprintf(out, LLMREG_SERIES_SIZE, "%u", (unsigned)url->port);
    else
        snprintf(out, LLMREG_SERIES_SIZE, "%u-%08x", (unsigned)url->port,
                 (unsigned)hash);
}

int naming_read(struct naming *n, const char *text, const char *peer,
                struct llmreg_error *err)
{
    int rc = llmreg_url_parse(text, NAMING_PORT, &n->url, err);

    if (rc == LLMREG_OK)
        rc = llmreg_url_announced(&n->url, peer, err);
    if (rc != LLMREG_OK)
        return rc;
    llmreg_series_name(n->url.host, n->host);
    llmreg_series_name(n->url.id, n->name);
    write_series(&n->url, n->series);
    return LLMREG_OK;
}

void naming_fill(const struct naming *n, struct llmreg_spec *out)
{
    out->id = n->url.id;
    out->url = n->url.base;
    out->name = strlen(n->url.id) <= NAME_MAX_BYTES ? n->url.id : n->name;
    out->host = n->host;
    out->series = n->series;
    out->kind = LLMREG_KIND_AUTO;
    out->priority = LLMREG_PRIORITY_DEFAULT;
}
