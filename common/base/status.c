/* SPDX-License-Identifier: MIT */
/* status.c - one sentence a status, and reasons for people. */
#include <llmreg/status.h>

#include <llmreg/text.h>

#include <stdio.h>

static const char *const sentences[] = {
    [-LLMREG_OK] = "no error",
    [-LLMREG_EINVAL] = "a value is not valid",
    [-LLMREG_ENOMEM] = "out of memory",
    [-LLMREG_ENOENT] = "no such thing",
    [-LLMREG_EEXIST] = "it exists already",
    [-LLMREG_EFULL] = "the limit on their number is reached",
    [-LLMREG_ETOOBIG] = "longer than its limit",
    [-LLMREG_ESTALE] = "removed or made anew in the meantime",
    [-LLMREG_EBUSY] = "requests are pending",
    [-LLMREG_ELOCKED] = "another process holds the lock",
    [-LLMREG_EIO] = "the operating system reports an error",
    [-LLMREG_ENOSPACE] = "the disk is full",
    [-LLMREG_ECORRUPT] = "stored data is damaged",
    [-LLMREG_EVERSION] = "stored data is from a newer version",
    [-LLMREG_EPARSE] = "the text is not in the expected format",
    [-LLMREG_ETIME] = "the time limit passed",
    [-LLMREG_EGAP] = "events were lost",
};

const char *llmreg_status_text(int status)
{
    const int count = (int)(sizeof sentences / sizeof sentences[0]);

    if (status > 0 || status <= -count)
        return "unknown status";
    return sentences[-status];
}

/* The sentence is built beside e first: a caller that adds to a reason passes
 * e->text as an argument.  The buffer is longer than the text, so that
 * llmreg_copy_message sees that something has to be cut. */
void llmreg_error_set(struct llmreg_error *e, const char *format, ...)
{
    char buffer[sizeof e->text + 4];
    va_list ap;
    int n;

    if (e == NULL)
        return;
    va_start(ap, format);
    n = vsnprintf(buffer, sizeof buffer, format, ap);
    va_end(ap);
    llmreg_copy_message(e->text, sizeof e->text, n < 0 ? format : buffer);
}
