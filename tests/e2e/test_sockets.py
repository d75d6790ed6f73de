# SPDX-License-Identifier: MIT
"""AgentCom's agents and its sidecar over a WebSocket to a real collectd."""

import os
import time

from sockets import WebSocket
from world import expect, until

DOOR = ['    AllowAnonymousWrite true']
LINES = ['  Dialect "agentcom"', '  MaxStreamsPerAddress 64',
         '  ProbeInterval 1']


def presence(hub, name):
    status, answer = hub.ask('GET', f'/api/v1/agents/{name}')
    return answer['presence'] if status == 200 else status


def identify(hub, name, **members):
    connected = WebSocket(hub.base)
    expect(connected.status == 101, f'{connected.status}')
    answer = connected.ask('identify', agent_id=name, **members)
    expect(answer == {'type': 'identified', 'agent_id': name}, f'{answer}')
    return connected


def test_sidecar_reports_and_leaves(world):
    sim = world.sim(1)
    hub = world.listener(door=DOOR, lines=LINES)
    sidecar = identify(hub, 'gpu7', ollama_url=sim.url(0),
                       client_type='sidecar', protocol_version=1,
                       capabilities=['gpu'])
    sidecar.say('resource_report', agent_id='gpu7', protocol_version=1,
                cpu_percent=25, ram_used_bytes=2**30, ram_total_bytes=2**32,
                vram_used_bytes=None, vram_total_bytes=None, timestamp=1)
    pong = sidecar.ask('ping')
    expect(pong['type'] == 'pong' and
           abs(pong['timestamp'] / 1000 - time.time()) < 5, f'{pong}')
    expect(sidecar.ask('status', status='working')
           == {'type': 'status_updated'}, 'status')
    expect(presence(hub, 'gpu7') == 'online', presence(hub, 'gpu7'))
    status, hosts = hub.ask('GET', '/api/v1/hosts')
    expect('25' in str(hosts), f'{status} {hosts}')

    def is_healthy():
        status, answer = hub.ask('GET', '/api/admin/llm-registry')
        return [e['status'] for e in answer['endpoints']] == ['healthy']
    until(15, 'its server is probed', is_healthy)
    expect(sidecar.leave() == 1000, 'close')
    until(5, 'stopped', lambda: presence(hub, 'gpu7') == 'stopped')
    hub.kill()
    hub.start()
    until(10, 'it answers', hub.answers)
    expect(hub.ask('GET', '/api/v1/agents/gpu7')[0] == 200, 'it is forgotten')
    expect(hub.stop() == 0, 'status')


def test_socket_that_breaks_is_seen_and_its_agent_returns(world):
    hub = world.listener(door=DOOR, lines=LINES)
    identify(hub, 'gpu7').socket.close()
    until(5, 'stale', lambda: presence(hub, 'gpu7') == 'stale')
    again = identify(hub, 'gpu7')
    until(5, 'online', lambda: presence(hub, 'gpu7') == 'online')
    expect(again.leave() == 1000, 'close')
    expect(hub.stop() == 0, 'status')


def test_without_the_dialect_there_is_none(world):
    hub = world.listener(door=DOOR)
    expect(WebSocket(hub.base).status == 404, '/ws')
    expect(hub.stop() == 0, 'status')


def test_page_of_another_site_is_refused(world):
    hub = world.listener(door=DOOR, lines=LINES)
    page = WebSocket(hub.base, Origin='http://evil.example')
    expect(page.status == 403, f'{page.status}')
    expect(hub.stop() == 0, 'status')


def test_garbage_harms_nobody(world):
    hub = world.listener(door=DOOR, lines=LINES)
    good = identify(hub, 'gpu7')
    for size in range(1, 200, 3):
        bad = WebSocket(hub.base)
        bad.socket.sendall(os.urandom(size))
        bad.socket.close()
    for text in (b'{', b'[' * 20000, b'"\xff"', b'{"type":"ping"}' * 4000):
        bad = WebSocket(hub.base)
        bad.frame(1, text)
        bad.socket.close()
    expect(good.ask('ping')['type'] == 'pong', 'ping')
    expect(hub.stop() == 0, 'status')


def test_stop_with_sockets_open_is_clean(world):
    hub = world.listener(door=DOOR, lines=LINES)
    known = [identify(hub, f'gpu{n}') for n in range(8)]
    silent = [WebSocket(hub.base) for n in range(8)]
    silent[0].frame(1, b'{"type":', fin=False)
    known[0].say('status', status='working')
    begun = time.monotonic()
    expect(hub.stop() == 0, 'status')
    expect(time.monotonic() - begun < 10, 'it takes long')
    for one in known + silent:
        code = one.ending()
        expect(code == 1001, f'{code}')
