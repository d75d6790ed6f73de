#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The agent that people put on their hosts, against a hub of the test's.

Most tests call Agent.step() on a clock of their own, so that a day passes in
a moment; those of threads and of the command wait for facts, never for time.
"""

import contextlib
import io
import json
import logging
import os
import random
import re
import signal
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import warnings
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.join(TOP, 'contrib', 'python', 'llmreg_agent.py')
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.dirname(PROGRAM)]

import fake_hub                                         # noqa: E402
import llmreg_agent as la                               # noqa: E402
from fake_hub import FakeHub, answer, error, raw        # noqa: E402

OK = {'received': True, 'next_interval_seconds': 30}


class Clock:
    """Time that passes when the test says so."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def listen_to_signals():
    """Whoever runs the tests may ignore some: nohup, a shell's &."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


class Case(unittest.TestCase):
    """With a folder, a hub, and what was logged."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.clock = Clock()
        self.logged = []
        handler = logging.Handler()
        handler.emit = lambda record: self.logged.append(
            (record.levelname, record.getMessage()))
        la.log.addHandler(handler)
        la.log.setLevel(logging.DEBUG)
        la.log.propagate = False
        self.addCleanup(la.log.removeHandler, handler)
        clean = {k: v for k, v in os.environ.items()
                 if not k.startswith('LLMREG_')}
        self.patch(mock.patch.dict(os.environ, clean, clear=True))

    def patch(self, patcher):
        patcher.start()
        self.addCleanup(patcher.stop)

    def set(self, **constants):
        for name, value in constants.items():
            self.patch(mock.patch.object(la, name, value))

    def hub(self, *arguments, **more):
        hub = FakeHub(*arguments, **more)
        self.addCleanup(hub.stop)
        return hub

    def agent(self, hub, **more):
        options = {'type': 'performance', 'name': 'gpu1', 'agent_id': 'a1',
                   'resources': False, 'clock': self.clock,
                   'rng': random.Random(7), **more}
        agent = la.Agent(getattr(hub, 'url', hub), **options)
        self.addCleanup(agent.stop, unregister=False)
        return agent

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text, mode=0o600):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path + '.new', 'w', encoding='utf-8') as file:
            file.write(text)
        os.chmod(path + '.new', mode)
        os.rename(path + '.new', path)
        return path

    def step(self, agent, times=1):
        """Steps, each when the one before said so; the last delay."""
        for _ in range(times):
            delay = agent.step()
            self.clock.now += delay
        return delay

    def until(self, agent, question, steps=50):
        for _ in range(steps):
            if question():
                return
            self.step(agent)
        self.fail(f'not within {steps} steps')

    def complaints(self):
        return [text for level, text in self.logged if level == 'WARNING']


# ---- when ----

class Times(unittest.TestCase):
    def test_backoff_doubles_from_1_to_60_seconds_with_full_jitter(self):
        ceilings = [2, 4, 8, 16, 32, 60, 60, 60]
        drawn = [[] for _ in ceilings]
        for seed in range(400):
            backoff = la.Backoff(random.Random(seed))
            for delays in drawn:
                delays.append(backoff.next())
        for ceiling, delays in zip(ceilings, drawn):
            self.assertGreaterEqual(min(delays), 1)
            self.assertLessEqual(max(delays), ceiling)
            middle = (1 + ceiling) / 2
            self.assertAlmostEqual(sum(delays) / len(delays), middle,
                                   delta=middle / 8)
            self.assertLess(min(delays), 1 + (ceiling - 1) / 20)
            self.assertGreater(max(delays), ceiling - (ceiling - 1) / 20)

    def test_backoff_begins_anew_after_success(self):
        backoff = la.Backoff(random.Random(1))
        for _ in range(10000):
            backoff.next()
        backoff.reset()
        self.assertLessEqual(backoff.next(), 2)

    def test_backoff_is_never_sooner_than_the_hub_said(self):
        for seed in range(50):
            delay = la.Backoff(random.Random(seed)).next(30)
            self.assertGreaterEqual(delay, 31)
            self.assertLessEqual(delay, 32)

    def test_pulse_does_not_drift_by_what_requests_take(self):
        rng = random.Random(3)
        pulse = la.Pulse(30, rng)
        first = due = pulse.next(500.0)
        for beat in range(1, 3000):
            due = pulse.next(due + rng.uniform(0, 4))
            self.assertLessEqual(abs(due - (first + 30 * beat)), 3)

    def test_pulse_has_jitter(self):
        pulse = la.Pulse(30, random.Random(3))
        due, gaps = pulse.next(0.0), []
        for _ in range(200):
            due, before = pulse.next(due), due
            gaps.append(due - before)
        self.assertGreater(max(gaps), 31.5)
        self.assertLess(min(gaps), 28.5)
        self.assertLessEqual(max(gaps), 33)

    def test_pulse_leaves_out_what_it_missed(self):
        pulse = la.Pulse(10, random.Random(3))
        due = pulse.next(0.0)
        later = pulse.next(due + 1234)
        self.assertGreaterEqual(later, due + 1234)
        self.assertLessEqual(later, due + 1234 + 11)

    def test_a_beat_between_leaves_the_pulse_alone(self):
        pulse = la.Pulse(10, random.Random(3))
        due = pulse.next(0.0)
        for now in (due + 1, due + 4, due + 8):
            self.assertAlmostEqual(pulse.next(now), due + 10, delta=1)

    def test_hosts_that_start_together_do_not_beat_together(self):
        firsts = [la.Pulse(30, random.Random(seed)).next(0)
                  for seed in range(300)]
        for tenth in range(10):
            inside = [f for f in firsts if 3 * tenth <= f < 3 * tenth + 3]
            self.assertGreater(len(inside), 10)

    def test_another_interval_counts_from_now(self):
        pulse = la.Pulse(30, random.Random(3))
        pulse.next(0.0)
        pulse.change(5, 100.0)
        self.assertAlmostEqual(pulse.next(100.0), 105, delta=0.25)

    def test_retry_after_is_seconds_or_a_date(self):
        self.assertEqual(la.parse_retry_after('7'), 7)
        self.assertEqual(la.parse_retry_after('999999'), 600)
        date = time.strftime('%a, %d %b %Y %H:%M:%S GMT',
                             time.gmtime(time.time() + 100))
        self.assertAlmostEqual(la.parse_retry_after(date), 99, delta=2)
        for text in (None, '', '-5', '1e9', 'soon', '0x10', '9' * 400,
                     'Mon, 01 Jan 1990 00:00:00 GMT', '\x00', '٣'):
            self.assertEqual(la.parse_retry_after(text), 0, text)


# ---- arguments ----

