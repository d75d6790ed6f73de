/* SPDX-License-Identifier: MIT */
/* log.c - our log lines as collectd's: level for level, with the plugin's
 * name in front as every plugin of collectd writes it. */
#include "plugins/host/host.h"

#include <collectd.h>
#include <plugin.h>

static const int levels[] = {
    [LLMREG_ERROR] = LOG_ERR,
    [LLMREG_WARNING] = LOG_WARNING,
    [LLMREG_NOTICE] = LOG_NOTICE,
    [LLMREG_INFO] = LOG_INFO,
};

static void write_line(void *ctx, enum llmreg_level level, const char *line)
{
    plugin_log(levels[level], "%s plugin: %s", (const char *)ctx, line);
}

/* The plugin's name travels as a context, which is not const. */
static void *context(const char *plugin)
{
    union {
        const char *in;
        void *out;
    } name = {.in = plugin};

    return name.out;
}

struct llmreg_program host_make(const char *plugin)
{
    return (struct llmreg_program){
        .log = {.write = write_line, .ctx = context(plugin)},
        .notify = host_notify,
        .ctx = context(plugin),
    };
}
