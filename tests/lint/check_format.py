#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs clang-format over all of C; skipped where there is none.

First it shows that bad/unformatted.h does not pass.
"""

import shutil
import subprocess
import sys

import source

SKIPPED = 77


def clang_format(*paths):
    return subprocess.run(['clang-format', '--dry-run', '-Werror', *paths],
                          cwd=source.TOP, check=False, capture_output=True,
                          text=True)


def main():
    if not shutil.which('clang-format'):
        print('SKIP: no clang-format')
        return SKIPPED
    if clang_format('tests/lint/bad/unformatted.h').returncode == 0:
        print('clang-format takes tests/lint/bad/unformatted.h')
        return 1
    paths = [path for path in source.project_paths()
             if path.endswith(('.c', '.h')) and '/bad/' not in path]
    done = clang_format(*paths)
    print(done.stdout + done.stderr)
    print(f'{len(paths)} files')
    return done.returncode


if __name__ == '__main__':
    sys.exit(main())
