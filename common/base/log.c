/* SPDX-License-Identifier: MIT */
/* log.c - from a format to one harmless line, and complaints that get rarer.
 *
 * Three steps: format, escape, cut.  The buffers are such that what a step
 * loses, the last one would have cut anyway.
 */
#include <llmreg/log.h>

#include <llmreg/text.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define RAW         (LLMREG_LOG_LINE + 8)
#define PAUSE_FIRST (60 * LLMREG_NS_PER_S)
#define PAUSE_MAX   (3600 * LLMREG_NS_PER_S)

/* tail follows the message, also when the message is cut. */
static void write_line(const struct llmreg_log *log, enum llmreg_level level,
                       const char *raw, const char *tail)
{
    char escaped[4 * RAW];
    char line[LLMREG_LOG_LINE + 1];
    const size_t tail_len = strlen(tail);
    const size_t size = sizeof line - tail_len;
    struct llmreg_text t;

    llmreg_text_init(&t, escaped, sizeof escaped);
    llmreg_text_add_escaped(&t, raw, strlen(raw));
    llmreg_copy_message(line, size, escaped);
    memcpy(line + strlen(line), tail, tail_len + 1);
    log->write(log->ctx, level, line);
}

/* held: the lines that this one stands for, beside itself. */
static void write_format(const struct llmreg_log *log, enum llmreg_level level,
                         uint32_t held, const char *format, va_list ap)
    LLMREG_PRINTF(4, 0);

static void write_format(const struct llmreg_log *log, enum llmreg_level level,
                         uint32_t held, const char *format, va_list ap)
{
    char raw[RAW];
    char tail[64] = "";

    if (log == NULL || log->write == NULL)
        return;
    if (vsnprintf(raw, sizeof raw, format, ap) < 0)
        llmreg_copy_message(raw, sizeof raw, format);
    if (held > 0)
        snprintf(tail, sizeof tail, " (and %" PRIu32 " times before)", held);
    write_line(log, level, raw, tail);
}

void llmreg_log(const struct llmreg_log *log, enum llmreg_level level,
                const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    write_format(log, level, 0, format, ap);
    va_end(ap);
}

/* Whether a line is due now; moves the complaint on if so. */
static bool is_due(struct llmreg_complaint *c, const struct llmreg_now *now)
{
    if (!c->open)
        *c = (struct llmreg_complaint){.open = true, .pause_ns = PAUSE_FIRST};
    else if (now->mono_ns < c->next_ns)
        return false;
    c->next_ns = now->mono_ns + c->pause_ns;
    c->pause_ns = c->pause_ns * 2 < PAUSE_MAX ? c->pause_ns * 2 : PAUSE_MAX;
    return true;
}

void llmreg_complain(const struct llmreg_log *log, struct llmreg_complaint *c,
                     const struct llmreg_now *now, enum llmreg_level level,
                     const char *format, ...)
{
    va_list ap;

    if (!is_due(c, now)) {
        c->held += c->held < UINT32_MAX;
        return;
    }
    va_start(ap, format);
    write_format(log, level, c->held, format, ap);
    va_end(ap);
    c->held = 0;
}

bool llmreg_release(const struct llmreg_log *log, struct llmreg_complaint *c,
                    const char *format, ...)
{
    va_list ap;

    if (!c->open)
        return false;
    va_start(ap, format);
    write_format(log, LLMREG_NOTICE, 0, format, ap);
    va_end(ap);
    *c = (struct llmreg_complaint){0};
    return true;
}