class Arguments(Case):
    def test_hub_addresses(self):
        for url, wanted in {
                'http://hub:8437': ('http', 'hub', 8437, '', 'hub:8437'),
                'https://hub': ('https', 'hub', 443, '', 'hub'),
                'http://[::1]:80/x/': ('http', '::1', 80, '/x', '[::1]:80'),
                'unix:/run/l.sock': ('unix', '/run/l.sock', 0, '',
                                     'localhost'),
                'unix:///run/l.sock': ('unix', '/run/l.sock', 0, '',
                                       'localhost')}.items():
            self.assertEqual(tuple(la.parse_hub(url)), wanted)

    def test_wrong_hub_addresses_are_refused_with_a_reason(self):
        for url in ('', 'hub:8437', 'ftp://hub', 'http://', 'http://u:p@hub',
                    'http://hub:0', 'http://hub:70000', 'http://hub:x',
                    'http://hub/?a=b', 'http://hub/#f', 'http://hub/\r\nX: y',
                    'http://hüb', 'unix:run', 'unix:', 'unix:/' + 'x' * 200,
                    'http://[::1', None, 7):
            with self.assertRaisesRegex(ValueError, '^hub .*it is http'):
                la.parse_hub(url)

    def test_wrong_arguments_are_named(self):
        for name, value in {'type': 'GPU!', 'name': '', 'agent_id': 'a b',
                            'interval': 0, 'endpoints': ['http://x,colour=1'],
                            'key_file': '/x'}.items():
            with self.assertRaisesRegex(
                    ValueError, name.rstrip('s').replace('_file', ' file')):
                self.agent('http://127.0.0.1:1', **{name: value})
        for interval in (True, '30', None, float('nan'), 86401, -1):
            with self.assertRaisesRegex(ValueError, '1 to 86400'):
                self.agent('http://127.0.0.1:1', interval=interval)
        with self.assertRaises(FileNotFoundError):
            self.agent('http://127.0.0.1:1', token_file='/nonexistent')
        with self.assertRaisesRegex(OSError, 'nonexistent'):
            self.agent('https://127.0.0.1:1', ca_file='/nonexistent')
        with self.assertRaises(ValueError):
            self.agent('http://127.0.0.1:1',
                       metadata={'x': float('inf')})

    def test_the_default_id_is_stable_and_says_who_it_is(self):
        with mock.patch.object(socket, 'gethostname', lambda: 'GPU1.example'):
            self.assertEqual(la.default_id('cost', 'gpu1'),
                             'cost:gpu1.example')
            self.assertEqual(la.default_id('cost', 'gpu1.example'),
                             'cost:gpu1.example')
            self.assertEqual(la.default_id('cost', 'second'),
                             'cost:gpu1.example:second')
            long = [la.default_id('cost', name) for name in
                    ('x' * 300, 'x' * 299 + 'y', 'ü 1', 'ü 2', '\udc80')]
        self.assertEqual(len(set(long)), 5)
        for name in long:
            self.assertRegex(name, f'^{la.AGENT_ID}$')

    def test_a_host_without_a_name_goes_by_its_machine_id(self):
        secret = '0123456789abcdef0123456789abcdef'
        path = self.write('machine-id', secret + '\n')
        name = la.machine_name(path)
        self.assertRegex(name, '^m-[0-9a-f]{16}$')
        self.assertNotIn(name[2:], secret)
        self.assertEqual(la.machine_name(path), name)
        self.assertEqual(la.machine_name(self.path('none')), '')
        for host in ('localhost', 'localhost.localdomain', '', '(none)'):
            with mock.patch.object(socket, 'gethostname', lambda: host), \
                    mock.patch.object(la, 'machine_name', lambda: name):
                self.assertEqual(la.default_id('cost', 'x'),
                                 f'cost:{name}:x')
        with mock.patch.object(socket, 'gethostname', lambda: 'localhost'), \
                mock.patch.object(la, 'machine_name', lambda: ''), \
                self.assertRaisesRegex(ValueError, 'agent_id'):
            la.default_id('cost', 'x')

    def test_endpoints_are_urls_with_names_and_kinds(self):
        self.assertEqual(la.as_endpoint('http://127.0.0.1:11434'),
                         {'url': 'http://127.0.0.1:11434'})
        self.assertEqual(
            la.as_endpoint('http://h:1,name=big one,kind=vllm'),
            {'url': 'http://h:1', 'name': 'big one', 'kind': 'vllm'})
        self.assertEqual(la.as_endpoint({'url': 'x'}), {'url': 'x'})

    def test_metadata_is_json_or_text(self):
        self.assertEqual(
            la.parse_metadata(['a=1', 'b=x=y', 'c={"d":[]}', 'e=']),
            {'a': 1, 'b': 'x=y', 'c': {'d': []}, 'e': ''})
        for pair in ('a', '=1'):
            with self.assertRaisesRegex(ValueError, 'NAME=VALUE'):
                la.parse_metadata([pair])

    def test_the_version_is_the_projects(self):
        with open(os.path.join(TOP, 'configure.ac'), encoding='utf-8') as f:
            self.assertIn(f'AC_INIT([llmreg], [{la.__version__}])', f.read())

    def test_the_manual_has_every_option_and_variable(self):
        with open(os.path.join(TOP, 'contrib', 'man', 'llmreg_agent.pod'),
                  encoding='utf-8') as file:
            manual = file.read()
        told = set(re.findall(r'^=item .*?B<(--[a-z-]+)>', manual, re.M))
        parser = la.make_parser()
        options = {o for action in parser._actions
                   for o in action.option_strings if o.startswith('--')}
        self.assertEqual(told, options)
        for name in re.findall(r'LLMREG_\w+', la.EPILOG):
            self.assertIn(f'=item B<{name}>', manual)


# ---- how busy the host is ----

STAT = 'cpu  {} 0 0 {} {} 0 0 0 50 0\ncpu0 1 2 3 4\n'
SMI = ('NVIDIA H100 80GB HBM3, GPU-1, 45, 1024, 81559, 36, 69.53\n'
       'Orin (nvgpu), GPU-2, [N/A], [N/A], [N/A], [N/A], [N/A]\n'
       'A, B, GPU-3, 7, 9, 8, [Not Supported], [Unknown Error]\n'
       'No devices were found\n')


