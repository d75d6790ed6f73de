#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs shellcheck over every shell script; skipped where there is none.

First it shows that bad/unquoted.sh does not pass.
"""

import re
import shutil
import subprocess
import sys

import source

SKIPPED = 77


def is_shell(path):
    text = source.read(path).text
    return path.endswith('.sh') or re.match(r'#! ?/bin/(ba)?sh\b', text)


def shellcheck(*paths):
    return subprocess.run(['shellcheck', '-x', *paths], cwd=source.TOP,
                          check=False, capture_output=True, text=True)


def main():
    if not shutil.which('shellcheck'):
        print('SKIP: no shellcheck')
        return SKIPPED
    if shellcheck('tests/lint/bad/unquoted.sh').returncode == 0:
        print('shellcheck takes tests/lint/bad/unquoted.sh')
        return 1
    paths = [path for path in source.project_paths() if is_shell(path)]
    done = shellcheck(*paths)
    print(done.stdout + done.stderr)
    print(f'{len(paths)} scripts')
    return done.returncode


if __name__ == '__main__':
    sys.exit(main())
