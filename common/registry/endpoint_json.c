/* SPDX-License-Identifier: MIT */
/* endpoint_json.c - an endpoint as people and programs get it: with all that
 * is known of it, and short, as one of many on a page (snapshot.h).
 *
 * What is not known is null, never 0 and never an empty word.  Each time is
 * there twice: as RFC 3339, and as milliseconds under the same name with
 * _ms.  Nothing in here is secret: tokens are not in the registry.
 */
#include "common/registry/endpoint_json.h"

#include "common/registry/known_json.h"

/* ---- what both have ---- */

static void write_labels(struct llmreg_json_out *w,
                         const struct llmreg_spec *spec)
{
    llmreg_json_open_object(w, "labels");
    for (size_t i = 0; i < spec->nlabels; i++)
        llmreg_json_string(w, spec->labels[i].name, spec->labels[i].value);
    llmreg_json_close_object(w);
}

static void write_intent(struct llmreg_json_out *w,
                         const struct llmreg_snapshot_item *item)
{
    json_member_string(w, JSON_KEY("admin"),
                       llmreg_admin_text(item->intent.admin));
    json_member_time(w, JSON_KEY("until"), JSON_KEY("until_ms"),
                     item->intent.until_ms);
    known_text(w, JSON_KEY("presence"),
               llmreg_spec_agent(item->spec) == NULL
                   ? NULL
                   : llmreg_presence_text(item->presence));
    json_member_bool(w, JSON_KEY("routable"),
                     llmreg_is_routable(item->health.state, item->intent.admin,
                                        item->presence, false));
}

static void write_reason(struct llmreg_json_out *w,
                         const struct llmreg_health *h)
{
    bool checked = h->checked_ms > 0;

    json_member_string(w, JSON_KEY("health"), llmreg_health_text(h->state));
    known_text(w, JSON_KEY("reason"),
               checked ? llmreg_reason_text(h->reason) : NULL);
    known_text(w, JSON_KEY("detail"), h->detail);
}

/* Of a probe: 0 is unknown too. */
static void probe_duration(struct llmreg_json_out *w, struct json_key key,
                           uint32_t us)
{
    known_duration(w, key, us == 0 ? -1.0 : us);
}

static void write_load(struct llmreg_json_out *w, const struct llmreg_load *l)
{
    json_member_integer(w, JSON_KEY("pending"), l->pending);
    json_member_integer(w, JSON_KEY("total"), (int64_t)l->total);
    known_duration(w, JSON_KEY("request_latency_ms"), l->latency_us);
}

/* ---- short ---- */

static void write_short_model(struct llmreg_json_out *w,
                              const struct llmreg_model *m)
{
    llmreg_json_open_object(w, NULL);
    json_member_string(w, JSON_KEY("name"), m->name);
    known_number(w, JSON_KEY("size_bytes"), m->size_bytes);
    known_text(w, JSON_KEY("parameter_size"), m->parameter_size);
    known_text(w, JSON_KEY("quantization"), m->quantization);
    known_bool(w, JSON_KEY("loaded"), m->loaded);
    known_number(w, JSON_KEY("vram_bytes"), m->vram_bytes);
    llmreg_json_close_object(w);
}

void endpoint_json_short(struct llmreg_json_out *w, const char *key,
                         const struct llmreg_snapshot_item *item)
{
    const struct llmreg_spec *spec = item->spec;
    const struct llmreg_health *h = &item->health;

    llmreg_json_open_object(w, key);
    json_member_string(w, JSON_KEY("id"), spec->id);
    json_member_string(w, JSON_KEY("name"), spec->name);
    json_member_string(w, JSON_KEY("url"), spec->url);
    json_member_string(w, JSON_KEY("kind"), llmreg_kind_text(spec->kind));
    json_member_string(w, JSON_KEY("source"), llmreg_source_text(spec->source));
    known_text(w, JSON_KEY("host_id"),
               item->host == NULL ? NULL : llmreg_host_id(item->host));
    json_member_integer(w, JSON_KEY("priority"), spec->priority);
    write_labels(w, spec);
    write_intent(w, item);
    write_reason(w, h);
    json_member_time(w, JSON_KEY("since"), JSON_KEY("since_ms"), h->since_ms);
    json_member_time(w, JSON_KEY("checked_at"), JSON_KEY("checked_at_ms"),
                     h->checked_ms);
    probe_duration(w, JSON_KEY("latency_ms"), h->total_us);
    known_text(w, JSON_KEY("version"), h->version);
    write_load(w, &item->load);
    llmreg_json_open_array(w, "models");
    for (size_t i = 0; i < item->models->count; i++)
        write_short_model(w, &item->models->items[i]);
    llmreg_json_close_array(w);
    llmreg_json_close_object(w);
}