class Measures(Case):
    def sample(self, proc='/proc'):
        resources = la.Resources(proc, self.path('no'))
        self.addCleanup(resources.close)
        resources.settle(0)
        return resources.take()

    def test_cpu_is_the_share_of_all_cores_since_last_time(self):
        self.write('stat', STAT.format(100, 800, 100))
        cpu = la.Processor(self.folder.name)
        self.assertIsNone(cpu.percent())            # no time passed
        self.write('stat', STAT.format(130, 850, 120))
        self.assertEqual(cpu.percent(), 30.0)
        self.write('stat', STAT.format(230, 850, 90))   # iowait runs back
        self.assertEqual(cpu.percent(), 100.0)
        self.write('stat', STAT.format(1, 1, 1))        # all of it does
        self.assertIsNone(cpu.percent())
        for text in ('', 'cpu', 'cpu a b c d', 'intr 1 2 3 4 5\n',
                     'cpu ² 1 1 1 1'):
            self.write('stat', text)
            self.assertIsNone(cpu.percent())
        os.unlink(self.path('stat'))
        self.assertIsNone(cpu.percent())

    def test_memory_in_use_is_total_less_available(self):
        self.write('meminfo', 'MemTotal:  1000 kB\nMemFree: 1 kB\n'
                   'MemAvailable:  400 kB\n')
        self.assertEqual(la.read_memory(self.folder.name), (614400, 1024000))
        self.write('meminfo', 'MemTotal:  1000 kB\n')
        self.assertEqual(la.read_memory(self.folder.name), (None, 1024000))
        self.write('meminfo', 'MemTotal: 1 kB\nMemAvailable: 2 kB\n')
        self.assertEqual(la.read_memory(self.folder.name), (None, 1024))
        self.write('meminfo', 'MemTotal: x\nnonsense\n')
        self.assertEqual(la.read_memory(self.folder.name), (None, None))

    def test_load_is_three_numbers(self):
        self.write('loadavg', '0.50 1.25 3.00 2/500 1234\n')
        self.assertEqual(la.read_load(self.folder.name), [0.5, 1.25, 3.0])
        self.write('loadavg', 'x 1\n')
        self.assertEqual(la.read_load(self.folder.name), [None, 1.0, None])

    def test_nothing_is_known_where_there_is_no_proc(self):
        with mock.patch.dict(os.environ, PATH=self.folder.name):
            self.assertEqual(self.sample(self.path('no')), {})

    def test_what_nvidia_smi_does_not_know_is_left_out(self):
        first, second, third = la.parse_nvidia(SMI)
        self.assertEqual(first, {
            'name': 'NVIDIA H100 80GB HBM3', 'uuid': 'GPU-1',
            'utilization_percent': 45.0, 'memory_used_bytes': 1 << 30,
            'memory_total_bytes': 81559 << 20, 'temperature_celsius': 36.0,
            'power_watts': 69.53})
        self.assertEqual(second, {'name': 'Orin (nvgpu)', 'uuid': 'GPU-2'})
        self.assertEqual(third, {        # more is used than there is
            'name': 'A, B', 'uuid': 'GPU-3', 'utilization_percent': 7.0,
            'memory_total_bytes': 8 << 20})
        self.assertEqual(la.parse_nvidia('\n\x00,,,,,,\n'), [{}])
        self.assertEqual(len(la.parse_nvidia(SMI * 100)), 64)

    def test_numbers_out_of_range_are_unknown(self):
        row = 'x, y, 101, -1, 1e30, 5000, nan\n'
        self.assertEqual(la.parse_nvidia(row), [{'name': 'x', 'uuid': 'y'}])

    def amd(self, card, **files):
        for name, text in files.items():
            name = name.replace('__', '/').replace('hwmon/', 'hwmon/hwmon3/')
            self.write(f'class/drm/{card}/device/{name}', text)

    def test_amd_gpus_are_read_from_sysfs(self):
        self.amd('card0', gpu_busy_percent='33\n', device='0x744c\n',
                 mem_info_vram_used='1000\n', mem_info_vram_total='4000\n',
                 hwmon__temp1_input='47000\n', unique_id='3fa2\n',
                 hwmon__power1_average='20000000\n')
        self.amd('card1', mem_info_vram_total='500\n', gpu_busy_percent='x',
                 product_name='Instinct MI300X\n',
                 hwmon__power1_input='7500000\n')
        self.amd('card2', vendor='0x8086\n')
        self.amd('card1-DP-1', mem_info_vram_total='1\n')
        self.assertEqual(la.read_amd(self.folder.name), [
            {'name': 'AMD GPU 744c', 'uuid': '3fa2',
             'utilization_percent': 33.0, 'memory_used_bytes': 1000,
             'memory_total_bytes': 4000, 'temperature_celsius': 47.0,
             'power_watts': 20.0},
            {'name': 'Instinct MI300X', 'memory_total_bytes': 500,
             'power_watts': 7.5}])

    def smi(self, script):
        """A PATH that has this nvidia-smi, and sh, and sleep."""
        self.write('bin/nvidia-smi', '#!/bin/sh\n' + script, 0o755)
        path = self.path('bin') + os.pathsep + os.environ['PATH']
        self.patch(mock.patch.dict(os.environ, PATH=path))

    def test_nvidia_smi_is_asked_for_what_it_is_read_as(self):
        self.smi(f'echo "$@" >{self.path("args")}\n'
                 f'env >{self.path("env")}\ncat <<E\n{SMI}E\n')
        with mock.patch.dict(os.environ, LLMREG_TOKEN='lr1_not4smi'):
            sample = self.sample()
        self.assertEqual(len(sample['gpus']), 3)
        # Not every GPU knows.
        self.assertNotIn('vram_used_bytes', sample)
        with open(self.path('args'), encoding='utf-8') as file:
            self.assertEqual(
                file.read(), '--query-gpu=name,uuid,utilization.gpu,'
                'memory.used,memory.total,temperature.gpu,power.draw '
                '--format=csv,noheader,nounits\n')
        with open(self.path('env'), encoding='utf-8') as file:
            self.assertNotIn('lr1_not4smi', file.read())

    def test_vram_is_added_up_where_all_know(self):
        self.smi('echo "a, b, 1, 2, 3, 4, 5"; echo "a, c, 1, 2, 4, 4, 5"')
        sample = self.sample()
        self.assertEqual(sample['vram_used_bytes'], 4 << 20)
        self.assertEqual(sample['vram_total_bytes'], 7 << 20)

    def test_a_program_that_hangs_is_killed_with_its_children(self):
        self.smi(f'trap "" TERM\necho $$ >{self.path("pid")}\n'
                 f'sleep 30 & echo $! >{self.path("child")}\nsleep 30')
        command = la.Command('nvidia-smi')
        start = time.monotonic()
        with self.assertRaisesRegex(OSError, 'takes too long'):
            command.run(0.2)
        self.assertLess(time.monotonic() - start, 2)
        for name in ('pid', 'child'):
            with open(self.path(name), encoding='ascii') as file:
                self.assertTrue(ends(int(file.read())))

    def test_no_second_one_is_started_beside_one_that_cannot_be_killed(self):
        self.smi(f'echo x >>{self.path("runs")}\nexec sleep 30')
        command = la.Command('nvidia-smi')
        with mock.patch.object(os, 'killpg'), \
                mock.patch.object(subprocess.Popen, 'wait', side_effect=(
                    subprocess.TimeoutExpired('x', 1))):
            for text in ('takes too long', 'hangs still', 'hangs still'):
                with self.assertRaisesRegex(OSError, text):
                    command.run(0.2)
        command.kill()
        with open(self.path('runs'), encoding='ascii') as file:
            self.assertEqual(file.read(), 'x\n')

    def test_a_program_that_fails_or_writes_for_ever_is_an_error(self):
        for script, text in (('exit 9', 'status 9'), ('yes', 'too much'),
                             ('exec >&-; sleep 30', 'does not end')):
            self.smi(script)
            with self.assertRaisesRegex(OSError, text):
                la.Command('nvidia-smi').run(0.3 if 'sleep' in script else 5)
        with self.assertRaises(FileNotFoundError):
            la.Command('no-such-program').run(1)

    def test_a_failing_nvidia_smi_is_told_of_once(self):
        self.smi('exit 9')
        gpus = la.GPUs(self.path('no'))
        self.assertEqual([gpus(), gpus(), gpus()], [[], [], []])
        self.assertEqual(self.complaints(),
                         ['nvidia-smi ends with status 9'])


def is_running(pid):
    try:
        with open(f'/proc/{pid}/stat', encoding='ascii') as file:
            return file.read().rsplit(')', 1)[1].split()[0] not in 'ZX'
    except OSError:
        return False


def ends(pid, seconds=5):
    """Whether the process ends: what was killed takes its time to die."""
    end = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.01)
    return not is_running(pid)


# ---- registering and beating ----

