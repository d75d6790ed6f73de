# SPDX-License-Identifier: MIT
"""A disk that is full, fails to sync or cannot be written to under a hub that
people use: reads go on, what is not on disk is not acknowledged, and with the
end of the fault all of it is.
"""

import json
import os
import random
import shutil
import signal
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request

import power
from oracle import Client, Oracle
from world import Skipped, expect, need_root, until

ALONE = True
SECRET = 'lr1_00000001_' + 'a' * 43
HEALS = 20  # seconds within which a store that can be used again is used
BALLAST = 60  # the same for the ballast, which waits a while
EROFS, EIO = 30, 5


def start(world, data=None, registry=None, **options):
    path = world.write('tokens', f'admin boss {SECRET}\n')
    os.chmod(path, 0o600)
    registry = {'FlushInterval': 1, **(registry or {})}
    if data:
        registry['DataDir'] = f'"{data}"'
    return world.listener(lines=[f'  TokenFile "{path}"', '  TokenRate 0'],
                          registry=registry, Interval=30, **options)


def register(hub, name):
    """(status, answer, Retry-After)."""
    request = urllib.request.Request(
        hub.base + '/api/v1/agents/register', method='POST',
        data=json.dumps({'type': 'performance', 'name': name,
                         'agent_id': name, 'host': 'node'}).encode(),
        headers={'Content-Type': 'application/json',
                 'Authorization': f'Bearer {SECRET}'})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer), None
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error), error.headers['Retry-After']


def agents(hub):
    status, answer = hub.ask('GET', '/api/v1/agents?limit=1000', token=SECRET)
    expect(status == 200, f'agents: {status} {answer}')
    return {agent['id'] for agent in answer['agents']}


def store(hub):
    status, answer = hub.ask('GET', '/api/v1/health', token=SECRET)
    expect(status == 200, f'health: {status} {answer}')
    return answer['store']


def expect_refused(hub, answered, status, code):
    """It says why, and when to ask again; and it is in memory all the same."""
    got, answer, retry = answered
    expect(got == status and answer['error']['code'] == code,
           f'{got} {answer}')
    expect('is not on disk: ' in answer['error']['message'], f'{answer}')
    expect(int(retry) > 0, f'Retry-After {retry}')
    expect(hub.ask('GET', '/readyz')[0] == 503, 'not ready')


# ---- full ----

def mount_tmpfs(world, size):
    need_root()
    path = world.path('disk')
    os.mkdir(path)
    done = subprocess.run(['mount', '-t', 'tmpfs', '-o', f'size={size}',
                           'tmpfs', path], check=False, capture_output=True)
    if done.returncode != 0:
        raise Skipped(f'mount: {done.stderr.decode().strip()}')
    world.cleanups.insert(0, lambda: subprocess.run(['umount', '-l', path],
                                                    check=False))
    return path


def fill(disk):
    """Nothing more fits."""
    with open(os.path.join(disk, 'filler'), 'ab', buffering=0) as file:
        try:
            while True:
                file.write(b'x' * 4096)
        except OSError:
            pass


class Disk:
    """A small disk that fills up under a hub."""

    def __init__(self, world, size, **registry):
        self.path = mount_tmpfs(world, size)
        self.hub = start(world, os.path.join(self.path, 'data'), registry)
        self.names = []

    def register(self):
        self.names.append(f'a{len(self.names)}')
        return register(self.hub, self.names[-1])

    def register_until(self, status, before=lambda: None):
        """The first answer that has it; up to it all are 200."""
        for _ in range(2000):
            before()
            answer = self.register()
            if answer[0] == status:
                return answer
            expect(answer[0] == 200, f'{answer}')
        raise AssertionError(f'no {status}')

    def fill(self):
        fill(self.path)

    def free(self):
        os.unlink(os.path.join(self.path, 'filler'))

    def ballast(self):
        return os.path.exists(os.path.join(self.hub.data, 'ballast'))

    def expect_everything(self):
        """In memory, on disk, and after a kill."""
        expect(agents(self.hub) == set(self.names), 'agents in memory')
        until(5, 'all is in the file', lambda: self.hub.sql(
            'SELECT count(*) FROM agent') == [(len(self.names),)])
        expect(self.hub.sql('PRAGMA integrity_check') == [('ok',)], 'the file')
        self.hub.kill()
        self.hub.start()
        until(10, 'it answers', self.hub.answers)
        expect(agents(self.hub) == set(self.names), 'agents after a kill')


