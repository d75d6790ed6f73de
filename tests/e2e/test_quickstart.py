# SPDX-License-Identifier: MIT
"""The first command of the README keeps its promises."""

import glob
import json
import os
import pty
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request

from world import (TOP, Alarm, Skipped, expect, until)

QUICKSTART = os.path.join(TOP, 'contrib', 'quickstart')


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def quickstart(world, *arguments, directory='run', **more):
    """A running quickstart, in a process group of its own as in a shell."""
    if '--port' not in arguments:
        arguments = ('--port', str(free_port()), *arguments)
    return world.start([QUICKSTART, '--dir', world.path(directory),
                        *arguments], f'{directory}.out',
                       start_new_session=True, **more)


def said(world, name='run'):
    with open(world.path(f'{name}.out'), encoding='utf-8') as file:
        return file.read()


def alarms(world):
    path = world.path('run', 'notifications.log')
    if not os.path.exists(path):
        return []
    with open(path, encoding='utf-8') as file:
        return [Alarm(line.rstrip('\n')) for line in file]


def wait_started(world, name='run'):
    """Building may come first, and take its time."""
    until(110, 'collectd runs', lambda: 'collectd runs' in said(world, name))


def rrd_values(path):
    """What rrdtool fetch gives for the last minute, without the gaps."""
    done = subprocess.run(['rrdtool', 'fetch', path, 'AVERAGE', '-s', '-60'],
                          check=True, capture_output=True, text=True)
    words = [line.split()[1] for line in done.stdout.splitlines()
             if ':' in line]
    return [float(word) for word in words if 'nan' not in word]


def collectds(world):
    """Processes with our collectd.conf in their arguments."""
    found = []
    for path in glob.glob('/proc/[0-9]*/cmdline'):
        try:
            with open(path, 'rb') as file:
                words = file.read().split(b'\0')
        except OSError:
            continue
        if world.path('run/collectd.conf').encode() in words:
            found.append(path)
    return found


def test_quickstart_probes_remembers_draws_and_alarms(world):
    port = free_port()
    sim = world.sim(first='127.0.0.1', ports=f'{port}-{port}')
    run = quickstart(world, '--endpoint', f'http://127.0.0.1:{port}',
                     '--interval', '2', '--for', '20')
    wait_started(world)
    started = time.monotonic()
    until(8, 'healthy', lambda: '1 of 1 endpoints healthy' in said(world))
    time.sleep(2)
    sim.order('kill 0')
    killed = time.monotonic()
    until(9, 'an alarm', lambda: alarms(world))
    took = time.monotonic() - killed
    expect(took < 2 * 2 + 2 + 0.5, f'the alarm took {took:.1f} s')
    expect(alarms(world)[0].code == 2, f'{alarms(world)}')
    sim.order('revive 0')
    returned = time.monotonic()
    until(6, 'an OKAY', lambda: len(alarms(world)) == 2)
    took = time.monotonic() - returned
    expect(took < 2 + 2 + 0.5, f'the OKAY took {took:.1f} s')
    expect(alarms(world)[1].code == 0, f'{alarms(world)}')
    status = run.wait(30)
    took = time.monotonic() - started
    expect(status == 0, f'status {status}')
    expect(19 < took < 24, f'it ran for {took:.1f} s')
    folder = world.path('run', 'rrd', '127.0.0.1')
    series = [os.path.join(folder, d) for d in os.listdir(folder)]
    expect(len(series) == 1, f'{series}')
    files = os.listdir(series[0])
    expect(len(files) <= 12, f'at most 12 series: {files}')
    up = rrd_values(os.path.join(series[0], 'bool-up.rrd'))
    expect(1 in up and min(up) < 1, f'up went down and came back: {up}')
    expect(rrd_values(os.path.join(series[0], 'duration-total.rrd')), 'times')
    rows = subprocess.run(
        ['sqlite3', '-readonly', world.path('run/registry/registry.db'),
         'SELECT state FROM health'], check=True, capture_output=True,
        text=True).stdout.split()
    expect(rows == ['healthy'], f'{rows}')


def test_quickstart_says_when_there_is_nothing(world):
    with socket.socket() as s:
        if s.connect_ex(('127.0.0.1', 11434)) == 0:
            raise Skipped('something listens on 127.0.0.1:11434')
    run = quickstart(world, '--interval', '1', '--for', '5')
    expect(run.wait(115) == 0, 'status')
    text = said(world)
    expect('127.0.0.1:11434' in text and '--demo' in text
           and '--endpoint' in text, text)
    expect([a.code for a in alarms(world)] == [2], f'{alarms(world)}')


