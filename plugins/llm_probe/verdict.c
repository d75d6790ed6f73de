/* SPDX-License-Identifier: MIT */
/* verdict.c - tables from ends and statuses to reasons.
 *
 *   timeout, refused, dns, tls         the same       unreachable
 *   not HTTP                           http_status    unhealthy
 *   broke off, too big, rejected       parse          degraded  (if 200)
 *   401 403                            auth           degraded
 *   429                                rate_limited   degraded
 *   503 that says busy / loading       busy, loading  degraded
 *   any other status but 200           http_status    unhealthy
 *
 * An answer that is no 200 is judged by its status also when its body broke
 * off or was too big: what it wanted to say was said. */
#include "plugins/llm_probe/verdict.h"

#include <string.h>

#include <llmreg/text.h>

struct end_row {
    enum llmreg_reason reason;
    bool asked; /* it got as far as the question: say which one */
    const char *text;
};

static const struct end_row ends[WIRE_ENDS] = {
    [WIRE_ANSWERED] = {LLMREG_REASON_OK, true, ""},
    [WIRE_TIMEOUT] = {LLMREG_REASON_TIMEOUT, true, "no answer in time"},
    [WIRE_REFUSED] = {LLMREG_REASON_REFUSED, false, "no connection"},
    [WIRE_DNS] = {LLMREG_REASON_DNS, false, "the host's name has no address"},
    [WIRE_TLS] = {LLMREG_REASON_TLS, false, "TLS failed"},
    [WIRE_NOT_HTTP] = {LLMREG_REASON_HTTP_STATUS, false, "not HTTP"},
    [WIRE_BROKEN] = {LLMREG_REASON_PARSE, true, "the answer broke off"},
    [WIRE_TOO_BIG] = {LLMREG_REASON_PARSE, true, "the answer is too big"},
    [WIRE_REJECTED] = {LLMREG_REASON_PARSE, true, "not the expected body"},
};

struct word_row {
    const char *word; /* lower case */
    enum llmreg_reason reason;
};

/* What a body of 503 may say; the first that is found counts. */
static const struct word_row busy_words[] = {
    {"busy", LLMREG_REASON_BUSY},
    {"maximum pending", LLMREG_REASON_BUSY},
    {"loading", LLMREG_REASON_LOADING},
};

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool starts(const char *text, const char *word, size_t wordlen)
{
    for (size_t i = 0; i < wordlen; i++)
        if (lower(text[i]) != word[i])
            return false;
    return true;
}

static bool says(const struct answer *a, const char *word)
{
    size_t wordlen = strlen(word);

    for (size_t i = 0; i + wordlen <= a->len; i++)
        if (starts(a->text + i, word, wordlen))
            return true;
    return false;
}

static enum llmreg_reason unavailable(const struct answer *a)
{
    for (size_t i = 0; i < sizeof busy_words / sizeof busy_words[0]; i++)
        if (says(a, busy_words[i].word))
            return busy_words[i].reason;
    return LLMREG_REASON_HTTP_STATUS;
}

/* True if a status line came and decides. */
static bool by_status(const struct answer *a)
{
    if (a->status == 200 || a->status == 0)
        return false;
    return a->end == WIRE_ANSWERED || a->end == WIRE_BROKEN ||
           a->end == WIRE_TOO_BIG || a->end == WIRE_REJECTED;
}

enum llmreg_reason verdict_reason(const struct answer *a)
{
    if (!by_status(a))
        return ends[a->end].reason;
    switch (a->status) {
    case 401:
    case 403:
        return LLMREG_REASON_AUTH;
    case 429:
        return LLMREG_REASON_RATE_LIMITED;
    case 503:
        return unavailable(a);
    default:
        return LLMREG_REASON_HTTP_STATUS;
    }
}

void verdict_detail(const struct answer *a, const char *what,
                    char out[static LLMREG_DETAIL_SIZE])
{
    char cut[LLMREG_DETAIL_SIZE - 28]; /* four times as long when escaped */
    char storage[4 * LLMREG_DETAIL_SIZE];
    struct llmreg_text t;
    const char *text = a->problem;

    out[0] = '\0';
    if (!by_status(a) && a->end == WIRE_ANSWERED)
        return;
    llmreg_text_init(&t, storage, sizeof storage);
    if (by_status(a) || ends[a->end].asked)
        llmreg_text_addf(&t, "%s: ", what);
    if (by_status(a)) {
        llmreg_text_addf(&t, "HTTP %u", (unsigned)a->status);
        text = "";
    } else if (text == NULL || text[0] == '\0') {
        text = ends[a->end].text;
    }
    llmreg_copy_message(cut, sizeof cut, text);
    llmreg_text_add_escaped(&t, cut, strlen(cut));
    llmreg_copy_message(out, LLMREG_DETAIL_SIZE, storage);
}
