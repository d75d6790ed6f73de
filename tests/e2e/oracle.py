# SPDX-License-Identifier: MIT
"""Clients that know what they were promised, and who asks whether it is kept.

Every client changes things of its own, one change at a time, and notes what
the answer promised.  So of each thing it is known, at any moment, which states
it may be in: one, if the last change was answered; the one before or the one
after, if the hub died under it.  Never any other, and none is there twice.
"""

import http.client
import json
import random
import threading
import time

from world import expect, until

GONE = None
AGENTS, ENDPOINTS = 12, 8  # that each client has at most


class Client:
    """Changes its things until the hub does not answer any more."""

    def __init__(self, hub, token, number, seed):
        self.hub, self.token, self.number = hub, token, number
        self.random = random.Random(seed)
        self.may = {}     # thing: the states that it may be in
        self.word = 0
        self.acknowledged = 0
        self.strange = []
        self.thread = None
        self.link = None

    def go(self):
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        host, port = self.hub.base[len('http://'):].split(':')
        self.link = http.client.HTTPConnection(host, int(port), timeout=10)
        try:
            while True:
                self.change()
        except (OSError, http.client.HTTPException):
            pass
        self.link.close()

    def ask(self, method, path, body=None):
        headers = {'Authorization': f'Bearer {self.token}'}
        if body is not None:
            headers['Content-Type'] = 'application/json'
            body = json.dumps(body)
        self.link.request(method, path, body, headers)
        answer = self.link.getresponse()
        return answer.status, answer.read()

    def new_word(self):
        self.word += 1
        return f'{self.number}-{self.word}'

    def do(self, thing, state, *request):
        """One change; what is not answered may be or not be."""
        before = self.may.get(thing, {GONE})
        self.may[thing] = before | {state}
        status, answer = self.ask(*request)
        if status in (200, 201):
            self.may[thing] = {state}
            self.acknowledged += 1
        elif status in (503, 507):
            pass  # it is not known, as if there were no answer
        elif len(before) == 1:
            self.strange.append(f'{request}: {status} {answer}')
            self.may[thing] = before
        elif status != 404:
            self.strange.append(f'{request}: {status} {answer}')
        return status, answer

    def state(self, thing):
        """What it is; GONE too if it may be gone."""
        may = self.may.get(thing, {GONE})
        return GONE if GONE in may else next(iter(may))

    def change(self):
        kind = self.random.choice((self.change_agent, self.change_agent,
                                   self.change_endpoint, self.change_token))
        kind()

    def change_agent(self):
        name = f'a{self.number}-{self.random.randrange(AGENTS)}'
        thing = ('agent', name)
        if self.state(thing) is not GONE and self.random.random() < 0.3:
            self.do(thing, GONE, 'POST', f'/api/v1/agents/{name}/unregister')
            return
        word = self.new_word()
        self.do(thing, word, 'POST', '/api/v1/agents/register',
                {'type': 'performance', 'name': name, 'agent_id': name,
                 'host': f'{name}-host', 'version': word,
                 'interval_seconds': 60})

    def change_endpoint(self):
        number = self.random.randrange(ENDPOINTS)
        name = f'10.{self.number}.0.{number}:11434'
        thing = ('endpoint', name)
        now = self.state(thing)
        path = f'/api/v1/endpoints/{name}'
        choice = self.random.random()
        if now is not GONE and choice < 0.2:
            self.do(thing, GONE, 'DELETE', path + '?force=true')
        elif now is not GONE and choice < 0.6:
            word, admin = now[0], self.random.choice(('active', 'draining'))
            self.do(thing, (word, admin), 'POST',
                    path + ('/drain' if admin == 'draining' else '/activate'))
        else:
            word = self.new_word()
            admin = 'active' if now is GONE else now[1]
            if len(self.may.get(thing, {GONE})) > 1:
                return  # whether it is drained is not known
            self.do(thing, (word, admin), 'POST', '/api/v1/endpoints',
                    {'url': f'http://{name}', 'name': word, 'kind': 'ollama'})

    def change_token(self):
        mine = [thing for thing in self.may if thing[0] == 'token'
                and self.may[thing] == {'valid'}]
        if len(mine) > 5:
            thing = self.random.choice(mine)
            self.do(thing, 'revoked', 'DELETE', f'/api/v1/tokens/{thing[2]}')
            return
        name = f't{self.new_word()}'
        before = ('token', name, None)
        self.may[before] = {GONE, 'valid'}
        status, answer = self.ask('POST', '/api/v1/tokens',
                                  {'name': name, 'role': 'reader'})
        if status == 201:
            del self.may[before]
            key = json.loads(answer)['token']['id']
            self.may[('token', name, key)] = {'valid'}
            self.acknowledged += 1
        elif status not in (503, 507):
            self.strange.append(f'token: {status} {answer}')


