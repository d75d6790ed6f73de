/* SPDX-License-Identifier: MIT */
/* config_endpoint.c - one <Endpoint "name"> block becomes a target, and an
 * access if it says how to reach it. */
#include "plugins/llm_probe/config.h"

#include <fcntl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <llmreg/text.h>

#include "plugins/llm_probe/backend.h"

#define NAME_MAX_BYTES   127
#define HEADER_MAX_BYTES 4096
#define HEADERS_MAX      32
#define WHERE_SIZE       160

struct endpoint_options {
    char url[LLMREG_URL_SIZE];
    char kind[32];
    char host[LLMREG_SERIES_SIZE];
    int64_t priority;
    int64_t timeout_ns;
    char token[ACCESS_PATH_SIZE];
    char ca[ACCESS_PATH_SIZE];
    char cert[ACCESS_PATH_SIZE];
    char key[ACCESS_PATH_SIZE];
    bool verify_peer, verify_host;
};

#define OFF(field)  offsetof(struct endpoint_options, field)
#define SIZE(field) sizeof((struct endpoint_options){.priority = 0}.field)

const struct llmreg_option config_endpoint_options[] = {
    {"URL", LLMREG_OPT_STRING, OFF(url), SIZE(url), 1, LLMREG_URL_SIZE - 1,
     NULL, "http://host:port or https://..., required"},
    {"Kind", LLMREG_OPT_STRING, OFF(kind), SIZE(kind), 1, 31, "ollama",
     "the protocol it speaks"},
    {"Priority", LLMREG_OPT_INTEGER, OFF(priority), 0, 0, 1000, "50",
     "higher is preferred"},
    {"Host", LLMREG_OPT_STRING, OFF(host), SIZE(host), 1, 100, NULL,
     "host of its series in collectd"},
    {"Timeout", LLMREG_OPT_SECONDS, OFF(timeout_ns), 0, 0.05, 60, NULL,
     "seconds, instead of the plugin's Timeout"},
    {"BearerTokenFile", LLMREG_OPT_PATH, OFF(token), SIZE(token), 1,
     ACCESS_PATH_SIZE - 1, NULL, "its first line is sent as bearer token"},
    {"CACert", LLMREG_OPT_PATH, OFF(ca), SIZE(ca), 1, ACCESS_PATH_SIZE - 1,
     NULL, "certificates that its own is verified with"},
    {"ClientCert", LLMREG_OPT_PATH, OFF(cert), SIZE(cert), 1,
     ACCESS_PATH_SIZE - 1, NULL, "certificate that is shown to it"},
    {"ClientKey", LLMREG_OPT_PATH, OFF(key), SIZE(key), 1, ACCESS_PATH_SIZE - 1,
     NULL, "key of ClientCert"},
    {"VerifyPeer", LLMREG_OPT_BOOL, OFF(verify_peer), 0, 0, 0, "true",
     "its certificate must be valid"},
    {"VerifyHost", LLMREG_OPT_BOOL, OFF(verify_host), 0, 0, 0, "true",
     "its certificate must be for its host"},
    {.name = NULL},
};

/* One block while it is read. */
struct block {
    struct config *config;
    char where[WHERE_SIZE]; /* <Endpoint "name"> */
    const char *name;
    struct endpoint_options options;
    struct llmreg_settings settings;               /* of options */
    struct llmreg_label labels[LLMREG_LABELS_MAX]; /* lent by the items */
    size_t nlabels;
    const char *headers[HEADERS_MAX]; /* the same */
    size_t nheaders;
    struct llmreg_error *err;
};

static int wrong(struct block *b, const char *option, const char *value,
                 const char *allowed)
{
    char storage[200];
    struct llmreg_text shown;
    size_t len = strlen(value);

    llmreg_text_init(&shown, storage, sizeof storage);
    llmreg_text_add_escaped(&shown, value, len < 40 ? len : 40);
    llmreg_error_set(b->err, "%s: %s \"%s\": %s", b->where, option, storage,
                     allowed);
    return LLMREG_EINVAL;
}

/* The same where the value is missing, or must not be shown. */
static int refuse(struct block *b, const char *option, const char *why)
{
    llmreg_error_set(b->err, "%s: %s: %s", b->where, option, why);
    return LLMREG_EINVAL;
}

static bool is_text(const struct llmreg_value *v, size_t min, size_t max)
{
    size_t len = v->type == LLMREG_VALUE_STRING ? strlen(v->string) : 0;

    return v->type == LLMREG_VALUE_STRING && len >= min && len <= max &&
           llmreg_is_clean(v->string, len);
}

/* ---- what may come more than once ---- */

