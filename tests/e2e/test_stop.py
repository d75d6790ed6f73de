# SPDX-License-Identifier: MIT
"""Stopped again and again in the midst of everything: in time, without an
abort, and nothing that was acknowledged is lost."""

import http.client
import itertools
import json
import socket
import threading
import time

from sockets import WebSocket
from test_listen import WRITE
from world import LISTEN_PORT, expect, until

LINES = ['  Dialect "agentcom"', '  MaxStreamsPerAddress 64',
         '  MaxConnectionsPerAddress 200']


class Writer:
    """Registers agents, and remembers those that were acknowledged."""

    def __init__(self, hub, numbers):
        self.where = hub.base.split('/')[2]
        self.numbers = numbers
        self.done = []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        connection = http.client.HTTPConnection(self.where, timeout=20)
        try:
            for number in self.numbers:
                name = f'agent-{number}'
                connection.request(
                    'POST', '/api/v1/agents/register',
                    json.dumps({'type': 't', 'name': name, 'agent_id': name}),
                    {'Content-Type': 'application/json'})
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    return
                self.done.append(name)
        except (OSError, http.client.HTTPException):
            pass  # it was stopped under our hands


def stream(world):
    """A stream of events that nobody reads any more."""
    one = socket.create_connection((f'{world.net}.1', LISTEN_PORT), 10)
    one.sendall(b'GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n'
                b'Accept: text/event-stream\r\n\r\n')
    expect(b' 200 ' in one.recv(4096), 'no stream')
    return one


def known(hub):
    """The names of all agents."""
    names, query = set(), ''
    while query is not None:
        status, answer = hub.ask('GET', f'/api/v1/agents?limit=1000{query}')
        expect(status == 200, f'{status} {answer}')
        names |= {agent['name'] for agent in answer['agents']}
        query = answer['next'] and f'&cursor={answer["next"]}'
    return names


def besieged_stop(world, hub, numbers, pause):
    """Names that were acknowledged before; seconds that the stop took."""
    streams = [stream(world) for _ in range(16)]
    sockets = [WebSocket(hub.base) for _ in range(16)]
    for number, one in enumerate(sockets[:8]):
        one.ask('identify', agent_id=f'socket-{number}')
    writers = [Writer(hub, numbers) for _ in range(8)]
    time.sleep(pause)
    begun = time.monotonic()
    expect(hub.stop() == 0, f'status {hub.process.returncode}')
    took = time.monotonic() - begun
    for writer in writers:
        writer.thread.join()
    for one in (*streams, *(s.socket for s in sockets)):
        one.close()
    return {name for writer in writers for name in writer.done}, took


def test_stop_under_load_again_and_again(world):
    hub = world.listener(door=WRITE, lines=LINES)
    numbers = itertools.count()
    acknowledged, longest = set(), 0
    turns = world.many(5, 100)
    for turn in range(turns):
        names, took = besieged_stop(world, hub, numbers, 0.1 * (turn % 5))
        acknowledged |= names
        longest = max(longest, took)
        expect(took < 10, f'stop {turn}: {took:.1f} s')
        hub.start()
        until(10, 'it answers', hub.answers)
        lost = acknowledged - known(hub)
        expect(not lost, f'stop {turn}: {len(lost)} lost: {list(lost)[:5]}')
    print(f'{turns} stops, longest {longest:.1f} s, '
          f'{len(acknowledged)} acknowledged')
    expect(len(acknowledged) > 100, 'that was no load')
    expect('[error]' not in hub.log(), hub.log())
    expect(hub.stop() == 0, 'status')
