#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""llmreg_agent - tells an llmreg hub that this host is there, and how it is.

As a command it stays and reports until it is told to end:

    llmreg-agent --hub https://hub:8437 --token-file F --type performance

As a module it reports for the program that it is part of:

    with llmreg_agent.Agent('https://hub:8437', type='performance',
                            token_file='/etc/llmreg/agent.token') as agent:
        agent.add_metrics(lambda: {'queue_length': len(queue)})
        ...
        agent.set_status('degraded', 'loading')

One file, Python 3.9 or newer, nothing but the standard library.

One thread talks to the hub.  What is due is decided by Agent.step(), which
knows three things: when to try next, whether we are registered, and how often
it went wrong.  A program with a loop of its own may call step() instead of
start().

    not registered --register--> registered --heartbeat 200--> wait for the
          ^                          |                         next beat
          +------heartbeat 404-------+
    anything else wrong: back-off, try the same again
    401, 403: ask no more until the token is another one, or for a quarter of
              an hour

Nothing that is measured can delay a heartbeat: nvidia-smi and the callbacks
of the program have threads of their own, and a heartbeat takes along what
they said last, if that is fresh.  What is not known is left out.

What the hub answers is not trusted: it has so many bytes and so much time,
redirects are not followed, and no address comes from it but a path.
"""

import argparse
import atexit
import collections
import datetime
import email.utils
import functools
import glob
import hashlib
import hmac
import http.client
import json
import logging
import math
import os
import random
import re
import selectors
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

__all__ = ['Agent', 'Hub', 'HubError', 'Resources', 'Token']
__version__ = '0.1.0'

REGISTER_TIMEOUT = 10.0         # seconds, from connecting to the last byte
HEARTBEAT_TIMEOUT = 5.0
UNREGISTER_TIMEOUT = 3.0
ANSWER_BYTES = 1 << 20          # of one answer, with its header
BACKOFF_MIN, BACKOFF_MAX = 1.0, 60.0
RETRY_AFTER_MAX = 600.0         # what a hub may ask for
REFUSED_WAIT = 900.0            # after 401 and 403, with the same token
TOKEN_POLL = 5.0                # meanwhile
BEAT_GAP = 1.0                  # between beats that the program asks for
JITTER = 0.05                   # of the interval, to either side
INTERVAL_MIN, INTERVAL_MAX = 1, 86400
COMMAND_TIMEOUT = 10.0          # nvidia-smi
COMMAND_BYTES = 1 << 18
METRICS_MAX = 32                # the hub's limits
GPUS_MAX = 64
BYTES_MAX = 1 << 56

log = logging.getLogger('llmreg_agent')


def clean(text, limit=200):
    """What a stranger said, on one line of a log."""
    text = ''.join(c if c.isprintable() else '?' for c in str(text))
    return text if len(text) <= limit else text[:limit] + '...'


def describe(error):
    """An exception for people: its own words if it has any."""
    if isinstance(error, OSError) and error.strerror and not error.filename:
        return clean(error.strerror)
    return clean(error) or type(error).__name__


class Complaints:
    """Says a thing once, not once an interval: again only when it changes."""

    def __init__(self):
        self._said = {}

    def say(self, topic, text):
        level = logging.DEBUG if self._said.get(topic) == text \
            else logging.WARNING
        self._said[topic] = text
        log.log(level, '%s', text)

    def over(self, topic, text=None):
        """It is well again; text says so if there had been a complaint."""
        if self._said.pop(topic, None) is not None and text:
            log.info('%s', text)


def stamp(*paths):
    """Changes whenever one of the files does; None of a path is fine."""
    def one(path):
        if path is None:
            return None
        try:
            found = os.stat(path)
        except OSError as error:
            return error.errno
        return (found.st_ino, found.st_size, found.st_mtime_ns,
                found.st_ctime_ns)
    return tuple(one(path) for path in paths)


class Token:
    """The bearer token: a file's first line, or an environment variable's.

    The file is read again when it changes.  If it is gone or holds no token,
    the last one that was read is used: files are replaced while we look.
    """

    BYTES = 512

    def __init__(self, path=None, environment=os.environ):
        self._path = path or environment.get('LLMREG_TOKEN_FILE') or None
        self._complaints = Complaints()
        self.seen = self.stamp()        # of what get() gave
        self._value = None
        if self._path is not None:
            self._value = self._read()
        elif environment.get('LLMREG_TOKEN'):
            self._value = self._check(environment['LLMREG_TOKEN'],
                                      'the environment variable LLMREG_TOKEN')

    def stamp(self):
        """Another value means that the token may be another one."""
        return stamp(self._path)

    def get(self):
        """The token, or None: there is none."""
        now = self.stamp()
        if now != self.seen:
            self.seen = now
            try:
                self._value = self._read()
                self._complaints.over('token', 'the token was read again')
            except (OSError, ValueError) as error:
                self._complaints.say('token', f'{describe(error)}; the last '
                                     'token is used')
        return self._value

    def _read(self):
        with open(self._path, 'rb') as file:
            if os.fstat(file.fileno()).st_mode & 0o004:
                log.warning('token file %s can be read by everybody',
                            self._path)
            line = file.read(self.BYTES + 2).split(b'\n', 1)[0]
        return self._check(line.decode('latin-1'), f'token file {self._path}')

    def _check(self, text, where):
        text = text.strip()
        if not re.fullmatch(r'[\x21-\x7e]{1,%d}' % self.BYTES, text):
            raise ValueError(f'{where}: the first line is no token of 1 to '
                             f'{self.BYTES} visible ASCII characters')
        return text


# ---- the wire ----

class HubError(Exception):
    """The hub was not reached, or did not answer as it should.

    status is that of its answer, or 0; code and field are its own words, or
    ''; retry_after is how many seconds it wants us to wait, or 0.
    """

    def __init__(self, text, status=0, code='', field='', retry_after=0.0):
        super().__init__(text)
        self.status = status
        self.code = code
        self.field = field
        self.retry_after = retry_after


Address = collections.namedtuple('Address', 'kind host port prefix header')


def parse_hub(url):
    """The Address in http://host[:port][/prefix], https:// or unix:/path."""
    def wrong(why):
        return ValueError(f'hub {clean(url)}: {why}; it is http://host:port, '
                          'https://host:port or unix:/path')
    if not isinstance(url, str) or not re.fullmatch(r'[\x21-\x7e]+', url):
        raise wrong('not visible ASCII characters')
    if url.startswith('unix:'):
        path = re.sub(r'^//+', '/', url[len('unix:'):])
        if not path.startswith('/') or not 1 < len(path) <= 107:
            raise wrong('no absolute path of at most 107 characters')
        return Address('unix', path, 0, '', 'localhost')
    try:
        parts = urllib.parse.urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise wrong(describe(error)) from None
    if parts.scheme not in ('http', 'https') or not parts.hostname:
        raise wrong('no such scheme, or no host')
    if parts.username is not None or parts.query or parts.fragment:
        raise wrong('user, query and fragment have no place in it')
    if port == 0:
        raise wrong('port 0')
    return Address(parts.scheme, parts.hostname,
                   port or (443 if parts.scheme == 'https' else 80),
                   parts.path.rstrip('/'), parts.netloc)