def test_ctrl_c_ends_quickstart_cleanly(world):
    run = quickstart(world, '--endpoint', 'http://127.0.0.1:9')
    wait_started(world)
    log = world.path('run/collectd.log')
    until(8, 'collectd listens', lambda: 'Initialization complete' in
          open(log, encoding='utf-8').read())
    expect(len(collectds(world)) == 1, 'a collectd')
    os.killpg(run.pid, signal.SIGINT)
    status = run.wait(15)
    expect(status == 0, f'status {status}')
    expect(not collectds(world), 'collectd is gone')
    expect('Exiting normally' in open(log, encoding='utf-8').read(), 'the log')


def test_terminal_shows_the_count_and_takes_ctrl_c(world):
    sim = world.sim(2)
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        [QUICKSTART, '--dir', world.path('run'), '--interval', '1',
         '--port', str(free_port()), '--endpoint', sim.url(0), '--endpoint', sim.url(1)],
        preexec_fn=lambda: os.login_tty(theirs))
    os.close(theirs)
    os.set_blocking(ours, False)
    shown = []

    def screen():
        try:
            shown.append(os.read(ours, 65536).decode())
        except (BlockingIOError, OSError):
            pass
        return ''.join(shown)

    world.cleanups.append(lambda: run.poll() is None and run.kill())
    until(115, 'the count in place',
          lambda: '\r2 of 2 endpoints healthy' in screen())
    os.write(ours, b'\x03')
    until(10, 'its end', lambda: screen() and run.poll() is not None)
    expect(run.returncode == 0, f'status {run.returncode}')
    os.close(ours)


def test_second_quickstart_on_a_directory_is_refused(world):
    first = quickstart(world, '--endpoint', 'http://127.0.0.1:9')
    wait_started(world)
    second = subprocess.run([QUICKSTART, '--dir', world.path('run')],
                            check=False, capture_output=True, text=True)
    expect(second.returncode == 1 and str(first.pid) in second.stderr
           and '--dir' in second.stderr, f'{second}')
    expect(first.poll() is None, 'the first one lives')


def ask(port, path, token=None, body=None):
    request = urllib.request.Request(
        f'http://127.0.0.1:{port}{path}',
        data=None if body is None else json.dumps(body).encode(),
        headers={'Content-Type': 'application/json'})
    if token is not None:
        request.add_header('Authorization', f'Bearer {token}')
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_quickstart_listens_and_its_tokens_open(world):
    port = free_port()
    quickstart(world, '--endpoint', 'http://127.0.0.1:9', '--port', str(port))
    wait_started(world)
    until(10, 'it listens', lambda: socket.socket().connect_ex(
        ('127.0.0.1', port)) == 0)
    path = '/api/v1/agents/register'
    expect(ask(port, '/api/v1/agents') == 200, 'reading is free')
    expect(ask(port, path, body={'type': 'a', 'name': 'b'}) == 401, 'writing')
    for role in ('agent', 'admin'):
        name = world.path('run', f'{role}.token')
        expect(os.stat(name).st_mode & 0o777 == 0o600, f'mode of {name}')
        with open(name, encoding='utf-8') as file:
            token = file.read().strip()
        status = ask(port, path, token, {'type': 'a', 'name': role})
        expect(status == 200, f'{role}: {status}')
    other = subprocess.run(
        [QUICKSTART, '--dir', world.path('two'), '--port', str(port)],
        check=False, capture_output=True, text=True)
    expect(other.returncode == 1 and str(port) in other.stderr
           and '--port' in other.stderr, f'{other}')


def test_directory_may_have_any_letters(world):
    port = free_port()
    world.sim(first='127.0.0.1', ports=f'{port}-{port}')
    name = 'a b$HOME*&(é'
    run = quickstart(world, '--endpoint', f'http://127.0.0.1:{port}',
                     '--interval', '1', '--for', '8', directory=name)
    expect(run.wait(90) == 0, said(world, name))
    expect('1 of 1 endpoints healthy' in said(world, name), said(world, name))


def test_foreign_directories_are_refused(world):
    os.mkdir(world.path('run'))
    world.write('run/VERSION', '0.0.1\n')
    other = subprocess.run([QUICKSTART, '--dir', world.path('run')],
                           check=False, capture_output=True, text=True)
    expect(other.returncode == 1 and '0.0.1' in other.stderr, f'{other}')
    os.mkdir(world.path('mine'))
    world.write('mine/precious', 'x')
    mine = subprocess.run([QUICKSTART, '--dir', world.path('mine')],
                          check=False, capture_output=True, text=True)
    expect(mine.returncode == 1 and os.listdir(world.path('mine'))
           == ['precious'], f'{mine}')


