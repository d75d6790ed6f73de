# SPDX-License-Identifier: MIT
"""Attackers by the thousand: they are gone in time, and disturb nobody."""

import os
import subprocess
import time

from siege import Flood, Neighbour, connections, cpu, undisturbed
from test_listen import WRITE, beat, register
from world import LISTEN_PORT, expect, until

ALONE = True
ATTACKERS = 1000
LINES = ['  MaxConnectionsPerAddress 3000']


def slow(world, *options):
    """slowhttptest, which opens all its connections in a second."""
    return world.start(
        ['slowhttptest', '-c', str(ATTACKERS), '-r', str(2 * ATTACKERS), '-i',
         '2', '-l', '60', *options], 'slow.out')


def test_slow_clients_by_the_thousand_are_gone_in_time(world):
    hub = world.listener(door=WRITE, lines=LINES)
    register(hub, 'gpu1')
    neighbour = Neighbour(world, 'gpu1')
    url = f'http://{world.net}.1:{LISTEN_PORT}/api/v1/agents'
    begun = time.monotonic()
    headers = slow(world, '-H', '-u', url)
    bodies = slow(world, '-B', '-s', '60000', '-f', 'application/json', '-u',
                  f'{url}/register')

    def there():
        return connections(world, '127.0.0.1')
    until(5, 'all are connected', lambda: there() == 2 * ATTACKERS)
    opened = time.monotonic()
    until(13, 'they are gone', lambda: there() == 0)
    gone = time.monotonic()
    print(f'open after {opened - begun:.1f} s, '
          f'gone {gone - opened:.1f} s later')
    expect(gone - opened < 12, f'gone after {gone - opened:.1f} s')
    undisturbed(neighbour.end())
    for attacker in (headers, bodies):
        attacker.wait(10)
    expect(hub.stop() == 0, 'status')


def lines_of_ours(hub):
    return [line for line in hub.log().splitlines() if 'http: ' in line]


def steady(hub, series='hub/load/load'):
    """The other plugins measured and wrote each second all the time."""
    gaps = hub.gaps(series)
    print(f'{series}: {len(gaps)} gaps, longest {max(gaps):.2f} s')
    expect(max(gaps) < 1.5, f'{series}: {gaps}')


def idle(hub, seconds=2):
    """Nothing goes round in a circle."""
    before = cpu(hub.process)
    time.sleep(seconds)
    used = (cpu(hub.process) - before) / seconds
    print(f'{used:.1%} of a CPU')
    expect(used < 0.2, f'{used:.0%} of a CPU with nothing to do')


def serves(hub):
    until(5, 'it answers again', lambda: beat(hub, 'gpu1')[0] == 200)


def test_flood_of_connections_passes(world):
    hub = world.listener(door=WRITE, lines=['  MaxConnections 500'])
    register(hub, 'gpu1')
    before = hub.rss()
    neighbour = Neighbour(world, 'gpu1')
    one = [Flood(world, [f'{world.net}.66'], 100) for _ in range(2)]
    time.sleep(world.many(3, 60))
    undisturbed(neighbour.end())
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