class Bounded:
    """Mixed into a socket: an end to what one request may take, however
    slowly and however much the other side sends."""

    deadline = None
    budget = 0

    def arm(self, deadline, budget):
        self.deadline = deadline
        self.budget = budget

    def _hurry(self):
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError('timed out')
            self.settimeout(left)

    def recv_into(self, *arguments, **more):
        self._hurry()
        count = super().recv_into(*arguments, **more)
        if self.deadline is not None:
            self.budget -= count
            if self.budget < 0:
                raise OSError(f'the answer has more than {ANSWER_BYTES} '
                              'bytes')
        return count

    def send(self, *arguments):
        self._hurry()
        return super().send(*arguments)

    def sendall(self, *arguments):
        self._hurry()
        return super().sendall(*arguments)


class BoundedSocket(Bounded, socket.socket):
    """For http and unix."""


class BoundedTLS(Bounded, ssl.SSLSocket):
    """For https."""


class Connection(http.client.HTTPConnection):
    """http.client's connection to an Address, made within a deadline."""

    def __init__(self, address, context):
        super().__init__('localhost')  # connect() goes elsewhere
        self._address = address
        self._context = context
        self.deadline = 0.0

    def _left(self):
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError('timed out')
        return left

    def connect(self):
        if self._address.kind == 'unix':
            self._connect(socket.AF_UNIX, self._address.host, 1)
            return
        found = socket.getaddrinfo(self._address.host, self._address.port,
                                   type=socket.SOCK_STREAM)
        for left in range(len(found), 0, -1):
            family, _, _, _, where = found[-left]
            try:
                self._connect(family, where, left)
                break
            except OSError:
                self.close()
                if left == 1:
                    raise
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._address.kind == 'https':
            self.sock.settimeout(self._left())
            self.sock = self._context.wrap_socket(
                self.sock, server_hostname=self._address.host)

    def _connect(self, family, where, share):
        """With the share-th part of the time that is left."""
        self.sock = BoundedSocket(family, socket.SOCK_STREAM)
        self.sock.settimeout(self._left() / share)
        self.sock.connect(where)

    def is_idle(self):
        """Connected, and the other side has said nothing since."""
        if self.sock is None:
            return False
        with selectors.PollSelector() as selector:
            selector.register(self.sock, selectors.EVENT_READ)
            return not selector.select(0)

    def arm(self):
        self.sock.arm(self.deadline, ANSWER_BYTES)

    def abort(self):
        """Ends what another thread waits for."""
        try:
            # Not its own shutdown(), which takes TLS from under the reader.
            socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
        except (OSError, TypeError):
            pass


class TLS:
    """Which hubs to believe and who we are; read again when files change."""

    def __init__(self, ca_file=None, cert_file=None, key_file=None):
        if key_file is not None and cert_file is None:
            raise ValueError(f'key file {key_file}: without a certificate')
        self._files = (ca_file, cert_file, key_file)
        self._complaints = Complaints()
        self._stamp = stamp(*self._files)
        self._context = self._make()

    def context(self):
        """The old one if the files do not fit, as when one of two is new."""
        now = stamp(*self._files)
        if now != self._stamp:
            try:
                self._context = self._make()
                self._stamp = now
                self._complaints.over('tls', 'certificates were read again')
            except OSError as error:
                self._complaints.say('tls', f'{describe(error)}; the last '
                                     'certificates are used')
        return self._context

    def _make(self):
        ca_file, cert_file, key_file = self._files
        try:
            context = ssl.create_default_context(cafile=ca_file)
            if cert_file is not None:
                context.load_cert_chain(cert_file, key_file,
                                        password=self._no_password)
        except OSError as error:
            names = ' '.join(f for f in self._files if f is not None)
            raise OSError(f'{names}: {describe(error)}') from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        # What openssl and curl take: the same with every version of Python.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.sslsocket_class = BoundedTLS
        return context

    @staticmethod
    def _no_password():
        raise OSError('the key has a password')


Answer = collections.namedtuple('Answer', 'body seconds')