static int add_label(struct block *b, const struct llmreg_item *item)
{
    const struct llmreg_value *v = item->values;

    if (item->nvalues != 2 || item->nchildren > 0 || !is_text(&v[0], 1, 64) ||
        !is_text(&v[1], 0, 256))
        return refuse(b, "Label",
                      "needs a name of 1 to 64 bytes and "
                      "a value of up to 256, both quoted");
    for (size_t i = 0; i < b->nlabels; i++)
        if (strcmp(b->labels[i].name, v[0].string) == 0)
            return wrong(b, "Label", v[0].string, "is given twice");
    if (b->nlabels == LLMREG_LABELS_MAX)
        return wrong(b, "Label", v[0].string, "allowed are 32 labels");
    b->labels[b->nlabels++] =
        (struct llmreg_label){.name = v[0].string, .value = v[1].string};
    return LLMREG_OK;
}

/* RFC 9110: a token, a colon, and visible characters with blanks between. */
static bool is_header(const char *line)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                                "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t name = strspn(line, token);
    const char *value = NULL;

    if (name == 0 || line[name] != ':' || strlen(line) > HEADER_MAX_BYTES)
        return false;
    value = line + name + 1;
    for (const char *c = value; *c != '\0'; c++)
        if ((*c < ' ' && *c != '\t') || *c > '~')
            return false;
    return value[strspn(value, " \t")] != '\0';
}

