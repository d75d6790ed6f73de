/* SPDX-License-Identifier: MIT */
/* request.c - libcurl's options, its callbacks and its errors.
 *
 * Options that are the same for all requests are set once per handle; those
 * of an endpoint only when the handle served another one before.  Errors of
 * libcurl become ends of an exchange by a table: the same error means one
 * thing before a status line came and another after it. */
#include "plugins/llm_probe/request.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <llmreg/text.h>

#define CONNECTION_S 300  /* that a connection may live */
#define OTHERS_FDS   1024 /* below are those of select() in other plugins */

/* ---- callbacks of libcurl ---- */

static void resolved(struct request *r)
{
    if (r->errand.resolved != NULL)
        r->errand.resolved(r->errand.ctx);
    r->errand.resolved = NULL;
}

static size_t on_header(char *data, size_t size, size_t n, void *ctx)
{
    struct request *r = ctx;
    size_t len = size * n;

    resolved(r);
    if (len >= 5 && memcmp(data, "HTTP/", 5) == 0)
        r->status_line = true;
    r->header_bytes += len;
    if (r->header_bytes > REQUEST_HEADER_BYTES) {
        r->stopped = WIRE_TOO_BIG;
        return 0;
    }
    return len;
}

static long status_of(struct request *r)
{
    long status = 0;

    curl_easy_getinfo(r->easy, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static void keep_text(struct request *r, const char *data, size_t len)
{
    size_t room = sizeof r->text - r->text_len;
    size_t keep = len < room ? len : room;

    memcpy(r->text + r->text_len, data, keep);
    r->text_len += keep;
}

static size_t on_body(char *data, size_t size, size_t n, void *ctx)
{
    struct request *r = ctx;
    size_t len = size * n;
    bool wanted = status_of(r) == 200;
    size_t limit = wanted ? r->errand.ask->limit : REQUEST_HEADER_BYTES;

    r->body_bytes += len;
    if (r->body_bytes > limit) {
        r->stopped = WIRE_TOO_BIG;
        return 0;
    }
    if (!wanted) {
        keep_text(r, data, len);
        return len;
    }
    if (r->errand.feed(r->errand.ctx, data, len) != LLMREG_OK) {
        r->stopped = WIRE_REJECTED;
        return 0;
    }
    return len;
}

/* Out of the way of those in this process who use select(), if there is
 * room above; and not for children of theirs. */
static curl_socket_t on_open(void *ctx, curlsocktype purpose,
                             struct curl_sockaddr *address)
{
    struct request *r = ctx;
    int type = address->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK;
    int fd = socket(address->family, type, address->protocol);
    int high = -1;

    (void)purpose;
    resolved(r);
    if (fd < 0) {
        r->socket_errno = errno;
        return CURL_SOCKET_BAD;
    }
    if (r->host->fd_limit > OTHERS_FDS && fd < OTHERS_FDS)
        high = fcntl(fd, F_DUPFD_CLOEXEC, OTHERS_FDS);
    if (high >= 0) {
        close(fd);
        fd = high;
    }
    if (fd >= r->host->fd_limit || !r->host->opened(r->host->ctx)) {
        close(fd);
        r->socket_errno = EMFILE;
        return CURL_SOCKET_BAD;
    }
    return fd;
}

static int on_close(void *ctx, curl_socket_t fd)
{
    const struct request_host *host = ctx;

    host->closed(host->ctx, fd);
    return close(fd);
}

/* ---- options ---- */

static bool set_long(CURL *easy, CURLoption option, long value)
{
    return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

static bool set_text(CURL *easy, CURLoption option, const char *value)
{
    return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

/* IP addresses need no cache of names, names want none: a connection is kept
 * for minutes, and a cache is walked at every end of a request.  It is not kept
 * longer, because names move while the old server goes on answering. */
static bool set_common(CURL *easy)
{
    return set_long(easy, CURLOPT_NOSIGNAL, 1) &&
           set_long(easy, CURLOPT_QUICK_EXIT, 1) &&
           set_long(easy, CURLOPT_FOLLOWLOCATION, 0) &&
           set_long(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0) &&
           set_long(easy, CURLOPT_MAXLIFETIME_CONN, CONNECTION_S) &&
           set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1) &&
           set_long(easy, CURLOPT_NETRC, CURL_NETRC_IGNORED) &&
           set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https") &&
           set_text(easy, CURLOPT_PROXY, "") &&
           set_text(easy, CURLOPT_USERAGENT, "llmreg");
}

static bool set_pointers(struct request *r, void *user)
{
    CURL *e = r->easy;

    return !curl_easy_setopt(e, CURLOPT_PRIVATE, user) &&
           !curl_easy_setopt(e, CURLOPT_ERRORBUFFER, r->error) &&
           !curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header) &&
           !curl_easy_setopt(e, CURLOPT_HEADERDATA, r) &&
           !curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body) &&
           !curl_easy_setopt(e, CURLOPT_WRITEDATA, r) &&
           !curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, on_open) &&
           !curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, r) &&
           !curl_easy_setopt(e, CURLOPT_CLOSESOCKETFUNCTION, on_close) &&
           !curl_easy_setopt(e, CURLOPT_CLOSESOCKETDATA, r->host);
}