/* ---- all ---- */

/* The names of the members that are not as the endpoint was named. */
static void write_overridden(struct llmreg_json_out *w, unsigned fields)
{
    static const struct {
        unsigned field;
        const char *member;
    } members[] = {
        {LLMREG_FIELD_NAME, "name"},
        {LLMREG_FIELD_PRIORITY, "priority"},
        {LLMREG_FIELD_LABELS, "labels"},
    };

    llmreg_json_open_array(w, "overridden");
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if ((fields & members[i].field) != 0)
            llmreg_json_string(w, NULL, members[i].member);
    llmreg_json_close_array(w);
}

static void write_spec(struct llmreg_json_out *w,
                       const struct llmreg_spec *spec)
{
    json_member_string(w, JSON_KEY("url"), spec->url);
    json_member_string(w, JSON_KEY("name"), spec->name);
    json_member_string(w, JSON_KEY("kind"), llmreg_kind_text(spec->kind));
    json_member_string(w, JSON_KEY("source"), llmreg_source_text(spec->source));
    known_text(w, JSON_KEY("origin"), spec->origin);
    known_text(w, JSON_KEY("owner"), spec->owner);
    json_member_integer(w, JSON_KEY("priority"), spec->priority);
    json_member_integer(w, JSON_KEY("interval_ms"), spec->interval_ms);
    json_member_string(w, JSON_KEY("host"), spec->host);
    json_member_string(w, JSON_KEY("series"), spec->series);
    write_labels(w, spec);
    write_overridden(w, llmreg_spec_override(spec)->fields);
}

static void write_health(struct llmreg_json_out *w,
                         const struct llmreg_health *h,
                         const struct llmreg_now *now)
{
    write_reason(w, h);
    known_number(w, JSON_KEY("http_status"),
                 h->http_status == 0 ? -1 : h->http_status);
    json_member_time(w, JSON_KEY("since"), JSON_KEY("since_ms"), h->since_ms);
    json_member_integer(w, JSON_KEY("failures"), h->failures);
    json_member_integer(w, JSON_KEY("successes"), h->successes);
    json_member_time(w, JSON_KEY("failing_since"), JSON_KEY("failing_since_ms"),
                     h->failing_ms);
    json_member_time(w, JSON_KEY("checked_at"), JSON_KEY("checked_at_ms"),
                     h->checked_ms);
    known_age(w, JSON_KEY("checked_age_seconds"), h->checked_mono_ns,
              now->mono_ns);
    json_member_time(w, JSON_KEY("ok_at"), JSON_KEY("ok_at_ms"), h->ok_ms);
    probe_duration(w, JSON_KEY("latency_ms"), h->total_us);
    probe_duration(w, JSON_KEY("connect_ms"), h->connect_us);
    probe_duration(w, JSON_KEY("first_byte_ms"), h->ttfb_us);
    known_text(w, JSON_KEY("version"), h->version);
    if (h->state != LLMREG_HEALTH_UNKNOWN || h->prior == LLMREG_HEALTH_UNKNOWN)
        return;
    json_member_string(w, JSON_KEY("prior_health"),
                       llmreg_health_text(h->prior));
    json_member_time(w, JSON_KEY("prior_since"), JSON_KEY("prior_since_ms"),
                     h->prior_since_ms);
}

static void write_expiry(struct llmreg_json_out *w, int64_t ms)
{
    bool never = ms == INT64_MAX;

    json_member_time(w, JSON_KEY("expires_at"), JSON_KEY("expires_at_ms"),
                     never ? 0 : ms);
    if (ms < 0)
        json_member_null(w, JSON_KEY("stays_loaded"));
    else
        json_member_bool(w, JSON_KEY("stays_loaded"), never);
}

