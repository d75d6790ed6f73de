#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Looks at what the library and the plugin give out and what they call.

The library gives llmreg_*, a plugin module_register, and neither calls what
would end or fork the daemon that they live in.  Run in the build directory.
First it shows, with a library made of bad/symbols.c, that it would notice.
"""

import glob
import os
import subprocess
import sys
import tempfile

import source

DEADLY = set('''abort exit _exit _Exit quick_exit __assert_fail
    __assert_perror_fail pthread_cancel pthread_kill pthread_exit raise kill
    signal sigaction fork vfork system popen'''.split())
# What every shared object may have besides.
LINKER = {'_init', '_fini', '_edata', '_end', '__bss_start'}


def symbols(path, *options):
    """Names from nm, without the version behind @."""
    text = subprocess.run(['nm', '-D', '-P', *options, path], check=True,
                          capture_output=True, text=True).stdout
    return {line.split()[0].split('@')[0] for line in text.splitlines()}


def complaints(path, is_ours):
    for name in sorted(symbols(path, '--defined-only') - LINKER):
        if not is_ours(name):
            yield f'{path} gives {name}'
    for name in sorted(symbols(path, '--undefined-only') & DEADLY):
        yield f'{path} calls {name}'


def library_name(name):
    return name.startswith('llmreg_')


def plugin_name(name):
    return name == 'module_register'


def bad_library_is_noticed():
    bad = os.path.join(source.TOP, 'tests', 'lint', 'bad', 'symbols.c')
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'bad.so')
        subprocess.run(['gcc', '-shared', '-fPIC', '-o', path, bad],
                       check=True)
        found = ' '.join(complaints(path, library_name))
    return 'gives leaked' in found and 'calls abort' in found


def main():
    plugins = sorted(glob.glob('.libs/llm_*.so'))
    if not plugins:
        print('.libs has no plugin: run make first')
        return 1
    found = list(complaints('.libs/libllmreg.so', library_name))
    for path in plugins:
        found += complaints(path, plugin_name)
    if not bad_library_is_noticed():
        found.append('the bad library passes')
    print('\n'.join(found))
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
