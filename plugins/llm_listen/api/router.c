/* SPDX-License-Identifier: MIT */
/* router.c - paths as a tree of their parts.
 *
 * A node is one part of a path: its children that are literal are looked at
 * first, then the one in braces.  Where the literal child leads to nothing, the
 * search comes back for the other: /agents/choose/x may still be an agent
 * called choose.  A tree is at most as deep as the longest path of the tables,
 * so the search is bounded by them and not by what is asked. */
#include "plugins/llm_listen/api/route.h"

#include <stdlib.h>
#include <string.h>

struct node {
    const char *part; /* of a table's path; "{" is any */
    size_t len;
    struct node *next;               /* brother */
    struct node *child;              /* literal ones */
    struct node *any;                /* the one in braces */
    const struct route_table *owner; /* that named it first */
    struct {
        const struct route *route;
        const struct route_table *table;
    } at[HTTP_METHODS];
};

struct router {
    struct node root;
};

/* ---- making ---- */

static size_t part_length(const char *path)
{
    return strcspn(path, "/");
}

static struct node *find_literal(const struct node *n, const char *part,
                                 size_t len)
{
    for (struct node *c = n->child; c != NULL; c = c->next)
        if (c->len == len && memcmp(c->part, part, len) == 0)
            return c;
    return NULL;
}

static struct node *add_node(struct node *n, const char *part, size_t len,
                             const struct route_table *owner)
{
    struct node *c = part[0] == '{' ? n->any : find_literal(n, part, len);

    if (c != NULL)
        return c;
    c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->part = part;
    c->len = len;
    c->owner = owner;
    if (part[0] == '{') {
        n->any = c;
        return c;
    }
    c->next = n->child;
    n->child = c;
    return c;
}

static int add_route(struct node *root, const struct route_table *t,
                     const struct route *row, bool *taken_before)
{
    const char *path = row->path;
    struct node *n = root;

    while (*path == '/') {
        size_t len = part_length(path + 1);

        n = add_node(n, path + 1, len, t);
        if (n == NULL)
            return LLMREG_ENOMEM;
        path += 1 + len;
    }
    *taken_before = n->at[row->method].route != NULL;
    if (*taken_before)
        return LLMREG_OK;
    n->at[row->method].route = row;
    n->at[row->method].table = t;
    return LLMREG_OK;
}

/* Within one table a path is there once. */
static int add_table(struct node *root, const struct route_table *t,
                     struct llmreg_error *err)
{
    bool taken = false;
    int rc = LLMREG_OK;

    for (const struct route *row = t->rows; row->path != NULL; row++) {
        rc = add_route(root, t, row, &taken);
        if (rc != LLMREG_OK)
            return rc;
        for (const struct route *o = t->rows; taken && o < row; o++) {
            if (o->method != row->method || strcmp(o->path, row->path) != 0)
                continue;
            llmreg_error_set(err, "%s %s is there twice",
                             http_method_text(row->method), row->path);
            return LLMREG_EEXIST;
        }
    }
    return LLMREG_OK;
}

/* Trees are as deep as a path has parts. */
static void free_below(struct node *n)
{
    while (n->child != NULL) {
        struct node *c = n->child;

        n->child = c->next;
        free_below(c);
        free(c);
    }
    if (n->any != NULL) {
        free_below(n->any);
        free(n->any);
    }
}

int router_new(struct router **out, const struct route_table *tables, size_t n,
               unsigned dialects, struct llmreg_error *err)
{
    struct router *r = calloc(1, sizeof *r);
    int rc = r == NULL ? LLMREG_ENOMEM : LLMREG_OK;

    for (size_t i = 0; i < n && rc == LLMREG_OK; i++)
        if (tables[i].dialects == 0 || (tables[i].dialects & dialects) != 0)
            rc = add_table(&r->root, &tables[i], err);
    if (rc != LLMREG_OK) {
        router_free(r);
        return rc;
    }
    *out = r;
    return LLMREG_OK;
}

void router_free(struct router *r)
{
    if (r == NULL)
        return;
    free_below(&r->root);
    free(r);
}

/* ---- finding ---- */

struct search {
    enum http_method method;
    struct route_match *out;
    size_t nparams;
    unsigned depth, deepest;
};

static bool accept_node(const struct search *s, const struct node *n)
{
    for (unsigned m = 0; m < HTTP_METHODS; m++)
        if (n->at[m].route != NULL)
            s->out->methods |= 1u << m;
    s->out->route = n->at[s->method].route;
    if (s->out->route != NULL)
        s->out->table = n->at[s->method].table;
    return s->out->route != NULL;
}

static bool search_below(struct search *s, const struct node *n,
                         const char *path);

static bool search_child(struct search *s, const struct node *c,
                         const char *path)
{
    bool found;

    if (++s->depth > s->deepest) {
        s->deepest = s->depth;
        s->out->table = c->owner;
    }
    found = search_below(s, c, path);
    s->depth--;
    return found;
}

/* path begins at a slash, or is at its end. */
static bool search_below(struct search *s, const struct node *n,
                         const char *path)
{
    const struct node *literal = NULL;
    size_t len;

    if (*path == '\0')
        return accept_node(s, n);
    len = part_length(++path);
    literal = find_literal(n, path, len);
    if (literal != NULL && search_child(s, literal, path + len))
        return true;
    if (n->any == NULL || len == 0 || s->nparams == ROUTE_PARAMS_MAX)
        return false;
    s->out->params[s->nparams].at = path;
    s->out->params[s->nparams].len = len;
    s->nparams++;
    if (search_child(s, n->any, path + len))
        return true;
    s->nparams--;
    return false;
}

void router_find(const struct router *r, enum http_method method,
                 const char *path, struct route_match *out)
{
    struct search s = {.method = method, .out = out};

    memset(out, 0, sizeof *out);
    if (path[0] == '/')
        search_below(&s, &r->root, path);
}
