/* SPDX-License-Identifier: MIT */
/* host_names.c - names and addresses of hosts, and whose "localhost" it is.
 *
 * An agent that announces http://localhost:11434 means its own machine.  Taken
 * literally, the endpoint would be probed here, and those of all agents would
 * be one.  So whatever only its speaker may say is replaced by the address
 * from which it was said.
 */
#include <llmreg/names.h>

#include <llmreg/text.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define PORT_ANY 1 /* parsing wants one, and every URL here has its own */

static bool is_key_byte(char c)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "0123456789._:-";

    return c != '\0' && strchr(allowed, c) != NULL;
}

/* Not tolower, which follows the locale. */
static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool write_key(const char *text, char out[static LLMREG_HOST_SIZE])
{
    size_t len = strlen(text);

    if (len > 1 && text[len - 1] == '.')
        len--;
    if (len == 0 || len > 253 || text[0] == '.')
        return false;
    for (size_t i = 0; i < len; i++) {
        out[i] = to_lower(text[i]);
        if (!is_key_byte(out[i]))
            return false;
    }
    out[len] = '\0';
    return true;
}

int llmreg_host_key(const char *text, char out[static LLMREG_HOST_SIZE])
{
    struct in6_addr a;

    if (!write_key(text, out)) {
        out[0] = '\0';
        return LLMREG_EINVAL;
    }
    if (inet_pton(AF_INET6, out, &a) != 1)
        return LLMREG_OK;
    if (IN6_IS_ADDR_V4MAPPED(&a))
        inet_ntop(AF_INET, &a.s6_addr[12], out, LLMREG_HOST_SIZE);
    else
        inet_ntop(AF_INET6, &a, out, LLMREG_HOST_SIZE);
    return LLMREG_OK;
}

/* ---- local ones ---- */

static bool is_local_name(const char *host)
{
    static const char *const names[] = {
        /* RFC 6761, and what systems write into /etc/hosts */
        "localhost",
        "localhost.localdomain",
        "ip6-localhost",
        "ip6-loopback",
    };
    static const char below[] = ".localhost";
    const size_t len = strlen(host), tail = sizeof below - 1;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(host, names[i]) == 0)
            return true;
    return len > tail && strcmp(host + len - tail, below) == 0;
}

bool llmreg_is_local_host(const char *host)
{
    char key[LLMREG_HOST_SIZE];
    struct in_addr v4;
    struct in6_addr v6;

    if (llmreg_host_key(host, key) != LLMREG_OK)
        return false;
    if (inet_pton(AF_INET, key, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127 || v4.s_addr == 0;
    if (inet_pton(AF_INET6, key, &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6) || IN6_IS_ADDR_UNSPECIFIED(&v6);
    return is_local_name(key);
}

/* ---- announcements ---- */

static bool is_address(const char *host)
{
    struct in6_addr any;

    return inet_pton(AF_INET, host, &any) == 1 ||
           inet_pton(AF_INET6, host, &any) == 1;
}

int llmreg_url_announced(struct llmreg_url *url, const char *peer,
                         struct llmreg_error *err)
{
    char key[LLMREG_HOST_SIZE], text[LLMREG_URL_SIZE];

    if (strcmp(peer, "unix") == 0)
        return LLMREG_OK;
    if (llmreg_host_key(peer, key) != LLMREG_OK || !is_address(key)) {
        llmreg_error_set(
            err, "the announcer's address \"%.80s\" is no IP address", peer);
        return LLMREG_EINVAL;
    }
    if (llmreg_is_local_host(key) || !llmreg_is_local_host(url->host))
        return LLMREG_OK;
    const bool v6 = strchr(key, ':') != NULL;
    (void)snprintf(text, sizeof text, "%s://%s%s%s:%u%s", url->scheme,
                   v6 ? "[" : "", key, v6 ? "]" : "", url->port, url->path);
    return llmreg_url_parse(text, PORT_ANY, url, err);
}
