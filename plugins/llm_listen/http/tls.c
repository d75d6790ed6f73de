/* SPDX-License-Identifier: MIT */
/* tls.c - what is loaded is checked whole before it replaces anything: a
 * certificate that can be read, a key that fits it.
 *
 * A file that is being written may be seen half; it changes once more when it
 * is whole, and is looked at again. */
#include "plugins/llm_listen/http/tls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define CERTS_MAX 8
#define LOOK_NS   LLMREG_NS_PER_S

const char tls_priorities[] =
    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";

struct tls_identity {
    atomic_uint refs;
    gnutls_pcert_st certs[CERTS_MAX];
    unsigned ncerts;
    gnutls_privkey_t key;
};

/* What a file looks like from outside. */
struct stamp {
    dev_t dev;
    ino_t ino;
    off_t size;
    struct timespec changed;
};

struct tls {
    const struct http_door *door;
    struct report *report;
    char *client_ca;
    /* the ticker's */
    struct stamp stamps[2]; /* certificate, key */
    int64_t looked_ns;
    /* guarded by lock */
    struct llmreg_lock lock;
    bool ready;
    struct tls_identity *identity;
};

/* ---- identities ---- */

void tls_identity_put(struct tls_identity *identity)
{
    if (identity == NULL || atomic_fetch_sub(&identity->refs, 1) > 1)
        return;
    for (unsigned i = 0; i < identity->ncerts; i++)
        gnutls_pcert_deinit(&identity->certs[i]);
    if (identity->key != NULL)
        gnutls_privkey_deinit(identity->key);
    free(identity);
}

struct tls_identity *tls_identity_get(struct tls *t)
{
    struct tls_identity *identity;

    llmreg_lock(&t->lock);
    identity = t->identity;
    atomic_fetch_add(&identity->refs, 1);
    llmreg_unlock(&t->lock);
    return identity;
}

void tls_identity_lend(struct tls_identity *identity, gnutls_pcert_st **certs,
                       unsigned *ncerts, gnutls_privkey_t *key)
{
    *certs = identity->certs;
    *ncerts = identity->ncerts;
    *key = identity->key;
}

/* ---- loading: 0, or GnuTLS's code ---- */

static int load_certs(struct tls_identity *identity, const char *path)
{
    unsigned count = CERTS_MAX;
    gnutls_datum_t text = {0};
    int code = gnutls_load_file(path, &text);

    if (code < 0)
        return code;
    code = gnutls_pcert_list_import_x509_raw(identity->certs, &count, &text,
                                             GNUTLS_X509_FMT_PEM, 0);
    gnutls_free(text.data);
    identity->ncerts = code < 0 ? 0 : count;
    return code;
}

static int load_key(struct tls_identity *identity, const char *path)
{
    gnutls_datum_t text = {0};
    int code = gnutls_load_file(path, &text);

    if (code < 0)
        return code;
    code = gnutls_privkey_init(&identity->key);
    if (code >= 0)
        code = gnutls_privkey_import_x509_raw(identity->key, &text,
                                              GNUTLS_X509_FMT_PEM, NULL, 0);
    gnutls_memset(text.data, 0, text.size);
    gnutls_free(text.data);
    return code;
}

/* Whether the key is the certificate's. */
static bool fits(const struct tls_identity *identity)
{
    unsigned char ids[2][64];
    size_t lens[2] = {sizeof ids[0], sizeof ids[1]};
    gnutls_pubkey_t own = NULL;
    bool good = gnutls_pubkey_init(&own) >= 0;

    good = good &&
           gnutls_pubkey_import_privkey(own, identity->key, 0, 0) >= 0 &&
           gnutls_pubkey_get_key_id(own, 0, ids[0], &lens[0]) >= 0 &&
           gnutls_pubkey_get_key_id(identity->certs[0].pubkey, 0, ids[1],
                                    &lens[1]) >= 0 &&
           lens[0] == lens[1] && memcmp(ids[0], ids[1], lens[0]) == 0;
    if (own != NULL)
        gnutls_pubkey_deinit(own);
    return good;
}

static int fault(const struct http_door *door, const char *path, int code,
                 struct llmreg_error *err)
{
    llmreg_error_set(err, "Listen \"%s\": %s: %s", door->name, path,
                     code == GNUTLS_E_FILE_ERROR ? strerror(errno)
                                                 : gnutls_strerror(code));
    return LLMREG_EINVAL;
}

static int load_into(struct tls_identity *identity,
                     const struct http_door *door, struct llmreg_error *err)
{
    int code = load_certs(identity, door->cert);

    if (code < 0)
        return fault(door, door->cert, code, err);
    code = load_key(identity, door->key);
    if (code < 0)
        return fault(door, door->key, code, err);
    if (fits(identity))
        return LLMREG_OK;
    llmreg_error_set(err, "Listen \"%s\": the key in %s is not that of %s",
                     door->name, door->key, door->cert);
    return LLMREG_EINVAL;
}

static int load(struct tls_identity **out, const struct http_door *door,
                struct llmreg_error *err)
{
    struct tls_identity *identity = calloc(1, sizeof *identity);
    int rc;

    if (identity == NULL)
        return LLMREG_ENOMEM;
    atomic_init(&identity->refs, 1);
    rc = load_into(identity, door, err);
    if (rc == LLMREG_OK)
        *out = identity;
    else
        tls_identity_put(identity);
    return rc;
}

/* ---- what an administrator should know ---- */

static time_t end_of(const struct tls_identity *identity)
{
    gnutls_x509_crt_t cert = NULL;
    time_t end = (time_t)-1;

    if (gnutls_pcert_export_x509(
            (gnutls_pcert_st *)(uintptr_t)&identity->certs[0], &cert) < 0)
        return end;
    end = gnutls_x509_crt_get_expiration_time(cert);
    gnutls_x509_crt_deinit(cert);
    return end;
}

