/* SPDX-License-Identifier: MIT */
/* fake_collectd.c - the symbols of the daemon that we use, and no others:
 * a plugin that uses another one does not link with this. */
#include <collectd.h>
#include <plugin.h>

#include <globals.h>
#include <liboconfig/oconfig.h>
#include <utils/common/common.h>

#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fake_collectd.h"

#define LINES   256
#define VALUES  4096
#define NOTES   64
#define SOURCES 16

static char hostname[] = "hub";
char *hostname_g = hostname;

static struct {
    pthread_mutex_t lock;
    char name[64];
    int (*config)(oconfig_item_t *);
    plugin_init_cb init;
    plugin_shutdown_cb shutdown;
    plugin_read_cb read;
    double read_interval;
    plugin_write_cb write;
    user_data_t write_data;
    struct {
        char level, text[1024];
    } lines[LINES];
    size_t nlines;
    struct fake_value values[VALUES];
    size_t nvalues;
    struct fake_notification notes[NOTES];
    size_t nnotes;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* ---- what plugins call ---- */

int plugin_register_complex_config(const char *type,
                                   int (*callback)(oconfig_item_t *))
{
    snprintf(fake.name, sizeof fake.name, "%s", type);
    fake.config = callback;
    return 0;
}

int plugin_register_init(const char *name, plugin_init_cb callback)
{
    (void)name;
    fake.init = callback;
    return 0;
}

int plugin_register_shutdown(const char *name, plugin_shutdown_cb callback)
{
    (void)name;
    fake.shutdown = callback;
    return 0;
}

int plugin_register_complex_read(const char *group, const char *name,
                                 plugin_read_cb callback, cdtime_t interval,
                                 user_data_t const *user_data)
{
    (void)group;
    (void)name;
    (void)user_data;
    fake.read = callback;
    fake.read_interval = CDTIME_T_TO_DOUBLE(interval);
    return 0;
}

int plugin_register_write(const char *name, plugin_write_cb callback,
                          user_data_t const *user_data)
{
    (void)name;
    fake.write = callback;
    fake.write_data = *user_data;
    return 0;
}

void plugin_log(int level, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    pthread_mutex_lock(&fake.lock);
    if (fake.nlines < LINES) {
        size_t n = fake.nlines++;

        fake.lines[n].level = level == LOG_ERR       ? 'E'
                              : level == LOG_WARNING ? 'W'
                              : level == LOG_NOTICE  ? 'N'
                              : level == LOG_INFO    ? 'I'
                                                     : '?';
        vsnprintf(fake.lines[n].text, sizeof fake.lines[n].text, format, ap);
    }
    pthread_mutex_unlock(&fake.lock);
    va_end(ap);
}

int plugin_dispatch_values(value_list_t const *vl)
{
    pthread_mutex_lock(&fake.lock);
    if (fake.nvalues < VALUES) {
        struct fake_value *v = &fake.values[fake.nvalues++];

        memcpy(v->host, vl->host, sizeof v->host);
        memcpy(v->plugin, vl->plugin, sizeof v->plugin);
        memcpy(v->plugin_instance, vl->plugin_instance,
               sizeof v->plugin_instance);
        memcpy(v->type, vl->type, sizeof v->type);
        memcpy(v->type_instance, vl->type_instance, sizeof v->type_instance);
        v->value = vl->values[0].gauge;
        v->derive = vl->values[0].derive;
        v->nmore = vl->values_len - 1;
        for (size_t i = 0; i < v->nmore && i < 2; i++)
            v->more[i] = vl->values[i + 1].gauge;
        v->time = CDTIME_T_TO_DOUBLE(vl->time);
        v->interval = CDTIME_T_TO_DOUBLE(vl->interval);
    }
    pthread_mutex_unlock(&fake.lock);
    return 0;
}

int plugin_notification_meta_add_string(notification_t *n, const char *name,
                                        const char *value)
{
    notification_meta_t *meta = calloc(1, sizeof *meta);
    notification_meta_t **end = &n->meta;

    if (meta == NULL)
        return -1;
    snprintf(meta->name, sizeof meta->name, "%s", name);
    meta->type = NM_TYPE_STRING;
    meta->nm_value.nm_string = strdup(value);
    while (*end != NULL)
        end = &(*end)->next;
    *end = meta;
    return 0;
}

int plugin_notification_meta_free(notification_meta_t *n)
{
    while (n != NULL) {
        notification_meta_t *next = n->next;
        union {
            const char *in;
            void *out;
        } value = {.in = n->nm_value.nm_string};

        free(value.out);
        free(n);
        n = next;
    }
    return 0;
}

int plugin_dispatch_notification(const notification_t *n)
{
    pthread_mutex_lock(&fake.lock);
    if (fake.nnotes < NOTES) {
        struct fake_notification *f = &fake.notes[fake.nnotes++];
        size_t len = 0;

        f->severity = n->severity;
        memcpy(f->host, n->host, sizeof f->host);
        memcpy(f->plugin, n->plugin, sizeof f->plugin);
        memcpy(f->plugin_instance, n->plugin_instance,
               sizeof f->plugin_instance);
        memcpy(f->type, n->type, sizeof f->type);
        memcpy(f->type_instance, n->type_instance, sizeof f->type_instance);
        memcpy(f->message, n->message, sizeof f->message);
        for (notification_meta_t *m = n->meta; m != NULL; m = m->next)
            len += (size_t)snprintf(f->meta + len, sizeof f->meta - len,
                                    "%s=%s\n", m->name, m->nm_value.nm_string);
    }
    pthread_mutex_unlock(&fake.lock);
    return 0;
}

/* ---- collectd.conf, as far as tests write it ---- */

static char *copy(const char *s, size_t len)
{
    return strndup(s, len);
}

static void add_value(oconfig_item_t *item, const char *s, size_t len)
{
    oconfig_value_t *v = NULL;
    char *end = NULL;
    char *text = copy(s, len);

    item->values = realloc(item->values, (size_t)(item->values_num + 1) *
                                             sizeof *item->values);
    v = &item->values[item->values_num++];
    *v = (oconfig_value_t){.type = OCONFIG_TYPE_NUMBER};
    v->value.number = strtod(text, &end);
    if (*end == '\0' && len > 0) {
        free(text);
        return;
    }
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0) {
        v->type = OCONFIG_TYPE_BOOLEAN;
        v->value.boolean = text[0] == 't';
        free(text);
        return;
    }
    v->type = OCONFIG_TYPE_STRING;
    v->value.string = text;
}

