# SPDX-License-Identifier: MIT
"""Agents and hosts report to a real collectd, fall silent and return."""

import os
import subprocess
import sys
import threading
import time

from world import COLLECTD, TOP, expect, until

WRITE = ['    AllowAnonymousWrite true']


def register(hub, name, **more):
    status, answer = hub.ask('POST', '/api/v1/agents/register',
                             {'type': 'performance', 'name': name,
                              'agent_id': name, 'host': f'{name}-host',
                              'interval_seconds': 1, **more})
    expect(status == 200, f'{status} {answer}')
    return answer


def beat(hub, name, **more):
    return hub.ask('POST', f'/api/v1/agents/{name}/heartbeat',
                   {'status': 'healthy', **more})


class Beating:
    """Beats five times a second until it is stopped."""

    def __init__(self, hub, name, **more):
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self.run,
                                       args=(hub, name, more), daemon=True)
        self.thread.start()

    def run(self, hub, name, more):
        while not self.stopped.wait(0.2):
            try:
                beat(hub, name, **more)
            except OSError:
                pass  # it stops under our hands

    def stop(self):
        self.stopped.set()
        self.thread.join()


def presence(hub, name):
    status, answer = hub.ask('GET', f'/api/v1/agents/{name}')
    return answer['presence'] if status == 200 else status


def test_agent_that_falls_silent_is_told_and_its_return_too(world):
    hub = world.listener(door=WRITE)
    register(hub, 'gpu1')
    beating = Beating(hub, 'gpu1', resources={'cpu_percent': 25,
                                              'ram_used_bytes': 2**30,
                                              'ram_total_bytes': 2**32})
    until(3, 'online', lambda: presence(hub, 'gpu1') == 'online')
    series = 'gpu1-host/llm_listen-host'
    until(15, 'cpu', lambda: 25 in hub.values(f'{series}/percent-cpu'))
    beating.stop()
    seen = []
    until(20, f'offline ({seen})',
          lambda: seen.append(presence(hub, 'gpu1')) or seen[-1] == 'offline')
    words = [w for n, w in enumerate(seen) if n == 0 or seen[n - 1] != w]
    expect(words in (['online', 'late', 'stale', 'offline'],
                     ['late', 'stale', 'offline']), f'{words}')
    until(15, 'an alarm of the agent',
          lambda: any(a.code == 2 and 'gpu1' in a.text for a in hub.alarms()))
    beating = Beating(hub, 'gpu1')
    until(15, 'an OKAY',
          lambda: any(a.code == 0 and 'gpu1' in a.text for a in hub.alarms()))
    beating.stop()
    expect(hub.stop() == 0, 'status')


def test_what_was_acknowledged_is_there_after_kill_9(world):
    hub = world.listener(door=WRITE)
    for n in range(50):
        register(hub, f'a{n}')
    hub.kill()
    hub.start()
    until(10, 'it answers', hub.answers)
    status, answer = hub.ask('GET', '/api/v1/agents?limit=1000')
    expect(status == 200 and len(answer['agents']) == 50,
           f'{status} {len(answer.get("agents", []))}')
    expect(hub.ask('POST', '/api/v1/agents/a7/unregister')[0] == 200, 'leave')
    hub.kill()
    hub.start()
    until(10, 'it answers', hub.answers)
    expect(hub.ask('GET', '/api/v1/agents/a7')[0] == 404, 'a7 came back')
    expect(beat(hub, 'a7')[0] == 404, 'a7 beats')
    expect(hub.stop() == 0, 'status')


def agent(world, hub, *arguments):
    """The agent that people put on their hosts."""
    command = os.path.join(TOP, 'contrib', 'python', 'llmreg_agent.py')
    return world.start(
        [sys.executable, '-B', command, '--hub', hub.base, '--type',
         'performance', '--name', 'gpu7', '--agent-id', 'gpu7', '--host',
         'gpu7-host', '--interval', '1', '-v', *arguments], 'agent.log')


RRD = '''
PluginDir "/usr/lib/collectd"
LoadPlugin rrdtool
<Plugin rrdtool>
  DataDir "{data}"
</Plugin>
'''