class Hub:
    """One kept connection to the hub, for one thread at a time.

    Looking up the hub's name is the one thing that no deadline here can end;
    the resolver has its own.
    """

    def __init__(self, url, token=None, tls=None):
        self.address = parse_hub(url)
        self.url = url
        self._token = token
        self._tls = None
        if self.address.kind == 'https':
            self._tls = tls or TLS()
        elif tls is not None:
            raise ValueError(f'hub {url}: certificates are for https only')
        self._connection = None
        self._aborted = self._busy = False

    def post(self, path, body, timeout):
        """The Answer to body, an object; HubError if there is none, or it
        says no.  Its seconds are without those of connecting."""
        text = json.dumps(body, allow_nan=False, separators=(',', ':'))
        deadline = time.monotonic() + timeout
        self._busy = True       # before _aborted is read, see abort()
        try:
            return self._post(path, text.encode(), deadline)
        except HubError:
            self.close()
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise HubError('stopped' if self._aborted
                           else self._why(error, timeout)) from error
        finally:
            self._busy = False

    def _why(self, error, timeout):
        if isinstance(error, (TimeoutError, socket.timeout)):
            return f'{self.url}: no answer within {timeout:g} s'
        if isinstance(error, http.client.HTTPException) \
                and not isinstance(error, OSError):
            return (f'{self.url}: not an HTTP answer: '
                    f'{type(error).__name__} {describe(error)}')
        return f'{self.url}: {describe(error)}'

    def _post(self, path, data, deadline):
        if self._aborted:
            raise HubError('stopped')
        if self._connection is not None and self._connection.is_idle():
            try:
                return self._exchange(path, data, deadline)
            except (ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
                # It was closed meanwhile.  All we send may come twice.
                log.debug('%s: the kept connection was closed', self.url)
        self.close()
        if self._aborted:
            raise HubError('stopped')
        context = None if self._tls is None else self._tls.context()
        self._connection = Connection(self.address, context)
        self._connection.deadline = deadline
        self._connection.connect()
        return self._exchange(path, data, deadline)

    def _exchange(self, path, data, deadline):
        connection = self._connection
        connection.deadline = deadline
        connection.arm()
        start = time.monotonic()
        connection.request('POST', self.address.prefix + path, body=data,
                           headers=self._headers())
        response = connection.getresponse()
        # Never as much as it announces: that would be allocated first.
        text = response.read(ANSWER_BYTES)
        if not response.isclosed() or response.length:
            raise http.client.IncompleteRead(text)
        seconds = time.monotonic() - start
        if connection.sock is None:
            self._connection = None
        return Answer(self._judge(response, text), seconds)

    def _headers(self):
        headers = {'Host': self.address.header,
                   'Content-Type': 'application/json; charset=utf-8',
                   'User-Agent': f'llmreg-agent/{__version__}'}
        token = None if self._token is None else self._token.get()
        if token is not None:
            headers['Authorization'] = f'Bearer {token}'
        return headers

    def _judge(self, response, text):
        body = parse_object(text)
        if 200 <= response.status < 300:
            if body is None:
                raise HubError(f'{self.url}: the answer is no JSON object',
                               response.status)
            return body
        if 300 <= response.status < 400:
            raise HubError(f'{self.url}: {response.status}: a redirect, which '
                           'is not followed; give the address it leads to',
                           response.status)
        said = (body or {}).get('error')
        said = said if isinstance(said, dict) else {}
        words = [clean(said[key]) for key in ('code', 'field', 'message')
                 if isinstance(said.get(key), str)]
        raise HubError(': '.join([self.url, str(response.status)]
                                 + (words or [clean(response.reason)
                                              or 'no reason given'])),
                       response.status, clean(said.get('code') or ''),
                       clean(said.get('field') or ''),
                       parse_retry_after(response.getheader('Retry-After')))

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def abort(self):
        """Any thread: ends the request that another one waits for, and lets
        none begin until reopen()."""
        self._aborted = True    # before _busy is read, see post()
        connection = self._connection
        if self._busy and connection is not None:
            connection.abort()

    def reopen(self):
        self._aborted = False


def parse_object(text):
    """The JSON object in text, or None."""
    def number(digits):
        # Python may take minutes for an integer of a million digits.
        return int(digits) if len(digits) < 20 else float(digits)
    try:
        value = json.loads(text, parse_int=number)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def parse_retry_after(text):
    """Seconds: it is a number of them or a date; 0 is what makes no sense."""
    text = (text or '').strip()
    if re.fullmatch(r'[0-9]{1,9}', text):
        return min(float(text), RETRY_AFTER_MAX)
    try:
        when = email.utils.parsedate_to_datetime(text)
        left = when - datetime.datetime.now(datetime.timezone.utc)
        return min(max(left.total_seconds(), 0.0), RETRY_AFTER_MAX)
    except (TypeError, ValueError, IndexError, OverflowError):
        return 0.0


# ---- how busy this host is ----

def read_text(path, limit=65536):
    """What a small file says; None if it does not."""
    try:
        with open(path, 'rb') as file:
            return file.read(limit).decode('utf-8', 'replace')
    except OSError:
        return None


def number_in(text, low, high, scale=1):
    """The number that text begins with, times scale, or None if there is none
    from low to high."""
    try:
        value = float(text.split()[0]) * scale
    except (AttributeError, IndexError, ValueError):
        return None
    return value if low <= value <= high else None


def bytes_in(text, scale=1):
    value = number_in(text, 0, BYTES_MAX, scale)
    return None if value is None else int(value)


def known(**values):
    """A dictionary of what is not None."""
    return {key: value for key, value in values.items() if value is not None}


class Processor:
    """cpu_percent of all cores together, since it was asked last."""

    def __init__(self, proc='/proc'):
        self._path = os.path.join(proc, 'stat')
        self._last = self._read()

    def _read(self):
        """(all, idle) of the first line's jiffies; guests are in user."""
        line = re.match(r'cpu((?: +[0-9]+){4,})',
                        read_text(self._path, 4096) or '')
        if line is None:
            return None
        jiffies = [int(word) for word in line.group(1).split()[:8]]
        return sum(jiffies), sum(jiffies[3:5])

    def percent(self):
        last, now = self._last, self._read()
        self._last = now
        if last is None or now is None or now[0] <= last[0]:
            return None
        # iowait may run backwards
        idle = min(max(now[1] - last[1], 0), now[0] - last[0])
        return round(100.0 * (1 - idle / (now[0] - last[0])), 2)


def read_memory(proc='/proc'):
    """(used, total) in bytes, each None if unknown."""
    lines = (read_text(os.path.join(proc, 'meminfo')) or '').splitlines()
    found = dict(line.split(':', 1) for line in lines if ':' in line)
    total = bytes_in(found.get('MemTotal'), 1024)
    free = bytes_in(found.get('MemAvailable'), 1024)
    if total is None or free is None or free > total:
        return None, total
    return total - free, total


def read_load(proc='/proc'):
    words = (read_text(os.path.join(proc, 'loadavg')) or '').split()
    return [number_in(word, 0, 1e6) for word in (words + [None] * 3)[:3]]


class Command:
    """Runs a program that may hang, even so that nothing kills it.

    A driver in trouble holds nvidia-smi in the kernel: it is left to itself
    then, and no other is started beside it.
    """

    def __init__(self, *arguments):
        self._arguments = arguments
        self._lock = threading.Lock()
        self._process = None

    def run(self, timeout):
        """What it wrote; OSError if it is not there, fails or takes long."""
        program = shutil.which(self._arguments[0])
        if program is None:
            raise FileNotFoundError(f'{self._arguments[0]}: not in PATH')
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                raise OSError(f'{self._arguments[0]} hangs still')
            self._process = self._start(program)
        try:
            return self._finish(time.monotonic() + timeout)
        finally:
            self._process.stdout.close()

    def _start(self, program):
        environment = {key: value for key, value in os.environ.items()
                       if not key.startswith('LLMREG_')}
        return subprocess.Popen(
            [program, *self._arguments[1:]], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            start_new_session=True, env={**environment, 'LC_ALL': 'C'})

    def _finish(self, end):
        out = self._collect(end)
        try:
            status = self._process.wait(max(end - time.monotonic(), 0.01))
        except subprocess.TimeoutExpired:
            self.kill()
            raise OSError(f'{self._arguments[0]} does not end') from None
        if status != 0:
            raise OSError(f'{self._arguments[0]} ends with status {status}')
        return out.decode('utf-8', 'replace')

    def _collect(self, end):
        pipe, out = self._process.stdout.fileno(), b''
        with selectors.PollSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while True:
                if not selector.select(max(end - time.monotonic(), 0)):
                    self.kill()
                    raise OSError(f'{self._arguments[0]} takes too long')
                more = os.read(pipe, 65536)
                out += more
                if not more:
                    return out
                if len(out) > COMMAND_BYTES:
                    self.kill()
                    raise OSError(f'{self._arguments[0]} writes too much')

    def kill(self):
        """Any thread."""
        with self._lock:
            process = self._process
            if process is None or process.poll() is not None:
                return
            try:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(1)
            except (OSError, subprocess.TimeoutExpired):
                pass


NVIDIA_FIELDS = ('name', 'uuid', 'utilization.gpu', 'memory.used',
                 'memory.total', 'temperature.gpu', 'power.draw')


def parse_nvidia(text):
    """GPUs in what nvidia-smi writes; "[N/A]" and the like are unknown."""
    found = []
    for line in text.splitlines():
        row = [word.strip() for word in line.split(',')]
        if len(row) < len(NVIDIA_FIELDS):
            continue
        # A name may have a comma, the others have none.
        name = ', '.join(row[:len(row) - len(NVIDIA_FIELDS) + 1])
        uuid, busy, used, total, heat, power = row[1 - len(NVIDIA_FIELDS):]
        found.append(gpu(name, uuid, number_in(busy, 0, 100),
                         bytes_in(used, 1 << 20), bytes_in(total, 1 << 20),
                         number_in(heat, -100, 1000),
                         number_in(power, 0, 100000)))
    return found[:GPUS_MAX]


def gpu(name, uuid, busy, used, total, heat, power):
    if used is not None and total is not None and used > total:
        used = None
    return known(name=tidy(name, 128), uuid=tidy(uuid, 64),
                 utilization_percent=busy, memory_used_bytes=used,
                 memory_total_bytes=total, temperature_celsius=heat,
                 power_watts=power)


def tidy(text, limit):
    """The text if the hub would take it, else None."""
    text = (text or '').strip()
    if not text or text[0] == '[' or not text.isprintable() \
            or len(text.encode()) > limit:
        return None
    return text


def read_amd(sysfs='/sys'):
    """GPUs of the amdgpu driver: those that tell their VRAM."""
    found = []
    for card in sorted(glob.glob(os.path.join(
            glob.escape(sysfs), 'class', 'drm', 'card*[0-9]', 'device'))):
        if not re.fullmatch(r'card[0-9]+', os.path.basename(
                os.path.dirname(card))):
            continue
        total = bytes_in(read_text(os.path.join(card, 'mem_info_vram_total')))
        if total is not None:
            found.append(read_amd_card(card, total))
    return found[:GPUS_MAX]


def read_amd_card(card, total):
    def first(pattern):
        for path in sorted(glob.glob(os.path.join(glob.escape(card),
                                                  pattern))):
            text = read_text(path)
            if text is not None:
                return text
        return None
    power = first('hwmon/hwmon*/power1_average') \
        or first('hwmon/hwmon*/power1_input')
    model = (first('device') or '').strip().replace('0x', '')
    return gpu(first('product_name') or f'AMD GPU {model}'.strip(),
               first('unique_id'),
               number_in(first('gpu_busy_percent'), 0, 100),
               bytes_in(first('mem_info_vram_used')), total,
               number_in(first('hwmon/hwmon*/temp1_input'), -100, 1000, 1e-3),
               number_in(power, 0, 100000, 1e-6))


class GPUs:
    """All GPUs that this host shows; asking may take long."""

    def __init__(self, sysfs='/sys'):
        self._sysfs = sysfs
        self._command = Command(
            'nvidia-smi', '--query-gpu=' + ','.join(NVIDIA_FIELDS),
            '--format=csv,noheader,nounits')
        self._complaints = Complaints()

    def __call__(self):
        found = []
        try:
            found = parse_nvidia(self._command.run(COMMAND_TIMEOUT))
            self._complaints.over('nvidia', 'nvidia-smi answers again')
        except FileNotFoundError as error:
            log.debug('%s', describe(error))
        except OSError as error:
            self._complaints.say('nvidia', describe(error))
        return (found + read_amd(self._sysfs))[:GPUS_MAX]

    def close(self):
        self._command.kill()


class Source:
    """A function that measures, in a thread of its own: ask() starts it, and
    latest() is what it said last.  Whatever it does, nobody waits for it."""

    def __init__(self, name, function, clock=time.monotonic):
        self.name = name
        self._function = function
        self._clock = clock
        self._condition = threading.Condition()
        self._asked = self._closed = False
        self._thread = None
        self._latest = (None, 0.0)
        self._complaints = Complaints()

    def ask(self):
        """Nothing happens if it is still at work."""
        with self._condition:
            if self._closed or self._asked:
                return
            self._asked = True
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name=f'llmreg-{self.name}'[:15],
                    daemon=True)
                self._thread.start()
            self._condition.notify_all()

    def latest(self, max_age=math.inf):
        value, when = self._latest
        return value if self._clock() - when <= max_age else None

    def wait(self, timeout):
        """Until it has answered."""
        with self._condition:
            self._condition.wait_for(lambda: not self._asked, timeout)

    def close(self):
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    def _run(self):
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._asked or self._closed)
                if self._closed:
                    return
            value = self._measure()
            with self._condition:
                self._latest = (value, self._clock())
                self._asked = False
                self._condition.notify_all()

    def _measure(self):
        try:
            value = self._function()
            self._complaints.over(self.name)
            return value
        except BaseException as error:  # whatever a program's callback raises
            self._complaints.say(self.name, f'{self.name}: '
                                 f'{type(error).__name__} {describe(error)}')
            return None


