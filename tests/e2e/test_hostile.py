# SPDX-License-Identifier: MIT
"""Answers that are meant to hurt: bounded memory and time, right reason."""

import time

from servers import Server, make_certificate
from world import expect, until


def test_hostile_answers_cost_little_and_disturb_nobody(world):
    sim = world.sim(5)
    hub = world.collectd([(f'gpu{n}', sim.url(n)) for n in range(5)]).start()
    until(5, 'all are healthy', lambda: hub.healthy() == 5)
    before = hub.rss()
    for number, mode in enumerate(('flood', 'drip', 'headers', 'redirect')):
        sim.order(f'{mode} {number}')
    hub.wait_health(10, 'gpu0', 'degraded', 'parse')
    hub.wait_health(10, 'gpu1', 'unreachable', 'timeout')
    hub.wait_health(10, 'gpu2', 'degraded', 'parse')
    hub.wait_health(10, 'gpu3', 'unhealthy', 'http_status')
    time.sleep(3)
    grown = hub.rss() - before
    expect(grown < 60e6, f'memory grew by {grown / 1e6:.0f} MB')
    expect(hub.health('gpu4') == ('healthy', 'ok'), 'the good one')
    ages = hub.values(f'{sim.host(4)}/llm_probe-gpu4/duration-age')
    expect(max(ages) < 2.5, f'the good one was probed each second: {ages}')
    for number in range(4):
        sim.order(f'revive {number}')
    until(10, 'all are healthy again', lambda: hub.healthy() == 5)
    expect(hub.stop() == 0, 'status')


def test_redirects_are_not_followed(world):
    trap = Server(world, 1)
    servers = [Server(world, number) for number in (2, 3, 4)]
    servers[0].location = 'file:///etc/passwd'
    servers[1].location = 'http://169.254.169.254/latest/meta-data/'
    servers[2].location = trap.url() + '/api/version'
    hub = world.collectd([(f's{n}', s.url())
                          for n, s in enumerate(servers)]).start()
    for number in range(3):
        hub.wait_health(8, f's{number}', 'unhealthy', 'http_status')
    expect(trap.seen == [], f'somebody followed: {trap.seen}')


def test_certificates_must_be_for_the_host(world):
    good = make_certificate(world, 'good', f'IP:{world.net}.1')
    other = make_certificate(world, 'other', 'DNS:gpu.example')
    trusted, named, loose = (Server(world, 1, good), Server(world, 2, other),
                             Server(world, 3, other))
    hub = world.collectd([
        ('trusted', trusted.url(), f'CACert "{good[0]}"'),
        ('unknown', trusted.url() + '/x'),
        ('named', named.url(), f'CACert "{other[0]}"'),
        ('loose', loose.url(), f'CACert "{other[0]}"', 'VerifyHost false'),
    ]).start()
    hub.wait_health(8, 'trusted', 'healthy')
    hub.wait_health(8, 'unknown', 'unreachable', 'tls')
    hub.wait_health(8, 'named', 'unreachable', 'tls')
    hub.wait_health(8, 'loose', 'healthy')
    expect(named.seen == [], 'nothing was asked of the wrong host')


def test_servers_that_want_a_certificate_of_ours(world):
    ours = make_certificate(world, 'ours', 'DNS:hub.example')
    theirs = make_certificate(world, 'theirs',
                              f'IP:{world.net}.1,IP:{world.net}.2')
    known, stranger = (Server(world, n, theirs, clients=ours[0])
                       for n in (1, 2))
    trust = f'CACert "{theirs[0]}"'
    hub = world.collectd([
        ('known', known.url(), trust, f'ClientCert "{ours[0]}"',
         f'ClientKey "{ours[1]}"'),
        ('stranger', stranger.url(), trust),
    ]).start()
    hub.wait_health(8, 'known', 'healthy')
    # tls, or refused: it hangs up, and its alert may be lost with that.
    hub.wait_health(8, 'stranger', 'unreachable')
    expect(stranger.seen == [], 'a request without a certificate')


def test_token_is_sent_read_again_and_never_logged(world):
    server = Server(world, 1)
    server.token = 'first-secret'
    path = world.write('token', 'first-secret\n')
    hub = world.collectd([('gpu', server.url(),
                           f'BearerTokenFile "{path}"')]).start()
    hub.wait_health(5, 'gpu', 'healthy')
    server.token = 'second-secret'
    hub.wait_health(5, 'gpu', 'degraded', 'auth')
    world.write('token', 'second-secret\n')
    hub.wait_health(15, 'gpu', 'healthy')
    expect(hub.stop() == 0, 'status')
    with open(hub.data + '/registry.db', 'rb') as file:
        expect(b'secret' not in file.read(), 'a token is in the store')
    expect('secret' not in hub.log(), 'a token is in the log')


def test_environment_has_no_proxy_for_us(world):
    trap = Server(world, 9)
    sim = world.sim(1)
    hub = world.collectd([('gpu', sim.url(0))])
    import os  # the process of this test only
    for name in ('http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'):
        os.environ[name] = trap.url()
    hub.start()
    hub.wait_health(5, 'gpu', 'healthy')
    expect(trap.seen == [], 'the proxy was asked')