def updated(world, series):
    """When rrdtool got a value of HOST/PLUGIN-X/TYPE-Y last; 0: never."""
    path = world.path('rrd', series + '.rrd')
    if not os.path.exists(path):
        return 0
    return int(subprocess.run(['rrdtool', 'last', path], check=True,
                              capture_output=True).stdout)


def falls_silent(hub, name):
    """{presence: seconds from now until it was first seen}, to offline."""
    begun, seen = time.monotonic(), {}

    def look():
        seen.setdefault(presence(hub, name), time.monotonic() - begun)
        return 'offline' in seen
    until(20, f'offline ({seen})', look)
    return seen


def dies_in_time(world, hub):
    """Of interval 1: late after 1.5 since the last beat, stale after 3, offline
    after 6; what it reported of its host is not repeated after 5."""
    series = 'gpu7-host/llm_listen-host'
    seen = falls_silent(hub, 'gpu7')
    print(', '.join(f'{word} after {at:.1f} s' for word, at in seen.items()))
    for word, at in (('late', 1.5), ('stale', 3), ('offline', 6)):
        expect(at - 1.5 < seen.get(word, 0) < at + 1, f'{word}: {seen}')

    def rests():
        """How long the age has gone on without the memory."""
        return (updated(world, f'{series}/duration-age')
                - updated(world, f'{series}/memory-used'))
    until(10, 'memory stops', lambda: rests() >= 2)
    count = len(hub.values(f'{series}/memory-used'))
    until(10, 'the age goes on', lambda: rests() >= 4)
    expect(len(hub.values(f'{series}/memory-used')) == count, 'memory')


def test_our_agent_reports_dies_returns_and_leaves(world):
    sim = world.sim(1)
    hub = world.listener(
        door=WRITE, lines=['  ProbeInterval 1'],
        registry={'HostStaleAfter': 5, 'OfflineAfter': 6},
        extra=RRD.format(data=world.path('rrd')))
    running = agent(world, hub, '--endpoint', sim.url(0),
                    '--capability', 'gpu=h100')
    until(10, 'online', lambda: presence(hub, 'gpu7') == 'online')
    status, answer = hub.ask('GET', '/api/v1/agents?capability=gpu%3Dh100')
    expect(status == 200 and len(answer['agents']) == 1, f'{answer}')
    series = 'gpu7-host/llm_listen-host'
    for name in ('memory-used', 'load', 'duration-age'):
        until(20, f'{name} grows',
              lambda: len(hub.values(f'{series}/{name}')) >= 3)
        begun = updated(world, f'{series}/{name}')
        until(10, f'the RRD of {name} grows',
              lambda: 0 < begun < updated(world, f'{series}/{name}'))
    running.kill()
    running.wait()
    dies_in_time(world, hub)
    until(15, 'a FAILURE',
          lambda: any(a.code == 2 and 'gpu7' in a.text for a in hub.alarms()))
    running = agent(world, hub)
    until(15, 'an OKAY',
          lambda: any(a.code == 0 and 'gpu7' in a.text for a in hub.alarms()))
    hub.kill()
    hub.start()
    until(15, 'online after the hub was killed',
          lambda: hub.answers() and presence(hub, 'gpu7') == 'online')
    running.terminate()
    expect(running.wait(10) == 0, 'status of the agent')
    until(5, 'it has left', lambda: presence(hub, 'gpu7') == 404)
    expect(hub.stop() == 0, 'status')


def test_announced_endpoint_is_probed_at_once(world):
    sim = world.sim(1)
    hub = world.listener(door=WRITE, lines=['  ProbeInterval 1'])
    answer = register(hub, 'gpu1', endpoints=[{'url': sim.url(0),
                                               'name': 'ours'},
                                              'ftp://nonsense'])
    expect([e['error'] is None for e in answer['endpoints']] == [True, False],
           f'{answer}')
    hub.wait_health(3, 'ours', 'healthy')
    register(hub, 'gpu1', endpoints=[])
    until(3, 'it is gone',
          lambda: not hub.sql('SELECT 1 FROM endpoint WHERE name = ?', 'ours'))
    expect(hub.stop() == 0, 'status')