int request_new(struct request **out, const struct request_host *host,
                void *user)
{
    struct request *r = calloc(1, sizeof *r);
    int rc = LLMREG_ENOMEM;

    if (r == NULL)
        return rc;
    r->host = host;
    r->easy = curl_easy_init();
    if (r->easy == NULL || !set_common(r->easy) || !set_pointers(r, user))
        goto done;
    *out = r;
    r = NULL;
    rc = LLMREG_OK;
done:
    request_free(r);
    return rc;
}

void request_free(struct request *r)
{
    if (r == NULL)
        return;
    if (r->easy != NULL)
        curl_easy_cleanup(r->easy);
    free(r);
}

/* TLS options; of two endpoints without access they are the same.  A CACert is
 * trusted instead of the built-in bundle and folder, not besides them: both
 * have to be named again after it. */
static bool set_access(struct request *r, const struct access *a)
{
    CURL *e = r->easy;
    curl_version_info_data *built = curl_version_info(CURLVERSION_NOW);
    bool own = a != NULL && a->ca != NULL;
    bool alone = a != NULL && a->cert != NULL;

    return set_text(e, CURLOPT_CAINFO, own ? a->ca : built->cainfo) &&
           set_text(e, CURLOPT_CAPATH, own ? NULL : built->capath) &&
           set_text(e, CURLOPT_SSLCERT, a == NULL ? NULL : a->cert) &&
           set_text(e, CURLOPT_SSLKEY, a == NULL ? NULL : a->key) &&
           set_long(e, CURLOPT_SSL_VERIFYPEER, a == NULL || a->verify_peer) &&
           set_long(e, CURLOPT_SSL_VERIFYHOST,
                    a == NULL || a->verify_host ? 2 : 0) &&
           set_long(e, CURLOPT_FORBID_REUSE, alone) &&
           set_long(e, CURLOPT_FRESH_CONNECT, alone);
}

static bool set_body(struct request *r, const char *body)
{
    bool good = true;

    if (body != NULL)
        good = set_text(r->easy, CURLOPT_COPYPOSTFIELDS, body);
    else if (r->posts)
        good = set_long(r->easy, CURLOPT_HTTPGET, 1);
    r->posts = body != NULL;
    return good;
}

