/* SPDX-License-Identifier: MIT */
/* ollama_show.c - a table of the members that are read, by their paths. */
#include "plugins/llm_probe/ollama_show.h"

#include <string.h>

#include <llmreg/text.h>

#define INFO        "model_info."
#define ARCH_KEY    "model_info.general\\.architecture"
#define CONTEXT_KEY "\\.context_length" /* as a path spells a '.' in a key */

static bool is_text(const struct llmreg_json_event *e)
{
    return e->type == LLMREG_JSON_STRING && !e->too_long;
}

static bool contains(const struct llmreg_json_event *e, const char *word)
{
    return is_text(e) && memmem(e->text, e->len, word, strlen(word)) != NULL;
}

static void take_capability(struct ollama_show *s,
                            const struct llmreg_json_event *e)
{
    if (llmreg_json_is(e, "vision"))
        s->facts.vision = LLMREG_YES;
    else if (llmreg_json_is(e, "tools"))
        s->facts.tools = LLMREG_YES;
    else if (llmreg_json_is(e, "completion"))
        s->facts.json_mode = LLMREG_YES;
}

static void open_capabilities(struct ollama_show *s,
                              const struct llmreg_json_event *e)
{
    if (e->type != LLMREG_JSON_ARRAY)
        return;
    s->capabilities = true;
    s->facts.vision = LLMREG_NO;
    s->facts.tools = LLMREG_NO;
    s->facts.json_mode = LLMREG_NO;
}

static void take_projector(struct ollama_show *s,
                           const struct llmreg_json_event *e)
{
    s->vision_sign |= e->type == LLMREG_JSON_OBJECT;
}

static void take_family(struct ollama_show *s,
                        const struct llmreg_json_event *e)
{
    s->vision_sign |= llmreg_json_is(e, "clip") || llmreg_json_is(e, "mllama");
}

static void take_template(struct ollama_show *s,
                          const struct llmreg_json_event *e)
{
    s->tools_sign |= contains(e, ".Tools");
}

static void take_arch(struct ollama_show *s, const struct llmreg_json_event *e)
{
    if (!is_text(e) || e->len >= sizeof s->arch)
        return;
    memcpy(s->arch, e->text, e->len);
    s->arch[e->len] = '\0';
}

/* One line of the parameters: "num_predict      256". */
static void take_line(struct ollama_show *s, const char *line, size_t len)
{
    static const char key[] = "num_predict";
    size_t at = sizeof key - 1;

    if (len <= at || memcmp(line, key, at) != 0)
        return;
    while (at < len && (line[at] == ' ' || line[at] == '\t'))
        at++;
    if (at == sizeof key - 1)
        return;
    if (llmreg_parse_int(line + at, len - at, 1, INT32_MAX,
                         &s->facts.max_output_tokens) != LLMREG_OK)
        s->facts.max_output_tokens = -1;
}

static void take_parameters(struct ollama_show *s,
                            const struct llmreg_json_event *e)
{
    const char *line = e->text;
    const char *end = NULL;

    if (!is_text(e))
        return;
    end = e->text + e->len;
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));

        if (stop == NULL)
            stop = end;
        take_line(s, line, (size_t)(stop - line));
        line = stop + 1;
    }
}

struct member {
    const char *path;
    void (*take)(struct ollama_show *s, const struct llmreg_json_event *e);
};

static const struct member members[] = {
    {"capabilities", open_capabilities},
    {"capabilities[]", take_capability},
    {"projector_info", take_projector},
    {"details.families[]", take_family},
    {"template", take_template},
    {"parameters", take_parameters},
    {ARCH_KEY, take_arch},
};

/* model_info["<arch>.context_length"] */
static void take_context(struct ollama_show *s,
                         const struct llmreg_json_event *e)
{
    const char *arch = e->path + sizeof INFO - 1;
    size_t len = strlen(arch);
    size_t tail = sizeof CONTEXT_KEY - 1;
    struct ollama_context *c = &s->contexts[s->ncontexts];

    if (s->ncontexts == sizeof s->contexts / sizeof s->contexts[0] ||
        len < tail || strcmp(arch + len - tail, CONTEXT_KEY) != 0 ||
        len - tail >= sizeof c->arch)
        return;
    if (!llmreg_json_int(e, 1, INT32_MAX, &c->tokens))
        return;
    memcpy(c->arch, arch, len - tail);
    c->arch[len - tail] = '\0';
    s->ncontexts++;
}

void ollama_show_begin(struct ollama_show *s)
{
    *s = (struct ollama_show){.facts = facts_unknown()};
}

int ollama_show_event(void *ctx, const struct llmreg_json_event *e)
{
    struct ollama_show *s = ctx;

    if (e->path[0] == '\0')
        return e->type == LLMREG_JSON_OBJECT ||
                       e->type == LLMREG_JSON_OBJECT_END
                   ? LLMREG_OK
                   : LLMREG_EPARSE;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (strcmp(members[i].path, e->path) == 0)
            members[i].take(s, e);
    if (strncmp(e->path, INFO, sizeof INFO - 1) == 0)
        take_context(s, e);
    return LLMREG_OK;
}

void ollama_show_end(struct ollama_show *s)
{
    for (size_t i = 0; i < s->ncontexts; i++)
        if (i == 0 || strcmp(s->contexts[i].arch, s->arch) == 0)
            s->facts.context_max = s->contexts[i].tokens;
    if (s->capabilities)
        return;
    s->facts.vision = s->vision_sign ? LLMREG_YES : LLMREG_UNKNOWN;
    s->facts.tools = s->tools_sign ? LLMREG_YES : LLMREG_UNKNOWN;
}
