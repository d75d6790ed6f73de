# SPDX-License-Identifier: MIT
"""What one hub exports, another imports."""

import http.client
import json
import os

from world import LISTEN_PORT, expect

ADMIN = 'lr1_aaaaaaaa_' + 'A' * 43
EXPORT = '/api/v1/store/export'
IMPORT = '/api/v1/store/import'
AGENT = {'type': 'worker', 'name': 'wanda', 'host': 'gpu1',
         'endpoints': [{'url': 'http://10.1.2.3:11434'}]}


def start(world, name='hub'):
    path = world.write(f'{name}-tokens', f'admin tester {ADMIN}\n')
    os.chmod(path, 0o600)
    return world.listener(lines=[f'  TokenFile "{path}"',
                                 '  TokenRate 0'], name=name)


def call(world, method, path, body=None):
    """The status, and the text."""
    c = http.client.HTTPConnection(f'{world.net}.1', LISTEN_PORT, timeout=20)
    c.request(method, path, body and body.encode(),
              {'Authorization': f'Bearer {ADMIN}'})
    r = c.getresponse()
    text = r.read().decode()
    c.close()
    return r.status, text


def export(world):
    status, text = call(world, 'GET', EXPORT)
    expect(status == 200, f'{status} {text}')
    return text


def endpoints(hub):
    status, answer = hub.ask('GET', '/api/v1/endpoints?limit=1000', None, ADMIN)
    expect(status == 200, f'{status} {answer}')
    return {e['url']: {k: e[k] for k in
                       ('name', 'kind', 'source', 'priority', 'labels',
                        'admin', 'until_ms')} for e in answer['endpoints']}


def fill(hub):
    for n in range(300):
        status, answer = hub.ask('POST', '/api/v1/endpoints', {
            'url': f'http://[fd00::{n + 1:x}]:8000/v1', 'name': f'n{n} "ü"',
            'kind': 'vllm', 'priority': n, 'labels': {'a.b[\\': f'x{n}'}},
            ADMIN)
        expect(status == 201, f'{status} {answer}')
    # One on the hub's own machine, one in maintenance, one of an agent.
    for url in ('http://localhost:1234', 'http://later.example:80'):
        hub.ask('POST', '/api/v1/endpoints', {'url': url}, ADMIN)
    status, answer = hub.ask(
        'POST', '/api/v1/endpoints/later.example:80/maintenance',
        {'until': '2099-01-01T00:00:00Z'}, ADMIN)
    expect(status == 200, f'{status} {answer}')
    status, answer = hub.ask('POST', '/api/v1/agents/register', AGENT, ADMIN)
    expect(status == 200, f'{status} {answer}')


def test_an_export_has_everything_but_secrets(world):
    hub = start(world)
    fill(hub)
    status, made = hub.ask('POST', '/api/v1/tokens', {'role': 'reader'}, ADMIN)
    expect(status == 201, f'{status} {made}')
    text = export(world)
    lines = [json.loads(line) for line in text.splitlines()]
    kinds = [next(iter(line)) for line in lines]
    expect(kinds[0] == 'llmreg' and kinds[-1] == 'end', f'{kinds[0]}')
    expect(lines[-1]['end']['lines'] == len(lines) - 1, 'the count of lines')
    expect(kinds.count('endpoint') == 303, f'{kinds.count("endpoint")}')
    for kind in ('agent', 'host', 'token', 'audit'):
        expect(kind in kinds, f'{kind} is missing')
    for secret in (ADMIN.split('_')[2], made['secret'].split('_')[2]):
        expect(secret not in text, 'a secret got out')
    expect('digest' not in text.replace('"digest":null', ''), 'a hash got out')
    expect(hub.stop() == 0, 'status')


def test_what_people_said_is_the_same_after_an_import(world):
    first = start(world, 'first')
    fill(first)
    text = export(world)
    before = endpoints(first)
    expect(first.stop() == 0, 'status')
    second = start(world, 'second')
    status, answer = call(world, 'POST', IMPORT, text)
    expect(status == 200, f'{status} {answer}')
    answer = json.loads(answer)
    expect(answer['endpoints'] == {'added': 302, 'updated': 0, 'unchanged': 0,
                                   'of_agents': 1}, f'{answer}')
    after = endpoints(second)
    before.pop('http://10.1.2.3:11434')
    expect(after == before, f'{set(after) ^ set(before)}')
    # A second time it changes nothing.
    status, answer = call(world, 'POST', IMPORT, text)
    expect(json.loads(answer)['endpoints']['unchanged'] == 302, f'{answer}')
    second.kill()
    second = start(world, 'second')
    expect(endpoints(second) == before, 'it was acknowledged')
    expect(second.stop() == 0, 'status')


def test_a_wrong_line_changes_nothing(world):
    hub = start(world)
    hub.ask('POST', '/api/v1/endpoints', {'url': 'http://one:1'}, ADMIN)
    whole = export(world).splitlines()
    before = endpoints(hub)
    good = '{"endpoint":{"url":"http://new.example:1"}}'
    for body, why in (
            (good + '\n{"endpoint":{"url":"http://x:99999"}}', 'line 2: '),
            (good + '\n{"endpoint":{"url":"http://x","priority":1001}}',
             'endpoint.priority: a whole number from 0 to 1000'),
            (good + '\n{"endpoint":{"name":"x"}}', 'endpoint.url is needed'),
            (good + '\n{"endpoint":{"url":"http://x","kind":"llama"}}',
             'kind llama is not known'),
            (good + '\n{"endpoint":[]}', 'an object is needed'),
            (good + '\n{"endpont":{}}', 'line 2: '),
            (good + '\n{}', 'one member'),
            (good + '\n{"endpoint":{"url":"http://x"}', 'line 2: '),
            (good + '\n{"end":{"lines":7}}', '7 lines'),
            ('{"llmreg":{"format":2}}\n' + good, 'format 2'),
            ('\n'.join(whole[:-1] + [good]), 'cut off')):
        status, answer = call(world, 'POST', IMPORT, body)
        expect(status == 400 and why in answer, f'{body}: {status} {answer}')
        expect(endpoints(hub) == before, f'{body} changed something')
    status, answer = call(world, 'POST', IMPORT, good + '\n\n')
    expect(status == 200 and '"added":1' in answer.replace(' ', ''),
           f'{status} {answer}')
    expect(hub.stop() == 0, 'status')