class Beats(Case):
    def beat_times(self, hub):
        """Grows by the time of each heartbeat from now on."""
        times = []
        hub.on_request = lambda request: request.verb == 'heartbeat' \
            and times.append(self.clock.now)
        return times

    def test_registers_with_all_it_was_told_then_beats(self):
        hub = self.hub()
        agent = self.agent(
            hub, role='worker', domain='d', cluster='in_cluster', host='h1',
            url='http://h1:9', version='7', capabilities=['gpu', 'gpu=h100'],
            metadata={'rack': 4}, addresses=['10.0.0.5'], interval=15,
            endpoints=['http://127.0.0.1:11434,kind=ollama'])
        self.step(agent)
        register, beat = hub.requests
        self.assertEqual(register.path, '/api/v1/agents/register')
        self.assertEqual(register.body, {
            'agent_id': 'a1', 'type': 'performance', 'name': 'gpu1',
            'role': 'worker', 'domain': 'd', 'cluster': 'in_cluster',
            'host': 'h1', 'url': 'http://h1:9', 'version': '7',
            'capabilities': ['gpu', 'gpu=h100'], 'metadata': {'rack': 4},
            'interval_seconds': 15, 'addresses': ['10.0.0.5'],
            'endpoints': [{'url': 'http://127.0.0.1:11434',
                           'kind': 'ollama'}]})
        self.assertEqual(beat.path, '/api/v1/agents/a1/heartbeat')
        self.assertEqual(beat.body, {'status': 'healthy',
                                     'metadata': {'rack': 4}})
        for request in hub.requests:
            self.assertEqual(request.headers['Content-Type'],
                             'application/json; charset=utf-8')
            self.assertEqual(request.headers['Host'], f'127.0.0.1:{hub.port}')
            self.assertNotIn('Authorization', request.headers)
        self.assertTrue(agent.registered)

    def test_one_connection_is_kept(self):
        hub = self.hub()
        agent = self.agent(hub)
        self.until(agent, lambda: hub.count('heartbeat') == 20)
        self.assertEqual(len({r.connection for r in hub.requests}), 1)
        self.assertEqual(hub.count('register'), 1)

    def test_a_kept_connection_that_was_closed_costs_no_beat(self):
        hub = self.hub()
        agent = self.agent(hub)
        for _ in range(5):
            self.step(agent, 2)
            hub.cut()
        self.step(agent, 2)
        hub.order('heartbeat', raw(b''),
                  answer(200, OK, Connection='close'))
        beats = hub.count('heartbeat')
        self.until(agent, lambda: hub.count('heartbeat') == beats + 3)
        self.assertEqual(self.complaints(), [])

    def test_what_went_wrong_while_connecting_is_not_tried_twice(self):
        hub = self.hub()
        hub.order('register', *[raw(b'')] * 3)
        agent = self.agent(hub)
        self.step(agent)
        self.assertEqual(hub.count('register'), 1)

    def test_sends_the_latency_of_its_last_heartbeat(self):
        hub = self.hub()

        def slow(handler, request):
            time.sleep(0.05)
            hub.behave(handler, request)
        hub.order('heartbeat', slow)
        agent = self.agent(hub)
        self.until(agent, lambda: hub.count('heartbeat') == 3)
        first, second, third = [r.body for r in hub.requests[1:]]
        self.assertNotIn('latency_ms', first)
        self.assertGreaterEqual(second['latency_ms'], 50)
        self.assertLess(second['latency_ms'], 1000)
        self.assertLess(third['latency_ms'], second['latency_ms'])

    def test_beats_do_not_drift_by_request_time(self):
        hub, times = self.hub(), []
        rng = random.Random(5)

        def note(request):
            if request.verb == 'heartbeat':
                times.append(self.clock.now)
                self.clock.now += rng.uniform(0, 4.5)
        hub.on_request = note
        agent = self.agent(hub)
        self.until(agent, lambda: len(times) == 200, 1000)
        grid = times[2]
        for number, when in enumerate(times[2:]):
            self.assertLessEqual(abs(when - (grid + 30 * number)), 3.01)

    def test_the_hub_says_how_often(self):
        hub = self.hub(interval=7)
        agent = self.agent(hub)
        times = self.beat_times(hub)
        self.until(agent, lambda: len(times) == 7)
        for before, after in zip(times[2:], times[3:]):
            self.assertAlmostEqual(after - before, 7, delta=0.71)
        hub.interval = 60
        self.until(agent, lambda: len(times) == 12)
        for before, after in zip(times[7:], times[8:]):
            self.assertAlmostEqual(after - before, 60, delta=6.1)

    def test_an_interval_that_makes_no_sense_is_not_used(self):
        hub = self.hub()
        agent = self.agent(hub)
        self.step(agent, 4)
        times = self.beat_times(hub)
        for wrong in (0, -3, 1e9, 'x', True, [], {}, 0.5):
            hub.order('heartbeat', answer(200, dict(
                OK, next_interval_seconds=wrong)))
        self.until(agent, lambda: len(times) == 10)
        for before, after in zip(times, times[1:]):
            self.assertAlmostEqual(after - before, 30, delta=3.1)

    def test_registers_again_on_404(self):
        hub = self.hub()
        agent = self.agent(hub, metadata={'rack': 4})
        self.step(agent, 3)
        del hub.requests[:]
        hub.known.clear()
        self.until(agent, lambda: hub.requests)
        self.assertEqual(hub.verbs(), ['heartbeat', 'register', 'heartbeat'])
        self.assertEqual(hub.last('register').body['metadata'], {'rack': 4})
        self.assertTrue(agent.registered)
        self.assertEqual(self.complaints(), [])

    def test_a_hub_that_always_says_404_is_not_asked_in_a_loop(self):
        hub = self.hub()
        hub.order('heartbeat', *[error(404)] * 500)
        agent = self.agent(hub)
        start = self.clock.now
        self.step(agent, 30)
        self.assertLessEqual(len(hub.requests), 64)
        self.assertGreater(self.clock.now - start, 300)

    def test_survives_a_restart_of_the_hub_that_forgot(self):
        hub = self.hub()
        agent = self.agent(hub)
        self.step(agent, 3)
        hub.stop()
        self.step(agent, 20)
        hub.known.clear()
        self.assertEqual(len(self.complaints()), 1, self.complaints())
        self.assertIn('refused', self.complaints()[0])
        hub.start()
        registers = hub.count('register')
        start = self.clock.now
        self.until(agent, lambda: hub.count('register') > registers)
        self.assertLessEqual(self.clock.now - start, 30)
        self.assertEqual(hub.verbs()[-2:], ['register', 'heartbeat'])
        self.assertIn('answers again', str(self.logged))

    def test_waits_for_a_hub_that_is_not_there_yet(self):
        hub = self.hub()
        hub.stop()
        agent = self.agent(hub)
        delays = [self.step(agent) for _ in range(40)]
        self.assertTrue(all(1 <= d <= 60 for d in delays), delays)
        self.assertLessEqual(delays[0], 2)
        self.assertGreater(max(delays), 30)
        self.assertEqual(len(self.complaints()), 1)
        hub.start()
        self.step(agent)
        self.assertEqual(hub.verbs(), ['register', 'heartbeat'])

    def test_a_missed_beat_is_made_good_within_the_interval(self):
        hub = self.hub(interval=2)
        agent = self.agent(hub, interval=2)
        self.step(agent, 2)
        hub.order('heartbeat', *[error(500)] * 30)
        beats = hub.count('heartbeat')
        while hub.count('heartbeat') < beats + 20:
            self.assertLessEqual(self.step(agent), 2.1)

    def test_waits_as_long_as_the_hub_asks(self):
        for status in (429, 503):
            hub = self.hub()
            hub.order('register', error(status, Retry_After='120'))
            agent = self.agent(hub)
            delay = self.step(agent)
            self.assertGreaterEqual(delay, 121)
            self.assertLessEqual(delay, 122)
            self.step(agent, 2)
            hub.order('heartbeat', error(status, Retry_After='90'))
            beats = hub.count('heartbeat')
            self.until(agent, lambda: hub.count('heartbeat') == beats + 1)
            self.assertTrue(agent.registered)
            self.assertEqual(hub.count('register'), 2)

    def test_a_wish_to_beat_does_not_break_the_hubs_wish(self):
        hub = self.hub()
        agent = self.agent(hub)
        self.step(agent)
        times = self.beat_times(hub)

        def refuse(handler, request):
            agent.set_status('busy')
            agent.beat()
            error(429, Retry_After='90')(handler, request)
        hub.order('heartbeat', refuse)
        self.until(agent, lambda: len(times) == 2)
        self.assertGreater(times[1] - times[0], 90)

    def test_registers_again_where_its_token_may_not_beat_yet(self):
        hub = self.hub()
        agent = self.agent(hub)
        self.step(agent, 3)
        del hub.requests[:]
        hub.order('heartbeat', error(403))
        self.until(agent, lambda: len(hub.requests) == 3)
        self.assertEqual(hub.verbs(), ['heartbeat', 'register', 'heartbeat'])
        self.assertEqual(self.complaints(), [])

    def test_endpoints_that_the_hub_did_not_take_are_told_of(self):
        hub = self.hub()
        hub.order('register', answer(200, {'agent_id': 'a1', 'endpoints': [
            {'url': 'http://x:1', 'error': ''}, 7, {'error': None},
            {'url': 'ftp://x', 'error': 'no such\nscheme'}]}))
        hub.order('heartbeat', answer(200, OK))
        self.step(self.agent(hub))
        self.assertEqual(self.complaints(), [
            f'{hub.url}: endpoint ftp://x: no such?scheme'])

    def test_one_lost_beat_is_no_reason_to_register(self):
        hub = self.hub()
        agent = self.agent(hub)
        self.step(agent)
        for order in (error(500), error(503), raw(b'x'), error(409),
                      error(429)):
            hub.order('heartbeat', order)
        beats = hub.count('heartbeat')
        self.until(agent, lambda: hub.count('heartbeat') >= beats + 7)
        self.assertEqual(hub.count('register'), 1)

    def test_a_status_is_told_at_once_but_not_twice_a_second(self):
        hub = self.hub()
        agent = self.agent(hub)
        self.step(agent)
        self.clock.now += 1
        for word in ('busy', 'degraded', 'idle'):
            agent.set_status(word, 'x')
        self.assertEqual(hub.count('heartbeat'), 1)
        agent.step()
        self.assertEqual(hub.last('heartbeat').body['status'], 'idle')
        self.assertEqual(hub.last('heartbeat').body['activity'], 'x')
        agent.set_status('busy')
        self.assertLessEqual(agent.step(), 1.0)
        self.assertEqual(hub.count('heartbeat'), 2)
        self.clock.now += 1
        agent.step()
        self.assertEqual(hub.last('heartbeat').body,
                         {'status': 'busy', 'latency_ms': mock.ANY})
        agent.set_status('busy')        # it is
        self.clock.now += 1
        agent.step()
        self.assertEqual(hub.count('heartbeat'), 3)
        for wrong in ('', 'a\nb', 'x' * 65, None):
            with self.assertRaises(ValueError):
                agent.set_status(wrong)

    def test_metadata_is_told_until_the_hub_took_it(self):
        hub = self.hub()
        agent = self.agent(hub)
        self.step(agent)
        agent.set_metadata(model='m1', rack=4)
        hub.order('heartbeat', error(503))
        self.until(agent, lambda: hub.count('heartbeat') == 2)
        agent.set_metadata(model='m2')
        self.until(agent, lambda: hub.count('heartbeat') == 4)
        told = [r.body.get('metadata') for r in hub.requests
                if r.verb == 'heartbeat']
        self.assertEqual(told, [None, {'model': 'm1', 'rack': 4},
                                {'model': 'm2', 'rack': 4}, None])

    def test_a_hub_that_does_not_take_the_details_gets_none(self):
        hub = self.hub()
        agent = self.agent(hub, metadata={'x': 1})
        hub.order('heartbeat', error(422, 'validation_failed', 'metadata.x'))
        self.step(agent)
        self.assertEqual([r.body for r in hub.requests[1:]], [
            {'status': 'healthy', 'metadata': {'x': 1}},
            {'status': 'healthy'}])
        self.assertIn('metadata.x', self.complaints()[0])
        agent.set_status('sleepy')
        hub.order('heartbeat', error(400, 'invalid_params', 'status'))
        self.step(agent, 2)
        self.assertEqual(hub.last('heartbeat').body, {})
        hub.order('heartbeat', error(422), error(422))
        beats = hub.count('heartbeat')
        self.until(agent, lambda: hub.count('heartbeat') == beats + 2)

    def test_the_id_that_the_hub_gives_is_used(self):
        hub = self.hub()
        hub.order('register', answer(200, {'agent_id': 'a/b:c',
                                           'heartbeat_url': 'http://x/'}))
        hub.order('heartbeat', answer(200, OK))
        agent = self.agent(hub)
        self.step(agent)
        self.assertEqual(hub.last('heartbeat').path,
                         '/api/v1/agents/a%2Fb:c/heartbeat')

    def test_leaves_only_if_it_came(self):
        hub = self.hub()
        self.agent(hub).stop()
        self.assertEqual(hub.requests, [])
        agent = self.agent(hub)
        self.step(agent)
        self.assertTrue(agent.stop())
        self.assertEqual(hub.requests[-1].path,
                         '/api/v1/agents/a1/unregister')
        self.assertEqual(hub.known, set())
        self.assertTrue(agent.stop())
        self.assertEqual(hub.count('unregister'), 1)

    def test_a_registration_whose_answer_was_lost_is_taken_back(self):
        hub = self.hub()
        hub.order('register', raw(b''))
        agent = self.agent(hub)
        self.step(agent)
        agent.stop()
        self.assertEqual(hub.count('unregister'), 1)