static void write_model(struct llmreg_json_out *w, const struct llmreg_model *m)
{
    llmreg_json_open_object(w, NULL);
    json_member_string(w, JSON_KEY("name"), m->name);
    known_text(w, JSON_KEY("digest"), m->digest);
    known_number(w, JSON_KEY("size_bytes"), m->size_bytes);
    known_bool(w, JSON_KEY("loaded"), m->loaded);
    known_text(w, JSON_KEY("family"), m->family);
    known_text(w, JSON_KEY("parameter_size"), m->parameter_size);
    known_text(w, JSON_KEY("quantization"), m->quantization);
    known_number(w, JSON_KEY("context_max"), m->context_max);
    known_number(w, JSON_KEY("context_effective"), m->context_effective);
    known_number(w, JSON_KEY("max_output_tokens"), m->max_output_tokens);
    known_bool(w, JSON_KEY("supports_vision"), m->vision);
    known_bool(w, JSON_KEY("supports_tools"), m->tools);
    known_bool(w, JSON_KEY("supports_json_mode"), m->json_mode);
    known_number(w, JSON_KEY("loaded_bytes"), m->loaded_bytes);
    known_number(w, JSON_KEY("vram_bytes"), m->vram_bytes);
    write_expiry(w, m->expires_ms);
    json_member_bool(w, JSON_KEY("remote"), m->remote);
    llmreg_json_close_object(w);
}

static void write_models(struct llmreg_json_out *w,
                         const struct llmreg_models *models)
{
    llmreg_json_open_array(w, "models");
    for (size_t i = 0; i < models->count; i++)
        write_model(w, &models->items[i]);
    llmreg_json_close_array(w);
    json_member_integer(w, JSON_KEY("models_not_kept"), models->not_kept);
    json_member_integer(w, JSON_KEY("models_rejected"), models->rejected);
}

void llmreg_snapshot_item_json(struct llmreg_json_out *w, const char *key,
                               const struct llmreg_snapshot_item *item,
                               const struct llmreg_now *now)
{
    llmreg_json_open_object(w, key);
    json_member_string(w, JSON_KEY("id"), llmreg_endpoint_id(item->endpoint));
    write_spec(w, item->spec);
    json_member_time(w, JSON_KEY("registered_at"), JSON_KEY("registered_at_ms"),
                     llmreg_endpoint_registered_ms(item->endpoint));
    write_intent(w, item);
    write_health(w, &item->health, now);
    write_load(w, &item->load);
    write_models(w, item->models);
    llmreg_json_close_object(w);
}

/* ---- one, as it is now ---- */

static void begin_item(struct llmreg_snapshot_item *item,
                       const struct llmreg_endpoint *e)
{
    *item = (struct llmreg_snapshot_item){
        .endpoint = (struct llmreg_endpoint *)(uintptr_t)e,
        .spec = llmreg_endpoint_spec(e),
        .models = llmreg_endpoint_models(e),
        .intent = llmreg_endpoint_intent(e),
        .presence = llmreg_endpoint_presence(e),
    };
    llmreg_endpoint_health(e, &item->health);
    llmreg_endpoint_load(e, &item->load);
}

static void end_item(struct llmreg_snapshot_item *item)
{
    llmreg_spec_put(item->spec);
    llmreg_models_put(item->models);
}

void llmreg_endpoint_json(struct llmreg_json_out *w, const char *key,
                          const struct llmreg_endpoint *e,
                          const struct llmreg_now *now)
{
    struct llmreg_snapshot_item item;

    begin_item(&item, e);
    llmreg_snapshot_item_json(w, key, &item, now);
    end_item(&item);
}

void llmreg_endpoint_json_short(struct llmreg_json_out *w, const char *key,
                                const struct llmreg_endpoint *e,
                                const struct llmreg_host *host)
{
    struct llmreg_snapshot_item item;

    begin_item(&item, e);
    item.host = host;
    endpoint_json_short(w, key, &item);
    end_item(&item);
}
