/* SPDX-License-Identifier: MIT */
/* marks.c - written under another name first. */
#include "common/store/recovery/marks.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/store/files.h"

bool marks_read(const char *dir, const char *name, char *out, size_t size)
{
    char path[FILES_PATH_SIZE];
    FILE *f;

    files_path(path, dir, name);
    out[0] = '\0';
    f = fopen(path, "re");
    if (f == NULL)
        return false;
    if (fgets(out, (int)size, f) == NULL)
        out[0] = '\0';
    fclose(f);
    out[strcspn(out, "\n")] = '\0';
    return out[0] != '\0';
}

static int write_line(const char *path, const char *line,
                      struct llmreg_error *err)
{
    FILE *f;
    int written, closed;
    int rc = files_make_file(path, err);

    if (rc != LLMREG_OK)
        return rc;
    f = fopen(path, "we");
    if (f != NULL) {
        written = fprintf(f, "%s\n", line);
        closed = fclose(f);
        if (written >= 0 && closed == 0)
            return LLMREG_OK;
    }
    llmreg_error_set(err, "cannot write %s: %s", path, strerror(errno));
    return errno == ENOSPC ? LLMREG_ENOSPACE : LLMREG_EIO;
}

int marks_write(const char *dir, const char *name, const char *line,
                struct llmreg_error *err)
{
    char path[FILES_PATH_SIZE], part[FILES_PATH_SIZE + 8];
    int rc;

    files_path(path, dir, name);
    snprintf(part, sizeof part, "%s.part", path);
    rc = write_line(part, line, err);
    if (rc == LLMREG_OK)
        rc = files_settle(part, path, err);
    if (rc != LLMREG_OK)
        unlink(part);
    return rc;
}

void marks_drop(const char *dir, const char *name)
{
    char path[FILES_PATH_SIZE];

    files_path(path, dir, name);
    unlink(path);
}