def test_the_ballast_keeps_the_registry_going(world):
    disk = Disk(world, '8m', BallastSize=1)
    for _ in range(20):
        expect(disk.register()[0] == 200, 'registered')
    until(10, 'the ballast', disk.ballast)
    disk.fill()
    until(20, 'it is given up', lambda: (
        disk.register()[0] == 200 and not disk.ballast()))
    now = store(disk.hub)
    expect(now['works'] and now['state'] == 'disk_full', f'{now}')
    expect('events and heartbeats are not' in now['reason'], f'{now}')
    for _ in range(50):
        expect(disk.register()[0] == 200, 'the registry is written')
    disk.free()
    until(BALLAST, 'all is well again',
          lambda: store(disk.hub)['state'] == 'ok')
    until(BALLAST, 'the ballast is back', disk.ballast)
    lines = [line for line in disk.hub.log().splitlines()
             if 'were not written' in line and 'Notification' not in line]
    expect(len(lines) == 1, f'one line about it: {lines}')
    expect('were not written' in store(disk.hub)['reason'], 'and in health')
    disk.expect_everything()
    expect(disk.hub.stop() == 0, 'status')


def test_without_any_room_it_is_507(world):
    disk = Disk(world, '2m', BallastSize=0)
    for _ in range(10):
        expect(disk.register()[0] == 200, 'registered')
    before = agents(disk.hub)
    refused = disk.register_until(507, disk.fill)
    expect_refused(disk.hub, refused, 507, 'disk_full')
    expect(agents(disk.hub) > before, 'reads go on')
    expect_refused(disk.hub, disk.register(), 507, 'disk_full')
    expect(store(disk.hub)['state'] == 'disk_full', f'{store(disk.hub)}')
    disk.free()
    until(HEALS, 'it is written again', lambda: disk.register()[0] == 200)
    until(BALLAST, 'all is well again',
          lambda: store(disk.hub)['state'] == 'ok')
    disk.expect_everything()
    expect(disk.hub.stop() == 0, 'status')


def test_others_that_take_the_ballast_are_outlived(world):
    disk = Disk(world, '8m', BallastSize=1)
    until(10, 'the ballast', disk.ballast)
    refused = disk.register_until(507, disk.fill)
    expect_refused(disk.hub, refused, 507, 'disk_full')
    expect(not disk.ballast(), 'it was given up')
    disk.free()
    until(HEALS, 'it is written again', lambda: disk.register()[0] == 200)
    until(BALLAST, 'the ballast is back', disk.ballast)
    disk.expect_everything()
    expect(disk.hub.stop() == 0, 'status')


# ---- a disk that we rule ----

class Control:
    """The disk of tests/support/disk, ordered while it works."""

    FIELDS = ('kill_at', 'write_errno', 'sync_errno', 'sync_delay_us',
              'sync_nothing', 'changes', 'syncs')

    def __init__(self, world, data):
        self.path = world.path('control')
        with open(self.path, 'wb') as file:
            file.write(bytes(8 * len(self.FIELDS)))
        self.env = {'LLMREG_DISK_DIR': data, 'LLMREG_DISK_CONTROL': self.path}
        self.library = os.path.join(world.build,
                                    'tests/support/disk/.libs/disk.so')
        if not os.path.exists(self.library):
            raise Skipped('disk is not built')

    def set(self, **values):
        with open(self.path, 'r+b') as file:
            for name, value in values.items():
                file.seek(8 * self.FIELDS.index(name))
                file.write(struct.pack('=q', value))

    def get(self, name):
        with open(self.path, 'rb') as file:
            file.seek(8 * self.FIELDS.index(name))
            return struct.unpack('=q', file.read(8))[0]


def ruled(world, **env):
    data = world.path('disk')
    os.mkdir(data, 0o700)
    control = Control(world, data)
    hub = start(world, data, preload=[control.library],
                env={**control.env, **env})
    return hub, control


def fault_and_heal(world, fault, words):
    """503 while it lasts, with reads that go on; then everything."""
    hub, control = ruled(world)
    expect(register(hub, 'before')[0] == 200, 'before')
    control.set(**fault)
    expect_refused(hub, register(hub, 'meanwhile'), 503, 'not_durable')
    syncs = control.get('syncs')
    for number in range(5):
        expect_refused(hub, register(hub, f'm{number}'), 503, 'not_durable')
    expect(agents(hub) >= {'before', 'meanwhile', 'm4'}, 'reads go on')
    now = store(hub)
    expect(not now['works'] and words in now['reason'], f'{now}')
    expect(control.get('syncs') - syncs <= 2, 'no fsync was tried again')
    control.set(**{name: 0 for name in fault})
    until(HEALS, 'it heals', lambda: register(hub, 'after')[0] == 200)
    expect(store(hub)['state'] == 'ok', f'{store(hub)}')
    names = agents(hub)
    hub.kill()
    hub.start()
    until(10, 'it answers', hub.answers)
    expect(agents(hub) == names, 'agents after a kill')
    expect(hub.stop() == 0, 'status')