def test_demo_is_a_fleet_that_lives(world):
    with socket.socket() as s:
        if s.connect_ex(('127.42.0.1', 21434)) == 0:
            raise Skipped('another quickstart --demo runs')
    run = quickstart(world, '--demo', '5', '--interval', '1')
    wait_started(world)
    taken = subprocess.run([QUICKSTART, '--demo', '--for', '1', '--dir',
                            world.path('two')],
                           check=False, capture_output=True, text=True)
    expect(taken.returncode == 1 and '21434' in taken.stderr, f'{taken}')
    until(20, 'the count', lambda: ' of 5 endpoints healthy' in said(world))
    until(20, 'series of a host', lambda: os.path.isdir(
        world.path('run/rrd/gpu01/llm_listen-host')))
    os.killpg(run.pid, signal.SIGINT)
    expect(run.wait(30) == 0, 'status')
    hosts = sorted(os.listdir(world.path('run/rrd')))
    expect([h for h in hosts if h.startswith('gpu')]
           == [f'gpu0{n}' for n in range(1, 6)], f'{hosts}')
    with sqlite3.connect(world.path('run/registry/registry.db')) as store:
        agents = store.execute('SELECT id FROM agent ORDER BY id').fetchall()
    expect(agents == [(f'demo-gpu0{n}',) for n in range(1, 6)], f'{agents}')


WRONG = [
    ['--bogus'], ['--interval'], ['--interval', '0'], ['--interval', 'x'],
    ['--interval', '9999'], ['--for', '-1'], ['--demo', '1000'],
    ['--endpoint', 'ftp://x'], ['--endpoint', 'http://a b'], ['extra'],
    ['--endpoint', 'http://a:1', '--endpoint', 'http://a:1/'],
    ['--demo', '--endpoint', 'http://a:1'], ['--dir', ''], ['--port', '0'],
    ['--port', '65536'], ['--port'],
]


def test_wrong_arguments_are_told(world):
    for arguments in WRONG:
        done = subprocess.run([QUICKSTART, *arguments], check=False,
                              capture_output=True, text=True, cwd=world.dir)
        expect(done.returncode == 2 and done.stderr.startswith('quickstart:'),
               f'{arguments}: {done}')
    expect(not os.path.exists(world.path('run')), 'nothing was made')


def fake(world, name, text):
    path = world.write(f'bin/{name}', f'#!/bin/sh\n{text}\n')
    os.chmod(path, 0o755)


def fake_tools(world, missing=''):
    """PATH with tools that write down that they were called."""
    os.mkdir(world.path('bin'))
    os.chmod(world.dir, 0o755)
    calls = world.path('bin', 'calls')
    for tool in ('apt-get', 'sudo', 'apt', 'systemctl'):
        fake(world, tool, f'echo {tool} "$@" >>{calls}; exit 1')
    if missing:
        fake(world, 'dpkg-query',
             f'/usr/bin/dpkg-query "$@" | grep -v "^{missing} "')
    return dict(os.environ, PATH=world.path('bin') + ':' + os.environ['PATH'])


def test_nothing_missing_means_no_apt_and_no_sudo(world):
    env = fake_tools(world)
    run = quickstart(world, '--endpoint', 'http://127.0.0.1:9', '--for', '1',
                     env=env)
    expect(run.wait(115) == 0, 'status')
    expect(not os.path.exists(world.path('bin/calls')), 'no call')


def as_nobody(world, env, *arguments):
    command = [QUICKSTART, *arguments]
    if os.geteuid() == 0:
        command = ['setpriv', '--reuid=65534', '--regid=65534',
                   '--clear-groups', *command]
    return subprocess.run(command, check=False, capture_output=True,
                          text=True, env=env, cwd='/',
                          stdin=subprocess.DEVNULL)


def test_without_rights_the_exact_command_is_printed(world):
    if not os.access(QUICKSTART, os.X_OK) or not others_may_read(TOP):
        raise Skipped('the clone cannot be read by others')
    env = fake_tools(world, missing='sqlite3')
    done = as_nobody(world, env)
    expect(done.returncode == 3, f'{done}')
    expect('apt-get install --no-remove --no-install-recommends sqlite3'
           in done.stderr, f'{done}')
    refused = as_nobody(world, env, '--no-install')
    expect(refused.returncode == 3, f'{refused}')


def others_may_read(path):
    while path != '/':
        if not os.stat(path).st_mode & 0o001:
            return False
        path = os.path.dirname(path)
    return True


def test_running_collectd_is_left_alone(world):
    conf = world.write('system.conf', f'''
BaseDir "{world.dir}"
PIDFile "{world.path('system.pid')}"
Hostname "system"
LoadPlugin load
''')
    system = world.start(['/usr/sbin/collectd', '-f', '-C', conf],
                         'system.out')
    run = quickstart(world, '--endpoint', 'http://127.0.0.1:9', '--for', '2')
    expect(run.wait(115) == 0, 'status')
    expect(system.poll() is None, 'the other collectd lives')
