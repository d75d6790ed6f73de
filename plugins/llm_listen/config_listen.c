/* SPDX-License-Identifier: MIT */
/* config_listen.c - one <Listen "where"> block becomes a door.
 *
 * Where is an IP address, "*" for all of IPv4 and IPv6, the path of a unix
 * socket, or "systemd:NAME" for a socket that systemd has opened.  What may be
 * seen or done without a token, or without TLS, depends on that: it is checked
 * here, and not left to a careful reader. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <llmreg/text.h>

#include "plugins/llm_listen/config.h"

#define SYSTEMD    "systemd:"
#define WHERE_SIZE 160

struct listen_options {
    int64_t port;
    char mode[8], group[64];
    char cert[DOOR_PATH_SIZE], key[DOOR_PATH_SIZE], client_ca[DOOR_PATH_SIZE];
    bool allow_plaintext, allow_anonymous_write, auto_approve;
};

#define OFF(field)  offsetof(struct listen_options, field)
#define SIZE(field) sizeof((struct listen_options){.port = 0}.field)

const struct llmreg_option config_listen_options[] = {
    {"Port", LLMREG_OPT_INTEGER, OFF(port), 0, 1, 65535, "8437",
     "of a TCP address"},
    {"Mode", LLMREG_OPT_STRING, OFF(mode), SIZE(mode), 3, 4, "0660",
     "of a unix socket, octal in quotes"},
    {"Group", LLMREG_OPT_STRING, OFF(group), SIZE(group), 1, 63, NULL,
     "of a unix socket"},
    {"TLSCert", LLMREG_OPT_PATH, OFF(cert), SIZE(cert), 1, DOOR_PATH_SIZE - 1,
     NULL, "certificate chain in PEM: with it, TLS 1.2 and 1.3 are spoken"},
    {"TLSKey", LLMREG_OPT_PATH, OFF(key), SIZE(key), 1, DOOR_PATH_SIZE - 1,
     NULL, "key of TLSCert"},
    {"ClientCA", LLMREG_OPT_PATH, OFF(client_ca), SIZE(client_ca), 1,
     DOOR_PATH_SIZE - 1, NULL,
     "clients need a certificate that these have signed"},
    {"AllowPlaintext", LLMREG_OPT_BOOL, OFF(allow_plaintext), 0, 0, 0, "false",
     "no TLS, though others than this machine can call"},
    {"AllowAnonymousWrite", LLMREG_OPT_BOOL, OFF(allow_anonymous_write), 0, 0,
     0, "false",
     "who calls from this machine may change things without a token"},
    {"AutoApprove", LLMREG_OPT_BOOL, OFF(auto_approve), 0, 0, 0, "false",
     "agents of AllowAgentsFrom need nobody's approval"},
    {.name = NULL},
};

struct block {
    char where[WHERE_SIZE]; /* <Listen "name"> */
    struct listen_options options;
    struct llmreg_settings settings;
    struct http_door *door;
    struct llmreg_error *err;
};

static int refuse(struct block *b, const char *option, const char *why)
{
    llmreg_error_set(b->err, "%s: %s%s%s", b->where, option,
                     option[0] == '\0' ? "" : ": ", why);
    return LLMREG_EINVAL;
}

/* ---- where ---- */

static int read_name(struct block *b, const struct llmreg_item *item)
{
    char shown[DOOR_PATH_SIZE + 16];
    const char *name;

    llmreg_copy_message(b->where, sizeof b->where, "<Listen>");
    if (item->nvalues != 1 || item->values[0].type != LLMREG_VALUE_STRING ||
        llmreg_copy(b->door->name, sizeof b->door->name,
                    item->values[0].string) != LLMREG_OK ||
        !llmreg_is_clean(b->door->name, strlen(b->door->name)))
        return refuse(b, "",
                      "needs one address, path or systemd:NAME in quotes");
    name = b->door->name;
    snprintf(shown, sizeof shown, "<Listen \"%s\">", name);
    llmreg_copy_message(b->where, sizeof b->where, shown);
    return LLMREG_OK;
}

static int read_address(struct block *b)
{
    struct http_door *d = b->door;
    struct cidr one;

    d->kind = DOOR_TCP;
    d->port = (uint16_t)b->options.port;
    if (strcmp(d->name, "*") != 0 &&
        (strchr(d->name, '/') != NULL ||
         cidr_parse(d->name, &one, NULL) != LLMREG_OK ||
         llmreg_host_key(d->name, d->host) != LLMREG_OK))
        return refuse(b, "",
                      "allowed is an IP address, \"*\", the absolute path of a "
                      "unix socket, or systemd:NAME");
    if (strcmp(d->name, "*") == 0)
        llmreg_copy_message(d->host, sizeof d->host, "*");
    return LLMREG_OK;
}

static int read_where(struct block *b)
{
    struct http_door *d = b->door;

    if (d->name[0] == '/') {
        d->kind = DOOR_UNIX;
        return llmreg_copy(d->path, sizeof d->path, d->name);
    }
    if (strncmp(d->name, SYSTEMD, strlen(SYSTEMD)) != 0)
        return read_address(b);
    d->kind = DOOR_SYSTEMD;
    return llmreg_copy(d->path, sizeof d->path, d->name + strlen(SYSTEMD));
}

