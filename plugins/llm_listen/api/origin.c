/* SPDX-License-Identifier: MIT */
/* origin.c - compares hosts as browsers write them. */
#include "plugins/llm_listen/api/origin.h"

#include <string.h>
#include <strings.h>

#include <llmreg/names.h>

bool origin_host_is_ours(const char *host, const char *const *names, size_t n)
{
    struct llmreg_url url;

    /* A Host is what stands between scheme and path of a URL. */
    if (host == NULL || strpbrk(host, "/?#@") != NULL ||
        llmreg_url_parse(host, 80, &url, NULL) != LLMREG_OK)
        return false;
    if (url.literal || strcmp(url.host, "localhost") == 0)
        return true;
    for (size_t i = 0; i < n; i++)
        if (strcasecmp(names[i], url.host) == 0)
            return true;
    return false;
}

bool origin_is_same(const char *origin, const char *host)
{
    const char *theirs;

    if (origin == NULL)
        return true;
    theirs = strstr(origin, "://");
    return theirs != NULL && host != NULL && strcasecmp(theirs + 3, host) == 0;
}