class Oracle:
    """A hub, its clients, and what came of their changes."""

    def __init__(self, hub, token, clients=4, seed=1):
        self.hub, self.token = hub, token
        self.random = random.Random(seed)
        self.clients = [Client(hub, token, n, self.random.random())
                        for n in range(clients)]
        self.newest = 0     # number of an event
        self.lost = []      # what is not as it was promised
        self.starts = []    # seconds from start to the first answer

    def start(self):
        begun = time.monotonic()
        self.hub.start()
        while not self.hub.answers():
            expect(time.monotonic() < begun + 20, 'it does not answer')
            time.sleep(0.005)
        self.starts.append(time.monotonic() - begun)

    def load(self, seconds):
        """Changes for about that long; the hub lives on."""
        for client in self.clients:
            client.go()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.note_events()
            time.sleep(0.01)

    def join(self):
        for client in self.clients:
            client.thread.join()
            expect(not client.strange, client.strange[:5])

    def everything(self, kind):
        query = ''
        while query is not None:
            status, answer = self.hub.ask(
                'GET', f'/api/v1/{kind}?limit=1000{query}', token=self.token)
            expect(status == 200, f'{kind}: {status} {answer}')
            yield from answer[kind]
            more = answer['next']
            query = None if more is None else f'&cursor={more}'

    def found(self):
        """{thing: state}, and what is there twice."""
        things, twice = {}, []
        for item in self.everything('agents'):
            add(things, twice, ('agent', item['id']), item['version'])
        for item in self.everything('endpoints'):
            add(things, twice, ('endpoint', item['id']),
                (item['name'], item['admin']))
        for item in self.everything('tokens'):
            if item['origin'] == 'api':
                add(things, twice, ('token', item['name'], item['id']),
                    item['state'])
        return things, twice

    def check(self):
        """Compares; what is wrong is in lost.  Then it is known what is."""
        things, twice = self.found()
        self.lost += [f'twice: {thing}' for thing in twice]
        for client in self.clients:
            self.check_tokens(client, things)
            for thing, may in client.may.items():
                state = things.pop(thing, GONE)
                if state not in may:
                    self.lost.append(f'{thing} is {state}, not {may}')
                client.may[thing] = {state}
            client.may = {thing: may for thing, may in client.may.items()
                          if may != {GONE}}
        self.lost += [f'from nowhere: {thing} {state}'
                      for thing, state in things.items()]
        self.check_events()

    @staticmethod
    def check_tokens(client, things):
        """Those that were not answered: who asked does not know their ids."""
        ids = {thing[1]: thing for thing in things if thing[0] == 'token'}
        for thing in [t for t in client.may if t[0] == 'token' and not t[2]]:
            del client.may[thing]
            if thing[1] in ids:
                client.may[ids[thing[1]]] = {'valid'}

    def note_events(self):
        """The newest number, as long as the hub lives."""
        status, answer = self.hub.ask(
            'GET', f'/api/v1/events?after={self.newest}&limit=1000',
            token=self.token)
        expect(status == 200, f'events: {status} {answer}')
        numbers = [event['seq'] for event in answer['events']]
        if sorted(set(numbers)) != numbers:
            self.lost.append(f'numbers of events: {numbers}')
        self.newest = max([self.newest, *numbers])

    def check_events(self):
        """Of this life they begin above all of the lives before."""
        status, answer = self.hub.ask('GET', '/api/v1/events?after=0&limit=1',
                                      token=self.token)
        expect(status == 200, f'events: {status} {answer}')
        for event in answer['events']:
            if event['seq'] <= self.newest:
                self.lost.append(f'{event["seq"]} is not above {self.newest}')

    def check_file(self):
        def look():
            return self.hub.sql('PRAGMA integrity_check')
        answer = until(5, 'the file can be read', look)
        expect(answer == [('ok',)], f'{answer}')
        expect(self.hub.sql('PRAGMA foreign_key_check') == [], 'references')

    def acknowledged(self):
        return sum(client.acknowledged for client in self.clients)


def add(things, twice, thing, state):
    if thing in things:
        twice.append(thing)
    things[thing] = state