static void warn(const struct tls *t)
{
    const struct http_door *door = t->door;
    const time_t end = end_of(t->identity);
    struct stat key;

    if (end != (time_t)-1 && end < time(NULL))
        llmreg_log(t->report->log, LLMREG_ERROR,
                   "http: Listen \"%s\": the certificate in %s has expired",
                   door->name, door->cert);
    if (stat(door->key, &key) == 0 && (key.st_mode & S_IROTH) != 0)
        llmreg_log(t->report->log, LLMREG_WARNING,
                   "http: Listen \"%s\": everybody may read the key in %s",
                   door->name, door->key);
}

/* ---- life ---- */

static void look(const struct http_door *door, struct stamp out[static 2])
{
    const char *const paths[] = {door->cert, door->key};

    for (size_t i = 0; i < 2; i++) {
        struct stat file;

        out[i] = (struct stamp){0};
        if (stat(paths[i], &file) != 0)
            continue;
        out[i] = (struct stamp){.dev = file.st_dev,
                                .ino = file.st_ino,
                                .size = file.st_size,
                                .changed = file.st_mtim};
    }
}

static bool same_stamp(const struct stamp *a, const struct stamp *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec &&
           a->changed.tv_nsec == b->changed.tv_nsec;
}

/* The library takes the text, and is content with one that says nothing. */
static int check_client_ca(const gnutls_datum_t *text)
{
    gnutls_x509_crt_t *certs = NULL;
    unsigned count = 0;
    const int code = gnutls_x509_crt_list_import2(&certs, &count, text,
                                                  GNUTLS_X509_FMT_PEM, 0);

    if (code < 0)
        return code;
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(certs[i]);
    gnutls_free(certs);
    return count > 0 ? 0 : GNUTLS_E_NO_CERTIFICATE_FOUND;
}

static int load_client_ca(struct tls *t, struct llmreg_error *err)
{
    gnutls_datum_t text = {0};
    int code;

    if (t->door->client_ca[0] == '\0')
        return LLMREG_OK;
    code = gnutls_load_file(t->door->client_ca, &text);
    if (code >= 0)
        code = check_client_ca(&text);
    if (code >= 0)
        t->client_ca = strndup((const char *)text.data, text.size);
    gnutls_free(text.data);
    if (code < 0)
        return fault(t->door, t->door->client_ca, code, err);
    return t->client_ca != NULL ? LLMREG_OK : LLMREG_ENOMEM;
}

int tls_new(struct tls **out, const struct http_door *door,
            struct report *report, struct llmreg_error *err)
{
    struct tls *t = calloc(1, sizeof *t);
    int rc = LLMREG_ENOMEM;

    if (t == NULL)
        return rc;
    t->door = door;
    t->report = report;
    t->ready = llmreg_lock_init(&t->lock) == LLMREG_OK;
    if (!t->ready)
        goto done;
    rc = load_client_ca(t, err);
    if (rc != LLMREG_OK)
        goto done;
    look(door, t->stamps);
    rc = load(&t->identity, door, err);
    if (rc != LLMREG_OK)
        goto done;
    warn(t);
    *out = t;
    t = NULL;
done:
    tls_free(t);
    return rc;
}

void tls_free(struct tls *t)
{
    if (t == NULL)
        return;
    tls_identity_put(t->identity);
    if (t->ready)
        llmreg_lock_fini(&t->lock);
    free(t->client_ca);
    free(t);
}

static void replace(struct tls *t, struct tls_identity *identity)
{
    struct tls_identity *old;

    llmreg_lock(&t->lock);
    old = t->identity;
    t->identity = identity;
    llmreg_unlock(&t->lock);
    tls_identity_put(old);
    llmreg_log(t->report->log, LLMREG_NOTICE,
               "http: Listen \"%s\": loaded the certificate in %s",
               t->door->name, t->door->cert);
    warn(t);
}

void tls_tick(struct tls *t, int64_t now_ns)
{
    struct stamp stamps[2];
    struct tls_identity *identity = NULL;
    struct llmreg_error err = {0};

    if (now_ns - t->looked_ns < LOOK_NS)
        return;
    t->looked_ns = now_ns;
    look(t->door, stamps);
    if (same_stamp(&stamps[0], &t->stamps[0]) &&
        same_stamp(&stamps[1], &t->stamps[1]))
        return;
    memcpy(t->stamps, stamps, sizeof stamps);
    if (load(&identity, t->door, &err) == LLMREG_OK)
        replace(t, identity);
    else
        report_note(t->report, REPORT_TLS,
                    "%s; the certificate from before goes on", err.text);
}

const char *tls_client_ca(const struct tls *t)
{
    return t->client_ca;
}

/* ---- clients ---- */

const char *tls_client_fault(gnutls_session_t session)
{
    char purpose[] = GNUTLS_KP_TLS_WWW_CLIENT;
    gnutls_typed_vdata_st wanted = {
        .type = GNUTLS_DT_KEY_PURPOSE_OID,
        .data = (unsigned char *)purpose,
    };
    unsigned status = 0;
    const int code =
        gnutls_certificate_verify_peers(session, &wanted, 1, &status);

    if (code == GNUTLS_E_NO_CERTIFICATE_FOUND)
        return "a client certificate is needed";
    if (code < 0)
        return "the client certificate cannot be verified";
    if ((status & GNUTLS_CERT_EXPIRED) != 0)
        return "the client certificate has expired";
    return status == 0 ? NULL : "the client certificate is not trusted";
}