static bool set_errand(struct request *r, const struct errand *errand)
{
    char url[LLMREG_URL_SIZE + 64];
    CURL *e = r->easy;
    int len =
        snprintf(url, sizeof url, "%s%s", errand->base, errand->ask->path);
    struct curl_slist *lines = errand->ask->body == NULL
                                   ? errand->headers->get
                                   : errand->headers->post;

    return len > 0 && (size_t)len < sizeof url &&
           set_text(e, CURLOPT_URL, url) && set_body(r, errand->ask->body) &&
           curl_easy_setopt(e, CURLOPT_HTTPHEADER, lines) == CURLE_OK &&
           set_long(e, CURLOPT_CONNECTTIMEOUT_MS, (long)errand->connect_ms) &&
           set_long(e, CURLOPT_TIMEOUT_MS, (long)errand->total_ms) &&
           curl_easy_setopt(e, CURLOPT_MAXFILESIZE_LARGE,
                            (curl_off_t)errand->ask->limit) == CURLE_OK;
}

int request_prepare(struct request *r, const struct errand *errand)
{
    r->errand = *errand;
    r->header_bytes = 0;
    r->body_bytes = 0;
    r->status_line = false;
    r->stopped = WIRE_ANSWERED;
    r->socket_errno = 0;
    r->text_len = 0;
    r->error[0] = '\0';
    r->problem[0] = '\0';
    if (!r->dressed || r->access != errand->access) {
        r->dressed = false; /* also if only some options could be set */
        if (!set_access(r, errand->access))
            return LLMREG_ENOMEM;
        r->access = errand->access;
        r->dressed = true;
    }
    return set_errand(r, errand) ? LLMREG_OK : LLMREG_ENOMEM;
}

/* ---- ends ---- */

struct code_row {
    CURLcode code;
    enum wire_end before, after; /* a status line came */
};

static const struct code_row codes[] = {
    {CURLE_OK, WIRE_ANSWERED, WIRE_ANSWERED},
    {CURLE_OPERATION_TIMEDOUT, WIRE_TIMEOUT, WIRE_TIMEOUT},
    {CURLE_COULDNT_CONNECT, WIRE_REFUSED, WIRE_BROKEN},
    {CURLE_GOT_NOTHING, WIRE_REFUSED, WIRE_BROKEN},
    {CURLE_SEND_ERROR, WIRE_REFUSED, WIRE_BROKEN},
    {CURLE_RECV_ERROR, WIRE_REFUSED, WIRE_BROKEN},
    {CURLE_PARTIAL_FILE, WIRE_BROKEN, WIRE_BROKEN},
    {CURLE_COULDNT_RESOLVE_HOST, WIRE_DNS, WIRE_DNS},
    {CURLE_WEIRD_SERVER_REPLY, WIRE_NOT_HTTP, WIRE_BROKEN},
    {CURLE_UNSUPPORTED_PROTOCOL, WIRE_NOT_HTTP, WIRE_BROKEN},
    {CURLE_FILESIZE_EXCEEDED, WIRE_TOO_BIG, WIRE_TOO_BIG},
    {CURLE_OUT_OF_MEMORY, WIRE_TOO_BIG, WIRE_TOO_BIG},
    {CURLE_SSL_CONNECT_ERROR, WIRE_TLS, WIRE_TLS},
    {CURLE_PEER_FAILED_VERIFICATION, WIRE_TLS, WIRE_TLS},
    {CURLE_SSL_CERTPROBLEM, WIRE_TLS, WIRE_TLS},
    {CURLE_SSL_CIPHER, WIRE_TLS, WIRE_TLS},
    {CURLE_SSL_CACERT_BADFILE, WIRE_TLS, WIRE_TLS},
    {CURLE_SSL_ISSUER_ERROR, WIRE_TLS, WIRE_TLS},
    {CURLE_SSL_CRL_BADFILE, WIRE_TLS, WIRE_TLS},
    {CURLE_SSL_ENGINE_NOTFOUND, WIRE_TLS, WIRE_TLS},
    {CURLE_SSL_SHUTDOWN_FAILED, WIRE_TLS, WIRE_TLS},
    {CURLE_SSL_INVALIDCERTSTATUS, WIRE_TLS, WIRE_TLS},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, WIRE_TLS, WIRE_TLS},
    {CURLE_USE_SSL_FAILED, WIRE_TLS, WIRE_TLS},
};