class Resources:
    """The sample of this host, as heartbeats carry it."""

    def __init__(self, proc='/proc', sysfs='/sys', clock=time.monotonic):
        self._proc = proc
        self._processor = Processor(proc)
        self._gpus = GPUs(sysfs)
        self._source = Source('gpus', self._gpus, clock)

    def ask(self):
        self._source.ask()

    def take(self, max_age=math.inf):
        """What is known now; never waits."""
        load1, load5, load15 = read_load(self._proc)
        used, total = read_memory(self._proc)
        gpus = self._source.latest(max_age) or []
        return known(cpu_percent=self._processor.percent(), load1=load1,
                     load5=load5, load15=load15, ram_used_bytes=used,
                     ram_total_bytes=total,
                     vram_used_bytes=add_up(gpus, 'memory_used_bytes'),
                     vram_total_bytes=add_up(gpus, 'memory_total_bytes'),
                     gpus=gpus or None)

    def settle(self, seconds=0.5):
        """Waits for so many seconds, or as many as GPUs take, so that take()
        has all there is."""
        self.ask()
        time.sleep(seconds)
        self._source.wait(COMMAND_TIMEOUT + 1)

    def close(self):
        self._source.close()
        self._gpus.close()


def add_up(gpus, key):
    """The sum if every GPU knows its part, else None."""
    values = [one.get(key) for one in gpus]
    return None if not values or None in values else sum(values)


