# SPDX-License-Identifier: MIT
"""A mistake in our block: one clear line, and collectd lives on without us."""

from world import Collectd, expect, make_block, until

URL = 'http://127.0.0.1:9'


def block(*lines, endpoints=(('gpu', URL),), data='/nowhere'):
    text = make_block(endpoints, {}, {'DataDir': f'"{data}"'})
    return text.replace('<Plugin llm_probe>',
                        '\n  '.join(['<Plugin llm_probe>', *lines]), 1)


# What is wrong, and words that the line about it must have.
MISTAKES = [
    (block('Intervall 30'), ['Intervall', 'llm_probe']),
    (block('Interval "often"'), ['Interval', 'often']),
    (block('Interval 0'), ['Interval', '0', '1', '3600']),
    (block('Interval 4000'), ['Interval', '4000', '3600']),
    (block('Interval 30 40'), ['Interval']),
    (block('Timeout -1'), ['Timeout', '-1', '0.05', '60']),
    (block('UnhealthyAfter 1.5'), ['UnhealthyAfter', '1.5']),
    (block('MaxConcurrent true'), ['MaxConcurrent']),
    (block('Interval 30', 'Interval 40'), ['Interval']),
    (block('Interval 2', 'Timeout 3'), ['Timeout', 'Interval']),
    (block('EndpointFile 5'), ['EndpointFile']),
    (block('EndpointFile "/no/such.json"'), ['EndpointFile', '/no/such.json']),
    (block(endpoints=[('gpu', URL, 'Colour "red"')]), ['gpu', 'Colour']),
    (block(endpoints=[('gpu', 'ftp://x')]), ['gpu', 'URL', 'ftp://x']),
    (block(endpoints=[('gpu', 'http://u:p@x:1')]), ['gpu', 'URL']),
    (block(endpoints=[('gpu', 'http://x:70000')]), ['gpu', '70000']),
    (block(endpoints=[('gpu', URL, 'Kind "vllm"')]), ['gpu', 'Kind', 'vllm']),
    (block(endpoints=[('gpu', URL, 'Priority 2000')]),
     ['gpu', 'Priority', '2000', '1000']),
    (block(endpoints=[('gpu', URL, 'Label "site"')]), ['gpu', 'Label']),
    (block(endpoints=[('gpu', URL, 'CACert "/no/such.pem"')]),
     ['gpu', 'CACert', '/no/such.pem']),
    (block(endpoints=[('gpu', URL, 'BearerTokenFile "/no/such"')]),
     ['BearerTokenFile', '/no/such']),
    (block(endpoints=[('gpu', URL, 'Header "no colon"')]), ['gpu', 'Header']),
    (block(endpoints=[('fleet', URL)]), ['fleet']),
    (block(endpoints=[('a', URL), ('b', URL + '/')]), ['a', 'b']),
    (block(endpoints=[('a', URL), ('a', 'http://127.0.0.1:8')]), ['a']),
    (block('<Endpoint "none">', '</Endpoint>'), ['none', 'URL']),
    (block('<Registry>', '  DataDirs "/x"', '</Registry>'), ['DataDirs']),
    (block('<Registry>', '  DataDir "/other"', '</Registry>'),
     ['DataDir', '/other', '/nowhere']),
    (block('<Registry>', '  DataDir "relative"', '</Registry>'),
     ['DataDir', 'relative']),
    (block('<Registry>', '  FlushInterval 0', '</Registry>'),
     ['FlushInterval', '0.1', '3600']),
]


def refuses(hub):
    return [line for line in hub.log().splitlines()
            if '[error]' in line and 'llm_probe' in line]


def check(world, number, text, words):
    hub = Collectd(world, f'hub{number}', (), {'block': text}).start()
    load = f'hub{number}/load/load'
    until(8, f'load is written beside {words}', lambda: hub.values(load))
    until(5, f'an error about {words}', lambda: refuses(hub))
    status = hub.stop()
    expect(status == 0, f'status {status} with a mistake in {words}')
    lines = refuses(hub)
    expect(len(lines) == 1, f'one line about {words}: {lines}')
    missing = [word for word in words if word not in lines[0]]
    expect(not missing, f'{missing} not in: {lines[0]}')


def check_all(world, mistakes):
    for number, (text, words) in enumerate(mistakes):
        check(world, number, text, words)


def test_mistakes_are_named_and_collectd_goes_on_1(world):
    check_all(world, MISTAKES[0::4])


def test_mistakes_are_named_and_collectd_goes_on_2(world):
    check_all(world, MISTAKES[1::4])


def test_mistakes_are_named_and_collectd_goes_on_3(world):
    check_all(world, MISTAKES[2::4])


def test_mistakes_are_named_and_collectd_goes_on_4(world):
    check_all(world, MISTAKES[3::4])


def test_blocks_add_up(world):
    sim = world.sim(2)
    data = world.path('data')
    first = make_block([('gpu0', sim.url(0))], {'Interval': 1},
                       {'DataDir': f'"{data}"'})
    second = make_block([('gpu1', sim.url(1))], {'Timeout': 1},
                        {'DataDir': f'"{data}/./"'})
    hub = world.collectd(block=first + second,
                         registry={'DataDir': f'"{data}"'}).start()
    until(5, 'both are healthy', lambda: hub.healthy() == 2)
    expect(hub.stop() == 0, 'status')


def test_names_of_series_are_as_configured(world):
    sim = world.sim(2)
    hub = world.collectd([
        ('plain', sim.url(0), 'Host "rack1"'),
        ('with space/slash', sim.url(1)),
    ]).start()
    until(6, 'the configured host', lambda: hub.values(
        'rack1/llm_probe-plain/bool-up'))
    until(3, 'the changed name with its hash', lambda: any(
        name.startswith('llm_probe-with_space_slash-')
        for name in listdir(world.path('hub-csv', sim.host(1)))))
    rows = hub.sql('SELECT name FROM endpoint ORDER BY name')
    expect(rows == [('plain',), ('with space/slash',)], f'{rows}')


def listdir(path):
    import os
    return os.listdir(path) if os.path.isdir(path) else []
