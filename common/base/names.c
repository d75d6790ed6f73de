/* SPDX-License-Identifier: MIT */
/* names.c - names of models, and names short enough for collectd. */
#include <llmreg/names.h>

#include <llmreg/table.h>
#include <llmreg/text.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* '-' and 8 hex digits.  More would be safer, but files on disk have these
 * names: the registry counts those that meet (series.h). */
#define HASH_PART 9
#define STEM_MAX  (LLMREG_SERIES_SIZE - 1 - HASH_PART)

static bool has_tag(const char *name, size_t len)
{
    const char *slash = memrchr(name, '/', len);
    const char *rest = slash != NULL ? slash + 1 : name;

    return memchr(rest, ':', len - (size_t)(rest - name)) != NULL;
}

int llmreg_model_name(const char *name, size_t len,
                      char out[static LLMREG_MODEL_SIZE])
{
    static const char tag[] = ":latest";
    size_t tag_len;

    if (len == 0 || !llmreg_is_clean(name, len))
        return LLMREG_EINVAL;
    tag_len = has_tag(name, len) ? 0 : sizeof tag - 1;
    if (len > LLMREG_MODEL_SIZE - 1 - tag_len)
        return LLMREG_ETOOBIG;
    memmove(out, name, len);
    memcpy(out + len, tag, tag_len);
    out[len + tag_len] = '\0';
    return LLMREG_OK;
}

static char allowed_or_underscore(char c, size_t place)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz"
                                  "0123456789._:+@-";

    if (strchr(allowed, c) == NULL)
        return '_';
    return place == 0 && (c == '.' || c == '-') ? '_' : c;
}

static bool ends_like_hashed(const char *name, size_t len)
{
    return len >= HASH_PART && name[len - HASH_PART] == '-' &&
           strspn(name + len - HASH_PART + 1, "0123456789abcdef") ==
               HASH_PART - 1;
}

/* Two names that get the same stem differ in their hash.  A name that keeps
 * its form cannot look like a stem with a hash: such a one gets its own. */
void llmreg_series_name(const char *name, char out[static LLMREG_SERIES_SIZE])
{
    const size_t len = strlen(name);
    bool changed =
        len == 0 || len > LLMREG_SERIES_SIZE - 1 || ends_like_hashed(name, len);
    const uint64_t hash = llmreg_hash(name, len);
    size_t n = 0;

    for (; n < len && n < LLMREG_SERIES_SIZE - 1; n++) {
        out[n] = allowed_or_underscore(name[n], n);
        changed |= out[n] != name[n];
    }
    if (changed) {
        n = n < STEM_MAX ? n : STEM_MAX;
        if (n == 0)
            out[n++] = '_';
        snprintf(out + n, HASH_PART + 1, "-%08" PRIx32, (uint32_t)hash);
        n += HASH_PART;
    }
    out[n] = '\0';
}
