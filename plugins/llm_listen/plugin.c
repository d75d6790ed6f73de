/* SPDX-License-Identifier: MIT */
/* plugin.c - llm_listen as collectd sees it.
 *
 *   config    once per <Plugin llm_listen> block, before the daemon forks:
 *             parses and remembers; never fails, or the daemon would end
 *   init      says what was wrong and stays out, or opens doors and starts
 *             threads
 *   read      once a second: hands over the series that are due; never waits
 *   write     sees what other plugins measured, if somebody asked for it
 *   shutdown  closes doors, joins every thread of ours; nothing is dispatched
 *             after it
 *
 * What collectd gives is walked over and passed on; what things mean is
 * decided elsewhere. */
#include <collectd.h>
#include <plugin.h>

#include <globals.h>

#include "plugins/host/host.h"
#include "plugins/llm_listen/life.h"

#define PLUGIN "llm_listen"

static struct {
    struct config *config;
    struct life *life;
    struct llmreg_log log;
} self;

static void log_error(const char *text)
{
    llmreg_log(&self.log, LLMREG_ERROR, "%s", text);
}

static int on_config(oconfig_item_t *ci)
{
    struct llmreg_item *block = NULL;

    if (self.config == NULL && config_new(&self.config) != LLMREG_OK) {
        log_error("no memory for the configuration");
        return 0;
    }
    if (host_items_new(&block, ci) == LLMREG_OK)
        config_block(self.config, block);
    else
        config_fail(self.config, LLMREG_ENOMEM);
    host_items_free(block);
    return 0;
}

static int on_read(user_data_t *user)
{
    const struct llmreg_now now = life_now(self.life);
    struct host_pass pass = {
        .plugin = PLUGIN,
        .wall_ms = now.wall_ms,
        .interval_ms = (int64_t)CDTIME_T_TO_MS(plugin_get_interval())};

    (void)user;
    life_series(self.life, &now, host_submit, &pass);
    return 0;
}

/* Without any block the plugin runs with its defaults. */
static int start(struct llmreg_error *err)
{
    const struct llmreg_program host = host_make(PLUGIN);
    int rc = LLMREG_OK;

    if (self.config == NULL)
        rc = config_new(&self.config);
    if (rc != LLMREG_OK) {
        llmreg_error_set(err, "%s", llmreg_status_text(rc));
        return rc;
    }
    rc = config_finish(self.config, err);
    self.config->own_host = hostname_g;
    if (rc == LLMREG_OK)
        rc = life_start(self.config, &host, &self.life, err);
    return rc;
}

static void watch_others(void)
{
    const user_data_t user = {.data = life_observer(self.life)};

    if (user.data != NULL)
        plugin_register_write(PLUGIN, host_observe, &user);
}

static int on_init(void)
{
    struct llmreg_error err = {.text = ""};

    if (self.life != NULL)
        return 0;
    if (start(&err) != LLMREG_OK) {
        llmreg_log(&self.log, LLMREG_ERROR,
                   "%s. Nobody is listened to until this is mended and "
                   "collectd restarted",
                   err.text);
        return 0;
    }
    plugin_register_complex_read(NULL, PLUGIN, on_read, TIME_T_TO_CDTIME_T(1),
                                 NULL);
    watch_others();
    return 0;
}

static int on_shutdown(void)
{
    life_stop(self.life);
    self.life = NULL;
    config_free(self.config);
    self.config = NULL;
    return 0;
}

void module_register(void);

void module_register(void)
{
    self.log = host_make(PLUGIN).log;
    plugin_register_complex_config(PLUGIN, on_config);
    plugin_register_init(PLUGIN, on_init);
    plugin_register_shutdown(PLUGIN, on_shutdown);
}
