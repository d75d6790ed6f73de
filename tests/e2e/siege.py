# SPDX-License-Identifier: MIT
"""Those who besiege a listener, and those who are disturbed by it or not.

Each is a process of its own, so that none of them waits for another's turn in
this one.  Addresses: the listener has the first of a world, attackers call from
127.0.0.1, which is what the system picks, and the others from theirs.
"""

import http.client
import itertools
import multiprocessing
import os
import signal
import socket
import struct
import subprocess
import time

from world import LISTEN_PORT, expect, until

ESTABLISHED = '01'


class Besieger:
    """A process that does its work again and again until it is ended."""

    def __init__(self, world):
        self.where = (f'{world.net}.1', LISTEN_PORT)
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=self.run, args=(theirs,))
        self.process.start()
        world.cleanups.append(self.process.kill)

    def run(self, pipe):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        result = None
        while not pipe.poll():
            result = self.work()
        pipe.send(result)

    def end(self):
        """What its work came to."""
        self.pipe.send(None)
        result = self.pipe.recv()
        self.process.join()
        return result


class Flood(Besieger):
    """Connects as fast as it can, says little or nothing, and is gone again or
    stays: holding(n) keeps the newest n.  sources: addresses to call from."""

    def __init__(self, world, sources, holding=0):
        self.sources = itertools.cycle(sources)
        self.holding = holding
        self.held = []
        self.count = 0
        super().__init__(world)

    def work(self):
        """How many connections there were so far."""
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                       struct.pack('ii', 1, 0))
        try:
            one.bind((next(self.sources), 0))
            one.settimeout(1)
            one.connect(self.where)
            one.send((b'GET / HT', b'\x16\x03\x01', b'\0')[self.count % 3])
        except OSError:
            pass  # they are not all let in
        self.count += 1
        self.held.append(one)
        if len(self.held) > self.holding:
            self.held.pop(0).close()
        return self.count


class Neighbour:
    """Beats so often, each time by a new connection, and notes how it went."""

    def __init__(self, world, name, number=9, token=None, rate=50):
        self.where = f'{world.net}.1'
        self.source = f'{world.net}.{number}'
        self.headers = {'Content-Type': 'application/json'}
        if token:
            self.headers['Authorization'] = f'Bearer {token}'
        self.path = f'/api/v1/agents/{name}/heartbeat'
        self.pause = 1 / rate
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=self.run, args=(theirs,))
        self.process.start()
        world.cleanups.append(self.process.kill)

    def run(self, pipe):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        calls = []
        while not pipe.poll(self.pause):
            begun = time.monotonic()
            status = self.beat()
            calls.append((time.monotonic() - begun, status))
        pipe.send(calls)

    def beat(self):
        """The status of the answer, or what went wrong."""
        try:
            connection = http.client.HTTPConnection(
                self.where, LISTEN_PORT, timeout=10,
                source_address=(self.source, 0))
            connection.request('POST', self.path, b'{"status": "healthy"}',
                               self.headers)
            status = connection.getresponse().status
            connection.close()
            return status
        except (OSError, http.client.HTTPException) as error:
            return repr(error)

    def end(self):
        """[(seconds, status)] of all calls."""
        self.pipe.send(None)
        calls = self.pipe.recv()
        self.process.join()
        return calls


def undisturbed(calls, least=40, limit_ms=100):
    """All were answered as they should be, 99 of 100 in time; those ms."""
    wrong = [status for _, status in calls if status != 200]
    expect(not wrong, f'{len(wrong)} of {len(calls)} failed: {wrong[:5]}')
    expect(len(calls) >= least, f'only {len(calls)} calls')
    took = sorted(seconds * 1000 for seconds, _ in calls)
    p99 = took[len(took) * 99 // 100]
    print(f'{len(took)} calls, p50 {took[len(took) // 2]:.1f} ms, '
          f'p99 {p99:.1f} ms, longest {took[-1]:.1f} ms')
    expect(p99 < limit_ms, f'p99 is {p99:.1f} ms')
    return p99


def pairs(world):
    """(own, other) addresses of those connected with the listener, as the
    kernel writes them."""
    net = ''.join(f'{int(b):02X}' for b in reversed(world.net.split('.')))
    with open('/proc/net/tcp', encoding='ascii') as file:
        lines = [line.split() for line in file]
    return [(f[1], f[2]) for f in lines if f[3] == ESTABLISHED
            and f[1].endswith(f'{net}:{LISTEN_PORT:04X}')]


def connections(world):
    return len(pairs(world))


def lifetimes(world, over):
    """For how many seconds each from 127.0.0.1 was connected, when it is over
    and they are gone."""
    first, last = {}, {}

    def look():
        there = [p for p in pairs(world) if p[1].startswith('0100007F:')]
        now = time.monotonic()
        for pair in there:
            first.setdefault(pair, now)
            last[pair] = now
        time.sleep(0.15)
        return not there and over()
    until(60, 'they are gone', look)
    return [last[pair] - first[pair] for pair in first]


def counted(hub, name):
    """What the listener has counted of itself."""
    status, answer = hub.ask('GET', '/api/v1/health')
    expect(status == 200, f'{status} {answer}')
    return answer['http'][name]


def cpu(process):
    """Seconds of CPU that it has used."""
    with open(f'/proc/{process.pid}/stat', encoding='ascii') as file:
        fields = file.read().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


STORM = '''
local threads = {}
function setup(thread)
  thread:set("id", #threads)
  table.insert(threads, thread)
end
seen = {}
local n = 0
%s
function request()
  n = n + 1
  return make(string.format("%%d-%%d-%%s", id, n, "%s"))
end
function response(status)
  seen[status] = (seen[status] or 0) + 1
end
function done()
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("seen")) do
      io.write("status ", status, " ", count, "\\n")
    end
  end
end
'''


def storm(world, make, least, name='storm'):
    """{status: count} of at least so many requests, from 127.0.0.1.

    make: a function in Lua that is given a word, never the same, and returns
    what wrk.format does.
    """
    seen = {}
    for turn in itertools.count():
        path = world.write(f'{name}.lua', STORM % (make, f'{turn}'))
        ran = subprocess.run(
            ['wrk', '-t', '2', '-c', '16', '-d', '2s', '-s', path,
             f'http://{world.net}.1:{LISTEN_PORT}'],
            capture_output=True, text=True, check=True)
        for line in ran.stdout.splitlines():
            if line.startswith('status '):
                _, status, count = line.split()
                seen[int(status)] = seen.get(int(status), 0) + int(count)
        if sum(seen.values()) >= least:
            print(f'{name}: {sum(seen.values())} requests, {2 * turn + 2} s, '
                  f'by status {seen}')
            return seen


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
