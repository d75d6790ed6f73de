# SPDX-License-Identifier: MIT
"""A store that cannot be used: everything goes on, and it heals by itself."""

import os
import subprocess
import time

from world import expect, need_root, until

HEALS = 20  # seconds within which a store that can be used again is used


def test_second_collectd_names_the_holder(world):
    sim = world.sim(2)
    first = world.collectd([('gpu0', sim.url(0))]).start()
    until(5, 'the first works', lambda: first.healthy() == 1)
    second = world.collectd([('gpu1', sim.url(1))], name='second',
                            registry={'DataDir': f'"{first.data}"'}).start()
    until(5, 'load of the second', lambda: second.values('second/load/load'))
    errors = [line for line in second.log().splitlines() if '[error]' in line]
    expect(len(errors) == 1 and str(first.process.pid) in errors[0]
           and first.data in errors[0], f'{errors}')
    expect(second.stop() == 0, 'status of the second')
    expect(first.sql('SELECT name FROM endpoint') == [('gpu0',)], 'endpoints')
    expect(first.stop() == 0, 'status of the first')


def probes_without_store(hub, sim):
    """Metrics and alarms from memory; one line and one notification."""
    until(8, 'up is 1', lambda: 1 in hub.values(
        f'{sim.host(0)}/llm_probe-gpu0/bool-up'))
    until(8, 'a notification about the store', lambda: [
        a for a in hub.alarms() if 'store' in a.service and a.code == 2])
    sim.order('kill 0')
    until(8, 'an alarm from memory', lambda: [
        a for a in hub.alarms() if 'gpu0' in a.text and a.code == 2])
    sim.order('revive 0')
    until(8, 'its end', lambda: [
        a for a in hub.alarms() if 'gpu0' in a.text and a.code == 0])
    lines = [line for line in hub.log().splitlines()
             if '[error]' in line and hub.data in line]
    expect(1 <= len(lines) <= 3, f'few lines about the store: {lines}')


def heals(hub):
    until(HEALS, 'the store has it', lambda: hub.healthy() == 1)
    until(3, 'and says so', lambda: [
        a for a in hub.alarms() if 'store' in a.service and a.code == 0])
    until(8, 'models too', lambda: hub.sql('SELECT 1 FROM model'))
    until(3, 'the outage from before is in the events', lambda: hub.sql(
        "SELECT 1 FROM health WHERE state = 'healthy' AND since_ms > 0"))
    expect(hub.stop() == 0, 'status')


def test_missing_directory_heals(world):
    sim = world.sim(1)
    blocker = world.write('blocker', 'a file, not a directory')
    hub = world.collectd([('gpu0', sim.url(0))],
                         registry={'DataDir': f'"{blocker}/data"'}).start()
    probes_without_store(hub, sim)
    os.unlink(blocker)
    os.mkdir(blocker)
    heals(hub)


def mount_tmpfs(world, size):
    need_root()
    path = world.path('disk')
    os.mkdir(path)
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}',
                           'tmpfs', path], check=False, capture_output=True)
    expect(done.returncode == 0, f'mount: {done.stderr}')
    world.cleanups.insert(0, lambda: subprocess.run(['umount', '-l', path],
                                                    check=False))
    return path


def fill(disk):
    """Writes a file until nothing more fits."""
    handle = os.open(os.path.join(disk, 'ballast'), os.O_WRONLY | os.O_CREAT)
    try:
        while True:
            os.write(handle, b'x' * 4096)
    except OSError:
        os.close(handle)


def test_full_disk_heals(world):
    disk = mount_tmpfs(world, '256k')
    fill(disk)
    sim = world.sim(1)
    hub = world.collectd([('gpu0', sim.url(0))],
                         registry={'DataDir': f'"{disk}/data"'}).start()
    probes_without_store(hub, sim)
    os.unlink(os.path.join(disk, 'ballast'))
    subprocess.run(['mount', '-o', 'remount,size=16m', disk], check=True)
    heals(hub)


def test_disk_that_fills_up_later_heals(world):
    disk = mount_tmpfs(world, '8m')
    sim = world.sim(1)
    hub = world.collectd([('gpu0', sim.url(0))],
                         registry={'DataDir': f'"{disk}/data"'}).start()
    until(5, 'healthy', lambda: hub.healthy() == 1)
    fill(disk)
    probes_without_store(hub, sim)
    os.unlink(os.path.join(disk, 'ballast'))
    heals(hub)


def test_read_only_directory_heals(world):
    disk = mount_tmpfs(world, '8m')
    sim = world.sim(1)
    subprocess.run(['mount', '-o', 'remount,ro', disk], check=True)
    hub = world.collectd([('gpu0', sim.url(0))],
                         registry={'DataDir': f'"{disk}/data"'}).start()
    probes_without_store(hub, sim)
    subprocess.run(['mount', '-o', 'remount,rw', disk], check=True)
    heals(hub)


def test_store_is_for_its_owner_only(world):
    sim = world.sim(1)
    hub = world.collectd([('gpu0', sim.url(0))]).start()
    until(5, 'healthy', lambda: hub.healthy() == 1)
    expect(os.stat(hub.data).st_mode & 0o777 == 0o700, 'mode of DataDir')
    mode = os.stat(f'{hub.data}/registry.db').st_mode & 0o777
    expect(mode == 0o600, f'mode {mode:o} of registry.db')


def test_damaged_store_is_set_aside_not_deleted(world):
    sim = world.sim(1)
    hub = world.collectd([('gpu0', sim.url(0))]).start()
    until(5, 'healthy', lambda: hub.healthy() == 1)
    expect(hub.stop() == 0, 'status')
    with open(f'{hub.data}/registry.db', 'r+b') as file:
        file.write(b'this is no database' * 100)
    size = os.path.getsize(f'{hub.data}/registry.db')
    hub.start()
    until(8, 'healthy again', lambda: hub.healthy() == 1)
    kept = [name for name in os.listdir(hub.data)
            if os.path.getsize(f'{hub.data}/{name}') == size
            and name != 'registry.db']
    expect(kept, f'the damaged one is kept: {os.listdir(hub.data)}')
    expect(hub.stop() == 0, 'status')


def test_stop_is_quick_while_servers_hang(world):
    sim = world.sim(50)
    hub = world.collectd([(f'gpu{n}', sim.url(n)) for n in range(50)],
                         Interval=10, Timeout=10).start()
    until(5, 'all are healthy', lambda: hub.healthy() == 50)
    for number in range(50):
        sim.order(f'hang {number}')
    time.sleep(3)
    start = time.monotonic()
    expect(hub.stop() == 0, 'status')
    took = time.monotonic() - start
    expect(took < 4, f'the end took {took:.1f} s')