# ---- who may ----

class Tokens(Case):
    def test_the_first_line_of_the_file_is_sent(self):
        hub = self.hub()
        path = self.write('token', 'lr1_abc_def\nnot this\n')
        self.step(self.agent(hub, token_file=path))
        for request in hub.requests:
            self.assertEqual(request.headers['Authorization'],
                             'Bearer lr1_abc_def')
        self.assertNotIn('lr1_abc_def', str(self.logged))

    def test_the_file_is_read_again_when_it_changes(self):
        hub = self.hub()
        path = self.write('token', 'one')
        agent = self.agent(hub, token_file=path)

        def sent():
            beats = hub.count('heartbeat')
            self.until(agent, lambda: hub.count('heartbeat') > beats)
            return hub.last('heartbeat').headers['Authorization'][7:]
        self.assertEqual(sent(), 'one')
        self.write('token', 'two')
        self.assertEqual(sent(), 'two')
        for wrong in ('', '\n', 'a b', 'ü', 'x' * 600, 'x\ry'):
            self.write('token', wrong)
            self.assertEqual(sent(), 'two')
        os.unlink(path)
        self.assertEqual(sent(), 'two')
        self.write('token', 'three')
        self.assertEqual(sent(), 'three')

    def test_the_environment_has_one_too(self):
        hub = self.hub()
        with mock.patch.dict(os.environ, LLMREG_TOKEN='secret'):
            self.step(self.agent(hub))
        self.assertEqual(hub.requests[0].headers['Authorization'],
                         'Bearer secret')
        with mock.patch.dict(os.environ, LLMREG_TOKEN='x',
                             LLMREG_TOKEN_FILE=self.write('t', 'y')):
            self.step(self.agent(hub))
        self.assertEqual(hub.last('register').headers['Authorization'],
                         'Bearer y')
        with mock.patch.dict(os.environ, LLMREG_TOKEN='a\nb'), \
                self.assertRaisesRegex(ValueError, 'LLMREG_TOKEN'):
            self.agent(hub)

    def test_files_that_all_can_read_and_open_wires_are_told_of(self):
        self.agent('http://127.0.0.1:1',
                   token_file=self.write('token', 'one', 0o644))
        self.assertIn('can be read by everybody', self.complaints()[0])
        self.agent('http://192.0.2.1:1', token_file=self.write('token', 'x'))
        self.assertIn('unencrypted', self.complaints()[1])

    def test_a_refusal_is_final_until_the_token_changes(self):
        for status, verb in ((401, 'register'), (403, 'heartbeat'),
                             (403, 'register'), (401, 'heartbeat')):
            hub = self.hub()
            path = self.write('token', 'old')
            agent = self.agent(hub, token_file=path)
            hub.order(verb, error(status, 'unauthorized'))
            self.step(agent)
            asked = len(hub.requests)
            start = self.clock.now
            while self.clock.now < start + 800:
                self.assertLess(self.step(agent), la.TOKEN_POLL + 0.1)
            agent.beat()
            self.step(agent)
            self.assertEqual(len(hub.requests), asked)
            self.write('token', 'new')
            self.step(agent)
            self.assertEqual(hub.verbs()[-1], 'heartbeat')
            self.assertEqual(hub.requests[-1].headers['Authorization'],
                             'Bearer new')
            self.assertTrue(agent.registered)

    def test_a_hub_that_lost_its_tokens_is_asked_again_at_last(self):
        hub = self.hub()
        hub.order('register', error(401))
        agent = self.agent(hub, token_file=self.write('token', 'x'))
        self.step(agent)
        self.until(agent, lambda: agent.registered, 1000)
        self.assertGreater(self.clock.now - 1000, la.REFUSED_WAIT)
        self.assertEqual(hub.count('register'), 2)

    def test_a_token_that_changed_while_it_was_refused_is_tried(self):
        hub = self.hub()
        path = self.write('token', 'old')

        def refuse(handler, request):
            self.write('token', 'new')
            error(401)(handler, request)
        hub.order('register', refuse)
        agent = self.agent(hub, token_file=path)
        self.step(agent, 2)
        self.assertTrue(agent.registered)

    def test_who_was_refused_does_not_unregister(self):
        hub = self.hub()
        hub.order('register', error(401))
        agent = self.agent(hub)
        self.step(agent)
        agent.stop()
        self.assertEqual(hub.verbs(), ['register'])


# ---- what hubs may do to us ----

HEAD = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'


def body(data):
    return raw(HEAD + b'Content-Length: %d\r\n\r\n' % len(data) + data)


def chunked(data):
    return raw(HEAD + b'Transfer-Encoding: chunked\r\n\r\n' + data)


HOSTILE = {
    'nothing': raw(b''),
    'garbage': raw(bytes(range(256)) * 40),
    'an old protocol': raw(b'{"received":true}'),
    'half a head': raw(b'HTTP/1.1 200 OK\r\nContent-'),
    'a status that is none': raw(b'HTTP/1.1 abc OK\r\n\r\n'),
    'a status that is negative': raw(b'HTTP/1.1 -20 OK\r\n\r\n'),
    'half a body': raw(HEAD + b'Content-Length: 100\r\n\r\n{"rec'),
    'no length': raw(HEAD + b'Content-Length: -5\r\n\r\n{'),
    'a long length': raw(HEAD + b'Content-Length: ' + b'9' * 5000
                         + b'\r\n\r\n{}x'),
    'a negative chunk': chunked(b'-5\r\n{}\r\n0\r\n\r\n'),
    'no chunk': chunked(b'zz\r\n'),
    'a chunk too short': chunked(b'ff\r\n{}\r\n0\r\n\r\n'),
    'no JSON': body(b'<html>sign in</html>'),
    'no UTF-8': body(b'{"a":"\xff\xfe"}'),
    'no object': body(b'[{"received":true}]'),
    'a number': body(b'1'),
    'a deep one': body(b'[' * 100000),
    'a deep object': body(b'{"a":' * 100000),
    'nothing in it': body(b''),
    'a redirect': answer(307, {}, Location='REDIRECT'),
    'another redirect': answer(301, OK, Location='REDIRECT'),
    'an error of no shape': answer(500, {'error': ['x', {}]}),
    'an error with wrong words': answer(
        418, {'error': {'code': 5, 'message': '\x1b[31m' * 500,
                        'field': None}}),
    'no content': raw(b'HTTP/1.1 204 No Content\r\n\r\n'),
    'switching': raw(b'HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n'),
}