static void add_quoted(oconfig_item_t *item, const char *s, size_t len)
{
    oconfig_value_t *v = NULL;

    item->values = realloc(item->values, (size_t)(item->values_num + 1) *
                                             sizeof *item->values);
    v = &item->values[item->values_num++];
    *v = (oconfig_value_t){.type = OCONFIG_TYPE_STRING};
    v->value.string = copy(s, len);
}

static const char *read_values(oconfig_item_t *item, const char *at)
{
    while (*at != '\n' && *at != '\0' && *at != '>') {
        size_t len = 0;

        if (*at == ' ') {
            at++;
        } else if (*at == '"') {
            len = strcspn(++at, "\"");
            add_quoted(item, at, len);
            at += len + 1;
        } else {
            len = strcspn(at, " \n>");
            add_value(item, at, len);
            at += len;
        }
    }
    return *at == '\0' ? at : at + 1;
}

static oconfig_item_t *add_child(oconfig_item_t *parent)
{
    parent->children =
        realloc(parent->children,
                (size_t)(parent->children_num + 1) * sizeof *parent->children);
    parent->children[parent->children_num] = (oconfig_item_t){.key = NULL};
    return &parent->children[parent->children_num++];
}

/* Reads children up to the end, or to </. */
static const char *read_children(oconfig_item_t *parent, const char *at)
{
    while (*at != '\0') {
        oconfig_item_t *child = NULL;
        bool block = false;
        size_t len = 0;

        at += strspn(at, " \n");
        if (at[0] == '<' && at[1] == '/')
            return strchr(at, '>') + 1;
        if (*at == '\0')
            break;
        block = *at == '<';
        at += block;
        len = strcspn(at, " \n>");
        child = add_child(parent);
        child->key = copy(at, len);
        at = read_values(child, at + len);
        if (block)
            at = read_children(child, at + strspn(at, "\n"));
    }
    return at;
}

static void free_item(oconfig_item_t *item)
{
    for (int i = 0; i < item->values_num; i++)
        if (item->values[i].type == OCONFIG_TYPE_STRING)
            free(item->values[i].value.string);
    for (int i = 0; i < item->children_num; i++)
        free_item(&item->children[i]);
    free(item->values);
    free(item->children);
    free(item->key);
}

int fake_config(const char *plugin, const char *text)
{
    oconfig_item_t block = {.key = copy("Plugin", 6)};
    int status = 0;

    add_quoted(&block, plugin, strlen(plugin));
    read_children(&block, text);
    status = fake.config(&block);
    free_item(&block);
    return status;
}

/* ---- what tests call ---- */

