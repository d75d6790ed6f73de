# SPDX-License-Identifier: MIT
"""A server dies and returns; who hears of it, and when."""

import time

from sealing import change_store
from world import expect, until


def test_dead_server_alarms_once_and_its_return_is_told(world):
    sim = world.sim(3)
    hub = world.collectd([(f'gpu{n}', sim.url(n)) for n in range(3)]).start()
    until(5, 'all are healthy', lambda: hub.healthy() == 3)
    sim.order('kill 1')
    killed = time.monotonic()
    until(5, 'an alarm', hub.alarms)
    took = time.monotonic() - killed
    expect(took < 2 * 1 + 1 + 0.5, f'the alarm took {took:.1f} s')
    alarm = hub.alarms()[0]
    expect(alarm.code == 2 and alarm.host == sim.host(1), f'{alarm}')
    expect('gpu1' in alarm.text and 'unreachable' in alarm.text
           and 'refused' in alarm.text, f'{alarm}')
    sim.order('revive 1')
    returned = time.monotonic()
    until(5, 'an OKAY', lambda: len(hub.alarms()) == 2)
    took = time.monotonic() - returned
    expect(took < 1 + 1 + 0.5, f'the OKAY took {took:.1f} s')
    expect(hub.alarms()[1].code == 0, f'{hub.alarms()}')
    expect(hub.stop() == 0, 'status')
    expect(len(hub.alarms()) == 2, f'{hub.alarms()}')


def test_start_of_a_healthy_fleet_alarms_nobody(world):
    sim = world.sim(20)
    hub = world.collectd([(f'gpu{n}', sim.url(n)) for n in range(20)]).start()
    until(5, 'all are healthy', lambda: hub.healthy() == 20)
    time.sleep(2.5)
    expect(hub.alarms() == [], f'{hub.alarms()}')
    expect(hub.stop() == 0, 'status')
    expect(hub.alarms() == [], f'{hub.alarms()}')


def test_series_go_on_while_an_endpoint_is_down(world):
    sim = world.sim(1)
    hub = world.collectd([('gpu0', sim.url(0))]).start()
    series = f'{sim.host(0)}/llm_probe-gpu0'
    until(6, 'up is 1', lambda: 1 in hub.values(f'{series}/bool-up'))
    sim.order('kill 0')
    until(8, 'up is 0', lambda: 0 in hub.values(f'{series}/bool-up'))
    down = len(hub.values(f'{series}/bool-up'))
    until(6, 'up goes on',
          lambda: len(hub.values(f'{series}/bool-up')) >= down + 3)
    ages = hub.values(f'{series}/duration-age')
    expect(ages[-1] > 2, f'the age grows: {ages}')
    expect(hub.values(f'{series}/duration-total'), 'duration-total')
    expect(hub.stop() == 0, 'status')


def test_models_that_are_nowhere_else_are_named(world):
    sim = world.sim(2)
    sim.order('model 1 add onlyhere:1b')
    hub = world.collectd([(f'gpu{n}', sim.url(n)) for n in range(2)]).start()
    until(5, 'all are healthy', lambda: hub.healthy() == 2)
    until(8, 'the model is known', lambda: hub.sql(
        "SELECT 1 FROM model WHERE name = 'onlyhere:1b'"))
    sim.order('kill 1')
    until(5, 'an alarm', hub.alarms)
    expect('onlyhere:1b' in hub.alarms()[0].text, f'{hub.alarms()}')
    expect(len(hub.alarms()[0].text) <= 255, 'length')


def test_fleet_is_counted(world):
    sim = world.sim(3)
    hub = world.collectd([(f'gpu{n}', sim.url(n)) for n in range(3)]).start()
    fleet = 'hub/llm_probe-fleet/count-endpoints_'
    until(8, 'three healthy', lambda: 3 in hub.values(fleet + 'healthy'))
    sim.order('kill 0')
    until(8, 'two healthy', lambda: 2 in hub.values(fleet + 'healthy'))
    until(3, 'one down', lambda: 1 in hub.values(fleet + 'unreachable'))


FLEET = 24


def isolated_fleet(world):
    """(sim, hub): a fleet that has just become unreachable as a whole."""
    sim = world.sim(FLEET)
    hub = world.collectd([(f'gpu{n}', sim.url(n)) for n in range(FLEET)],
                         Interval=2)
    hub.start()
    until(10, 'all are healthy', lambda: hub.healthy() == FLEET)
    for n in range(FLEET):
        sim.order(f'kill {n}')
    until(10, 'an alarm', hub.alarms)
    alarm = hub.alarms()[0]
    expect(alarm.code == 2 and alarm.host == 'hub'
           and 'registry isolated?' in alarm.text, f'{alarm}')
    return sim, hub


def test_mass_outage_that_ends_soon_is_one_alarm(world):
    sim, hub = isolated_fleet(world)
    for n in range(FLEET):
        sim.order(f'revive {n}')
    until(8, 'its end', lambda: len(hub.alarms()) == 2)
    time.sleep(6)
    expect([a.code for a in hub.alarms()] == [2, 0], f'{hub.alarms()}')
    expect(all('isolated' in a.text for a in hub.alarms()), f'{hub.alarms()}')
    expect(hub.stop() == 0, 'status')
    expect(len(hub.alarms()) == 2, f'{hub.alarms()}')


def test_mass_outage_that_lasts_names_the_single_ones(world):
    sim, hub = isolated_fleet(world)
    until(10, 'the single ones', lambda: len(hub.alarms()) == FLEET + 1)
    single = hub.alarms()[1:]
    expect({a.host for a in single} == {sim.host(n) for n in range(FLEET)}
           and all(a.code == 2 for a in single), f'{single}')
    for n in range(FLEET):
        sim.order(f'revive {n}')
    until(10, 'all ends', lambda: len(hub.alarms()) == 2 * (FLEET + 1))
    expect(all(a.code == 0 for a in hub.alarms()[FLEET + 1:]),
           f'{hub.alarms()}')
    expect(hub.stop() == 0, 'status')


def test_acknowledged_alert_stays_quiet_over_a_restart(world):
    sim = world.sim(1)
    hub = world.collectd([('gpu0', sim.url(0))]).start()
    until(5, 'healthy', lambda: hub.healthy() == 1)
    sim.order('kill 0')
    until(5, 'the alarm', hub.alarms)
    expect(hub.stop() == 0, 'status')
    changed = change_store(
        hub, "UPDATE alert SET acknowledged_by = 'me', acknowledged_ms = 1 "
        "WHERE id LIKE 'endpoint_unhealthy/%'")
    expect(changed == 1, 'the alert is stored')
    hub.forget_alarms()
    hub.start()
    hub.wait_health(8, 'gpu0', 'unreachable')
    time.sleep(1)
    expect(hub.alarms() == [], f'{hub.alarms()}')
    sim.order('revive 0')
    until(5, 'its end', hub.alarms)
    expect([a.code for a in hub.alarms()] == [0], f'{hub.alarms()}')
