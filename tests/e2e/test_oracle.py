# SPDX-License-Identifier: MIT
"""What was acknowledged is there, however the hub ended (oracle.py).

In turn: a hub starts, clients change things, it is killed at a random moment or
its disk loses its power; then everything is compared with what the clients
were promised.  And the harness is shown to find what it looks for.
"""

import fcntl
import os
import shutil
import signal
import struct
import subprocess

import power
from oracle import Oracle
from world import Skipped, end, expect, need_root

ALONE = True
LIMIT = 400  # 200 kills take a minute where disks are quick
SECRET = 'lr1_00000001_' + 'a' * 43
SHUTDOWN = 0x8004587d  # EXT4_IOC_SHUTDOWN, as xfs_io -c shutdown does it
WITHOUT_LOG = 2


def oracle(world, data=None, libraries=(), env=None):
    path = world.write('tokens', f'admin boss {SECRET}\n')
    os.chmod(path, 0o600)
    registry = {'FlushInterval': 1}
    if data:
        registry['DataDir'] = f'"{data}"'
    hub = world.listener(
        lines=[f'  TokenFile "{path}"', '  TokenRate 0'], registry=registry,
        Interval=30, preload=[library(world, name) for name in libraries],
        env=env or {})
    expect(hub.stop() == 0, 'status')
    return Oracle(hub, SECRET)


def library(world, name):
    path = os.path.join(world.build, f'tests/support/disk/.libs/{name}.so')
    if not os.path.exists(path):
        raise Skipped(f'{name} is not built')
    return path


def cut_again_and_again(guide, times, cut, before=lambda: None):
    """Ends early once something is lost: more would not tell more."""
    for done in range(times):
        before()
        guide.start()
        guide.check()
        if done % 20 == 0:
            guide.check_file()
        if guide.lost:
            guide.hub.kill()
            return
        guide.load(guide.random.uniform(0.03, 0.12))
        cut()
        guide.join()
    guide.start()
    guide.check()
    guide.check_file()
    expect(guide.hub.stop() == 0, 'status')


def report(guide, times):
    starts = sorted(guide.starts)
    print(f'{guide.acknowledged()} changes were acknowledged, {times} cuts; '
          f'from start to the first answer {starts[len(starts) // 2]:.3f} s, '
          f'at most {starts[-1]:.3f} s; {len(guide.lost)} lost')
    for line in guide.lost[:10]:
        print(line)


def test_kill_nine_loses_nothing(world):
    guide, times = oracle(world), world.many(200, 5000)
    cut_again_and_again(guide, times, guide.hub.kill)
    report(guide, times)
    expect(not guide.lost, 'something was lost')
    expect(guide.acknowledged() > times, 'there was a load')


def test_acknowledging_early_is_found_by_kill_nine(world):
    guide = oracle(world, libraries=['wrong'], env={'LLMREG_WRONG': 'early'})
    cut_again_and_again(guide, 100, guide.hub.kill)
    report(guide, 100)
    expect(guide.lost, 'nothing was found')


# ---- power ----

def powerless(world, wrong=None):
    """(guide, cut, before): a disk whose power can be cut."""
    data, base = world.path('disk'), world.path('base')
    journal = world.path('journal')
    os.mkdir(data, 0o700)
    env = {'LLMREG_DISK_DIR': data, 'LLMREG_DISK_JOURNAL': journal}
    if wrong:
        env['LLMREG_WRONG'] = wrong
    guide = oracle(world, data, ['disk', 'wrong'], env)

    def before():
        shutil.rmtree(base, ignore_errors=True)
        shutil.copytree(data, base)
        open(journal, 'wb').close()

    def cut():
        guide.hub.kill()
        power.rebuild(base, journal, data, guide.random)
    return guide, cut, before


def test_power_cut_loses_nothing(world):
    guide, cut, before = powerless(world)
    times = world.many(40, 2000)
    cut_again_and_again(guide, times, cut, before)
    report(guide, times)
    expect(not guide.lost, 'something was lost')
    expect(guide.acknowledged() > times, 'there was a load')


def test_synchronous_normal_is_found_by_power_cut(world):
    guide, cut, before = powerless(world, 'normal')
    cut_again_and_again(guide, 100, cut, before)
    report(guide, 100)
    expect(guide.lost, 'nothing was found')


# ---- power, of a real file system ----

def run(*command):
    done = subprocess.run(command, check=False, capture_output=True)
    if done.returncode != 0:
        raise Skipped(f'{command[0]}: {done.stderr.decode().strip()}')


class Ext4:
    """A file system in a file, which can be shut down as power cuts do."""

    def __init__(self, world):
        need_root()
        self.top, self.image = world.path('ext4'), world.path('ext4.img')
        os.mkdir(self.top)
        with open(self.image, 'wb') as file:
            file.truncate(64 << 20)
        if not shutil.which('mkfs.ext4'):
            raise Skipped('there is no mkfs.ext4')
        run('mkfs.ext4', '-q', '-F', self.image)
        run('mount', '-o', 'loop', self.image, self.top)
        world.cleanups.insert(0, self.unmount)

    def unmount(self):
        subprocess.run(['umount', '-l', self.top], check=False,
                       capture_output=True)

    def cut(self):
        handle = os.open(self.top, os.O_RDONLY)
        try:
            fcntl.ioctl(handle, SHUTDOWN, struct.pack('I', WITHOUT_LOG))
        except OSError as error:
            raise Skipped(f'the file system cannot be shut down: '
                          f'{error}') from None
        finally:
            os.close(handle)

    def restore(self):
        run('umount', self.top)
        run('mount', '-o', 'loop', self.image, self.top)


def on_ext4(world, wrong=None):
    disk = Ext4(world)
    env = {'LLMREG_WRONG': wrong} if wrong else {}
    guide = oracle(world, os.path.join(disk.top, 'data'),
                   ['wrong'] if wrong else [], env)
    world.cleanups.insert(1, lambda: end(guide.hub.process))

    def cut():
        # It must not live to see an fsync end after the cut: ext4 may say
        # then that it went well.
        guide.hub.process.send_signal(signal.SIGSTOP)
        disk.cut()
        guide.hub.kill()
        disk.restore()
    return guide, cut


def test_power_cut_on_ext4_loses_nothing(world):
    guide, cut = on_ext4(world)
    times = world.many(20, 1000)
    cut_again_and_again(guide, times, cut)
    report(guide, times)
    expect(not guide.lost, 'something was lost')


def test_synchronous_normal_is_found_on_ext4(world):
    guide, cut = on_ext4(world, 'normal')
    cut_again_and_again(guide, 60, cut)
    report(guide, 60)
    expect(guide.lost, 'nothing was found')
