# SPDX-License-Identifier: MIT
"""The world of one test: a directory, addresses of its own, and processes.

Everything that a World starts ends with it.  Nothing here waits for a fixed
time: until() waits for a fact, and says what it waited for when that does
not come.
"""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
COLLECTD = '/usr/sbin/collectd'
PORT = 21435
LISTEN_PORT = 28437


class Failed(Exception):
    """What was expected did not happen."""


class Skipped(Exception):
    """This test cannot run here; the text says why."""


def until(seconds, what, question):
    """The first true answer; Failed if there is none in time."""
    end = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Failed(f'not within {seconds} s: {what}')
        time.sleep(0.05)


def expect(truth, what):
    if not truth:
        raise Failed(what)


def need_root():
    if os.geteuid() != 0:
        raise Skipped('needs root')


class World:
    """Use it in a with statement.  build is the build directory; long: what
    else is done a few times is to be done in full."""

    def __init__(self, build, long=False):
        self.build = build
        self.long = long
        self.dir = tempfile.mkdtemp(prefix='llmreg-e2e-')
        # 64 to 126 and any: no two tests at a time have the same process id.
        pid = os.getpid()
        self.net = f'127.{64 + pid % 63}.{pid // 63 % 250}'
        self.cleanups = []

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        for cleanup in reversed(self.cleanups):
            cleanup()
        if exception[0] is None or exception[0] is Skipped:
            shutil.rmtree(self.dir, ignore_errors=True)
        else:
            self.show_logs()
            shutil.rmtree(self.dir, ignore_errors=True)

    def show_logs(self):
        for folder, _, names in os.walk(self.dir):
            for name in sorted(names):
                if name.endswith(('.log', '.out')):
                    path = os.path.join(folder, name)
                    print(f'---- {os.path.relpath(path, self.dir)}')
                    with open(path, errors='replace', encoding='utf-8') as f:
                        print(''.join(f.readlines()[-30:]), end='')

    def many(self, few, all_of_them):
        return all_of_them if self.long else few

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def write(self, name, text):
        """The file at once: old or new, never half."""
        with open(self.path(name + '.new'), 'w', encoding='utf-8') as file:
            file.write(text)
        os.rename(self.path(name + '.new'), self.path(name))
        return self.path(name)

    def start(self, command, out, **more):
        """A process whose output goes to the file out."""
        with open(self.path(out), 'ab') as file:
            process = subprocess.Popen(command, stdout=file,
                                       stderr=subprocess.STDOUT, **more)
        self.cleanups.append(lambda: end(process))
        return process

    def sim(self, servers=1, **options):
        return Sim(self, servers, options)

    def collectd(self, endpoints=(), name='hub', **options):
        return Collectd(self, name, endpoints, options)

    def listener(self, lines=(), door=(), extra='', **options):
        """A collectd with llm_listen, too, on this world's first address.

        lines: of its block; door: of its <Listen>; extra: besides.  It has
        started, and calls are answered.
        """
        block = ['LoadPlugin llm_listen', '<Plugin llm_listen>',
                 f'  <Listen "{self.net}.1">', f'    Port {LISTEN_PORT}',
                 *door, '  </Listen>', '  AddressRate 0', *lines, '</Plugin>']
        hub = self.collectd(conf='\n'.join(['', *block, extra]), **options)
        hub.base = f'http://{self.net}.1:{LISTEN_PORT}'
        hub.start()
        until(10, 'the listener answers', hub.answers)
        return hub


def end(process, seconds=20):
    """The status, after SIGTERM; SIGKILL if that takes too long."""
    if process.poll() is None:
        process.terminate()
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Failed(f'{process.args[0]} does not end on SIGTERM') from None


