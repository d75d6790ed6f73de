/* SPDX-License-Identifier: MIT */
/* request_headers.c - the header lines of an endpoint, as libcurl's lists.
 *
 * They are built when probing begins and again when the token changed, never
 * for each probe.  A list that carried a token is wiped before it is freed. */
#include "plugins/llm_probe/request.h"

#include <stdio.h>
#include <string.h>

static void free_list(struct curl_slist *list)
{
    for (struct curl_slist *l = list; l != NULL; l = l->next)
        explicit_bzero(l->data, strlen(l->data));
    curl_slist_free_all(list);
}

void request_headers_fini(struct request_headers *h)
{
    free_list(h->get);
    free_list(h->post);
    *h = (struct request_headers){0};
}

static bool append(struct curl_slist **list, const char *line)
{
    struct curl_slist *longer = curl_slist_append(*list, line);

    if (longer == NULL)
        return false;
    *list = longer;
    return true;
}

static int build(struct curl_slist **out, const struct access *access,
                 const char *token_line, bool posts)
{
    struct curl_slist *list = NULL;
    bool good = true;

    if (posts)
        good = append(&list, "Content-Type: application/json");
    for (size_t i = 0; good && access != NULL && i < access->nheaders; i++)
        good = append(&list, access->headers[i]);
    if (good && token_line[0] != '\0')
        good = append(&list, token_line);
    if (!good) {
        free_list(list);
        return LLMREG_ENOMEM;
    }
    *out = list;
    return LLMREG_OK;
}

static int rebuild(struct request_headers *h, const struct access *access,
                   const char *token_line, uint64_t version)
{
    struct request_headers fresh = {.version = version};
    int rc = build(&fresh.get, access, token_line, false);

    if (rc == LLMREG_OK)
        rc = build(&fresh.post, access, token_line, true);
    if (rc != LLMREG_OK) {
        request_headers_fini(&fresh);
        return rc;
    }
    request_headers_fini(h);
    *h = fresh;
    return LLMREG_OK;
}

int request_headers_update(struct request_headers *h,
                           const struct access *access, struct secrets *secrets)
{
    static const char bearer[] = "Authorization: Bearer ";
    char line[sizeof bearer + SECRET_MAX];
    uint64_t version = h->version;
    bool changed = false;
    int rc = LLMREG_OK;

    line[0] = '\0';
    if (access != NULL && access->token != ACCESS_NO_TOKEN)
        changed = secrets_get(secrets, access->token, &version,
                              line + sizeof bearer - 1);
    if (changed)
        memcpy(line, bearer, sizeof bearer - 1);
    if (changed || h->post == NULL)
        rc = rebuild(h, access, line, version);
    explicit_bzero(line, sizeof line);
    return rc;
}