/* Headers that are libcurl's business, because they frame the request. */
static bool is_ours(const char *line)
{
    static const char *const names[] = {
        "Content-Length:", "Connection:", "Transfer-Encoding:", "Expect:"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncasecmp(line, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static int add_header(struct block *b, const struct llmreg_item *item)
{
    const struct llmreg_value *v = item->values;

    if (item->nvalues != 1 || item->nchildren > 0 ||
        v->type != LLMREG_VALUE_STRING || !is_header(v->string) ||
        is_ours(v->string))
        return refuse(b, "Header",
                      "needs \"Name: value\" in quotes, and a Name that is "
                      "not Content-Length, Connection, Transfer-Encoding or "
                      "Expect");
    if (b->nheaders == HEADERS_MAX)
        return refuse(b, "Header", "allowed are 32 headers");
    b->headers[b->nheaders++] = v->string;
    return LLMREG_OK;
}

static int add_item(struct block *b, const struct llmreg_item *item)
{
    struct llmreg_error why = {.text = ""};
    int rc;

    if (strcasecmp(item->key, "Label") == 0)
        return add_label(b, item);
    if (strcasecmp(item->key, "Header") == 0)
        return add_header(b, item);
    rc = llmreg_options_set(config_endpoint_options, &b->settings, item, &why);
    if (rc == LLMREG_ENOENT)
        llmreg_error_set(b->err, "%s, Label, Header", why.text);
    else if (rc != LLMREG_OK)
        *b->err = why;
    return rc;
}

/* Two of one header, and the server picks. */
static int check_token(struct block *b)
{
    static const char name[] = "Authorization:";

    for (size_t i = 0; i < b->nheaders; i++)
        if (b->options.token[0] != '\0' &&
            strncasecmp(b->headers[i], name, sizeof name - 1) == 0)
            return refuse(b, "BearerTokenFile",
                          "sends the header Authorization, and so does a "
                          "Header; allowed is one of them");
    return LLMREG_OK;
}

/* ---- from options to a target ---- */

static int find_kind(struct block *b, const struct backend **out)
{
    char allowed[200];
    struct llmreg_text t;
    enum llmreg_kind kind;

    *out = NULL;
    if (llmreg_kind_parse(b->options.kind, &kind) == LLMREG_OK)
        *out = backend_find(kind);
    if (*out != NULL)
        return LLMREG_OK;
    llmreg_text_init(&t, allowed, sizeof allowed);
    llmreg_text_add(&t, "allowed:");
    for (size_t n = 0; backend_at(n) != NULL; n++)
        llmreg_text_addf(&t, " %s", llmreg_kind_text(backend_at(n)->kind));
    return wrong(b, "Kind", b->options.kind, allowed);
}

static int make_target(struct block *b, struct llmreg_url *url)
{
    const struct backend *backend = NULL;
    char host[LLMREG_SERIES_SIZE];
    char series[LLMREG_SERIES_SIZE];
    struct llmreg_error why = {.text = ""};
    int rc = find_kind(b, &backend);

    if (rc != LLMREG_OK)
        return rc;
    if (b->options.url[0] == '\0')
        return refuse(b, "URL", "is missing, e.g. \"http://host:11434\"");
    rc = llmreg_url_parse(b->options.url, backend->port, url, &why);
    if (rc != LLMREG_OK) {
        llmreg_error_set(b->err, "%s: %s", b->where, why.text);
        return rc;
    }
    llmreg_series_name(b->name, series);
    llmreg_series_name(b->options.host[0] != '\0' ? b->options.host : url->host,
                       host);
    const struct target t = {
        .id = url->id,
        .url = url->base,
        .name = b->name,
        .host = host,
        .series = series,
        .kind = backend->kind,
        .priority = (int32_t)b->options.priority,
        .labels = b->labels,
        .nlabels = b->nlabels,
    };
    return targets_add(&b->config->targets, &t);
}

/* ---- from options to an access ---- */

static int check_readable(struct block *b, const char *option, const char *path)
{
    char words[96];
    int fd = -1;

    if (path[0] == '\0')
        return LLMREG_OK;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return wrong(b, option, path, strerror_r(errno, words, sizeof words));
    close(fd);
    return LLMREG_OK;
}

static int check_files(struct block *b)
{
    int rc = check_readable(b, "CACert", b->options.ca);

    if (rc == LLMREG_OK)
        rc = check_readable(b, "ClientCert", b->options.cert);
    if (rc == LLMREG_OK)
        rc = check_readable(b, "ClientKey", b->options.key);
    if (rc == LLMREG_OK && b->options.key[0] != '\0' &&
        b->options.cert[0] == '\0')
        return wrong(b, "ClientKey", b->options.key, "needs a ClientCert");
    return rc;
}

/* NULL stays NULL; false: no memory. */
static bool copy_text(char **out, const char *s)
{
    if (s[0] != '\0')
        *out = strdup(s);
    return s[0] == '\0' || *out != NULL;
}

static bool is_plain(const struct block *b)
{
    const struct endpoint_options *o = &b->options;

    return b->nheaders == 0 && o->timeout_ns == 0 && o->token[0] == '\0' &&
           o->ca[0] == '\0' && o->cert[0] == '\0' && o->verify_peer &&
           o->verify_host;
}

static int fill_access(struct block *b, struct access *a)
{
    const struct endpoint_options *o = &b->options;

    a->timeout_ns = o->timeout_ns;
    a->verify_peer = o->verify_peer;
    a->verify_host = o->verify_host;
    a->token = ACCESS_NO_TOKEN;
    if (!copy_text(&a->ca, o->ca) || !copy_text(&a->cert, o->cert) ||
        !copy_text(&a->key, o->key))
        return LLMREG_ENOMEM;
    a->headers = calloc(b->nheaders + 1, sizeof *a->headers);
    if (a->headers == NULL)
        return LLMREG_ENOMEM;
    for (; a->nheaders < b->nheaders; a->nheaders++)
        if (!copy_text(&a->headers[a->nheaders], b->headers[a->nheaders]))
            return LLMREG_ENOMEM;
    if (o->token[0] == '\0')
        return LLMREG_OK;
    return secrets_add(b->config->secrets, o->token, &a->token);
}

static int make_access(struct block *b, const struct llmreg_url *url)
{
    struct access_list *list = &b->config->access;
    struct access *items = NULL;
    struct access *a = NULL;

    if (is_plain(b))
        return LLMREG_OK;
    items = realloc(list->items, (list->count + 1) * sizeof *items);
    if (items == NULL)
        return LLMREG_ENOMEM;
    list->items = items;
    a = &items[list->count++];
    *a = (struct access){.timeout_ns = 0};
    memcpy(a->id, url->id, sizeof a->id);
    return fill_access(b, a);
}

/* ---- the block ---- */

static int read_name(struct block *b, const struct llmreg_item *item)
{
    char shown[WHERE_SIZE];

    llmreg_copy_message(b->where, sizeof b->where, "<Endpoint>");
    if (item->nvalues != 1 || !is_text(&item->values[0], 1, NAME_MAX_BYTES))
        return refuse(b, "name",
                      "allowed is one, of 1 to 127 bytes, in quotes");
    b->name = item->values[0].string;
    snprintf(shown, sizeof shown, "<Endpoint \"%s\">", b->name);
    llmreg_copy_message(b->where, sizeof b->where, shown);
    if (strcasecmp(b->name, "fleet") == 0)
        return wrong(b, "name", b->name, "is taken by the fleet's own series");
    return LLMREG_OK;
}

static int read_block(struct block *b, const struct llmreg_item *item)
{
    struct llmreg_url url;
    int rc = read_name(b, item);

    if (rc == LLMREG_OK)
        rc = llmreg_options_preset(config_endpoint_options, &b->options);
    for (size_t i = 0; i < item->nchildren && rc == LLMREG_OK; i++)
        rc = add_item(b, &item->children[i]);
    if (rc == LLMREG_OK)
        rc = check_token(b);
    if (rc == LLMREG_OK)
        rc = check_files(b);
    if (rc == LLMREG_OK)
        rc = make_target(b, &url);
    if (rc == LLMREG_OK)
        rc = make_access(b, &url);
    return rc;
}

int config_endpoint(struct config *c, const struct llmreg_item *block,
                    struct llmreg_error *err)
{
    struct block *b = calloc(1, sizeof *b);
    int rc = LLMREG_ENOMEM;

    if (b == NULL)
        return rc;
    b->config = c;
    b->err = err;
    b->settings = (struct llmreg_settings){&b->options, 0, b->where};
    rc = read_block(b, block);
    free(b);
    return rc;
}
