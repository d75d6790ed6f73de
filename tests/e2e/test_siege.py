# SPDX-License-Identifier: MIT
"""Attackers by the thousand: they are gone in time, and disturb nobody."""

import os
import socket
import subprocess
import time

from siege import (Flood, Neighbour, connections, counted, idle, lifetimes,
                   lines_of_ours, steady, undisturbed)
from test_listen import WRITE, beat, register
from test_tls import tls_door
from world import LISTEN_PORT, expect, until

ALONE = True
PLAIN, TLS = 1000, 250
LINES = ['  MaxConnectionsPerAddress 3000']


def slow(world, count, *options):
    """slowhttptest, which says a little more every other second, and ends when
    all its connections are closed."""
    return world.start(
        ['slowhttptest', '-c', str(count), '-r', str(2 * count), '-i', '2',
         '-l', '60', *options], 'slow.out')


def silent(world):
    """A client of the TLS door that begins to shake hands, and no more."""
    one = socket.create_connection((f'{world.net}.2', LISTEN_PORT), 10)
    one.sendall(b'\x16\x03\x01')
    return one


def test_slow_clients_by_the_thousand_are_gone_in_time(world):
    hub = world.listener(door=WRITE, lines=LINES, extra=tls_door(world))
    register(hub, 'gpu1')
    neighbour = Neighbour(world, 'gpu1')
    url = f'http://{world.net}.1:{LISTEN_PORT}/api/v1/agents'
    handshakes = [silent(world) for _ in range(TLS)]
    attackers = (
        slow(world, PLAIN, '-H', '-u', url),
        slow(world, PLAIN, '-B', '-s', '60000', '-f', 'application/json',
             '-u', f'{url}/register'))
    lived = lifetimes(world, lambda: all(a.poll() is not None
                                         for a in attackers))
    undisturbed(neighbour.end())
    most = 2 * PLAIN + TLS
    late = counted(hub, 'errors-rejected_slow')
    print(f'{len(lived)} of {most} were there, for {max(lived):.1f} s at most; '
          f'{late} were late')
    expect(len(lived) > 0.98 * most, f'{len(lived)} were connected')
    expect(late > 0.98 * most, f'{late} were cut off for being slow')
    expect(max(lived) < 12, f'one was there for {max(lived):.1f} s')
    steady(hub)
    expect(len(lines_of_ours(hub)) < 5, hub.log())
    for one in handshakes:
        one.close()
    expect(hub.stop() == 0, 'status')


def serves(hub):
    until(5, 'it answers again', lambda: beat(hub, 'gpu1')[0] == 200)


def test_flood_of_connections_passes(world):
    hub = world.listener(door=WRITE, lines=['  MaxConnections 500'])
    register(hub, 'gpu1')
    before = hub.rss()
    neighbour = Neighbour(world, 'gpu1')
    one = [Flood(world, [f'{world.net}.66'], 100) for _ in range(2)]
    time.sleep(world.many(3, 60))
    undisturbed(neighbour.end(), limit_ms=1000)
    sources = [f'{world.net}.{n}' for n in range(100, 250)]
    many = Flood(world, sources, 1000)
    time.sleep(world.many(3, 60))
    counts = [flood.end() for flood in (*one, many)]
    print(f'connections: {counts}')
    expect(min(counts) > 1000, f'that was no flood: {counts}')
    serves(hub)
    idle(hub)
    steady(hub)
    ours = lines_of_ours(hub)
    expect(len(ours) < 10, '\n'.join(ours))
    grown = hub.rss() - before
    print(f'memory grew by {grown / 1e6:.1f} MB')
    expect(grown < 30e6, f'memory grew by {grown / 1e6:.0f} MB')
    expect(hub.stop() == 0, 'status')


def allow(hub, descriptors):
    subprocess.run(['prlimit', '--pid', str(hub.process.pid),
                    f'--nofile={descriptors}:20000'], check=True)


def test_descriptors_may_run_out(world):
    hub = world.listener(door=WRITE)
    register(hub, 'gpu1')
    until(5, 'a value', lambda: hub.values('hub/load/load'))
    used = 1 + max(int(fd) for fd in os.listdir(
        f'/proc/{hub.process.pid}/fd') if int(fd) < 1024)
    allow(hub, used + 60)
    flood = Flood(world, [f'{world.net}.{n}' for n in range(100, 250)], 1000)
    time.sleep(world.many(5, 60))
    expect(connections(world) > 10, 'nobody is let in')
    steady(hub)
    allow(hub, used - 1)  # none is left, for nobody
    idle(hub)
    flood.end()
    allow(hub, 20000)
    serves(hub)
    ours = lines_of_ours(hub)
    print('\n'.join(ours))
    expect(0 < len(ours) < 10, '\n'.join(ours))
    expect(hub.stop() == 0, 'status')
