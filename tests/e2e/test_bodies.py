# SPDX-License-Identifier: MIT
"""Bodies that are no JSON, or not the right one, over a real socket: refused
with 400, 413 or 422 and the name of what is wrong, at no cost."""

import http.client
import json
import time

from test_listen import WRITE, register
from world import LISTEN_PORT, expect

REGISTER = '/api/v1/agents/register'
BEAT = '/api/v1/agents/gpu1/heartbeat'
SAMPLE = '/api/v1/hosts/gpu1/resources'
ENDPOINT = '/api/v1/endpoints'


def agent(text):
    return b'{"type":"a","name":"b",' + text + b'}'


ROWS = (
    # path, body, status, field
    (REGISTER, b'', 400, None),
    (REGISTER, b'\0', 400, None),
    (REGISTER, b'{"type":"a","name":"b"}\0', 400, None),
    (REGISTER, b'{"type":"a","name":"b"}{}', 400, None),
    (REGISTER, b'\xef\xbb\xbf{"type":"a","name":"b"}', 400, None),
    (REGISTER, '{"type":"a","name":"b"}'.encode('utf-16'), 400, None),
    (REGISTER, agent(b'"role":"\xff"'), 400, None),
    (REGISTER, agent(b'"role":"\xc0\xaf"'), 400, None),
    (REGISTER, agent(b'"role":"\xed\xa0\x80"'), 400, None),
    (REGISTER, agent(b'"role":"\\ud800"'), 400, None),
    (REGISTER, agent(b'"role":"a\0b"'), 400, None),
    (REGISTER, agent(b'"role":"a\nb"'), 400, None),
    (REGISTER, agent(b'"role":"a\\u0000b"'), 422, 'role'),
    (REGISTER, agent(b'"role":"a\\u001bb"'), 422, 'role'),
    (REGISTER, agent(b'"role":"' + b'x' * 65 + b'"'), 422, 'role'),
    (REGISTER, agent(b'"role":"' + b'x' * 60000 + b'"'), 422, 'role'),
    (REGISTER, agent(b'"role":1'), 422, 'role'),
    (REGISTER, agent(b'"type":"a"'), 422, 'type'),
    (REGISTER, agent(b'"role":"x","role":"x"'), 422, 'role'),
    (REGISTER, agent(b'"interval_seconds":"1"'), 422, 'interval_seconds'),
    (REGISTER, agent(b'"interval_seconds":0'), 422, 'interval_seconds'),
    (REGISTER, agent(b'"interval_seconds":1e999'), 422, 'interval_seconds'),
    (REGISTER, agent(b'"interval_seconds":-1e999'), 422, 'interval_seconds'),
    (REGISTER, agent(b'"interval_seconds":NaN'), 400, None),
    (REGISTER, agent(b'"interval_seconds":Infinity'), 400, None),
    (REGISTER, agent(b'"interval_seconds":10x'), 400, None),
    (REGISTER, agent(b'"interval_seconds":+1'), 400, None),
    (REGISTER, agent(b'"interval_seconds":1' + b'0' * 50000), 422,
     'interval_seconds'),
    (REGISTER, b'[' * 60000, 422, None),
    (REGISTER, b'{"a":' * 10000, 400, None),
    (REGISTER, agent(b'"metadata":{"a":' + b'[' * 9 + b']' * 9 + b'}'), 400,
     None),
    (REGISTER, agent(b'"metadata":{"a":[' + b'0,' * 20000 + b'0]}'), 422,
     'metadata.a[]'),
    (REGISTER, agent(b'"metadata":[]'), 422, 'metadata'),
    (REGISTER, agent(b'"capabilities":[1]'), 422, 'capabilities[]'),
    (REGISTER, agent(b' ' * 70000 + b'"role":"x"'), 413, None),
    (REGISTER, b'[]', 422, None),
    (REGISTER, b'null', 422, None),
    (REGISTER, b'{}', 422, 'type'),
    (BEAT, b'{"status":"healthy","status":"healthy"}', 422, 'status'),
    (BEAT, b'{"latency_ms":-1}', 422, 'latency_ms'),
    (BEAT, b'{"metrics":{"a":"b"}}', 422, 'metrics.a'),
    (BEAT, b'{"resources":{"cpu_percent":101}}', 422, 'resources.cpu_percent'),
    (SAMPLE, b'{"cpu_percent":1e400}', 422, 'cpu_percent'),
    (SAMPLE, b'{"ram_total_bytes":1e30}', 422, 'ram_total_bytes'),
    (ENDPOINT, b'{"host":"127.0.0.1","port":65536}', 422, 'port'),
    (ENDPOINT, b'{"host":"127.0.0.1","port":1.5}', 422, 'port'),
    (ENDPOINT, b'{"host":"127.0.0.1","prot":1}', 422, 'prot'),
)


def ask(world, path, body):
    """(status, field) of the answer."""
    connection = http.client.HTTPConnection(f'{world.net}.1', LISTEN_PORT,
                                            timeout=10)
    connection.request('POST', path, body,
                       {'Content-Type': 'application/json'})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    try:
        return answer.status, json.loads(text)['error'].get('field')
    except (ValueError, KeyError):
        return answer.status, f'an answer without error: {text}'


def test_bodies_that_are_wrong_are_refused_by_name(world):
    hub = world.listener(door=WRITE)
    register(hub, 'gpu1')
    wrong, longest = [], 0
    for path, body, *wanted in ROWS:
        begun = time.monotonic()
        got = ask(world, path, body)
        longest = max(longest, time.monotonic() - begun)
        if got != tuple(wanted):
            wrong.append(f'{path} {body[:60]}: {got} instead of {wanted}')
    print(f'{len(ROWS)} bodies, longest {longest * 1000:.1f} ms')
    expect(not wrong, '\n'.join(wrong))
    expect(longest < 1, f'one took {longest:.1f} s')
    status, answer = hub.ask('GET', '/api/v1/agents')
    expect([a['id'] for a in answer['agents']] == ['gpu1'], f'{answer}')
    expect(hub.stop() == 0, 'status')