class Hostile(Case):
    def check_fails(self, name, order, verb):
        hub = self.hub()
        target = self.hub()
        orders = [order, order]
        if 'redirect' in name:
            orders = [answer(307, OK, Location=f'{target.url}/x')] * 2
        hub.order(verb, *orders)
        agent = self.agent(hub)
        start = time.monotonic()
        delay = self.step(agent)
        self.assertLess(time.monotonic() - start, 3, name)
        self.assertLessEqual(delay, 30)
        self.assertEqual(len(self.complaints()), 1, (name, self.logged))
        self.assertTrue(self.complaints()[0].isprintable())
        self.assertLess(len(self.complaints()[0]), 300)
        del self.logged[:]
        hub.orders.clear()
        self.until(agent, lambda: hub.verbs()[-1] == 'heartbeat'
                   and agent._backoff.failures == 0)
        self.assertEqual(target.requests, [])
        del self.logged[:]
        hub.stop()
        target.stop()

    def test_no_odd_answer_ends_the_agent(self):
        for name, order in HOSTILE.items():
            for verb in ('register', 'heartbeat'):
                with self.subTest(name=name, verb=verb):
                    self.check_fails(name, order, verb)

    def test_endless_answers_are_cut_off(self):
        line = b'X: ' + b'y' * 1000 + b'\r\n'
        for name, order in {
                'body': fake_hub.endless(HEAD + b'\r\n', b'x' * 65536),
                'chunks': fake_hub.endless(
                    HEAD + b'Transfer-Encoding: chunked\r\n\r\n',
                    b'8000\r\n' + b'x' * 32768 + b'\r\n'),
                'a line': fake_hub.endless(HEAD, b'x' * 65536),
                'lines': fake_hub.endless(HEAD, line * 100),
                'status': fake_hub.endless(b'', b'HTTP/1.1'),
                'interim': fake_hub.endless(
                    b'', b'HTTP/1.1 100 Continue\r\n\r\n' * 1000),
                'length': fake_hub.endless(
                    HEAD + b'Content-Length: 99999999999\r\n\r\n',
                    b'x' * 65536)}.items():
            with self.subTest(name=name):
                self.check_fails(name, order, 'heartbeat')

    def test_an_answer_of_a_megabyte_is_read_and_a_longer_one_is_not(self):
        hub = self.hub()
        for size, fits in ((la.ANSWER_BYTES - 500, True),
                           (la.ANSWER_BYTES, False)):
            text = b'{"received":true,"x":"' + b'y' * (size - 24) + b'"}'
            hub.order('heartbeat', body(text))
            agent = self.agent(hub)
            self.step(agent)
            self.assertEqual(not self.complaints(), fits, self.logged)
        self.assertIn('more than 1048576 bytes', self.complaints()[0])

    def test_slow_answers_are_cut_off(self):
        self.set(REGISTER_TIMEOUT=0.3, HEARTBEAT_TIMEOUT=0.3)
        good = HEAD + b'Content-Length: 2\r\n\r\n{}'
        for verb in ('register', 'heartbeat'):
            for order in (fake_hub.drip(good, 0.05), None):
                hub = self.hub()
                hub.order(verb, order or fake_hub.silence(hub))
                agent = self.agent(hub)
                start = time.monotonic()
                agent.step()
                self.assertLess(time.monotonic() - start, 2)
                self.assertIn('no answer within 0.3 s',
                              self.complaints()[-1])

    def test_a_hub_that_never_reads_is_cut_off(self):
        with socket.socket() as listener:
            listener.bind(('127.0.0.1', 0))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            listener.listen()
            hub = la.Hub(f'http://127.0.0.1:{listener.getsockname()[1]}')
            start = time.monotonic()
            with self.assertRaisesRegex(la.HubError, 'no answer within'):
                hub.post('/', {'x': 'y' * 10_000_000}, 0.3)
            self.assertLess(time.monotonic() - start, 10)
            hub.close()

    def test_long_numbers_take_no_time(self):
        start = time.monotonic()
        self.assertEqual(la.parse_object(b'{"a":' + b'9' * 1000000 + b'}'),
                         {'a': float('inf')})
        self.assertLess(time.monotonic() - start, 1)

    def test_only_paths_come_from_the_hub(self):
        for url in ('http://evil/x', '//evil/x', 'x', '/a b', '/a\r\nX: y',
                    '', None, 5, ['/x'], '/' + 'x' * 2000, '/\udc80'):
            self.assertIsNone(la.own_path(url), url)
        self.assertEqual(la.own_path('/a/b?c=d'), '/a/b?c=d')

    def test_registrations_without_a_usable_id_are_refused(self):
        for name in (None, '', 5, ['a'], 'a b', 'x' * 129, '\u00fc'):
            hub = self.hub()
            hub.order('register', answer(200, {'agent_id': name}))
            agent = self.agent(hub)
            agent.step()
            self.assertFalse(agent.registered)
            self.assertEqual(hub.verbs(), ['register'])

    def test_whatever_comes_only_a_hub_error_follows(self):
        hub = self.hub()
        rng = random.Random(11)
        good = (HEAD + b'Transfer-Encoding: chunked\r\nRetry-After: 5\r\n'
                b'Connection: keep-alive\r\n\r\n2\r\n{"\r\n3\r\na":\r\n'
                b'3\r\n12}\r\n0\r\n\r\n')
        wire = la.Hub(hub.url)
        outcomes = set()
        for _ in range(400):
            data = bytearray(good)
            for _ in range(rng.randint(0, 6)):
                at = rng.randrange(len(data))
                data[at:at + rng.randint(0, 4)] = rng.choice(
                    (b'', b'\r\n', b'\x00', b'-', b'9', b'\xff', b':',
                     bytes([rng.randrange(256)])))
            hub.order('x', raw(bytes(data)))
            try:
                wire.post('/x', {}, 2)
                outcomes.add('answer')
            except la.HubError:
                outcomes.add('error')
            hub.orders.clear()
        self.assertEqual(outcomes, {'answer', 'error'})
        wire.close()

    def test_proxies_of_the_environment_are_not_used(self):
        hub, proxy = self.hub(), self.hub()
        with mock.patch.dict(os.environ, http_proxy=proxy.url,
                             HTTP_PROXY=proxy.url, ALL_PROXY=proxy.url):
            self.step(self.agent(hub))
        self.assertEqual(hub.count('heartbeat'), 1)
        self.assertEqual(proxy.requests, [])

    def test_a_blackhole_does_not_keep_it_from_the_next_address(self):
        hub = self.hub()
        dead = socket.socket()
        self.addCleanup(dead.close)
        dead.bind(('127.0.0.1', 0))
        dead.listen(0)
        full = [socket.socket() for _ in range(4)]
        for one in full:        # nobody accepts, so connecting hangs
            self.addCleanup(one.close)
            one.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                one.connect(dead.getsockname())
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, '', where) for where
                 in (dead.getsockname(), ('127.0.0.1', hub.port))]
        self.set(REGISTER_TIMEOUT=1.0)
        with mock.patch.object(socket, 'getaddrinfo', return_value=found):
            self.step(self.agent('http://hub.example:1'))
        self.assertEqual(hub.count('heartbeat'), 1)

    def test_names_that_nobody_knows_are_a_failure_like_others(self):
        with mock.patch.object(socket, 'getaddrinfo', side_effect=(
                socket.gaierror(-2, 'Name or service not known'))):
            agent = self.agent('http://hub.invalid:1')
            self.assertLessEqual(self.step(agent), 2)
        self.assertIn('not known', self.complaints()[0])


# ---- other wires ----

class Wires(Case):
    def test_unix_sockets(self):
        hub = self.hub(path=self.path('hub.sock'))
        agent = self.agent(hub)
        self.step(agent, 3)
        agent.stop()
        self.assertEqual(hub.verbs()[:2], ['register', 'heartbeat'])
        self.assertEqual(hub.verbs()[-1], 'unregister')
        self.assertEqual(hub.requests[0].headers['Host'], 'localhost')

    def test_a_path_before_ours(self):
        hub = self.hub()
        agent = self.agent(hub.url + '/llm/')
        self.step(agent)
        self.assertEqual([r.path for r in hub.requests],
                         ['/llm/api/v1/agents/register',
                          '/llm/api/v1/agents/a1/heartbeat'])


