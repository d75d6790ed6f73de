/* SPDX-License-Identifier: MIT */
/* url.c - from what a person wrote to the one id of an endpoint.
 *
 * Two spellings of one endpoint must give one id, and what curl, getaddrinfo
 * and we read in a text must never differ.  So the reader is strict where
 * they guess: what has more than one reading is refused with a reason.
 *
 *   scheme     any case, http or https
 *   host name  lower case, one dot at the end removed, letters digits - _ .
 *   IPv4       four decimal numbers; 0177.1, 0x7f.1 and 2130706433, which
 *              getaddrinfo would take, are refused and so is a name whose
 *              last label is a number
 *   IPv6       in brackets only, rewritten by inet_ntop; ::ffff:1.2.3.4 is
 *              the IPv4 address in it; no zone (%eth0): it has a meaning on
 *              one machine only, and an id has it on all
 *   path       unreserved characters, sub-delims and %XX only; %XX of an
 *              unreserved character is decoded, other %XX get upper case,
 *              doubled and closing slashes go, "." and ".." are refused
 *
 * A text with '@' may hold a password: it is refused and not repeated.
 */
#include <llmreg/names.h>

#include <llmreg/text.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

/* A stretch of the text that is being read. */
struct part {
    const char *at;
    size_t len;
};

/* What the readers below share.  reason is static: why not, or NULL. */
struct reader {
    struct llmreg_url url;
    uint16_t default_port;
    const char *reason;
};

static bool refuse(struct reader *r, const char *reason)
{
    r->reason = reason;
    return false;
}

/* Cuts before the first byte of set, or takes all. */
static struct part cut(struct part *rest, const char *set)
{
    struct part head = {rest->at, 0};

    while (head.len < rest->len && strchr(set, head.at[head.len]) == NULL)
        head.len++;
    rest->at += head.len;
    rest->len -= head.len;
    return head;
}

static bool starts_with(const struct part *p, char c)
{
    return p->len > 0 && p->at[0] == c;
}

static void skip(struct part *p, size_t n)
{
    p->at += n;
    p->len -= n;
}

/* With a scheme, a URL's default port is the scheme's own. */
static bool read_scheme(struct reader *r, struct part *rest)
{
    static const struct {
        char name[sizeof r->url.scheme];
        uint16_t port;
    } schemes[] = {{"http", 80}, {"https", 443}};
    struct part after = *rest;
    struct part name = cut(&after, ":/");

    if (after.len < 3 || memcmp(after.at, "://", 3) != 0)
        return true;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        if (name.len != strlen(schemes[i].name) ||
            strncasecmp(name.at, schemes[i].name, name.len) != 0)
            continue;
        r->default_port = schemes[i].port;
        *rest = after;
        skip(rest, 3);
        memcpy(r->url.scheme, schemes[i].name, sizeof r->url.scheme);
        return true;
    }
    return refuse(r, "the scheme must be http or https");
}

static bool read_ipv6(struct reader *r, struct part *rest)
{
    char text[INET6_ADDRSTRLEN] = "";
    struct in6_addr address;
    struct part inside;

    skip(rest, 1);
    inside = cut(rest, "]");
    if (rest->len == 0)
        return refuse(r, "']' is missing");
    skip(rest, 1);
    if (memchr(inside.at, '%', inside.len) != NULL)
        return refuse(r, "an IPv6 zone (%...) is not supported");
    if (inside.len >= sizeof text)
        return refuse(r, "no IPv6 address is that long");
    memcpy(text, inside.at, inside.len);
    if (inet_pton(AF_INET6, text, &address) != 1)
        return refuse(r, "what is in brackets is not an IPv6 address");
    if (IN6_IS_ADDR_V4MAPPED(&address))
        inet_ntop(AF_INET, &address.s6_addr[12], r->url.host,
                  sizeof r->url.host);
    else
        inet_ntop(AF_INET6, &address, r->url.host, sizeof r->url.host);
    r->url.literal = true;
    return true;
}

