# SPDX-License-Identifier: MIT
"""The samples in contrib/ work as they are, but for paths and names."""

import os
import subprocess
import time

from world import TOP, expect, until

SAMPLES = os.path.join(TOP, 'contrib', 'collectd.conf.d')


def sample(name, *changes):
    with open(os.path.join(SAMPLES, name), encoding='utf-8') as file:
        text = file.read()
    for old, new in changes:
        expect(old in text, f'{name} has {old}')
        text = text.replace(old, new)
    return text


def test_sample_configuration_is_accepted(world):
    sim = world.sim(1)
    data = world.path('hub-data')
    block = sample('llmreg.conf', ('/var/lib/collectd/llmreg', data),
                   ('http://gpu1.example:11434', sim.url(0)),
                   ('<Listen "127.0.0.1">', f'<Listen "{world.net}.1">'))
    hub = world.collectd(block=block).start()
    hub.wait_health(5, 'gpu1', 'healthy')
    rows = hub.sql('SELECT name, value FROM label')
    expect(rows == [('site', 'berlin')], f'{rows}')
    hub.base = f'http://{world.net}.1:8437'
    until(5, 'it listens', hub.answers)
    expect('[error]' not in hub.log(), hub.log())


def test_sample_thresholds_alarm_for_a_silent_host(world):
    conf = sample('llmreg-thresholds.conf', ('FailureMax 600', 'FailureMax 4'))
    hub = world.listener(door=['    AllowAnonymousWrite true'],
                         extra='PluginDir "/usr/lib/collectd"\n' + conf)
    status, answer = hub.ask('POST', '/api/v1/hosts/gpu1/resources',
                             {'cpu_percent': 50, 'interval_seconds': 1})
    expect(status == 200, f'{status} {answer}')
    alarm = until(30, 'duration-age fails', lambda: [
        a for a in hub.alarms() if a.host == 'gpu1' and a.code == 2
        and '/duration-age' in a.service])[0]
    expect('ata source' in alarm.text, f'{alarm}')
    expect(hub.stop() == 0, 'status')


def test_sample_thresholds_alarm_and_ignore_removal(world):
    sim = world.sim(2)
    conf = sample('llmreg-thresholds.conf', ('WarningMax 90', 'WarningMax 3'),
                  ('FailureMax 300', 'FailureMax 5'))
    targets = '[{"targets": ["%s", "%s"]}]' % (sim.url(0), sim.url(1))
    path = world.write('endpoints.json', targets)
    hub = world.collectd([], EndpointFile=f'"{path}"',
                         conf='PluginDir "/usr/lib/collectd"\n' + conf)
    hub.start()
    until(6, 'both are healthy', lambda: hub.healthy() == 2)

    def told(service, code):
        return [a for a in hub.alarms() if a.host == sim.host(0)
                and service in a.service and a.code == code
                and 'ata source' in a.text]

    sim.order('kill 0')
    until(8, 'bool-up fails', lambda: told('/bool-up', 2))
    until(12, 'duration-age warns', lambda: told('/duration-age', 1))
    until(12, 'duration-age fails', lambda: told('/duration-age', 2))
    sim.order('revive 0')
    until(8, 'bool-up is well', lambda: told('/bool-up', 0))
    before = len([a for a in hub.alarms() if a.code == 2])
    world.write('endpoints.json', '[{"targets": ["%s"]}]' % sim.url(0))
    until(12, 'one is left',
          lambda: hub.sql('SELECT count(*) FROM endpoint') == [(1,)])
    time.sleep(4)  # collectd forgets a series after two intervals
    expect(len([a for a in hub.alarms() if a.code == 2]) == before,
           f'{hub.alarms()}')


def test_pages_are_drawn(world):
    sim = world.sim(1)
    rrd = f'''
PluginDir "/usr/lib/collectd"
LoadPlugin rrdtool
<Plugin rrdtool>
  DataDir "{world.path('rrd')}"
</Plugin>
'''
    hub = world.collectd([('gpu0', sim.url(0))], conf=rrd).start()
    up = world.path('rrd', sim.host(0), 'llm_probe-gpu0', 'bool-up.rrd')
    until(8, 'RRD files', lambda: os.path.exists(up))
    until(8, 'a fleet', lambda: os.path.isdir(
        world.path('rrd', 'hub', 'llm_probe-fleet')))
    until(8, 'values', lambda: len(hub.values(
        f'{sim.host(0)}/llm_probe-gpu0/bool-up')) >= 3)
    subprocess.run([os.path.join(TOP, 'contrib', 'rrd', 'draw'), '--span',
                    '1min', world.path('rrd'), world.path('pages')],
                   check=True)
    pages = sorted(os.listdir(world.path('pages')))
    expect(pages == sorted([f'{sim.host(0)}_gpu0', 'hub_fleet', 'index.html']),
           f'{pages}')
    with open(world.path('pages', 'index.html'), encoding='utf-8') as file:
        links = file.read()
    expect(all(f'"{p}/index.html"' in links for p in pages[:2]), links)
    for page, pictures in ((pages[0], 6), (pages[1], 2)):
        found = [n for n in os.listdir(world.path('pages', page))
                 if n.endswith('.png')]
        expect(len(found) >= pictures, f'{page}: {found}')
        for name in found:
            with open(world.path('pages', page, name), 'rb') as file:
                expect(file.read(8) == b'\x89PNG\r\n\x1a\n', f'{name}: no PNG')
