#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks for generated files in git; without git, or a clone, it is skipped.

First it shows, in a repository made for that, that it would find one.
"""

import os
import shutil
import subprocess
import sys
import tempfile

import source

SKIPPED = 77


def tracked_but_ignored(top):
    done = subprocess.run(
        ['git', '-c', 'safe.directory=*', '-C', top, 'ls-files', '-ci',
         '--exclude-standard'], check=True, capture_output=True, text=True)
    return done.stdout.split()


def finds_one():
    with tempfile.TemporaryDirectory() as top:
        for name, text in (('.gitignore', '*.o\n'), ('made.o', '')):
            with open(os.path.join(top, name), 'w', encoding='utf-8') as file:
                file.write(text)
        for command in (['init', '-q'], ['add', '-f', '.']):
            subprocess.run(['git', '-C', top, *command], check=True)
        return tracked_but_ignored(top) == ['made.o']


def main():
    if not os.path.exists(os.path.join(source.TOP, '.git')) \
            or not shutil.which('git'):
        print('SKIP: no clone, or no git')
        return SKIPPED
    if not finds_one():
        print('a generated file in git is not noticed')
        return 1
    found = tracked_but_ignored(source.TOP)
    for path in found:
        print(f'{path} is in git, and .gitignore says that it is made')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
