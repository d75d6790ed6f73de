# SPDX-License-Identifier: MIT
"""kill -9 and start again: what was known is known, nothing false is said."""

import time

from sealing import change_store
from world import expect, until

SERVERS = 150


def loaded_fleet(world):
    """(sim, hub): a fleet, one of it dead and alarmed."""
    sim = world.sim(SERVERS, profile=0)
    hub = world.collectd([(f'gpu{n}', sim.url(n)) for n in range(SERVERS)],
                         registry={'FlushInterval': 0.2}).start()
    until(10, 'all are healthy', lambda: hub.healthy() == SERVERS)
    sim.order('kill 7')
    until(8, 'the alarm', hub.alarms)
    until(8, 'models of all are stored', lambda: hub.sql(
        'SELECT count(DISTINCT endpoint) FROM model') == [(SERVERS,)])
    return sim, hub


def test_kill_under_load_loses_nothing_and_alarms_nobody(world):
    _, hub = loaded_fleet(world)
    hub.kill()
    before = {
        'endpoints': hub.sql('SELECT id, name, registered_ms FROM endpoint'),
        'models': hub.sql('SELECT endpoint, name FROM model'),
    }
    events = hub.sql('SELECT seq, type, subject, after FROM event')
    since = hub.sql("SELECT since_ms FROM health JOIN endpoint ON "
                    "id = endpoint WHERE name = 'gpu7'")[0][0]
    expect(len(before['endpoints']) == SERVERS, 'endpoints before')
    hub.forget_alarms()
    start = int(time.time() * 1000)
    hub.start()
    until(10, 'all others are healthy again', lambda: hub.sql(
        "SELECT count(*) FROM health WHERE state = 'healthy' AND "
        "checked_ms >= ?", start) == [(SERVERS - 1,)])
    until(8, 'the dead one alarms again', hub.alarms)
    time.sleep(2)
    expect(len(hub.alarms()) == 1, f'{hub.alarms()}')
    alarm = hub.alarms()[0]
    expect(alarm.code == 2 and 'gpu7' in alarm.text, f'{alarm}')
    utc = time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(since / 1000))
    expect(utc in alarm.text, f'since {utc}: {alarm}')
    after = {
        'endpoints': hub.sql('SELECT id, name, registered_ms FROM endpoint'),
        'models': hub.sql('SELECT endpoint, name FROM model'),
    }
    expect(before == after, 'endpoints and models are as before')
    now = hub.sql('SELECT seq, type, subject, after FROM event')
    expect(now[:len(events)] == events, 'the history is as before')
    expect(all(a[0] > events[-1][0] for a in now[len(events):]),
           'numbers of events are not used again')
    expect(hub.stop() == 0, 'status')


def test_intent_of_the_operator_survives(world):
    sim = world.sim(3)
    names = [(f'gpu{n}', sim.url(n)) for n in range(3)]
    hub = world.collectd(names).start()
    until(5, 'all are healthy', lambda: hub.healthy() == 3)
    hub.kill()
    for name, admin in (('gpu0', 'disabled'), ('gpu1', 'maintenance')):
        change_store(hub, 'UPDATE endpoint SET admin = ? WHERE name = ?',
                    admin, name)
    checked = hub.sql("SELECT checked_ms FROM health JOIN endpoint ON "
                      "id = endpoint WHERE name = 'gpu0'")
    hub.start()
    sim.order('kill 0')
    sim.order('kill 1')
    sim.order('kill 2')
    until(10, 'the active one alarms', hub.alarms)
    time.sleep(2)
    expect([a.host for a in hub.alarms()] == [sim.host(2)], f'{hub.alarms()}')
    expect(hub.stop() == 0, 'status')
    rows = dict(hub.sql('SELECT name, admin FROM endpoint'))
    expect(rows == {'gpu0': 'disabled', 'gpu1': 'maintenance',
                    'gpu2': 'active'}, f'{rows}')
    expect(checked == hub.sql(
        "SELECT checked_ms FROM health JOIN endpoint ON id = endpoint "
        "WHERE name = 'gpu0'"), 'the disabled one is not probed')


def test_unknown_until_probed(world):
    sim = world.sim(2)
    names = [(f'gpu{n}', sim.url(n)) for n in range(2)]
    hub = world.collectd(names, Interval=6, Timeout=5).start()
    until(5, 'all are healthy', lambda: hub.healthy() == 2)
    hub.kill()
    sim.order('hang 0')
    hub.start()
    fleet = 'hub/llm_probe-fleet/count-endpoints_'
    until(10, 'one is unknown, one healthy',
          lambda: hub.values(fleet + 'unknown')[-1:] == [1]
          and hub.values(fleet + 'healthy')[-1:] == [1])
    expect(hub.alarms() == [], f'{hub.alarms()}')
    sim.order('revive 0')
    expect(hub.stop() == 0, 'status')
    expect(hub.alarms() == [], f'{hub.alarms()}')


def test_outage_over_the_restart_that_ended_is_told(world):
    sim = world.sim(1)
    hub = world.collectd([('gpu0', sim.url(0))]).start()
    until(5, 'healthy', lambda: hub.healthy() == 1)
    sim.order('kill 0')
    until(5, 'the alarm', hub.alarms)
    hub.kill()
    hub.forget_alarms()
    sim.order('revive 0')
    hub.start()
    until(5, 'an OKAY', hub.alarms)
    expect([a.code for a in hub.alarms()] == [0], f'{hub.alarms()}')
