/* SPDX-License-Identifier: MIT */
/* endpoint.h - what is known about one server that runs models: values.
 *
 * Four things are kept apart because different hands write them: the
 * specification (who named it and how to reach it), the operator's intent,
 * the observed health, and the list of models.  All are plain values; the
 * registry (registry.h) publishes immutable copies of them.
 *
 * Threads:   values have no thread; every function may be called anywhere.
 * Blocking:  never.
 * Ownership: strings inside are lent by whoever made the value, and live as
 *            long as it does.
 */
#ifndef LLMREG_ENDPOINT_H
#define LLMREG_ENDPOINT_H

#include <llmreg/names.h>
#include <llmreg/status.h>

enum llmreg_kind {
    LLMREG_KIND_AUTO, /* not known yet */
    LLMREG_KIND_OLLAMA,
    LLMREG_KIND_VLLM,
    LLMREG_KIND_LLAMACPP,
    LLMREG_KIND_LMSTUDIO,
    LLMREG_KIND_EXO,
    LLMREG_KIND_SGLANG,
    LLMREG_KIND_TGI,
    LLMREG_KIND_LOCALAI,
    LLMREG_KIND_KOBOLDCPP,
    LLMREG_KIND_OPENAI,
    LLMREG_KIND_GENERIC,
    LLMREG_KINDS
};

enum llmreg_source {
    LLMREG_SOURCE_STATIC, /* named by the configuration or an EndpointFile */
    LLMREG_SOURCE_MANUAL, /* added by an operator */
    LLMREG_SOURCE_AUTO,   /* announced by an agent */
    LLMREG_SOURCE_MDNS,
    LLMREG_SOURCES
};

/* What the operator wants.  Survives probes, registrations and restarts. */
enum llmreg_admin {
    LLMREG_ADMIN_ACTIVE,
    LLMREG_ADMIN_DRAINING,    /* probed and alarmed, not routed to */
    LLMREG_ADMIN_DISABLED,    /* not probed, no alarms */
    LLMREG_ADMIN_MAINTENANCE, /* probed, no new alarms, until a time */
    LLMREG_ADMINS
};

enum llmreg_tristate { LLMREG_UNKNOWN = 0, LLMREG_NO, LLMREG_YES };

struct llmreg_label {
    const char *name;  /* 1 to 64 bytes */
    const char *value; /* 0 to 256 bytes */
};

#define LLMREG_LABELS_MAX       32
#define LLMREG_PRIORITY_DEFAULT 50

struct llmreg_spec {
    const char *id;     /* llmreg_url.id */
    const char *url;    /* llmreg_url.base */
    const char *name;   /* for people, 1 to 127 bytes, clean */
    const char *host;   /* host of its series in collectd, 1 to 100 bytes */
    const char *series; /* plugin instance of its series; frozen when first
                           registered: a rename must not orphan RRD files */
    const char *origin; /* "config", the path of the EndpointFile, "agent" and
                           the id of the one that announced it; "" or NULL */
    const char *owner;  /* host_id of the host it is on, up to 253 bytes; "":
                           by the host part of its id (hosts.h); NULL in an
                           update: as it was */
    enum llmreg_kind kind; /* AUTO in an update: as it was */
    enum llmreg_source source;
    int32_t priority;    /* 0 to 1000, higher is preferred */
    int64_t interval_ms; /* of its probes and its series, 1 to 86400000 */
    const struct llmreg_label *labels;
    size_t nlabels; /* up to LLMREG_LABELS_MAX */
};

/* The origin of an endpoint that an agent announced is this and the agent's
 * id. */
#define LLMREG_ORIGIN_AGENT "agent "
/* The id of the agent that announced it, and on whose word it is there; NULL:
 * somebody else's. */
const char *llmreg_spec_agent(const struct llmreg_spec *spec);

struct llmreg_intent {
    enum llmreg_admin admin;
    int64_t until_ms; /* wall time a MAINTENANCE ends; 0: no end */
};

/* What the operator says otherwise than whoever named the endpoint.  It
 * survives as much as the intent does. */
enum {
    LLMREG_FIELD_NAME = 1,
    LLMREG_FIELD_PRIORITY = 2,
    LLMREG_FIELD_LABELS = 4, /* all of them together */
    LLMREG_FIELDS = 7
};
struct llmreg_override {
    unsigned fields; /* which; the others mean nothing */
    const char *name;
    int32_t priority;
    const struct llmreg_label *labels;
    size_t nlabels;
};

#define LLMREG_MODEL_TEXT 1024 /* bytes of each string but the name */

struct llmreg_model {
    const char *name;   /* normalised (names.h) */
    const char *digest; /* "" or NULL is unknown, here and below */
    const char *family;
    const char *parameter_size; /* free text, "3.2B" */
    const char *quantization;   /* free text, "Q4_K_M" */
    int64_t size_bytes;         /* on disk; -1 is unknown, here and below */
    int64_t context_max;        /* tokens, of the model */
    int64_t context_effective;  /* tokens, of the loaded runner */
    int64_t max_output_tokens;
    int64_t loaded_bytes; /* memory in all, while loaded */
    int64_t vram_bytes;   /* part of it in GPU memory */
    int64_t expires_ms;   /* wall time of unloading; INT64_MAX: never */
    enum llmreg_tristate loaded;
    enum llmreg_tristate vision;
    enum llmreg_tristate tools;
    enum llmreg_tristate json_mode;
    bool remote; /* runs somewhere else, e.g. a cloud model */
};

#define LLMREG_MODELS_MAX 1024 /* kept per endpoint; the rest is counted */

struct llmreg_models {
    const struct llmreg_model *items; /* sorted by name, no name twice */
    size_t count;
    uint32_t not_kept; /* valid ones over LLMREG_MODELS_MAX */
    uint32_t rejected; /* elements without a usable name */
};

const char *llmreg_kind_text(enum llmreg_kind kind);
const char *llmreg_source_text(enum llmreg_source source);
const char *llmreg_admin_text(enum llmreg_admin admin);
/* Each LLMREG_ENOENT when there is no such word; matched exactly. */
LLMREG_MUSTCHECK int llmreg_kind_parse(const char *s, enum llmreg_kind *out);
LLMREG_MUSTCHECK int llmreg_source_parse(const char *s,
                                         enum llmreg_source *out);
LLMREG_MUSTCHECK int llmreg_admin_parse(const char *s, enum llmreg_admin *out);

/* LLMREG_EINVAL with err names the field, its value and what is allowed. */
LLMREG_MUSTCHECK int llmreg_spec_check(const struct llmreg_spec *spec,
                                       struct llmreg_error *err);

/* The count, and each model's fields; sorted or not.  LLMREG_EINVAL with err
 * names the model, the field, its value and what is allowed. */
LLMREG_MUSTCHECK int llmreg_models_check(const struct llmreg_models *models,
                                         struct llmreg_error *err);

/* A model of which only the name is known. */
struct llmreg_model llmreg_model_unknown(const char *name);
/* True if a reader would call both the same: everything but expires_ms,
 * loaded_bytes and vram_bytes, which move while nothing happens. */
bool llmreg_models_alike(const struct llmreg_models *a,
                         const struct llmreg_models *b);
/* True if everything is the same, what moves too. */
bool llmreg_models_same(const struct llmreg_models *a,
                        const struct llmreg_models *b);
/* The model called name (normalised), or NULL. */
const struct llmreg_model *llmreg_models_find(const struct llmreg_models *m,
                                              const char *name);

#endif