class Certificates(Case):
    @classmethod
    def setUpClass(cls):
        try:
            cls.ours, cls.others = (fake_hub.Authority() for _ in range(2))
        except FileNotFoundError:
            raise unittest.SkipTest('no openssl') from None

    @classmethod
    def tearDownClass(cls):
        cls.ours.end()
        cls.others.end()

    def test_a_hub_of_our_authority_is_believed(self):
        hub = self.hub(self.ours.server('hub'))
        agent = self.agent(hub, ca_file=self.ours.ca)
        self.until(agent, lambda: hub.count('heartbeat') == 5)
        agent.stop()
        self.assertEqual(len({r.connection for r in hub.requests}), 1)
        self.assertEqual(hub.verbs()[-1], 'unregister')

    def test_other_hubs_are_not(self):
        for context in (self.others.server('hub'),
                        self.ours.server('other', 'DNS:other.example')):
            hub = self.hub(context)
            self.step(self.agent(hub, ca_file=self.ours.ca))
            self.assertIn('certificate verify failed',
                          self.complaints()[-1].lower())
            self.assertEqual(hub.requests, [])

    def test_a_certificate_of_ours_is_shown(self):
        hub = self.hub(self.ours.server('hub', clients=True))
        self.step(self.agent(hub, ca_file=self.ours.ca))
        self.assertEqual(hub.requests, [])
        self.step(self.agent(hub, ca_file=self.ours.ca,
                             cert_file=self.others.issue('agent')))
        self.assertEqual(hub.requests, [])
        self.step(self.agent(hub, ca_file=self.ours.ca,
                             cert_file=self.ours.issue('agent')))
        self.assertEqual(hub.count('heartbeat'), 1)

    def test_certificates_are_read_again_when_they_change(self):
        hub = self.hub(self.ours.server('hub'))
        with open(self.others.ca, encoding='ascii') as file:
            path = self.write('ca.pem', file.read())
        agent = self.agent(hub, ca_file=path)
        self.step(agent)
        self.write('ca.pem', 'half of it')
        self.step(agent)
        self.assertEqual(hub.requests, [])
        with open(self.ours.ca, encoding='ascii') as file:
            self.write('ca.pem', file.read())
        self.step(agent)
        self.assertEqual(hub.count('heartbeat'), 1)

    def test_a_silent_tls_server_is_cut_off(self):
        self.set(REGISTER_TIMEOUT=0.3)
        with socket.socket() as listener:
            listener.bind(('127.0.0.1', 0))
            listener.listen()
            agent = self.agent(
                f'https://127.0.0.1:{listener.getsockname()[1]}',
                ca_file=self.ours.ca)
            start = time.monotonic()
            agent.step()
            self.assertLess(time.monotonic() - start, 1)

    def test_endless_tls_answers_are_cut_off(self):
        hub = self.hub(self.ours.server('hub'))
        hub.order('heartbeat', fake_hub.endless(HEAD + b'\r\n', b'x' * 65536))
        self.step(self.agent(hub, ca_file=self.ours.ca))
        self.assertIn('more than', self.complaints()[-1])

    def test_nothing_older_than_tls_1_2_is_spoken(self):
        context = la.TLS(self.ours.ca).context()
        self.assertEqual(context.minimum_version, ssl.TLSVersion.TLSv1_2)
        self.assertEqual(context.verify_mode, ssl.CERT_REQUIRED)
        self.assertTrue(context.check_hostname)


# ---- threads ----