def test_nobody_writes_without_a_token_unless_the_door_says_so(world):
    hub = world.listener()
    status, answer = hub.ask('POST', '/api/v1/agents/register',
                             {'type': 'a', 'name': 'b'})
    expect(status == 401 and answer['error']['code'] == 'unauthorized',
           f'{status} {answer}')
    expect(hub.ask('GET', '/api/v1/agents')[0] == 200, 'reading is free here')
    expect(hub.ask('GET', '/api/v1/agents', token='lr1_x')[0] == 401,
           'a wrong token is refused even where none is needed')
    expect(hub.stop() == 0, 'status')


OTHER = '''
BaseDir "{dir}"
PIDFile "{dir}/{name}.pid"
Hostname "{name}"
Interval 1
PluginDir "/usr/lib/collectd"
LoadPlugin cpu
<Plugin cpu>
  ReportByCpu false
  ValuesPercentage true
</Plugin>
LoadPlugin memory
LoadPlugin load
'''

BY_NETWORK = '''
LoadPlugin network
<Plugin network>
  Server "{address}" "{port}"
</Plugin>
'''

BY_HTTP = '''
LoadPlugin write_http
<Plugin write_http>
  <Node "llmreg">
    URL "{url}/api/v1/ingest/collectd"
    Format "JSON"
    BufferSize 1024
  </Node>
</Plugin>
'''


def stock(world, name, text, **values):
    """A collectd that knows nothing of us."""
    conf = world.write(f'{name}.conf', (OTHER + text).format(
        dir=world.dir, name=name, **values))
    return world.start([COLLECTD, '-f', '-C', conf], f'{name}.out')


def sampled(hub, name):
    status, answer = hub.ask('GET', f'/api/v1/hosts/{name}')
    sample = answer.get('resources') if status == 200 else None
    return sample and sample['cpu_percent'] is not None \
        and sample['ram_total_bytes'] and sample['load1'] is not None


def test_machines_that_run_collectd_need_no_other_agent(world):
    port = 25827
    network = f'''
PluginDir "/usr/lib/collectd"
LoadPlugin network
<Plugin network>
  Listen "{world.net}.1" "{port}"
</Plugin>
'''
    hub = world.listener(
        door=WRITE, lines=['  Observe "cpu" "memory" "load"'], extra=network)
    stock(world, 'by-network', BY_NETWORK, address=f'{world.net}.1', port=port)
    stock(world, 'by-http', BY_HTTP, url=hub.base)
    for name in ('by-network', 'by-http'):
        until(20, f'a sample of {name}', lambda: sampled(hub, name))
    until(20, 'its series', lambda: hub.values(
        'by-http/llm_listen-host/percent-cpu'))
    expect(hub.ask('GET', '/api/v1/hosts/hub')[0] == 404,
           'the hub observes itself')
    expect(hub.stop() == 0, 'status')


def test_mistake_in_the_block_leaves_the_rest_running(world):
    hub = world.collectd(conf='''
LoadPlugin llm_listen
<Plugin llm_listen>
  <Listen "0.0.0.0">
  </Listen>
</Plugin>
''').start()
    until(5, 'load goes on', lambda: hub.values('hub/load/load'))
    expect('AllowPlaintext true' in hub.log(), hub.log())
    expect('Nobody is listened to' in hub.log(), hub.log())
    expect(hub.stop() == 0, 'status')


def test_port_that_is_taken_is_said(world):
    hub = world.listener()
    other = world.collectd(name='other', conf=f'''
LoadPlugin llm_listen
<Plugin llm_listen>
  <Listen "{world.net}.1">
    Port 28437
  </Listen>
</Plugin>
''').start()
    until(5, 'it is said', lambda: 'Nobody is listened to' in other.log())
    expect('28437' in other.log(), other.log())
    expect(other.stop() == 0 and hub.stop() == 0, 'status')


def test_stop_with_calls_under_way_is_clean(world):
    hub = world.listener(door=WRITE)
    register(hub, 'busy')
    beating = [Beating(hub, 'busy') for _ in range(8)]
    time.sleep(1)
    started = time.monotonic()
    for thread in beating:
        thread.stopped.set()
    expect(hub.stop() == 0, 'status')
    expect(time.monotonic() - started < 10, 'it took long')
    for thread in beating:
        thread.thread.join()
