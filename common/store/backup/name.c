/* SPDX-License-Identifier: MIT */
/* name.c - digits in, digits out. */
#include "common/store/backup/name.h"

#include <string.h>

#include <llmreg/clock.h>
#include <llmreg/text.h>

#define COUNT_BITS 22
#define COUNT_MASK ((1U << COUNT_BITS) - 1)

void backup_name(char out[static LLMREG_BACKUP_ID_SIZE], int64_t wall_ms,
                 unsigned count)
{
    char time[LLMREG_TIME_SIZE];
    const unsigned ms = wall_ms > 0 ? (unsigned)(wall_ms % 1000) : 0;
    struct llmreg_text t;

    llmreg_time_format(time, wall_ms);
    llmreg_text_init(&t, out, LLMREG_BACKUP_ID_SIZE);
    llmreg_text_addf(&t, "%.4s%.2s%.2sT%.2s%.2s%.2sZ-%08x", time, time + 5,
                     time + 8, time + 11, time + 14, time + 17,
                     ms << COUNT_BITS | (count & COUNT_MASK));
}

bool backup_name_is(const char *text, size_t len)
{
    static const char shape[] = "00000000T000000Z-ffffffff";

    if (len != sizeof shape - 1)
        return false;
    for (size_t i = 0; i < len; i++) {
        const bool digit = text[i] >= '0' && text[i] <= '9';
        const bool letter = text[i] >= 'a' && text[i] <= 'f';

        if (shape[i] == '0'   ? !digit
            : shape[i] == 'f' ? !digit && !letter
                              : text[i] != shape[i])
            return false;
    }
    return true;
}

bool backup_name_of(char out[static LLMREG_BACKUP_ID_SIZE], const char *name,
                    const char *suffix)
{
    const size_t len = LLMREG_BACKUP_ID_SIZE - 1;

    if (strlen(name) < len || !backup_name_is(name, len) ||
        strcmp(name + len, suffix) != 0)
        return false;
    memcpy(out, name, len);
    out[len] = '\0';
    return true;
}

void backup_path(char out[static FILES_PATH_SIZE], const char *dir,
                 const char *id, const char *suffix)
{
    struct llmreg_text t;

    llmreg_text_init(&t, out, FILES_PATH_SIZE);
    llmreg_text_addf(&t, "%s/%s%s", dir, id, suffix);
}