class Threads(Case):
    def setUp(self):
        super().setUp()
        self.set(BEAT_GAP=0.01, BACKOFF_MIN=0.01, BACKOFF_MAX=0.05)

    def live(self, hub, **more):
        return self.agent(hub, clock=time.monotonic, **more)

    def test_reports_and_unregisters(self):
        hub = self.hub()
        with self.live(hub) as agent:
            hub.wait('heartbeat')
            agent.set_status('degraded', 'loading')
            hub.wait('heartbeat', 2)
            self.assertEqual(hub.last('heartbeat').body['activity'],
                             'loading')
        self.assertEqual(hub.verbs()[-1], 'unregister')
        with self.assertRaises(RuntimeError):
            agent.start()

    def test_does_not_unregister_if_told_so(self):
        hub = self.hub()
        agent = self.live(hub).start()
        hub.wait('heartbeat')
        self.assertTrue(agent.stop(unregister=False))
        self.assertEqual(hub.count('unregister'), 0)

    def test_stops_at_once_though_the_hub_hangs(self):
        hub = self.hub()
        hub.order('heartbeat', fake_hub.silence(hub))
        agent = self.live(hub).start()
        hub.wait('heartbeat')
        start = time.monotonic()
        self.assertTrue(agent.stop())
        self.assertLess(time.monotonic() - start, 2)
        self.assertEqual(hub.verbs()[-1], 'unregister')

    def test_stops_in_time_though_the_hub_hangs_at_that_too(self):
        self.set(UNREGISTER_TIMEOUT=0.3)
        hub = self.hub()
        hub.order('unregister', fake_hub.silence(hub))
        agent = self.live(hub).start()
        hub.wait('heartbeat')
        start = time.monotonic()
        agent.stop()
        self.assertLess(time.monotonic() - start, 1)

    def test_stops_while_it_waits_for_a_hub(self):
        hub = self.hub()
        hub.stop()
        self.set(BACKOFF_MIN=50, BACKOFF_MAX=60)
        agent = self.live(hub).start()
        start = time.monotonic()
        agent.stop()
        self.assertLess(time.monotonic() - start, 1)

    def test_the_hub_goes_and_comes_back(self):
        hub = self.hub()
        with self.live(hub) as agent:
            for number in range(1, 6):
                hub.wait('register', number)
                hub.stop()
                hub.known.clear()
                agent.beat()
                hub.start()
            hub.wait('register', 6)

    def test_callbacks_that_raise_or_hang_harm_only_themselves(self):
        hub = self.hub()
        self.set(INTERVAL_MIN=0.01)
        hub.interval = 0.05
        release = threading.Event()

        def hang():
            release.wait(20)

        def fail():
            raise SystemExit(3)

        def wrong():
            return {'a': float('nan'), 'b': 'x', 5: 5, 'c' * 65: 1, 'd': 2}

        class Odd:
            def __float__(self):
                raise RuntimeError('odd')

        agent = self.live(hub, interval=0.05, metrics=lambda: {'good': 1.5})
        agent.add_metrics(hang, fail, wrong, lambda: {'odd': Odd(), 'e': 3},
                          lambda: [1], lambda: None, lambda: {'f': True})
        with agent:
            hub.wait('heartbeat', 12)
        release.set()
        self.assertEqual(hub.last('heartbeat').body['metrics'],
                         {'good': 1.5, 'd': 2, 'e': 3, 'f': 1})

    def test_at_most_32_metrics_are_sent(self):
        hub = self.hub()
        agent = self.live(hub, metrics=lambda: {f'm{i}': i
                                                for i in range(100)})
        agent.once(seconds=0)
        self.assertEqual(hub.last('heartbeat').body['metrics'],
                         {f'm{i}': i for i in range(32)})

    def test_old_measures_are_not_sent(self):
        source = la.Source('x', lambda: 5, self.clock)
        source.ask()
        source.wait(5)
        self.clock.now += 10
        self.assertEqual(source.latest(10), 5)
        self.clock.now += 0.1
        self.assertIsNone(source.latest(10))
        source.close()

    def test_a_hanging_nvidia_smi_does_not_delay_heartbeats(self):
        self.write('bin/nvidia-smi', f'#!/bin/sh\necho $$ >'
                   f'{self.path("pid")}\nsleep 30\n', 0o755)
        path = self.path('bin') + os.pathsep + os.environ['PATH']
        self.patch(mock.patch.dict(os.environ, PATH=path))
        self.set(INTERVAL_MIN=0.01)
        hub = self.hub(interval=0.05)
        start = time.monotonic()
        with self.live(hub, interval=0.05, resources=True):
            hub.wait('heartbeat', 10)
            self.assertLess(time.monotonic() - start, 5)
            with open(self.path('pid'), encoding='ascii') as file:
                pid = int(file.read())
        said = hub.last('heartbeat').body['resources']
        self.assertNotIn('gpus', said)
        self.assertGreater(said['ram_total_bytes'], 0)
        self.assertTrue(ends(pid))

    def test_gpus_are_in_heartbeats(self):
        self.write('bin/nvidia-smi', f'#!/bin/sh\ncat <<E\n{SMI}E\n', 0o755)
        path = self.path('bin') + os.pathsep + os.environ['PATH']
        self.patch(mock.patch.dict(os.environ, PATH=path))
        hub = self.hub()
        with self.live(hub, resources=True) as agent:
            hub.wait('heartbeat')
            agent._resources._source.wait(5)
            agent.beat()
            hub.wait('heartbeat', 2)
        gpus = hub.last('heartbeat').body['resources']['gpus']
        self.assertEqual(gpus[:3], la.parse_nvidia(SMI))

    def test_many_threads_may_speak(self):
        hub = self.hub()
        with self.live(hub) as agent:
            def speak(number):
                for i in range(200):
                    agent.set_status(f's{number}-{i}')
                    agent.set_metadata(**{f'm{number}': i})
                    agent.beat()
            threads = [threading.Thread(target=speak, args=(n,))
                       for n in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            agent.set_status('last')
            # One that was under way, and the one that has all.
            beats = hub.count('heartbeat')
            hub.wait('heartbeat', beats + 1)
            agent.beat()
            hub.wait('heartbeat', beats + 2)
        told = {}
        for request in hub.requests:
            if request.verb == 'heartbeat':
                told.update(request.body.get('metadata', {}))
        self.assertEqual(told, {f'm{n}': 199 for n in range(4)})

    def test_a_mistake_of_ours_does_not_end_it(self):
        hub = self.hub()
        agent = self.live(hub)
        bodies = [RuntimeError('x'), RuntimeError('y'), {'status': 'idle'}]
        with mock.patch.object(agent, '_body', side_effect=bodies), agent:
            hub.wait('heartbeat')
        self.assertEqual([level for level, _ in self.logged
                          if level == 'ERROR'], ['ERROR'] * 2)

    def test_the_child_of_a_fork_leaves_the_agent_alone(self):
        hub = self.hub()
        with self.live(hub) as agent:
            hub.wait('heartbeat')
            with warnings.catch_warnings():
                warnings.simplefilter('ignore')     # of what is tested here
                child = os.fork()
            if child == 0:
                agent.stop()
                os._exit(0)
            self.assertEqual(os.waitpid(child, 0)[1], 0)
            agent.beat()
            hub.wait('heartbeat', 2)
            self.assertEqual(hub.count('unregister'), 0)


# ---- the command ----

class Commands(Case):
    def command(self, *arguments, **environment):
        return [sys.executable, '-B', PROGRAM, *arguments], {
            'env': {**os.environ, **environment}, 'text': True,
            'stdin': subprocess.DEVNULL, 'stdout': subprocess.PIPE,
            'stderr': subprocess.PIPE, 'preexec_fn': listen_to_signals}

    def run_it(self, *arguments, **environment):
        command, options = self.command(*arguments, **environment)
        return subprocess.run(command, timeout=15, check=False, **options)

    @contextlib.contextmanager
    def running(self, *arguments, **environment):
        command, options = self.command(*arguments, **environment)
        with subprocess.Popen(command, **options) as process:
            try:
                yield process
            finally:
                process.kill()

    def test_unregisters_when_it_is_told_to_end(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            hub = self.hub()
            with self.running('--hub', hub.url, '--agent-id', 'a1') as agent:
                hub.wait('heartbeat')
                agent.send_signal(number)
                out, errors = agent.communicate(timeout=10)
            self.assertEqual(agent.returncode, 0, errors)
            self.assertEqual(hub.verbs()[-1], 'unregister')
            self.assertEqual(out, '')
            self.assertIn('llmreg-agent: INFO: registered as a1', errors)

    def test_a_signal_that_was_ignored_stays_so(self):
        hub = self.hub()
        with self.running('--hub', hub.url, '--agent-id', 'a1') as agent:
            hub.wait('heartbeat')
            agent.send_signal(signal.SIGTERM)
            agent.communicate(timeout=10)
        # As nohup does it: sh ignores, and exec keeps that.
        script = ['sh', '-c', 'trap "" HUP; exec "$@"', 'sh', sys.executable,
                  '-B', PROGRAM, '--hub', hub.url, '--agent-id', 'a2']
        with subprocess.Popen(script, stderr=subprocess.DEVNULL) as agent:
            hub.wait('heartbeat', 2)
            agent.send_signal(signal.SIGHUP)
            hub.cut()
            self.assertIsNone(agent.poll())
            agent.send_signal(signal.SIGTERM)
            self.assertEqual(agent.wait(10), 0)

    def test_ends_by_signal_while_there_is_no_hub(self):
        hub = self.hub()
        hub.stop()
        with self.running('--hub', hub.url) as agent:
            line = agent.stderr.readline()
            self.assertIn('WARNING', line)
            agent.send_signal(signal.SIGTERM)
            agent.communicate(timeout=10)
        self.assertEqual(agent.returncode, 0)

    def test_once_registers_and_beats_and_stays(self):
        hub = self.hub()
        token = self.write('token', 'lr1_secret')
        done = self.run_it(
            '--hub', hub.url, '--token-file', token, '--type', 'performance',
            '--name', 'gpu1', '--agent-id', 'a1', '--endpoint',
            'http://127.0.0.1:11434,name=o', '--capability', 'gpu=h100',
            '--metadata', 'rack=4', '--address', '10.0.0.5', '--role', 'w',
            '--domain', 'd', '--cluster', 'c', '--host', 'h', '--url',
            'http://h:1', '--interval', '60', '--once', '-v')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(hub.verbs(), ['register', 'heartbeat'])
        self.assertEqual(hub.requests[0].body, {
            'agent_id': 'a1', 'type': 'performance', 'name': 'gpu1',
            'role': 'w', 'domain': 'd', 'cluster': 'c', 'host': 'h',
            'url': 'http://h:1', 'version': la.__version__,
            'capabilities': ['gpu=h100'], 'metadata': {'rack': 4},
            'addresses': ['10.0.0.5'], 'interval_seconds': 60,
            'endpoints': [{'url': 'http://127.0.0.1:11434', 'name': 'o'}]})
        resources = hub.requests[1].body['resources']
        self.assertGreater(resources['ram_total_bytes'], 0)
        self.assertIn('cpu_percent', resources)
        self.assertNotIn('lr1_secret', done.stdout + done.stderr)

    def test_once_says_by_its_status_what_went_wrong(self):
        hub = self.hub()
        arguments = ('--hub', hub.url, '--no-resources', '--once')
        for order, status in ((error(401), 3), (error(403), 3),
                              (error(422, field='type'), 1), (raw(b'x'), 1)):
            hub.order('register', order)
            done = self.run_it(*arguments)
            self.assertEqual(done.returncode, status, done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        hub.stop()
        self.assertEqual(self.run_it(*arguments).returncode, 1)

    def test_prints_a_sample_as_json(self):
        done = self.run_it('--print-sample')
        self.assertEqual(done.returncode, 0, done.stderr)
        sample = json.loads(done.stdout)
        self.assertGreater(sample['ram_total_bytes'],
                           sample['ram_used_bytes'])
        self.assertLessEqual(sample['cpu_percent'], 100)

    def test_wrong_arguments_end_it_with_status_2(self):
        main = ('--hub', 'http://127.0.0.1:1')
        for arguments in ((), ('--hub', 'x'), main + ('--interval', '0'),
                          main + ('--interval', 'x'), main + ('more',),
                          main + ('--token', 'secret'),
                          main + ('--type', 'A!'), main + ('--metadata', 'x'),
                          main + ('--token-file', '/nonexistent'),
                          main + ('--ca-file', '/dev/null')):
            with contextlib.redirect_stderr(io.StringIO()) as errors:
                try:
                    status = la.main(list(arguments))
                except SystemExit as end:
                    status = end.code
            self.assertEqual(status, 2, arguments)
            self.assertNotIn('Traceback', errors.getvalue())
            self.assertIn('llmreg-agent', errors.getvalue())

    def test_help_tells_of_the_statuses(self):
        done = self.run_it('--help')
        self.assertEqual(done.returncode, 0)
        self.assertIn('exit status:', done.stdout)
        self.assertIn('LLMREG_TOKEN_FILE', done.stdout)

    def test_a_program_that_ends_unregisters(self):
        hub = self.hub()
        script = ('import sys, threading; sys.path.insert(0, sys.argv[1])\n'
                  'import llmreg_agent as la\n'
                  'agent = la.Agent(sys.argv[2], type="x", name="n",\n'
                  '                 agent_id="a1").start()\n'
                  'import time; end = time.monotonic() + 10\n'
                  'while not agent.registered and time.monotonic() < end:\n'
                  '    time.sleep(0.01)\n')
        for ending in ('', 'sys.exit(3)\n', 'raise RuntimeError\n'):
            count = hub.count('unregister')
            subprocess.run([sys.executable, '-B', '-c', script + ending,
                            os.path.dirname(PROGRAM), hub.url], timeout=15,
                           check=False, stderr=subprocess.DEVNULL)
            self.assertEqual(hub.count('unregister'), count + 1)

    def test_the_program_can_be_executed(self):
        self.assertTrue(os.stat(PROGRAM).st_mode & stat.S_IXUSR)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
