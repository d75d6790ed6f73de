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


def test_dashboard_sees_an_endpoint_fall_and_rise(world):
    sim = world.sim(1)
    hub = world.listener(door=DOOR, lines=LINES)
    page = WebSocket(hub.base, '/ws/dashboard', Origin=hub.base)
    first = page.read()
    expect(first['type'] == 'snapshot' and
           first['data']['llm_registry']['endpoints'] == [], f'{first}')
    host, port = sim.url(0).removeprefix('http://').split(':')
    status, answer = hub.ask('POST', '/api/admin/llm-registry',
                             {'host': host, 'port': int(port)})
    expect(status == 201, f'{status} {answer}')

    def sees(wanted):
        """Asks as the page does, at each event, until it has that status."""
        while True:
            message = page.read()
            if message['type'] == 'events':
                page.say('request_snapshot')
                continue
            found = message['data']['llm_registry']['endpoints']
            if [e['status'] for e in found] == [wanted]:
                return
    sees('healthy')
    sim.order('kill 0')
    sees('unhealthy')
    sim.order('revive 0')
    sees('healthy')
    expect(page.leave() == 1000, 'close')
    expect(hub.stop() == 0, 'status')


def test_nexus_page_is_who_says_nothing(world):
    sim = world.sim(1)
    hub = world.listener(door=DOOR, lines=LINES + ['  Dialect "nexus"'])
    begun = time.monotonic()
    page = WebSocket(hub.base)
    agent = identify(hub, 'gpu7', ollama_url=sim.url(0))
    first = page.read()
    expect(2 <= time.monotonic() - begun < 5, 'it comes when it likes')
    while [b['status'] for b in first['data']] != ['healthy']:
        expect(first['update_type'] in ('BackendStatus', 'ModelChange'),
               f'{first}')
        first = page.read()
        while first['update_type'] != 'BackendStatus':
            first = page.read()
    expect(agent.leave() == 1000 and page.leave() == 1000, 'close')
    expect(hub.stop() == 0, 'status')


def test_agents_hear_of_each_other(world):
    hub = world.listener(door=DOOR, lines=LINES)
    one = identify(hub, 'gpu1')
    two = identify(hub, 'gpu2')
    joined = one.read()
    expect(joined['type'] == 'agent_joined' and
           joined['agent']['agent_id'] == 'gpu2', f'{joined}')
    expect(two.leave() == 1000, 'close')
    left = one.read()
    expect(left == {'type': 'agent_left', 'agent_id': 'gpu2'}, f'{left}')
    expect(one.leave() == 1000, 'close')
    expect(hub.stop() == 0, 'status')


def test_stop_with_pages_that_read_nothing_is_clean(world):
    hub = world.listener(door=DOOR, lines=LINES)
    pages = [WebSocket(hub.base, '/ws/dashboard') for n in range(32)]
    for n in range(40):
        hub.ask('POST', '/api/admin/llm-registry', {'host': f'host{n}'})
    begun = time.monotonic()
    expect(hub.stop() == 0, 'status')
    expect(time.monotonic() - begun < 10, 'it takes long')
    for page in pages:
        code = page.ending()
        expect(code == 1001, f'{code}')


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
