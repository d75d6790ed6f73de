/* SPDX-License-Identifier: MIT */
/* fault.c - one row a kind of fault. */
#include "plugins/llm_listen/api/fault.h"

#include "plugins/llm_listen/api/reply.h"

static const struct row {
    int status;
    const char *word, *code;
    unsigned http, retry;
} rows[] = {
    {LLMREG_OK, "ok", "not_durable", 503, 5},
    {LLMREG_ENOSPACE, "disk_full", "disk_full", 507, 30},
    {LLMREG_EVERSION, "newer_store", "newer_store", 503, 60},
    {LLMREG_EIO, "failed", "not_durable", 503, 5}, /* and all others */
};
#define ROWS (sizeof rows / sizeof rows[0])

static const struct row *find(int status)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].status == status)
            return &rows[i];
    return &rows[ROWS - 1];
}

const char *fault_word(int status)
{
    return find(status)->word;
}

int fault_answer(struct ask *a)
{
    struct llmreg_standing now;
    struct llmreg_error text;

    llmreg_service_standing(a->api->service, &now);
    /* While it works, though without its history, it is only slow. */
    const struct row *row = find(now.works ? LLMREG_OK : now.status);
    const struct reply_error e = {.status = row->http,
                                  .code = row->code,
                                  .message = text.text,
                                  .retry = row->retry};

    if (row->status == LLMREG_OK)
        llmreg_error_set(&text, "the change was made and could not be written "
                                "to disk yet; ask again");
    else
        llmreg_error_set(&text,
                         "the change was made in memory and is not on disk: %s",
                         now.what.text);
    return reply_error(a, &e);
}
