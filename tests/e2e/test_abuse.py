# SPDX-License-Identifier: MIT
"""Requests by the million from one that is hostile: what is in their way, what
they cost, and who else feels them."""

import os
import time
import urllib.parse

from siege import Neighbour, storm, undisturbed
from test_listen import WRITE
from world import expect

ALONE = True

AGENT, OPERATOR, HOSTILE = (
    f'lr1_{n:08d}_' + f'{n}' * 43 for n in (1, 2, 3))


class Costs:
    """What a hub has used since."""

    def __init__(self, hub):
        self.hub = hub
        self.rss, self.log = hub.rss(), len(hub.log().splitlines())

    def check(self, rss=30e6, lines=10):
        grown = self.hub.rss() - self.rss
        said = self.hub.log().splitlines()[self.log:]
        print(f'memory grew by {grown / 1e6:.1f} MB, {len(said)} log lines')
        expect(grown < rss, f'memory grew by {grown / 1e6:.1f} MB')
        expect(len(said) < lines, '\n'.join(said[:20]))


def guarded(world, **more):
    """(hub, neighbour): with three tokens; the neighbour has the first."""
    path = world.write('tokens', f'agent gpu1 {AGENT}\n'
                       f'operator people {OPERATOR}\nagent bad {HOSTILE}\n')
    os.chmod(path, 0o600)
    hub = world.listener(lines=[f'  TokenFile "{path}"', '  TokenRate 0'],
                         **more)
    status, answer = hub.ask(
        'POST', '/api/v1/agents/register',
        {'type': 'performance', 'name': 'gpu1', 'agent_id': 'gpu1',
         'host': 'gpu1', 'interval_seconds': 1}, AGENT)
    expect(status == 200, f'{status} {answer}')
    return hub, Neighbour(world, 'gpu1', token=AGENT, rate=200)


WRONG = '''
local path = "/api/v1/agents/gpu1/heartbeat"
local kinds = {"lr1_00000001_%s", "lr1_%s", "x%s", "lr1_99999999_%s"}
function make(word)
  local headers = {["Content-Type"] = "application/json"}
  local text = word .. string.rep("x", 43 - #word)
  headers["Authorization"] = "Bearer " .. string.format(kinds[n %% 4 + 1], text)
  return wrk.format("POST", path, headers, '{"status": "healthy"}')
end
'''.replace('%%', '%')


def test_wrong_tokens_by_the_million_cost_little(world):
    hub, neighbour = guarded(world)
    costs = Costs(hub)
    seen = storm(world, WRONG, world.many(30000, 1000000))
    undisturbed(neighbour.end(), limit_ms=500)
    expect(set(seen) == {401, 429}, f'{seen}')
    expect(seen[401] < 100, f'{seen}: 10 a minute, and the first 10')
    costs.check()
    # The address that guessed is let in with the right one.
    expect(hub.ask('GET', '/api/v1/agents', token=OPERATOR)[0] == 200,
           'a right token')
    expect(hub.stop() == 0, 'status')


def count(hub, kind):
    """How many there are, by all pages."""
    total, query = 0, ''
    while query is not None:
        status, answer = hub.ask('GET', f'/api/v1/{kind}?limit=1000{query}')
        expect(status == 200, f'{status} {answer}')
        total += len(answer[kind])
        after = answer['next']
        query = after and '&cursor=' + urllib.parse.quote(after)
    return total


NEW = '''
local headers = {["Content-Type"] = "application/json"}
local path = "/api/v1/agents/register"
function make(word)
  headers["Authorization"] = n %% 2 == 0 and "Bearer @BAD@" or nil
  if n %% 4 == 3 then
    return wrk.format("POST", "/api/v1/hosts/h" .. word .. "/resources",
                      headers, '{"cpu_percent": 5}')
  end
  local host = n %% 3 == 0 and "known" or "h" .. word
  return wrk.format("POST", path, headers, string.format(
      '{"type":"t","name":"%%s","agent_id":"%%s","host":"%%s"}', word, word,
      host))
end
'''.replace('%%', '%').replace('@BAD@', HOSTILE)


def test_new_agents_by_the_million_stay_within_their_limits(world):
    hub, neighbour = guarded(
        world, door=WRITE, registry={'MaxAgents': 2000, 'MaxHosts': 1000})
    status, answer = hub.ask('POST', '/api/v1/hosts/known/resources',
                             {'cpu_percent': 5}, OPERATOR)
    expect(status == 200, f'{status} {answer}')
    costs = Costs(hub)
    begun = time.monotonic()
    seen = storm(world, NEW, world.many(30000, 1000000))
    undisturbed(neighbour.end(), limit_ms=500)
    expect(set(seen) == {200, 403, 429}, f'{seen}')
    costs.check()
    expect(count(hub, 'agents') == 2000, 'agents')
    hosts = count(hub, 'hosts')
    minutes = (time.monotonic() - begun) / 60
    print(f'{hosts} hosts')
    expect(hosts <= 2 + 50 + 50 * minutes + 1, f'{hosts} hosts')
    expect(hub.stop() == 0, 'status')