/* With TLS 1.3 a server refuses our certificate, or that there is none, when
 * libcurl thinks that the handshake is over; only the words tell, if they
 * arrive before the end of the connection does. */
static bool is_tls_alert(const struct request *r, int code)
{
    return !r->status_line &&
           (code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR) &&
           strstr(r->error, "alert") != NULL;
}

static enum wire_end end_of(const struct request *r, int code)
{
    if (r->stopped != WIRE_ANSWERED)
        return r->stopped;
    if (is_tls_alert(r, code))
        return WIRE_TLS;
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
        if ((int)codes[i].code == code)
            return r->status_line ? codes[i].after : codes[i].before;
    return r->status_line ? WIRE_BROKEN : WIRE_REFUSED;
}

/* What it waited for when the time was over, by how libcurl begins to say
 * so: is it the name, the way there, or the server? */
static const char *waited_for(const char *error)
{
    static const struct {
        const char *start, *words;
    } waits[] = {
        {"Resolving", "no address for its name in time"},
        {"Connection", "no connection in time"},
        {"SSL", "no TLS handshake in time"},
    };

    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++)
        if (strncmp(error, waits[i].start, strlen(waits[i].start)) == 0)
            return waits[i].words;
    return "no answer in time";
}

/* The system's own words for a connection that failed, ours where libcurl's
 * are long, libcurl's for all else. */
static void explain(struct request *r, int code, enum wire_end end)
{
    long number = 0;
    char words[96];
    static const char untrusted[] = "server certificate verification failed";
    const char *text = "";

    curl_easy_getinfo(r->easy, CURLINFO_OS_ERRNO, &number);
    if (code == CURLE_COULDNT_CONNECT && number != 0)
        text = strerror_r((int)number, words, sizeof words);
    else if (end == WIRE_NOT_HTTP)
        text = "not HTTP";
    else if (end == WIRE_TIMEOUT)
        text = waited_for(r->error);
    else if (strncmp(r->error, untrusted, sizeof untrusted - 1) == 0)
        text = "its certificate is of no authority that CACert or this system "
               "trusts";
    else if (code != CURLE_OK && end != WIRE_TOO_BIG &&
             r->stopped == WIRE_ANSWERED)
        text = r->error;
    llmreg_copy_message(r->problem, sizeof r->problem, text);
}

static void take_times(struct request *r)
{
    long connects = 0;
    curl_off_t connect = 0;
    curl_off_t first = 0;

    curl_easy_getinfo(r->easy, CURLINFO_NUM_CONNECTS, &connects);
    curl_easy_getinfo(r->easy, CURLINFO_STARTTRANSFER_TIME_T, &first);
    if (connects > 0) {
        curl_easy_getinfo(r->easy, CURLINFO_APPCONNECT_TIME_T, &connect);
        if (connect == 0)
            curl_easy_getinfo(r->easy, CURLINFO_CONNECT_TIME_T, &connect);
    }
    r->times.connect_us = (uint32_t)connect;
    r->times.ttfb_us = (uint32_t)first;
}

/* Our own fault: no socket, or no memory before a byte came.  After one it
 * means a line longer than libcurl bears. */
static bool is_ours(const struct request *r, int code)
{
    static const int faults[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM};

    if (code == CURLE_OK || r->status_line)
        return false;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
        if (r->socket_errno == faults[i])
            return true;
    return code == CURLE_OUT_OF_MEMORY && r->times.ttfb_us == 0;
}

int request_finish(struct request *r, int code, struct answer *out)
{
    long status = status_of(r);

    resolved(r);
    take_times(r);
    if (is_ours(r, code))
        return LLMREG_EIO;
    out->end = end_of(r, code);
    explain(r, code, out->end);
    out->status = r->status_line && status > 0 ? (uint16_t)status : 0;
    out->text = r->text;
    out->len = r->text_len;
    out->problem = r->problem;
    return LLMREG_OK;
}
