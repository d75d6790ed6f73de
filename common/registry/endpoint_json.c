/* SPDX-License-Identifier: MIT */
/* endpoint_json.c - an endpoint as people and programs get it.
 *
 * What is not known is null, never 0 and never an empty word.  Each time is
 * there twice: as RFC 3339, and as milliseconds under the same name with
 * _ms.  Nothing in here is secret: tokens are not in the registry.
 */
#include <llmreg/json.h>
#include <llmreg/snapshot.h>

static void text(struct llmreg_json_out *w, const char *key, const char *s)
{
    llmreg_json_string(w, key, s[0] == '\0' ? NULL : s);
}

static void number(struct llmreg_json_out *w, const char *key, int64_t n)
{
    if (n < 0)
        llmreg_json_null(w, key);
    else
        llmreg_json_integer(w, key, n);
}

static void tristate(struct llmreg_json_out *w, const char *key,
                     enum llmreg_tristate t)
{
    if (t == LLMREG_UNKNOWN)
        llmreg_json_null(w, key);
    else
        llmreg_json_bool(w, key, t == LLMREG_YES);
}

/* Microseconds as milliseconds; 0 is not known. */
static void duration(struct llmreg_json_out *w, const char *key, uint32_t us)
{
    if (us == 0)
        llmreg_json_null(w, key);
    else
        llmreg_json_double(w, key, us / 1000.0);
}

static void age(struct llmreg_json_out *w, const char *key, int64_t then_ns,
                int64_t now_ns)
{
    if (then_ns == 0)
        llmreg_json_null(w, key);
    else
        llmreg_json_double(w, key,
                           (double)((now_ns - then_ns) / 1000000) / 1e3);
}

static void write_spec(struct llmreg_json_out *w,
                       const struct llmreg_spec *spec)
{
    llmreg_json_string(w, "url", spec->url);
    llmreg_json_string(w, "name", spec->name);
    llmreg_json_string(w, "kind", llmreg_kind_text(spec->kind));
    llmreg_json_string(w, "source", llmreg_source_text(spec->source));
    text(w, "origin", spec->origin);
    text(w, "owner", spec->owner);
    llmreg_json_integer(w, "priority", spec->priority);
    llmreg_json_integer(w, "interval_ms", spec->interval_ms);
    llmreg_json_string(w, "host", spec->host);
    llmreg_json_string(w, "series", spec->series);
    llmreg_json_open_object(w, "labels");
    for (size_t i = 0; i < spec->nlabels; i++)
        llmreg_json_string(w, spec->labels[i].name, spec->labels[i].value);
    llmreg_json_close_object(w);
}

static void write_health(struct llmreg_json_out *w,
                         const struct llmreg_health *h,
                         const struct llmreg_now *now)
{
    bool checked = h->checked_ms > 0;

    llmreg_json_string(w, "health", llmreg_health_text(h->state));
    llmreg_json_string(w, "reason",
                       checked ? llmreg_reason_text(h->reason) : NULL);
    text(w, "detail", h->detail);
    number(w, "http_status", h->http_status == 0 ? -1 : h->http_status);
    llmreg_json_string(w, "alarm", llmreg_alarm_text(h->alarm));
    llmreg_json_time(w, "since", "since_ms", h->since_ms);
    llmreg_json_integer(w, "failures", h->failures);
    llmreg_json_integer(w, "successes", h->successes);
    llmreg_json_time(w, "failing_since", "failing_since_ms", h->failing_ms);
    llmreg_json_time(w, "checked_at", "checked_at_ms", h->checked_ms);
    age(w, "checked_age_seconds", h->checked_mono_ns, now->mono_ns);
    llmreg_json_time(w, "ok_at", "ok_at_ms", h->ok_ms);
    duration(w, "latency_ms", h->total_us);
    duration(w, "connect_ms", h->connect_us);
    duration(w, "first_byte_ms", h->ttfb_us);
    text(w, "version", h->version);
    if (h->state != LLMREG_HEALTH_UNKNOWN || h->prior == LLMREG_HEALTH_UNKNOWN)
        return;
    llmreg_json_string(w, "prior_health", llmreg_health_text(h->prior));
    llmreg_json_time(w, "prior_since", "prior_since_ms", h->prior_since_ms);
}

static void write_expiry(struct llmreg_json_out *w, int64_t ms)
{
    bool never = ms == INT64_MAX;

    llmreg_json_time(w, "expires_at", "expires_at_ms", never ? 0 : ms);
    if (ms < 0)
        llmreg_json_null(w, "stays_loaded");
    else
        llmreg_json_bool(w, "stays_loaded", never);
}

static void write_model(struct llmreg_json_out *w, const struct llmreg_model *m)
{
    llmreg_json_open_object(w, NULL);
    llmreg_json_string(w, "name", m->name);
    text(w, "digest", m->digest);
    number(w, "size_bytes", m->size_bytes);
    tristate(w, "loaded", m->loaded);
    text(w, "family", m->family);
    text(w, "parameter_size", m->parameter_size);
    text(w, "quantization", m->quantization);
    number(w, "context_max", m->context_max);
    number(w, "context_effective", m->context_effective);
    number(w, "max_output_tokens", m->max_output_tokens);
    tristate(w, "supports_vision", m->vision);
    tristate(w, "supports_tools", m->tools);
    tristate(w, "supports_json_mode", m->json_mode);
    number(w, "loaded_bytes", m->loaded_bytes);
    number(w, "vram_bytes", m->vram_bytes);
    write_expiry(w, m->expires_ms);
    llmreg_json_bool(w, "remote", m->remote);
    llmreg_json_close_object(w);
}

static void write_models(struct llmreg_json_out *w,
                         const struct llmreg_models *models)
{
    llmreg_json_open_array(w, "models");
    for (size_t i = 0; i < models->count; i++)
        write_model(w, &models->items[i]);
    llmreg_json_close_array(w);
    llmreg_json_integer(w, "models_not_kept", models->not_kept);
    llmreg_json_integer(w, "models_rejected", models->rejected);
}

void llmreg_snapshot_item_json(struct llmreg_json_out *w, const char *key,
                               const struct llmreg_snapshot_item *item,
                               const struct llmreg_now *now)
{
    llmreg_json_open_object(w, key);
    llmreg_json_string(w, "id", llmreg_endpoint_id(item->endpoint));
    write_spec(w, item->spec);
    llmreg_json_time(w, "registered_at", "registered_at_ms",
                     llmreg_endpoint_registered_ms(item->endpoint));
    llmreg_json_string(w, "admin", llmreg_admin_text(item->intent.admin));
    llmreg_json_time(w, "until", "until_ms", item->intent.until_ms);
    write_health(w, &item->health, now);
    write_models(w, item->models);
    llmreg_json_close_object(w);
}
