/* SPDX-License-Identifier: MIT */
/* cidr.c - networks that a door names. */
#include "plugins/llm_listen/http/door.h"

#include <arpa/inet.h>
#include <string.h>

#include <llmreg/text.h>

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

/* The bits that the family leaves out of 128, or -1: no address. */
static int read_address(const char *text, uint8_t out[static 16])
{
    if (inet_pton(AF_INET6, text, out) == 1)
        return 0;
    memcpy(out, mapped, sizeof mapped);
    return inet_pton(AF_INET, text, out + sizeof mapped) == 1 ? 96 : -1;
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    const unsigned bytes = bits / 8;
    const unsigned rest = bits % 8;

    return memcmp(a, b, bytes) == 0 &&
           (rest == 0 || (a[bytes] ^ b[bytes]) >> (8 - rest) == 0);
}

static bool is_zero_beyond(const uint8_t address[static 16], unsigned bits)
{
    for (unsigned i = bits; i < 128; i++)
        if ((address[i / 8] >> (7 - i % 8) & 1) != 0)
            return false;
    return true;
}

/* address[/bits]; true if it can be read. */
static bool read_cidr(const char *text, struct cidr *out)
{
    char address[INET6_ADDRSTRLEN];
    const char *slash = strchrnul(text, '/');
    const size_t len = (size_t)(slash - text);
    int64_t bits = 0;
    int skipped;

    if (len >= sizeof address)
        return false;
    memcpy(address, text, len);
    address[len] = '\0';
    skipped = read_address(address, out->address);
    if (skipped < 0)
        return false;
    out->bits = 128;
    if (*slash == '\0')
        return true;
    if (llmreg_parse_int(slash + 1, strlen(slash + 1), 0, 128 - skipped,
                         &bits) != LLMREG_OK)
        return false;
    out->bits = (unsigned)(bits + skipped);
    return true;
}

int cidr_parse(const char *text, struct cidr *out, struct llmreg_error *err)
{
    struct cidr c = {0};

    if (!read_cidr(text, &c)) {
        llmreg_error_set(err,
                         "%s is no network; it is written as 192.0.2.0/24, "
                         "2001:db8::/32, or one address",
                         text);
        return LLMREG_EINVAL;
    }
    if (!is_zero_beyond(c.address, c.bits)) {
        llmreg_error_set(err, "%s has bits set beyond its prefix", text);
        return LLMREG_EINVAL;
    }
    *out = c;
    return LLMREG_OK;
}

bool cidr_has(const struct cidr *c, const char *address)
{
    uint8_t bytes[16];

    return read_address(address, bytes) >= 0 &&
           same_prefix(c->address, bytes, c->bits);
}
