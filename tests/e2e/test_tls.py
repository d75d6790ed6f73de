# SPDX-License-Identifier: MIT
"""The door with TLS, as OpenSSL and a scanner see it from outside."""

import os
import re
import subprocess

from world import LISTEN_PORT, TOP, expect, until

ASK = 'GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n'


def tls_door(world, *more):
    """A block for a door at the second address: certificate "one"."""
    script = os.path.join(TOP, 'tests', 'support', 'make_certs.sh')
    subprocess.run(['sh', script, world.dir], check=True)
    for suffix in ('crt', 'key'):
        swap(world, 'one', suffix)
    return '\n'.join([
        '', '<Plugin llm_listen>', f'  <Listen "{world.net}.2">',
        f'    Port {LISTEN_PORT}', f'    TLSCert "{world.path("hub.crt")}"',
        f'    TLSKey "{world.path("hub.key")}"', *more, '  </Listen>',
        '</Plugin>', ''])


def secured(world, *more):
    return world.listener(extra=tls_door(world, *more))


def swap(world, name, suffix):
    with open(world.path(f'{name}.{suffix}'), encoding='ascii') as file:
        world.write(f'hub.{suffix}', file.read())


def ask(world, *options):
    """What openssl s_client says, and what it was answered."""
    ran = subprocess.run(
        ['openssl', 's_client', '-connect', f'{world.net}.2:{LISTEN_PORT}',
         '-CAfile', world.path('ca.crt'), '-verify_return_error', '-ign_eof',
         *options], input=ASK, capture_output=True, text=True, check=False,
        timeout=10)
    return ran.stdout + ran.stderr


def status(text):
    found = re.search(r'^HTTP/1.1 (\d+)', text, re.M)
    return int(found.group(1)) if found else None


def test_only_new_versions_and_strong_ciphers_are_offered(world):
    hub = secured(world)
    scan = subprocess.run(
        ['sslscan', '--no-colour', f'{world.net}.2:{LISTEN_PORT}'],
        capture_output=True, text=True, check=True).stdout
    print(scan)
    for version in ('SSLv2', 'SSLv3', 'TLSv1.0', 'TLSv1.1'):
        expect(re.search(rf'{version} +disabled', scan), scan)
    for version in ('TLSv1.2', 'TLSv1.3'):
        expect(re.search(rf'{version} +enabled', scan), scan)
    ciphers = re.findall(r'(?:Preferred|Accepted) +(\S+) +(\d+) bits +(\S+)',
                         scan)
    expect(ciphers and all(
        version in ('TLSv1.2', 'TLSv1.3') and int(bits) >= 128
        and not re.search('RC4|DES|MD5|NULL|EXP|anon', name, re.I)
        for version, bits, name in ciphers), scan)
    for option in ('-tls1', '-tls1_1'):
        text = ask(world, option, '-cipher', 'ALL:@SECLEVEL=0')
        expect(status(text) is None, f'{option}: {text}')
    for option in ('-tls1_2', '-tls1_3'):
        expect(status(ask(world, option)) == 200, option)
    expect(hub.stop() == 0, 'status')


def test_certificate_is_swapped_while_it_runs(world):
    hub = secured(world)
    text = ask(world)
    expect(status(text) == 200 and 'CN = one' in text, text)
    swap(world, 'two', 'crt')
    swap(world, 'two', 'key')
    until(10, 'the new one is shown', lambda: 'CN = two' in ask(world))
    expect(status(ask(world)) == 200, 'two')
    world.write('hub.crt', 'no certificate')
    until(5, 'it is told', lambda: 'the certificate from before goes on'
          in hub.log())
    text = ask(world)
    expect(status(text) == 200 and 'CN = two' in text, text)
    expect(hub.stop() == 0, 'status')


def test_clients_need_a_certificate_of_ours(world):
    hub = secured(world, f'    ClientCA "{world.path("ca.crt")}"')
    for version in ('-tls1_2', '-tls1_3'):
        text = ask(world, version)
        expect(status(text) == 403, text)
        for name, wanted in (('good', 200), ('foreign', 403), ('expired', 403),
                             ('purpose', 403)):
            text = ask(world, version, '-cert', world.path(f'{name}.crt'),
                       '-key', world.path(f'{name}.key'))
            expect(status(text) == wanted, f'{name}: {text}')
    expect(hub.stop() == 0, 'status')