# ---- who we are ----

def host_name():
    """This host's name, or '' if it has none of its own."""
    name = socket.gethostname().strip('.').lower()
    if not re.fullmatch(r'[a-z0-9_]([a-z0-9._-]{0,251}[a-z0-9_])?', name) \
            or name.split('.')[0] in ('localhost', 'localhost6', '(none)'):
        return ''
    return name


def machine_name(path='/etc/machine-id'):
    """A name made of the machine id, which itself is nobody's business."""
    secret = (read_text(path) or '').strip()
    if not re.fullmatch(r'[0-9a-f]{32}', secret):
        return ''
    return 'm-' + hmac.new(bytes.fromhex(secret), b'llmreg-agent',
                           hashlib.sha256).hexdigest()[:16]


def default_id(kind, name):
    """The same for the same agent on the same host after each restart.

    "TYPE:HOST", or "TYPE:HOST:NAME" if its name is not the host's; a host
    without a name of its own goes by its machine id.
    """
    host = host_name() or machine_name()
    if not host:
        raise ValueError('agent_id: this host has neither a name nor a '
                         'machine id to make one of; give one')
    if name.lower() in (host, host.split('.')[0]):
        return fit(f'{kind}:{host}')
    return fit(f'{kind}:{host}:{name}')


def fit(text):
    """text if it may be an id; else what may be one, and is no other's."""
    short = re.sub(r'[^A-Za-z0-9._:@+-]', '_', text)
    if short == text and len(text) <= 128:
        return text
    digest = hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()
    return f'{short[:100]}-{digest[:16]}'


def check(name, value, pattern, allowed):
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ValueError(f'{name} {clean(value)}: {allowed} are allowed')
    return value


AGENT_ID = r'[A-Za-z0-9._:@/+-]{1,128}'


def check_interval(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)) \
            or not INTERVAL_MIN <= value <= INTERVAL_MAX:
        raise ValueError(f'interval {clean(value)}: {INTERVAL_MIN} to '
                         f'{INTERVAL_MAX} seconds are allowed')
    return int(value) if value == int(value) else value


def as_endpoint(value):
    """{"url": ...}; a string is "URL[,name=NAME][,kind=KIND]"."""
    if isinstance(value, dict):
        return dict(value)
    url, *rest = value.split(',')
    pairs = [part.partition('=') for part in rest]
    for key, _, text in pairs:
        if key not in ('name', 'kind') or not text:
            raise ValueError(f'endpoint {clean(value)}: after the URL there '
                             'may be ,name=NAME and ,kind=KIND')
    return {'url': url, **{key: text for key, _, text in pairs}}


def as_metrics(callback):
    """(metrics, complaints): what callback gives that the hub takes, and what
    is wrong with the rest."""
    taken, wrong = {}, []
    for name, value in dict(callback() or {}).items():
        try:
            number = float(value)
        except Exception:       # whatever a type of the program's raises
            number = math.nan
        if not isinstance(name, str) or not name.isprintable() \
                or not 1 <= len(name.encode('utf-8', 'replace')) <= 64:
            wrong.append(f'{clean(name, 64)}: no name of 1 to 64 bytes')
        elif not math.isfinite(number):
            wrong.append(f'{name}: {clean(value, 64)} is no number')
        else:
            taken[name] = int(number) if number == int(number) \
                and abs(number) < 1 << 53 else number
    return taken, wrong


# ---- when ----

class Backoff:
    """How long to wait after the n-th failure in a row: evenly drawn from 1 s
    to a ceiling that doubles from 2 s to 60 s; and never sooner than the hub
    said."""

    def __init__(self, rng):
        self._rng = rng
        self.failures = 0

    def next(self, retry_after=0.0):
        self.failures += 1
        ceiling = min(BACKOFF_MAX, BACKOFF_MIN * 2.0 ** min(self.failures, 30))
        return retry_after + self._rng.uniform(BACKOFF_MIN, ceiling)

    def reset(self):
        self.failures = 0