/* ---- options ---- */

static int add_from(struct block *b, const struct llmreg_item *item)
{
    struct http_door *d = b->door;
    struct llmreg_error why = {.text = ""};

    for (size_t i = 0; i < item->nvalues; i++) {
        const struct llmreg_value *v = &item->values[i];

        if (d->nagents_from == DOOR_CIDRS_MAX)
            return refuse(b, "AllowAgentsFrom", "allowed are 16 networks");
        if (v->type != LLMREG_VALUE_STRING ||
            cidr_parse(v->string, &d->agents_from[d->nagents_from], &why) !=
                LLMREG_OK)
            return refuse(b, "AllowAgentsFrom",
                          why.text[0] != '\0' ? why.text
                                              : "needs networks in quotes");
        d->nagents_from++;
    }
    return LLMREG_OK;
}

static int add_item(struct block *b, const struct llmreg_item *item)
{
    struct llmreg_error why = {.text = ""};
    int rc;

    if (strcasecmp(item->key, "AllowAgentsFrom") == 0)
        return add_from(b, item);
    rc = llmreg_options_set(config_listen_options, &b->settings, item, &why);
    if (rc == LLMREG_ENOENT)
        llmreg_error_set(b->err, "%s, AllowAgentsFrom", why.text);
    else if (rc != LLMREG_OK)
        *b->err = why;
    return rc;
}

static int read_mode(struct block *b)
{
    char *end = NULL;
    long mode = strtol(b->options.mode, &end, 8);

    if (end == b->options.mode || *end != '\0' || mode < 0 || mode > 0777)
        return refuse(b, "Mode", "allowed is \"0000\" to \"0777\"");
    b->door->mode = mode;
    return LLMREG_OK;
}

static void copy_options(struct block *b)
{
    const struct listen_options *o = &b->options;
    struct http_door *d = b->door;

    memcpy(d->group, o->group, sizeof d->group);
    memcpy(d->cert, o->cert, sizeof d->cert);
    memcpy(d->key, o->key, sizeof d->key);
    memcpy(d->client_ca, o->client_ca, sizeof d->client_ca);
    d->allow_plaintext = o->allow_plaintext;
    d->allow_anonymous_write = o->allow_anonymous_write;
    d->auto_approve = o->auto_approve;
}

/* ---- what does not go together ---- */

static bool is_local(const struct http_door *d)
{
    return d->kind == DOOR_UNIX ||
           (d->kind == DOOR_TCP && llmreg_is_local_host(d->host) &&
            strcmp(d->host, "0.0.0.0") != 0 && strcmp(d->host, "::") != 0);
}

static int check(struct block *b)
{
    const struct http_door *d = b->door;

    if ((d->cert[0] == '\0') != (d->key[0] == '\0'))
        return refuse(b, "TLSCert", "needs a TLSKey, and the other way round");
    if (d->client_ca[0] != '\0' && d->cert[0] == '\0')
        return refuse(b, "ClientCA", "needs TLSCert and TLSKey");
    if (d->cert[0] != '\0' && d->kind == DOOR_UNIX)
        return refuse(b, "TLSCert", "a unix socket needs none");
    if (is_local(d))
        return LLMREG_OK;
    if (d->allow_anonymous_write)
        return refuse(b, "AllowAnonymousWrite",
                      "allowed only on a loopback address or a unix socket");
    if (d->cert[0] == '\0' && !d->allow_plaintext)
        return refuse(b, "",
                      "others than this machine can call: set TLSCert and "
                      "TLSKey, or AllowPlaintext true");
    return LLMREG_OK;
}

/* ---- the block ---- */

static int read_block(struct block *b, const struct llmreg_item *item)
{
    int rc = read_name(b, item);

    if (rc == LLMREG_OK)
        rc = llmreg_options_preset(config_listen_options, &b->options);
    for (size_t i = 0; i < item->nchildren && rc == LLMREG_OK; i++)
        rc = add_item(b, &item->children[i]);
    if (rc == LLMREG_OK)
        rc = read_where(b);
    if (rc == LLMREG_OK)
        rc = read_mode(b);
    if (rc != LLMREG_OK)
        return rc;
    copy_options(b);
    return check(b);
}

int config_listen(struct config *c, const struct llmreg_item *block,
                  struct llmreg_error *err)
{
    struct http_door *doors =
        realloc(c->doors, (c->ndoors + 1) * sizeof *c->doors);
    struct block *b = calloc(1, sizeof *b);
    int rc = LLMREG_ENOMEM;

    if (doors != NULL)
        c->doors = doors;
    if (doors == NULL || b == NULL)
        goto done;
    memset(&doors[c->ndoors], 0, sizeof doors[c->ndoors]);
    b->door = &doors[c->ndoors];
    b->err = err;
    b->settings = (struct llmreg_settings){&b->options, 0, b->where};
    rc = read_block(b, block);
    c->ndoors += rc == LLMREG_OK;
done:
    free(b);
    return rc;
}
