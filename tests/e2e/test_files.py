# SPDX-License-Identifier: MIT
"""Endpoint files: endpoints come and go while collectd runs."""

import json
import os

from world import expect, until

LOOKS = 12  # seconds within which a change is seen


def names(hub):
    return {row[0] for row in hub.sql('SELECT id FROM endpoint')}


def target(sim, number):
    return sim.url(number)[len('http://'):]


def file_sd(*targets, **labels):
    return json.dumps([{'targets': list(targets), 'labels': labels}])


def test_file_is_watched(world):
    sim = world.sim(4)
    ids = [target(sim, n) for n in range(4)]
    path = world.write('endpoints.json', file_sd(ids[0], ids[1], site='b'))
    hub = world.collectd([('fixed', sim.url(3))],
                         EndpointFile=f'"{path}"').start()
    until(5, 'the first two', lambda: names(hub) == {ids[0], ids[1], ids[3]})
    rows = hub.sql('SELECT endpoint, name, value FROM label ORDER BY 1')
    expect(rows == [(ids[0], 'site', 'b'), (ids[1], 'site', 'b')], f'{rows}')
    world.write('endpoints.json', file_sd(ids[1], ids[2]))
    until(LOOKS, 'one came, one went',
          lambda: names(hub) == {ids[1], ids[2], ids[3]})
    until(5, 'the new one is healthy', lambda: hub.healthy() == 3)
    expect(hub.alarms() == [], f'{hub.alarms()}')


def test_wrong_or_missing_file_changes_nothing(world):
    sim = world.sim(3)
    ids = [target(sim, n) for n in range(3)]
    path = world.write('endpoints.json', file_sd(ids[0], ids[1]))
    hub = world.collectd([], EndpointFile=f'"{path}"').start()
    until(5, 'both are healthy', lambda: hub.healthy() == 2)
    world.write('endpoints.json', '[{"targets": ["' + ids[2] + '"')
    until(LOOKS, 'a line in the log', lambda: 'endpoints.json' in hub.log())
    expect(names(hub) == {ids[0], ids[1]}, f'{names(hub)}')
    os.unlink(path)
    seen = hub.log().count('endpoints.json')
    until(LOOKS, 'another line', lambda:
          hub.log().count('endpoints.json') > seen)
    expect(names(hub) == {ids[0], ids[1]}, f'{names(hub)}')
    world.write('endpoints.json', '[]')
    until(LOOKS, 'an empty list empties', lambda: names(hub) == set())
    expect(hub.stop() == 0, 'status')


def test_endpoint_that_left_the_file_while_stopped_is_gone(world):
    sim = world.sim(2)
    ids = [target(sim, n) for n in range(2)]
    path = world.write('endpoints.json', file_sd(*ids))
    hub = world.collectd([], EndpointFile=f'"{path}"').start()
    until(5, 'both are healthy', lambda: hub.healthy() == 2)
    expect(hub.stop() == 0, 'status')
    world.write('endpoints.json', file_sd(ids[0]))
    hub.start()
    until(LOOKS, 'one is left', lambda: names(hub) == {ids[0]})