def test_a_sync_that_fails_is_503_and_heals(world):
    fault_and_heal(world, {'sync_errno': EIO}, 'I/O error')


def test_a_disk_that_becomes_read_only_is_503_and_heals(world):
    fault_and_heal(world, {'write_errno': EROFS}, 'I/O error')


def test_read_only_from_the_start_is_503_and_heals(world):
    path = mount_tmpfs(world, '8m')
    subprocess.run(['mount', '-o', 'remount,ro', path], check=True)
    hub = start(world, os.path.join(path, 'data'))
    expect_refused(hub, register(hub, 'a'), 503, 'not_durable')
    expect(agents(hub) == {'a'}, 'reads go on')
    subprocess.run(['mount', '-o', 'remount,rw', path], check=True)
    until(HEALS, 'it heals', lambda: register(hub, 'b')[0] == 200)
    until(5, 'both are there', lambda: hub.sql(
        'SELECT count(*) FROM agent') == [(2,)])
    expect(hub.stop() == 0, 'status')


# ---- nothing that was acknowledged is lost ----

class Patient(Client):
    """Goes on when a change is refused, until it is told to stop."""

    def __init__(self, *of_client):
        super().__init__(*of_client)
        self.stop = threading.Event()

    def change(self):
        if self.stop.is_set():
            raise OSError('enough')
        super().change()


def patient(hub):
    guide = Oracle(hub, SECRET)
    guide.clients = [Patient(hub, SECRET, n, random.random())
                     for n in range(4)]
    return guide


def acknowledged_while(guide, seconds):
    before = guide.acknowledged()
    time.sleep(seconds)
    return guide.acknowledged() - before


def test_a_power_cut_after_failed_syncs_loses_nothing(world):
    base, journal = world.path('base'), world.path('journal')
    open(journal, 'wb').close()
    hub, control = ruled(world, LLMREG_DISK_JOURNAL=journal)
    expect(hub.stop() == 0, 'status')
    guide = patient(hub)
    total = 0
    for _ in range(world.many(4, 100)):
        shutil.rmtree(base, ignore_errors=True)
        shutil.copytree(hub.data, base)
        open(journal, 'wb').close()
        guide.start()
        guide.check()
        expect(not guide.lost, guide.lost[:5])
        for client in guide.clients:
            client.stop.clear()
            client.go()
        expect(acknowledged_while(guide, 0.5) > 0, 'changes before')
        control.set(sync_errno=EIO)
        time.sleep(0.5)
        expect(acknowledged_while(guide, 1) == 0,
               'something was acknowledged that was not synced')
        control.set(sync_errno=0)
        until(HEALS, 'it heals',
              lambda: acknowledged_while(guide, 0.2) > 0)
        time.sleep(0.3)
        hub.process.send_signal(signal.SIGKILL)
        hub.process.wait()
        guide.join()
        power.rebuild(base, journal, hub.data, guide.random)
        total = guide.acknowledged()
    guide.start()
    guide.check()
    guide.check_file()
    expect(not guide.lost, guide.lost[:5])
    print(f'{total} changes were acknowledged')
    expect(hub.stop() == 0, 'status')


# ---- the file of a newer one ----

def test_a_newer_store_is_read_and_not_written(world):
    hub = start(world)
    expect(register(hub, 'known')[0] == 200, 'known')
    expect(hub.stop() == 0, 'status')
    path = os.path.join(hub.data, 'registry.db')
    subprocess.run(['sqlite3', path, 'PRAGMA user_version = 77'], check=True)
    with open(path, 'rb') as file:
        before = file.read()
    hub.start()
    until(10, 'it answers', hub.answers)
    expect(agents(hub) == {'known'}, 'what is known of it is there')
    refused = register(hub, 'new')
    expect_refused(hub, refused, 503, 'newer_store')
    message = refused[1]['error']['message']
    expect('version 77' in message and 'install the newer' in message, message)
    expect(store(hub)['state'] == 'newer_store', f'{store(hub)}')
    lines = [line for line in hub.log().splitlines() if '[error]' in line]
    expect(len(lines) == 1 and 'version 77' in lines[0], f'{lines}')
    expect(hub.stop() == 0, 'status')
    with open(path, 'rb') as file:
        expect(file.read() == before, 'not a byte was changed')