class Sim:
    """The simulator, ordered by lines."""

    def __init__(self, world, servers, options):
        self.world = world
        program = os.path.join(world.build, 'tests/support/sim/llmreg-sim')
        arguments = ['--control', '-']
        if 'ports' not in options:
            arguments += ['--first', f'{world.net}.1', '--port', str(PORT),
                          '--servers', str(servers)]
        for key, value in options.items():
            arguments += [f'--{key}', str(value)]
        self.errors = open(world.path('sim.log'), 'ab')
        self.process = subprocess.Popen(
            [program, *arguments], stdin=subprocess.PIPE, text=True,
            stdout=subprocess.PIPE, stderr=self.errors)
        world.cleanups.append(self.end)
        answer = self.process.stdout.readline()
        expect(answer == 'ready\n', f'the simulator says {answer}')

    def order(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer.startswith('ok'):
            raise Failed(f'simulator: {answer.strip() or "is gone"}')

    def host(self, number):
        first, second = divmod(number + 1, 256)
        a, b, c = self.world.net.split('.')
        return f'{a}.{b}.{int(c) + first}.{second}'

    def url(self, number):
        return f'http://{self.host(number)}:{PORT}'

    def end(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()


HEAD = '''
BaseDir "{dir}"
PIDFile "{dir}/{name}.pid"
Hostname "{name}"
Interval 1
PluginDir "/usr/lib/collectd"
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File "{dir}/{name}.log"
  Timestamp true
  PrintSeverity true
</Plugin>
LoadPlugin csv
<Plugin csv>
  DataDir "{dir}/{name}-csv"
</Plugin>
LoadPlugin notify_nagios
<Plugin notify_nagios>
  CommandFile "{dir}/{name}-alarms"
</Plugin>
LoadPlugin load
PluginDir "{plugins}"
LoadPlugin llm_probe
'''


class Alarm:
    """One line of notify_nagios."""

    def __init__(self, line):
        match = re.match(r'\[(\d+)\] PROCESS_SERVICE_CHECK_RESULT;'
                         r'([^;]*);([^;]*);(\d);(.*)', line)
        expect(match, f'no Nagios line: {line}')
        self.time = int(match.group(1))
        self.host, self.service = match.group(2), match.group(3)
        self.code = int(match.group(4))
        self.text = match.group(5)

    def __repr__(self):
        return f'({self.code} {self.host} {self.service}: {self.text})'


class Collectd:
    """A real collectd with llm_probe, started and stopped any often.

    endpoints: (name, url) or (name, url, more lines).  options: Interval and
    so on; registry: a dict for <Registry>; block: the whole block as text
    instead of all that; conf: lines besides; preload: libraries; env: more of
    the environment.
    """

    def __init__(self, world, name, endpoints, options):
        self.world, self.name = world, name
        self.process = None
        registry = {'DataDir': f'"{world.path(name + "-data")}"'}
        registry.update(options.pop('registry', {}))
        self.data = registry['DataDir'].strip('"')
        block = options.pop('block', None)
        conf = options.pop('conf', '')
        self.preload = options.pop('preload', [])
        self.env = options.pop('env', {})
        options = {'Interval': 1, 'Timeout': 1, **options}
        if block is None:
            block = make_block(endpoints, options, registry)
        plugins = os.path.join(world.build, '.libs')
        head = HEAD.format(dir=world.dir, name=name, plugins=plugins)
        self.conf = world.write(f'{name}.conf', head + block + conf)
        open(self.alarm_path(), 'a', encoding='utf-8').close()

    def start(self):
        env = dict(os.environ, LD_LIBRARY_PATH=os.path.join(self.world.build,
                                                            '.libs'))
        env.update(self.env)
        preload = list(self.preload)
        asan = sanitizer(self.world.build)
        if asan:
            preload.insert(0, asan)
            env['ASAN_OPTIONS'] = 'detect_leaks=0'
        if preload:
            env['LD_PRELOAD'] = ':'.join(preload)
        self.process = self.world.start(
            [COLLECTD, '-f', '-C', self.conf], f'{self.name}.out', env=env)
        return self

    def stop(self):
        """Its exit status; 0 is what a clean end gives."""
        return end(self.process)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def ask(self, method, path, body=None, token=None):
        """(status, answer) of the listener; the answer as JSON."""
        request = urllib.request.Request(
            self.base + path, method=method,
            data=None if body is None else json.dumps(body).encode())
        if body is not None:
            request.add_header('Content-Type', 'application/json')
        if token is not None:
            request.add_header('Authorization', f'Bearer {token}')
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.load(error)

    def answers(self):
        try:
            return self.ask('GET', '/api/v1/agents')[0] == 200
        except OSError:
            return False

    def log(self):
        with open(self.world.path(f'{self.name}.log'), 'a+',
                  encoding='utf-8') as file:
            file.seek(0)
            return file.read()

    def alarm_path(self):
        return self.world.path(f'{self.name}-alarms')

    def alarms(self):
        with open(self.alarm_path(), encoding='utf-8') as file:
            return [Alarm(line.rstrip('\n')) for line in file]

    def forget_alarms(self):
        os.truncate(self.alarm_path(), 0)

    def sql(self, query, *values):
        """Rows of the store; none while it cannot be read."""
        try:
            uri = f'file:{self.data}/registry.db?mode=ro'
            connection = sqlite3.connect(uri, uri=True, timeout=5)
            try:
                return connection.execute(query, values).fetchall()
            finally:
                connection.close()
        except sqlite3.DatabaseError:
            return []

    def health(self, name):
        """(state, reason) of an endpoint by its name, or ('', '')."""
        rows = self.sql('SELECT state, reason FROM health JOIN endpoint '
                        'ON id = endpoint WHERE name = ?', name)
        return rows[0] if rows else ('', '')

    def wait_health(self, seconds, name, *wanted):
        """Until state, or state and reason, are these."""
        until(seconds, f'{name} is {wanted} (is {self.health(name)})',
              lambda: self.health(name)[:len(wanted)] == wanted)

    def healthy(self):
        rows = self.sql("SELECT count(*) FROM health WHERE state = 'healthy'")
        return rows[0][0] if rows else 0

    def values(self, series):
        """The values that csv wrote for HOST/PLUGIN-X/TYPE-Y."""
        return [value for _, value in self.rows(series)]

    def rows(self, series):
        """(time, value), the same."""
        folder, name = os.path.split(self.world.path(f'{self.name}-csv',
                                                     series))
        if not os.path.isdir(folder):
            return []
        found = []
        for file in sorted(os.listdir(folder)):
            if re.fullmatch(re.escape(name) + r'-\d{4}-\d\d-\d\d', file):
                with open(os.path.join(folder, file), encoding='utf-8') as f:
                    found += [line.rstrip('\n').split(',')[:2]
                              for line in f.readlines()[1:]]
        return [(float(when), float(value)) for when, value in found]

    def gaps(self, series):
        """Seconds between the values that csv wrote."""
        times = [time for time, _ in self.rows(series)]
        return [b - a for a, b in zip(times, times[1:])]

    def rss(self):
        """Resident memory in bytes."""
        with open(f'/proc/{self.process.pid}/status', encoding='utf-8') as f:
            return int(re.search(r'VmRSS:\s+(\d+)', f.read()).group(1)) * 1024


def make_block(endpoints, options, registry):
    lines = ['<Plugin llm_probe>', '  <Registry>']
    lines += [f'    {key} {value}' for key, value in registry.items()]
    lines += ['  </Registry>']
    lines += [f'  {key} {value}' for key, value in options.items()]
    for name, url, *more in endpoints:
        lines += [f'  <Endpoint "{name}">', f'    URL "{url}"']
        lines += [f'    {line}' for line in more]
        lines += ['  </Endpoint>']
    return '\n'.join(lines + ['</Plugin>', ''])


def sanitizer(build):
    """What must be loaded first if this is a build for a sanitizer."""
    with open(os.path.join(build, 'Makefile'), encoding='utf-8') as file:
        match = re.search(r'^sanitizer = (.*)$', file.read(), re.M)
    if not match or 'address' not in match.group(1):
        return None
    return subprocess.run(['gcc', '-print-file-name=libasan.so'], check=True,
                          capture_output=True, text=True).stdout.strip()
