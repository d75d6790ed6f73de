/* SPDX-License-Identifier: MIT */
/* stub_plugin.c - a collectd plugin that costs nothing: two yardsticks.
 *
 * As a source it submits the series that a file lists (host, plugin instance,
 * type and type instance, by tabs), paced over an interval, and keeps nothing
 * in memory: what collectd then needs is what the series cost by themselves.
 * As a sink, which it always is, it counts the values that come to a writer,
 * and says at the end how many they were.
 */
#include "collectd.h"
#include "plugin.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define STUB      "llmreg_stub"
#define LINE_SIZE 512
#define FIELDS    4

struct stub {
    char *path;
    double interval; /* seconds */
    FILE *series;
    size_t lines;
    cdtime_t start;
    size_t submitted;
    uint64_t written; /* by atomic builtins: collectd has several writers */
};

static struct stub self = {.interval = 10};

/* The next line without its newline, from the start again after the last. */
static bool next_line(struct stub *s, char line[static LINE_SIZE])
{
    if (fgets(line, LINE_SIZE, s->series) == NULL) {
        rewind(s->series);
        if (fgets(line, LINE_SIZE, s->series) == NULL)
            return false;
    }
    line[strcspn(line, "\n")] = '\0';
    return true;
}

static bool split(char *line, char *fields[static FIELDS])
{
    for (size_t i = 0; i < FIELDS; i++) {
        fields[i] = strsep(&line, "\t");
        if (fields[i] == NULL)
            return false;
    }
    return true;
}

static void submit(const struct stub *s, char *fields[static FIELDS])
{
    value_t value = {.gauge = (gauge_t)(s->submitted % 100) / 100};
    value_list_t vl = VALUE_LIST_INIT;

    vl.values = &value;
    vl.values_len = 1;
    vl.interval = DOUBLE_TO_CDTIME_T(s->interval);
    snprintf(vl.host, sizeof vl.host, "%s", fields[0]);
    snprintf(vl.plugin, sizeof vl.plugin, "%s", "llm_probe");
    snprintf(vl.plugin_instance, sizeof vl.plugin_instance, "%s", fields[1]);
    snprintf(vl.type, sizeof vl.type, "%s", fields[2]);
    snprintf(vl.type_instance, sizeof vl.type_instance, "%s", fields[3]);
    plugin_dispatch_values(&vl);
}

static int stub_read(user_data_t *data)
{
    struct stub *s = &self;
    double elapsed = CDTIME_T_TO_DOUBLE(cdtime() - s->start);
    size_t due = (size_t)((double)s->lines * elapsed / s->interval);
    char line[LINE_SIZE];
    char *fields[FIELDS];

    (void)data;
    while (s->submitted < due) {
        if (!next_line(s, line) || !split(line, fields))
            return -1;
        submit(s, fields);
        s->submitted++;
    }
    return 0;
}

static int stub_write(const data_set_t *ds, const value_list_t *vl,
                      user_data_t *data)
{
    (void)ds;
    (void)vl;
    (void)data;
    __atomic_add_fetch(&self.written, 1, __ATOMIC_RELAXED);
    return 0;
}

static int stub_config(oconfig_item_t *block)
{
    for (int i = 0; i < block->children_num; i++) {
        const oconfig_item_t *item = &block->children[i];

        if (item->values_num != 1)
            continue;
        if (strcasecmp(item->key, "Series") == 0 &&
            item->values[0].type == OCONFIG_TYPE_STRING)
            self.path = strdup(item->values[0].value.string);
        if (strcasecmp(item->key, "Interval") == 0 &&
            item->values[0].type == OCONFIG_TYPE_NUMBER)
            self.interval = item->values[0].value.number;
    }
    return 0;
}

static int stub_init(void)
{
    int c;

    if (self.path == NULL)
        return 0;
    self.series = fopen(self.path, "r");
    if (self.series == NULL) {
        ERROR(STUB " plugin: %s: %s", self.path, strerror(errno));
        return 0;
    }
    for (c = fgetc(self.series); c != EOF; c = fgetc(self.series))
        self.lines += c == '\n';
    rewind(self.series);
    self.start = cdtime();
    return plugin_register_complex_read(NULL, STUB, stub_read,
                                        TIME_T_TO_CDTIME_T(1), NULL);
}

static int stub_shutdown(void)
{
    INFO(STUB " plugin: %llu values written",
         (unsigned long long)__atomic_load_n(&self.written, __ATOMIC_RELAXED));
    if (self.series != NULL)
        fclose(self.series);
    free(self.path);
    return 0;
}

void module_register(void);
void module_register(void)
{
    plugin_register_complex_config(STUB, stub_config);
    plugin_register_init(STUB, stub_init);
    plugin_register_write(STUB, stub_write, NULL);
    plugin_register_shutdown(STUB, stub_shutdown);
}
