# SPDX-License-Identifier: MIT
"""Every route of a real listener, asked whatever one may come upon."""

import os
import subprocess

from world import LISTEN_PORT, TOP, expect

PYTHON = '/usr/bin/python3'  # whose packages Debian's are
PROGRAM = os.path.join(TOP, 'tests', 'e2e', 'openapi_properties.py')
DIALECTS = '  Dialect "optiinfra" "nexus" "thunderline" "agentcom"'


def token(number):
    return f'lr1_{number:08d}_' + f'{number}' * 43


def test_every_route_keeps_what_its_document_says(world):
    tokens = {role: token(n + 1) for n, role in
              enumerate(('agent', 'reader', 'operator', 'admin'))}
    path = world.write('tokens', ''.join(
        f'{role} {role} {text}\n' for role, text in tokens.items()))
    os.chmod(path, 0o600)
    hub = world.listener(lines=[f'  TokenFile "{path}"', DIALECTS,
                                '  TokenRate 0', '  NewHosts 1000000'])
    ran = subprocess.run(
        [PYTHON, '-B', PROGRAM, f'{world.net}.1', str(LISTEN_PORT),
         *(f'{role}={text}' for role, text in tokens.items())],
        capture_output=True, text=True, check=False)
    world.write('properties.log', ran.stdout + ran.stderr)
    print(ran.stdout, end='')
    expect(ran.returncode == 0, ran.stderr[-4000:])
    expect(hub.stop() == 0, 'status')