/* A label between two dots: 1 to 63 bytes, no '-' at either end. */
static bool is_label(const char *s, size_t len)
{
    if (len == 0 || len > 63 || s[0] == '-' || s[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isascii(s[i]) ||
            (!islower(s[i]) && !isdigit(s[i]) && strchr("-_", s[i]) == NULL))
            return false;
    return true;
}

/* "1", "0177", "0x7f": with such a last label, getaddrinfo may see an IPv4
 * address in an old form. */
static bool is_number(const char *s)
{
    const size_t len = strlen(s);

    if (len > 2 && s[0] == '0' && s[1] == 'x')
        return strspn(s + 2, "0123456789abcdef") == len - 2;
    return strspn(s, "0123456789") == len || strcmp(s, "0x") == 0;
}

static bool check_name(struct reader *r)
{
    const char *label = r->url.host;
    struct in_addr address;

    if (inet_pton(AF_INET, label, &address) == 1) {
        inet_ntop(AF_INET, &address, r->url.host, sizeof r->url.host);
        r->url.literal = true;
        return true;
    }
    for (;;) {
        const size_t len = strcspn(label, ".");

        if (!is_label(label, len))
            return refuse(r, "no host has such a name (labels of 1 to 63 "
                             "letters, digits, '-' or '_'; others as xn--)");
        if (label[len] == '\0')
            break;
        label += len + 1;
    }
    if (is_number(label))
        return refuse(r, "an IPv4 address is four decimal numbers, 0 to 255, "
                         "without leading zeros");
    return true;
}

/* tolower follows the locale, and in Turkish 'I' has another small form. */
static char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool read_name(struct reader *r, struct part *rest)
{
    struct part name = cut(rest, ":");

    if (rest->len > 1 && memchr(rest->at + 1, ':', rest->len - 1) != NULL)
        return refuse(r, "more than one ':' (an IPv6 address is written in "
                         "brackets)");
    if (name.len > 0 && name.at[name.len - 1] == '.')
        name.len--;
    if (name.len == 0)
        return refuse(r, "the host is missing");
    if (name.len > 253)
        return refuse(r, "a host name has at most 253 bytes");
    for (size_t i = 0; i < name.len; i++)
        r->url.host[i] = to_lower(name.at[i]);
    r->url.host[name.len] = '\0';
    return check_name(r);
}

static bool read_port(struct reader *r, struct part *rest)
{
    int64_t port = r->default_port;

    if (rest->len == 0 && port == 0)
        return refuse(r, "the port is missing");
    if (rest->len > 0) {
        if (!starts_with(rest, ':'))
            return refuse(r, "only a port can follow ']'");
        skip(rest, 1);
        if (rest->len > 5 ||
            llmreg_parse_int(rest->at, rest->len, 1, 65535, &port) != LLMREG_OK)
            return refuse(r, "a port is a number from 1 to 65535");
    }
    r->url.port = (uint16_t)port;
    return true;
}

static bool is_unreserved(char c)
{
    return isascii(c) && (isalnum(c) || strchr("-._~", c) != NULL);
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *at = memchr(digits, toupper((unsigned char)c), 16);

    return at != NULL ? (int)(at - digits) : -1;
}

/* Appends the character or %XX that p begins with, in its one form. */
static bool add_character(struct reader *r, struct llmreg_text *out,
                          struct part *p)
{
    char c = p->at[0];
    int high = c == '%' && p->len >= 3 ? hex_digit(p->at[1]) : -1;
    int low = high >= 0 ? hex_digit(p->at[2]) : -1;

    if (low >= 0) {
        skip(p, 3);
        c = (char)(high << 4 | low);
        if (!is_unreserved(c)) {
            llmreg_text_addf(out, "%%%X%X", (unsigned)high, (unsigned)low);
            return true;
        }
    } else if (is_unreserved(c) || strchr("!$&'()*+,;=", c) != NULL) {
        skip(p, 1);
    } else {
        return refuse(r, "a path has letters, digits, %XX and -._~!$&'()*+,;= "
                         "only");
    }
    llmreg_text_add_bytes(out, &c, 1);
    return true;
}

/* One segment with its slash; nothing for an empty one. */
static bool read_segment(struct reader *r, struct llmreg_text *out,
                         struct part *rest)
{
    const size_t before = out->len;
    const char *segment;
    struct part p;

    skip(rest, 1);
    p = cut(rest, "/");
    if (p.len == 0)
        return true;
    llmreg_text_add(out, "/");
    while (p.len > 0)
        if (!add_character(r, out, &p))
            return false;
    segment = out->data + before;
    if (strcmp(segment, "/.") == 0 || strcmp(segment, "/..") == 0)
        return refuse(r, "\".\" and \"..\" are not allowed in a path");
    return true;
}

static bool read_path(struct reader *r, struct part rest)
{
    struct llmreg_text out;

    llmreg_text_init(&out, r->url.path, sizeof r->url.path);
    while (rest.len > 0)
        if (!read_segment(r, &out, &rest))
            return false;
    if (llmreg_text_status(&out) != LLMREG_OK)
        return refuse(r, "a path has at most 255 bytes");
    return true;
}

/* The bounds of the parts add up to less than those of id and base. */
static bool write_names(struct reader *r)
{
    struct llmreg_url *u = &r->url;
    const bool ipv6 = strchr(u->host, ':') != NULL;
    struct llmreg_text id;
    struct llmreg_text base;

    llmreg_text_init(&id, u->id, sizeof u->id);
    llmreg_text_addf(&id, "%s%s%s:%u%s", ipv6 ? "[" : "", u->host,
                     ipv6 ? "]" : "", u->port, u->path);
    llmreg_text_init(&base, u->base, sizeof u->base);
    llmreg_text_addf(&base, "%s://%s", u->scheme, u->id);
    if (llmreg_text_status(&id) != LLMREG_OK ||
        llmreg_text_status(&base) != LLMREG_OK)
        return refuse(r, "it is too long");
    return true;
}

static bool read_all(struct reader *r, const char *text)
{
    struct part rest = {text, strlen(text)};
    struct part authority;

    if (strchr(text, '@') != NULL)
        return refuse(r, "a user, a password or an '@' is not allowed");
    if (strpbrk(text, "?#") != NULL)
        return refuse(r, "a query or a fragment is not allowed");
    if (!read_scheme(r, &rest))
        return false;
    authority = cut(&rest, "/");
    if (starts_with(&authority, '[') ? !read_ipv6(r, &authority)
                                     : !read_name(r, &authority))
        return false;
    return read_port(r, &authority) && read_path(r, rest) && write_names(r);
}

int llmreg_url_parse(const char *text, uint16_t default_port,
                     struct llmreg_url *out, struct llmreg_error *err)
{
    struct reader r = {.url.scheme = "http", .default_port = default_port};

    if (read_all(&r, text)) {
        *out = r.url;
        return LLMREG_OK;
    }
    if (strchr(text, '@') != NULL)
        llmreg_error_set(err, "URL not accepted: %s", r.reason);
    else
        llmreg_error_set(err, "URL \"%.300s\" not accepted: %s", text,
                         r.reason);
    return LLMREG_EINVAL;
}
