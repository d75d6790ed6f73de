# SPDX-License-Identifier: MIT
"""The library for others: the example builds with nothing but what is
installed and what pkg-config says, and does what it says."""

import glob
import os
import subprocess

from world import TOP, expect

EXAMPLE = os.path.join(TOP, 'contrib', 'examples', 'where.c')


def library(root):
    """Where it is under root, which was installed as packages are built."""
    found = glob.glob(f'{root}/**/libllmreg.so', recursive=True)
    expect(len(found) == 1, f'{found}')
    return os.path.dirname(found[0])


def flags(root, libdir):
    """What pkg-config tells somebody who sees only root."""
    done = subprocess.run(
        ['pkg-config', '--cflags', '--libs', 'libllmreg'],
        env={**os.environ, 'PKG_CONFIG_PATH': f'{libdir}/pkgconfig',
             'PKG_CONFIG_SYSROOT_DIR': root},
        capture_output=True, text=True, check=False)
    expect(done.returncode == 0, done.stderr)
    return done.stdout.split()


def test_example_builds_from_what_is_installed(world):
    root = os.path.join(world.build, 'tests', 'e2e', 'root')
    libdir = library(root)
    program = world.path('where')
    built = subprocess.run(
        ['cc', '-Wall', '-Wextra', '-Werror', '-o', program, EXAMPLE,
         *flags(root, libdir)], capture_output=True, text=True, check=False)
    expect(built.returncode == 0, built.stderr)
    ran = subprocess.run(
        [program], env={**os.environ, 'LD_LIBRARY_PATH': libdir},
        capture_output=True, text=True, check=False)
    expect(ran.returncode == 0, ran.stderr)
    names = subprocess.run(['objdump', '-p', f'{libdir}/libllmreg.so'],
                           capture_output=True, text=True, check=True).stdout
    expect('SONAME               libllmreg.so.0\n' in names, names)
    tail = ran.stdout.splitlines()[-3:]
    expect(tail[0] == 'llama3.2:3b can be run on 2 endpoints, best first:',
           ran.stdout)
    expect(tail[1].split()[0] == 'gpu2:11434', ran.stdout)
    expect(tail[2].split()[0] == 'gpu1:11434', ran.stdout)