int fake_init(const char *plugin)
{
    (void)plugin;
    return fake.init();
}

int fake_shutdown(const char *plugin)
{
    (void)plugin;
    return fake.shutdown();
}

bool fake_read(const char *plugin, int *status)
{
    user_data_t none = {.data = NULL};

    (void)plugin;
    if (fake.read == NULL)
        return false;
    *status = fake.read(&none);
    return true;
}

static value_t value_of(int ds_type, double n)
{
    switch (ds_type) {
    case DS_TYPE_COUNTER:
        return (value_t){.counter = (counter_t)n};
    case DS_TYPE_DERIVE:
        return (value_t){.derive = (derive_t)n};
    case DS_TYPE_ABSOLUTE:
        return (value_t){.absolute = (absolute_t)n};
    default:
        return (value_t){.gauge = n};
    }
}

bool fake_write(const struct fake_arrival *a, int *status)
{
    value_t values[SOURCES];
    data_source_t sources[SOURCES];
    data_set_t ds = {.ds_num = a->nvalues, .ds = sources};
    value_list_t vl = {.values = values,
                       .values_len = a->nvalues,
                       .time = DOUBLE_TO_CDTIME_T(a->time),
                       .interval = DOUBLE_TO_CDTIME_T(a->interval)};

    if (fake.write == NULL)
        return false;
    for (size_t i = 0; i < a->nvalues && i < SOURCES; i++) {
        values[i] = value_of(a->ds_type, a->values[i]);
        sources[i] = (data_source_t){.type = a->ds_type};
    }
    snprintf(ds.type, sizeof ds.type, "%s", a->type);
    snprintf(vl.host, sizeof vl.host, "%s", a->host);
    snprintf(vl.plugin, sizeof vl.plugin, "%s", a->plugin);
    snprintf(vl.plugin_instance, sizeof vl.plugin_instance, "%s",
             a->plugin_instance);
    snprintf(vl.type, sizeof vl.type, "%s", a->type);
    snprintf(vl.type_instance, sizeof vl.type_instance, "%s", a->type_instance);
    *status = fake.write(&ds, &vl, &fake.write_data);
    return true;
}

double fake_read_interval(const char *plugin)
{
    (void)plugin;
    return fake.read == NULL ? 0 : fake.read_interval;
}

size_t fake_log_count(char level, const char *text)
{
    size_t n = 0;

    pthread_mutex_lock(&fake.lock);
    for (size_t i = 0; i < fake.nlines; i++)
        n += fake.lines[i].level == level &&
             strstr(fake.lines[i].text, text) != NULL;
    pthread_mutex_unlock(&fake.lock);
    return n;
}

const char *fake_log_last(char level)
{
    for (size_t i = fake.nlines; i-- > 0;)
        if (fake.lines[i].level == level)
            return fake.lines[i].text;
    return "";
}

size_t fake_value_count(void)
{
    size_t n = 0;

    pthread_mutex_lock(&fake.lock);
    n = fake.nvalues;
    pthread_mutex_unlock(&fake.lock);
    return n;
}

bool fake_value_find(const char *plugin_instance, const char *name,
                     struct fake_value *out)
{
    bool found = false;

    pthread_mutex_lock(&fake.lock);
    for (size_t i = fake.nvalues; i-- > 0 && !found;) {
        const struct fake_value *v = &fake.values[i];
        char full[260];

        snprintf(full, sizeof full, "%s-%s", v->type, v->type_instance);
        found = strcmp(v->plugin_instance, plugin_instance) == 0 &&
                strcmp(full, name) == 0;
        if (found)
            *out = *v;
    }
    pthread_mutex_unlock(&fake.lock);
    return found;
}

size_t fake_notification_count(void)
{
    size_t n = 0;

    pthread_mutex_lock(&fake.lock);
    n = fake.nnotes;
    pthread_mutex_unlock(&fake.lock);
    return n;
}

bool fake_notification_at(size_t n, struct fake_notification *out)
{
    bool there = false;

    pthread_mutex_lock(&fake.lock);
    there = n < fake.nnotes;
    if (there)
        *out = fake.notes[n];
    pthread_mutex_unlock(&fake.lock);
    return there;
}

void fake_reset(void)
{
    pthread_mutex_lock(&fake.lock);
    fake.nlines = 0;
    fake.nvalues = 0;
    fake.nnotes = 0;
    fake.config = NULL;
    fake.init = NULL;
    fake.shutdown = NULL;
    fake.read = NULL;
    fake.write = NULL;
    pthread_mutex_unlock(&fake.lock);
}
