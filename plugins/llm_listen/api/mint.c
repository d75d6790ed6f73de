/* SPDX-License-Identifier: MIT */
/* mint.c - 256 bits from the kernel, and an id of 41 more. */
#include "plugins/llm_listen/api/mint.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "plugins/llm_listen/api/base64.h"

#define SECRET_BYTES 32
#define LETTERS      "abcdefghijklmnopqrstuvwxyz0123456789"

static int take_random(void *out, size_t size)
{
    ssize_t got;

    do {
        got = getrandom(out, size, 0);
    } while (got < 0 && errno == EINTR);
    return got == (ssize_t)size ? LLMREG_OK : LLMREG_EIO;
}

/* Bytes beyond the last multiple of 36 are thrown away: each letter is as
 * likely as any other. */
static int make_id(char out[static LLMREG_TOKEN_ID_SIZE])
{
    const unsigned count = sizeof LETTERS - 1;
    unsigned char byte = 0;
    size_t n = 0;

    while (n < LLMREG_TOKEN_ID_SIZE - 1) {
        if (take_random(&byte, 1) != LLMREG_OK)
            return LLMREG_EIO;
        if (byte < 256 / count * count)
            out[n++] = LETTERS[byte % count];
    }
    out[n] = '\0';
    return LLMREG_OK;
}

int mint(struct minted *out)
{
    unsigned char bytes[SECRET_BYTES];
    char secret[BASE64_SIZE(SECRET_BYTES)], id[LLMREG_TOKEN_ID_SIZE];
    int rc = make_id(out->id);

    if (rc == LLMREG_OK)
        rc = take_random(bytes, sizeof bytes);
    if (rc != LLMREG_OK)
        return rc;
    base64_write(secret, bytes, sizeof bytes);
    who_write(out->text, out->id, secret);
    if (!who_parse(out->text, strlen(out->text), id, out->digest))
        rc = LLMREG_EIO;
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(secret, sizeof secret);
    return rc;
}

void mint_forget(struct minted *m)
{
    explicit_bzero(m, sizeof *m);
}
