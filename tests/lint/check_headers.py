#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles every header alone, with gcc and clang: it includes what it uses.

Run in the build directory, whose Makefile knows the flags of the libraries.
First it shows that bad/alone.h does not pass.
"""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

import source

WARNINGS = ('-std=gnu11 -Wall -Wextra -Werror -Wstrict-prototypes -Wshadow '
            '-fsyntax-only').split()
VARIABLES = ('COLLECTD_CPPFLAGS', 'CURL_CFLAGS', 'URCU_CFLAGS',
             'SQLITE_CFLAGS', 'YAJL_CFLAGS', 'MHD_CFLAGS', 'GNUTLS_CFLAGS')


def make_variables():
    """The words of VARIABLES, as configure wrote them into the Makefile."""
    words = []
    with open('Makefile', encoding='utf-8') as file:
        for line in file:
            match = re.match(r'(\w+) = (.*)', line)
            if match and match.group(1) in VARIABLES:
                words += match.group(2).split()
    return words


def compile_alone(compiler, flags, path):
    """The compiler's complaints, or nothing."""
    command = [compiler, *WARNINGS, '-D_GNU_SOURCE', *flags, '-x', 'c', '-']
    name = path[len('include/'):] if path.startswith('include/') else path
    text = f'#include "{name}"\n#include "{name}"\ntypedef int not_empty;\n'
    done = subprocess.run(command, input=text, text=True, check=False,
                          capture_output=True)
    return f'{compiler}: {path}\n{done.stderr}' if done.returncode else ''


def main():
    flags = [f'-I{source.TOP}', f'-I{source.TOP}/include', *make_variables()]
    compilers = [c for c in ('gcc', 'clang') if shutil.which(c)]
    paths = [p for p in source.project_paths()
             if p.endswith('.h') and p.startswith(('include', 'common',
                                                   'plugins'))]
    jobs = [(c, flags, p) for c in compilers for p in paths]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [f for f in pool.map(lambda job: compile_alone(*job), jobs)
                 if f]
    for compiler in compilers:
        if not compile_alone(compiler, flags, 'tests/lint/bad/alone.h'):
            found.append(f'{compiler} takes tests/lint/bad/alone.h')
    print('\n'.join(found))
    print(f'{len(paths)} headers alone with {" and ".join(compilers)}')
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