class Pulse:
    """When to beat: near the points of a grid, so that neither the time that
    requests take nor the jitter adds up."""

    def __init__(self, interval, rng):
        self._rng = rng
        self._grid = None
        self.interval = interval

    def change(self, interval, now):
        if interval != self.interval:
            self.interval = interval
            self._grid = None if self._grid is None else now

    def next(self, now):
        """The next beat, if one was sent now.

        The grid lies anywhere, so that hosts which start together do
        not beat together.
        """
        if self._grid is None:
            self._grid = now + self._rng.uniform(0, self.interval)
        else:
            # Beats come up to JITTER before their point.
            gone = now + JITTER * self.interval - self._grid
            self._grid += self.interval * max(0, 1 + gone // self.interval)
        return max(now, self._grid + self.interval
                   * self._rng.uniform(-JITTER, JITTER))


# ---- the agent ----

class Agent:
    """One agent of a hub.  Every method may be called from any thread.

    hub            http://host:port, https://host:port, unix:/path
    type           a word of the site's: "performance", "cost", ...
    name           unique within the type; this host's name if not given
    agent_id       stable over restarts; made of host, type and name if not
                   given
    host           this host's id; its name if not given, '' for none
    capabilities   "gpu", "gpu=h100"
    addresses      by which others reach this host
    endpoints      LLM servers on this host: "http://127.0.0.1:11434", or
                   {"url":, "name":, "kind":}
    interval       seconds between heartbeats, until the hub says otherwise
    token_file     else what $LLMREG_TOKEN_FILE names, else $LLMREG_TOKEN
    resources      False: heartbeats say nothing of the host's use
    clock, rng     for tests

    ValueError names the argument that is wrong, OSError the file.
    """

    def __init__(self, hub, *, type, name=None, agent_id=None, role=None,
                 domain=None, cluster=None, host=None, url=None, version=None,
                 capabilities=(), metadata=None, addresses=(), endpoints=(),
                 interval=30, token_file=None, ca_file=None, cert_file=None,
                 key_file=None, resources=True, metrics=None,
                 clock=time.monotonic, rng=None):
        check('type', type, r'[a-z0-9_-]{1,64}', '1 to 64 of a-z 0-9 _ -')
        if name is None:
            name = host_name() or machine_name()
        check('name', name, r'[^\x00-\x1f\x7f]{1,256}',
              '1 to 256 characters, none of them control characters,')
        self.agent_id = check('agent_id', agent_id or default_id(type, name),
                              AGENT_ID,
                              '1 to 128 of A-Z a-z 0-9 . _ : @ / + -')
        self._token = Token(token_file)
        self._hub = Hub(hub, self._token, make_tls(ca_file, cert_file,
                                                   key_file))
        self._spec = {key: value for key, value in {
            'type': type, 'name': name, 'role': role, 'domain': domain,
            'cluster': cluster, 'host': host_name() if host is None else host,
            'url': url, 'version': __version__ if version is None else version,
            'capabilities': list(capabilities), 'addresses': list(addresses),
            'interval_seconds': check_interval(interval),
        }.items() if value}
        # None is said, too: those of last time are gone then.
        self._spec['endpoints'] = [as_endpoint(value) for value in endpoints]
        self._clock = clock
        rng = rng or random.Random()
        # From here on: guarded by the lock.
        self._lock = threading.RLock()  # stop() may be in a signal handler
        self._status, self._activity = 'healthy', None
        self._wanted = False
        self._metadata = {}             # all that was set
        self._news = {}                 # not yet taken by the hub
        self._sources = []
        self._thread = None
        self._pid = None                # of the process that runs it
        self._leave_by = 0.0            # until when, once stop() was called
        # Owned by who holds the turn: the thread, or the caller of step().
        self._turn = threading.RLock()
        self._registered = self._known = self._greeted = False
        self._beat_path = ''
        self._last = self._next = clock()
        self._sample_at = self._next
        self._refused = None            # the stamp of the token that was
        self._latency = None
        self._backoff = Backoff(rng)
        self._pulse = Pulse(self._spec['interval_seconds'], rng)
        self._complaints = Complaints()
        # Fixed from here on.
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._resources = Resources(clock=clock) if resources else None
        self.set_metadata(**(metadata or {}))
        self.add_metrics(*([metrics] if metrics else []))
        if self._hub.address.kind == 'http' and self._token.get() is not None \
                and not is_loopback(self._hub.address.host):
            log.warning('%s: the token crosses the network unencrypted', hub)

    # ---- what programs say ----

    @property
    def registered(self):
        """The hub has us, as far as we know."""
        return self._registered

    def set_status(self, status, activity=None):
        """How we are, told at once: healthy, degraded, unhealthy, starting,
        stopped, busy, idle, ...  activity is a free word for display."""
        check('status', status, r'[^\x00-\x1f\x7f]{1,64}',
              '1 to 64 characters, none of them control characters,')
        with self._lock:
            if (status, activity) == (self._status, self._activity):
                return
            self._status, self._activity = status, activity
        self.beat()

    def beat(self):
        """A heartbeat soon, without waiting for it; one a second at most."""
        with self._lock:
            self._wanted = True
        self._wake.set()

    def set_metadata(self, **members):
        """Told with the next heartbeat; a value of None removes a member."""
        # A copy; and ValueError or TypeError now, not later.
        members = json.loads(json.dumps(members, allow_nan=False))
        with self._lock:
            self._metadata.update(members)
            self._news.update(members)

    def add_metrics(self, *callbacks):
        """Functions that give {name: number}, called before each heartbeat in
        a thread each: one that raises or hangs harms only itself."""
        with self._lock:
            for callback in callbacks:
                name = getattr(callback, '__qualname__', 'metrics')
                self._sources.append(Source(
                    name, functools.partial(as_metrics, callback),
                    self._clock))

    # ---- running ----

    def start(self):
        """Reports from now on, in a thread; until stop(), or the end of the
        program.  Once only."""
        with self._lock:
            if self._pid is not None:
                raise RuntimeError(f'agent {self.agent_id} was started before')
            self._pid = os.getpid()
            self._thread = threading.Thread(target=self._run, daemon=True,
                                            name='llmreg-agent')
            self._thread.start()
        atexit.register(self.stop)
        return self

    def stop(self, timeout=5.0, unregister=True):
        """Unregisters and ends; True if that was done in time.  A request
        that is under way is given up."""
        with self._lock:
            if self._pid not in (None, os.getpid()) \
                    or self._stopping.is_set():
                return True     # the parent of a fork runs it, or nobody
            self._leave_by = time.monotonic() + timeout if unregister else 0.0
            self._stopping.set()
        self._wake.set()
        self._hub.abort()
        if self._thread is None:
            return self._leave()
        atexit.unregister(self.stop)
        self._thread.join(timeout)
        if self._thread.is_alive():
            log.warning('agent %s could not leave within %g s',
                        self.agent_id, timeout)
        return not self._thread.is_alive()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def step(self):
        """Does what is due, and returns how many seconds there are until
        something is again.  For programs with a loop of their own, instead of
        start(); it takes as long as a request does."""
        with self._turn:
            self._pid = os.getpid()
            if self._sample_at <= self._clock():
                self._sample_at = math.inf
                self._ask()
            if self._due() <= self._clock():
                self._attempt()
            due = min(self._due(), self._sample_at)
            return max(0.0, due - self._clock())

    def once(self, seconds=0.5):
        """Measures for so many seconds, registers and sends one heartbeat;
        HubError says why that failed."""
        with self._turn:
            for source in self._sources:
                source.ask()
            if self._resources is not None:
                self._resources.settle(seconds)
            for source in self._sources:
                source.wait(COMMAND_TIMEOUT)
            self._contact()

    def _run(self):
        try:
            while not self._stopping.is_set():
                self._wake.wait(self._safe_step())
                self._wake.clear()
        finally:
            self._leave()

    def _safe_step(self):
        try:
            return self.step()
        except Exception:       # a mistake of ours must not end it
            log.exception('agent %s: a mistake in this program',
                          self.agent_id)
            return self._backoff.next()

    def _due(self):
        """When to talk to the hub."""
        now = self._clock()
        if self._refused is not None:
            if self._token.stamp() != self._refused:
                return now
            return min(self._next, now + TOKEN_POLL)
        if self._wanted and self._backoff.failures == 0:
            return min(self._next, max(now, self._last + BEAT_GAP))
        return self._next

    # ---- talking to the hub; the turn is held ----

    def _attempt(self):
        """One try of what is next, and when the next one is."""
        self._last = self._clock()
        try:
            self._contact()
        except HubError as error:
            if not self._stopping.is_set():
                self._failed(error)
            return
        now = self._clock()
        self._refused = None
        self._backoff.reset()
        self._complaints.over('hub', f'{self._hub.url}: the hub answers again')
        self._next = self._pulse.next(now)
        self._sample_at = self._next - min(2.0, self._pulse.interval / 4)

    def _failed(self, error):
        delay = self._backoff.next(error.retry_after)
        if self._registered and error.retry_after == 0:
            # A beat that was missed is not made good later than the next.
            delay = min(delay, self._pulse.interval)
        told = describe(error)
        if error.status in (401, 403):
            self._refused = self._token.seen
            delay += REFUSED_WAIT
            told += '; waiting for another token'
        else:
            self._refused = None
        self._next = self._clock() + delay
        self._complaints.say('hub', told)
        log.debug('failure %d in a row, next try in %.1f s',
                  self._backoff.failures, delay)

    def _contact(self):
        """Registers if need be, and beats.

        A heartbeat may be refused to a token that has not registered yet, by
        a hub that forgot who did; only a refused registration is final.
        """
        fresh = not self._registered
        if fresh:
            self._register()
        try:
            self._send_beat()
        except HubError as error:
            if error.status not in (403, 404):
                raise
            self._registered = False
            if fresh:
                raise
            log.info('registering again: %s', describe(error))
            self._contact()

    def _register(self):
        with self._lock:
            body = dict(self._spec, agent_id=self.agent_id)
            if self._metadata:
                body['metadata'] = dict(self._metadata)
        self._known = True      # even if the answer is lost
        said = self._hub.post('/api/v1/agents/register', body,
                              REGISTER_TIMEOUT).body
        name = said.get('agent_id')
        if not isinstance(name, str) or not re.fullmatch(AGENT_ID, name):
            raise HubError(f'{self._hub.url}: the answer to a registration '
                           'has no agent_id')
        self.agent_id = name
        self._beat_path = own_path(said.get('heartbeat_url')) \
            or self._path('heartbeat')
        self._use_interval(said.get('heartbeat_interval_seconds'))
        self._look_at(said.get('endpoints'))
        self._registered = True
        log.log(logging.DEBUG if self._greeted else logging.INFO,
                'registered as %s at %s, a heartbeat every %g s', name,
                self._hub.url, self._pulse.interval)
        self._greeted = True

    def _look_at(self, endpoints):
        """Tells of those that the hub did not take."""
        wrong = [f'{clean(one.get("url"))}: {clean(one["error"])}'
                 for one in (endpoints if isinstance(endpoints, list) else [])
                 if isinstance(one, dict) and one.get('error')]
        if wrong:
            self._complaints.say('endpoints', f'{self._hub.url}: endpoint '
                                 + ', endpoint '.join(wrong[:8]))

    def _send_beat(self):
        with self._lock:
            news, self._news = self._news, {}
            self._wanted = False
        try:
            answer = self._post_beat(news)
        except BaseException:
            with self._lock:
                self._news = {**news, **self._news}
            raise
        self._latency = answer.seconds
        self._use_interval(answer.body.get('next_interval_seconds'))

    def _post_beat(self, news):
        body = self._body(news)
        try:
            answer = self._hub.post(self._beat_path, body, HEARTBEAT_TIMEOUT)
            self._complaints.over('body')
            return answer
        except HubError as error:
            # What it does not take shall not make us look dead.
            bare = {} if error.field == 'status' \
                else {'status': body['status']}
            if error.status not in (400, 413, 415, 422) or body == bare:
                raise
            self._complaints.say('body', f'{describe(error)}; the heartbeat '
                                 'is sent without its details')
        return self._hub.post(self._beat_path, bare, HEARTBEAT_TIMEOUT)

    def _body(self, news):
        with self._lock:
            body = known(status=self._status, activity=self._activity,
                         metadata=news or None)
        if self._latency is not None:
            body['latency_ms'] = round(self._latency * 1000, 3)
        fresh = 2 * self._pulse.interval + COMMAND_TIMEOUT
        metrics = self._take_metrics(fresh)
        if metrics:
            body['metrics'] = metrics
        if self._resources is not None:
            body['resources'] = self._resources.take(fresh)
        return body

    def _take_metrics(self, fresh):
        metrics = {}
        for source in list(self._sources):
            taken, wrong = source.latest(fresh) or ({}, [])
            metrics.update(taken)
            for text in wrong[:1]:
                self._complaints.say(source, f'{source.name}: {text}')
        if len(metrics) > METRICS_MAX:
            self._complaints.say('metrics', f'{len(metrics)} metrics; the '
                                 f'first {METRICS_MAX} are sent')
        return dict(list(metrics.items())[:METRICS_MAX])

    def _ask(self):
        for source in list(self._sources):
            source.ask()
        if self._resources is not None:
            self._resources.ask()

    def _use_interval(self, value):
        if value is None:
            return
        try:
            self._pulse.change(check_interval(value), self._clock())
        except ValueError as error:
            self._complaints.say('interval', f'{self._hub.url}: '
                                 f'{describe(error)}')

    def _path(self, verb):
        return (f'/api/v1/agents/{urllib.parse.quote(self.agent_id, ":@+")}'
                f'/{verb}')

    def _leave(self):
        """Ends what measures, and unregisters if there is time and need."""
        for source in self._sources:
            source.close()
        if self._resources is not None:
            self._resources.close()
        with self._turn:
            left = self._leave_by - time.monotonic()
            done = not self._known or self._refused is not None \
                or left <= 0 or self._unregister(min(UNREGISTER_TIMEOUT, left))
            self._hub.close()
            return done

    def _unregister(self, timeout):
        self._hub.reopen()
        try:
            self._hub.post(self._path('unregister'), {}, timeout)
            log.info('agent %s unregistered', self.agent_id)
        except HubError as error:
            if error.status != 404:
                log.warning('agent %s could not unregister: %s',
                            self.agent_id, describe(error))
                return False
        return True


def own_path(value):
    """A path of the hub's, or None: no other host is ever asked."""
    if isinstance(value, str) and len(value) <= 1024 \
            and re.fullmatch(r'/(?!/)[\x21-\x7e]+', value):
        return value
    return None


def is_loopback(host):
    return host == 'localhost' or host == '::1' or host.startswith('127.')


def make_tls(ca_file, cert_file, key_file):
    """None if there is nothing to make it of."""
    files = (ca_file, cert_file, key_file)
    return TLS(*files) if any(f is not None for f in files) else None


# ---- the command ----

DESCRIPTION = '''\
Registers this host's agent with an llmreg hub and reports how it is, until it
is told to end by SIGTERM, SIGINT or SIGHUP; then it unregisters.
'''

EPILOG = '''\
The token comes from the file or from the environment, never from the command
line.  The file is read again when it changes.

environment:
  LLMREG_HUB          as --hub
  LLMREG_TOKEN_FILE   as --token-file
  LLMREG_TOKEN        the token itself, if there is no file

exit status:
  0  it was told to end; or --once or --print-sample did its work
  1  with --once: the hub was not reached, or did not take what it was told
  2  wrong arguments, or a file of theirs cannot be used
  3  with --once: the hub refused the token (401, 403)
'''


def make_parser():
    parser = argparse.ArgumentParser(
        prog='llmreg-agent', description=DESCRIPTION, epilog=EPILOG,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add('--hub', metavar='URL', default=os.environ.get('LLMREG_HUB'),
        help='http://host:port, https://host:port or unix:/path')
    add('--token-file', metavar='FILE', help='its first line is the token')
    add('--type', default='resource', metavar='WORD',
        help='type of the agent, e.g. performance (default: resource)')
    add('--name', help="unique within the type (default: this host's name)")
    add('--agent-id', metavar='ID', help='stable over restarts (default: '
        'made of type, host and name)')
    add('--host', metavar='ID', help="id of this host (default: its name)")
    add('--address', action='append', default=[], metavar='IP',
        help='by which others reach this host; may be given several times')
    add('--endpoint', action='append', default=[],
        metavar='URL[,name=N][,kind=K]', help='an LLM server on this host, '
        'e.g. http://127.0.0.1:11434; may be given several times')
    add('--capability', action='append', default=[], metavar='NAME[=VALUE]',
        help='e.g. gpu=h100; may be given several times')
    add('--metadata', action='append', default=[], metavar='NAME=VALUE',
        help='VALUE is JSON, or else text; may be given several times')
    add('--role', metavar='WORD', help='e.g. worker')
    add('--domain', metavar='WORD')
    add('--cluster', metavar='WORD', help='e.g. in_cluster')
    add('--url', help='where this agent itself is reached')
    add('--interval', type=float, default=30, metavar='SECONDS',
        help='between heartbeats, 1 to 86400, until the hub says otherwise '
        '(default: 30)')
    add('--no-resources', action='store_true',
        help="tell nothing of the host's use")
    add('--ca-file', metavar='FILE', help='certificates to believe in '
        "(default: the system's)")
    add('--cert-file', metavar='FILE', help='certificate to show')
    add('--key-file', metavar='FILE', help='its key, if it is in another file')
    add('--once', action='store_true',
        help='register, send one heartbeat and end, without unregistering')
    add('--print-sample', action='store_true',
        help='print what a heartbeat would say of this host, and end')
    add('-v', '--verbose', action='store_true', help='log more')
    add('--version', action='version', version=f'llmreg-agent {__version__}')
    return parser


def parse_metadata(pairs):
    members = {}
    for pair in pairs:
        name, equals, text = pair.partition('=')
        if not name or not equals:
            raise ValueError(f'--metadata {clean(pair)}: NAME=VALUE is needed')
        try:
            members[name] = json.loads(text)
        except (ValueError, RecursionError):
            members[name] = text
    return members


def make_agent(options):
    return Agent(
        options.hub, type=options.type, name=options.name,
        agent_id=options.agent_id, role=options.role, domain=options.domain,
        cluster=options.cluster, host=options.host, url=options.url,
        capabilities=options.capability,
        metadata=parse_metadata(options.metadata), addresses=options.address,
        endpoints=options.endpoint, interval=options.interval,
        token_file=options.token_file, ca_file=options.ca_file,
        cert_file=options.cert_file, key_file=options.key_file,
        resources=not options.no_resources)


def run_once(agent):
    try:
        agent.once()
    except HubError as error:
        log.error('%s', describe(error))
        return 3 if error.status in (401, 403) else 1
    finally:
        agent.stop(unregister=False)
    return 0


def run_until_told(agent):
    # They are waited for, not handled: a handler may run while a lock is
    # held.  What was ignored stays so, as nohup wants it.
    signals = [number for number in
               (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
               if signal.getsignal(number) is not signal.SIG_IGN]
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with agent:
        log.debug('told to end by signal %d', signal.sigwait(signals))
    return 0


def print_sample():
    resources = Resources()
    resources.settle()
    print(json.dumps(resources.take(), indent=2))
    resources.close()
    return 0


def set_up_log(verbose):
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(
        'llmreg-agent: %(levelname)s: %(message)s'))
    log.addHandler(handler)
    log.setLevel(logging.DEBUG if verbose else logging.INFO)


def main(arguments=None):
    parser = make_parser()
    options = parser.parse_args(arguments)
    set_up_log(options.verbose)
    if options.print_sample:
        return print_sample()
    if not options.hub:
        parser.error('--hub, or LLMREG_HUB in the environment, is needed')
    try:
        agent = make_agent(options)
    except (ValueError, OSError) as error:
        print(f'llmreg-agent: {describe(error)}', file=sys.stderr)
        return 2
    return run_once(agent) if options.once else run_until_told(agent)


if __name__ == '__main__':
    sys.exit(main())
