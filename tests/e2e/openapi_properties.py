#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What holds of every route of a listener that runs, whatever it is asked.

    openapi_properties.py ADDRESS PORT ROLE=TOKEN...

The routes are those of its OpenAPI document.  Requests are made up from what
the document says may come, and from what may not: every answer must be one that
the document names, and none says that the listener failed.  The same requests
are made every time.

Debian's Hypothesis is for Debian's Python; so this is a program of its own.
"""

import http.client
import json
import sys
import unittest
import urllib.parse

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

NOBODY = 'nobody'
METHODS = ('get', 'post', 'put', 'patch', 'delete')
EXAMPLES = settings(max_examples=2000, deadline=None, derandomize=True,
                    database=None, suppress_health_check=list(HealthCheck))
TWICE = settings(EXAMPLES, max_examples=400)
# These make another one each time.
MINTS = ('/api/v1/tokens', '/admin/tokens',
         '/api/admin/agents/{id}/reset-token')

# By hand, from the contract: who gets through to a route of that role.  Nobody
# is on this machine, and may read.
MATRIX = {
    'anybody': {NOBODY, 'agent', 'reader', 'operator', 'admin'},
    'agent': {'agent', 'operator', 'admin'},
    'reader': {NOBODY, 'reader', 'operator', 'admin'},
    'operator': {'operator', 'admin'},
    'admin': {'admin'},
}


class Hub:
    """A connection that is kept."""

    def __init__(self, address, port, tokens):
        self.where = (address, int(port))
        self.tokens = tokens
        self.connection = None
        status, document = self.ask('reader', 'GET', '/api/v1/openapi.json')
        assert status == 200, status
        self.operations = [
            (method.upper(), path, operation)
            for path, methods in document['paths'].items()
            for method, operation in methods.items() if method in METHODS]

    def send(self, method, target, body, headers):
        for attempt in range(2):
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection(
                        *self.where, timeout=20)
                self.connection.request(method, target, body, headers)
                answer = self.connection.getresponse()
                return answer, answer.read()
            except (http.client.HTTPException, OSError):
                # It was closed after the answer before.
                self.connection = None
                if attempt == 1:
                    raise
        raise AssertionError

    def ask(self, role, method, target, body=None, kind='application/json'):
        """(status, answer as JSON or None)."""
        headers = {}
        if role in self.tokens:
            headers['Authorization'] = f'Bearer {self.tokens[role]}'
        if body is not None:
            headers['Content-Type'] = kind
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
        answer, text = self.send(method, target, body, headers)
        if answer.status == 429 or answer.status == 503:
            assert int(answer.headers['Retry-After']) > 0
        if answer.headers['Content-Type'].startswith('application/x-ndjson'):
            return answer.status, [json.loads(s) for s in text.splitlines()]
        return answer.status, json.loads(text) if text else None


    def seed(self):
        """Something to change or remove, by names among WORDS."""
        for agent in ('w1', 'gpu1'):
            self.ask('admin', 'POST', '/api/v1/agents/register',
                     {'type': 'seed', 'agent_id': agent, 'host': agent})
        self.ask('admin', 'POST', '/api/v1/endpoints',
                 {'host': '127.0.0.1', 'port': 9})

    def ids(self):
        """Of all that there is, by kind."""
        found = {}
        for kind in ('endpoints', 'agents', 'hosts', 'sessions', 'tokens'):
            _, answer = self.ask('admin', 'GET', f'/api/v1/{kind}?limit=1000')
            assert answer['next'] is None, f'more than 1000 {kind}'
            found[kind] = sorted(item['id'] for item in answer[kind])
        return found


HUB = None

# ---- values ----

TEXT = st.text(st.characters(blacklist_categories=('Cs',)), max_size=24)
WORDS = st.sampled_from(['w1', 'gpu1', 'performance', '127.0.0.1:9', 'llama3',
                         'online', 'healthy', 'a b', '', '..', '%', '"', '\0',
                         '\u2028', 'x' * 300, '-1', 'null', '1e400'])
# Nothing is ever looked for beyond this machine.
HOSTS = st.sampled_from(['127.0.0.1', '127.9.9.9:9', 'http://127.0.0.1:9',
                         'http://127.0.0.1:9/a', '', 'a b', 'x' * 300,
                         'ftp://127.0.0.1', 'http://[::1', 'http://',
                         '127.0.0.1:99999'])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-2**70, 2**70),
                    st.floats(allow_nan=False, allow_infinity=False), TEXT,
                    WORDS)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(TEXT | WORDS, inner, max_size=4)), max_leaves=12)
ABOUT_HOSTS = ('host', 'url', 'endpoint', 'endpoints', 'ollama_url', 'address')


def number(low, high, whole):
    low = -2**53 if low is None else low
    high = 2**53 if high is None else high
    if whole:
        return st.integers(int(low), int(high))
    return st.floats(low, high, allow_nan=False)


def by_schema(name, schema):
    """Mostly what may be said there."""
    if name in ABOUT_HOSTS:
        return HOSTS if schema.get('type') == 'string' else st.lists(
            HOSTS | st.fixed_dictionaries({'url': HOSTS}), max_size=3)
    if 'enum' in schema:
        return st.sampled_from(schema['enum'])
    low, high = schema.get('minimum'), schema.get('maximum')
    if schema.get('type') == 'integer':
        return number(low, high, True)
    if schema.get('type') == 'number':
        return number(low, high, False)
    if schema.get('type') == 'boolean':
        return st.booleans()
    if schema.get('type') == 'string':
        return st.text('abcdefghij0123456789-_', min_size=int(
            schema.get('minLength', 0)), max_size=min(
                20, int(schema.get('maxLength', 20)))) | WORDS
    return ANYTHING


@st.composite
def bodies(draw, operation):
    """None, what the schema says, that with something odd, or no JSON."""
    if 'requestBody' not in operation:
        return draw(st.none() | st.just(b'{}'))
    content = operation['requestBody']['content']['application/json']
    properties = content.get('schema', {}).get('properties', {})
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return draw(st.none() | st.binary(max_size=40))
    if kind == 1:
        return json.dumps(draw(ANYTHING)).encode()
    value = {}
    for name, schema in properties.items():
        if name in content['schema'].get('required', ()) or draw(
                st.booleans()):
            value[name] = draw(by_schema(name, schema))
    if kind == 2 and not any(n in ABOUT_HOSTS for n in properties):
        value[draw(TEXT | st.sampled_from(sorted(properties) or ['x']))] = \
            draw(ANYTHING)
    return json.dumps(value).encode()


@st.composite
def targets(draw, path, operation):
    parts = []
    for part in path.split('/'):
        if not part.startswith('{'):
            parts.append(part)
            continue
        word = draw(st.sampled_from(['w1', '127.0.0.1:9', 'gpu1', 'performance',
                                     'nobody']) | TEXT.filter(bool))
        parts.append(urllib.parse.quote(word, safe=''))
    query = []
    for parameter in operation['parameters']:
        if parameter['in'] == 'query' and draw(st.integers(0, 3)) == 0:
            value = draw(by_schema(parameter['name'], parameter['schema'])
                         | TEXT)
            if isinstance(value, bool):
                value = str(value).lower()
            query.append((parameter['name'], value))
    if draw(st.integers(0, 19)) == 0:
        query.append((draw(TEXT), draw(TEXT)))
    text = '/'.join(parts)
    return text + ('?' + urllib.parse.urlencode(query) if query else '')


@st.composite
def requests(draw):
    method, path, operation = draw(st.sampled_from(HUB.operations))
    return (draw(st.sampled_from([NOBODY, *HUB.tokens])), method, path,
            operation, draw(targets(path, operation)),
            draw(bodies(operation)))


@st.composite
def changes(draw):
    """Those that change something, but for those that make one each time."""
    method, path, operation = draw(st.sampled_from(
        [o for o in HUB.operations if o[0] != 'GET' and o[1] not in MINTS]))
    return ('admin', method, path, operation, draw(targets(path, operation)),
            draw(bodies(operation)))


def is_elsewhere(path, target):
    """Another route may have what this one's parameter became."""
    parts = target.split('?')[0].split('/')
    for _, other, _ in HUB.operations:
        theirs = other.split('/')
        if other != path and len(theirs) == len(parts) and all(
                t == p or t.startswith('{') for t, p in zip(theirs, parts)):
            return True
    return False


class Properties(unittest.TestCase):

    def check(self, request, status, answer):
        role, method, path, operation, target, body = request
        what = f'{method} {target} as {role} with {body!r}: {status} {answer}'
        self.assertLess(status, 500, what)
        if not is_elsewhere(path, target):
            self.assertIn(str(status), operation['responses'], what)
        if operation['tags'] == ['llmreg'] and status >= 400:
            self.assertTrue(answer['error']['code'], what)
            self.assertTrue(answer['error']['message'], what)

    def test_every_answer_is_one_of_those_that_are_documented(self):
        statuses = {}

        @EXAMPLES
        @given(requests())
        def run(request):
            role, method, _, _, target, body = request
            status, answer = HUB.ask(role, method, target, body)
            statuses[status] = statuses.get(status, 0) + 1
            self.check(request, status, answer)

        run()
        print('answers by status:', dict(sorted(statuses.items())))
        # It was not the door alone that was tried.
        self.assertGreater(statuses.get(200, 0), 100)
        self.assertGreater(statuses.get(422, 0), 20)
        self.assertGreater(statuses.get(404, 0), 20)

    def test_each_route_is_for_those_that_the_document_says(self):
        for method, path, operation in HUB.operations:
            target = path.replace('{', '').replace('}', '')
            body = b'[]' if 'requestBody' in operation else None
            for role in (NOBODY, *HUB.tokens):
                status, _ = HUB.ask(role, method, target, body)
                what = f'{method} {path} as {role}: {status}'
                through = role in MATRIX[operation['x-role']]
                if role == NOBODY and not through:
                    self.assertEqual(status, 401, what)
                elif not through:
                    self.assertEqual(status, 403, what)
                elif role != 'agent':
                    self.assertNotIn(status, (401, 403), what)
                else:  # for itself
                    self.assertNotEqual(status, 401, what)

    def test_what_only_asks_changes_nothing(self):
        _, before = HUB.ask('admin', 'GET', '/api/v1/snapshot')
        for method, path, operation in HUB.operations:
            if method == 'GET':
                HUB.ask('admin', method,
                        path.replace('{', '').replace('}', ''))
        status, after = HUB.ask('admin', 'GET',
                                f'/api/v1/events?after={before["seq"]}')
        self.assertEqual(status, 200)
        self.assertEqual([e for e in after['events']
                          if e['entity'] in ('token', 'audit')], [])

    def test_the_same_once_more_adds_and_removes_nothing(self):
        tried = {}

        @TWICE
        @given(changes())
        def run(request):
            _, method, path, _, target, body = request
            HUB.seed()
            first, _ = HUB.ask('admin', method, target, body)
            if first >= 300:
                return
            before = HUB.ids()
            second, answer = HUB.ask('admin', method, target, body)
            what = f'{method} {target} with {body!r}: {first}, {second}'
            self.check(request, second, answer)
            self.assertTrue(second < 300 or second in (404, 409, 429),
                            what)
            self.assertEqual(HUB.ids(), before, what)
            tried[method, path] = tried.get((method, path), 0) + 1

        run()
        print('twice:', sum(tried.values()), 'calls of', len(tried), 'routes')
        self.assertGreater(len(tried), 10)

    def test_the_same_once_more_changes_nothing(self):
        add = {'host': '127.0.0.1', 'port': 19}
        agent = {'agent_id': 'same', 'type': 'performance', 'name': 'same'}
        one = '/api/v1/endpoints/127.0.0.1:19'
        calls = [
            ('POST', '/api/v1/endpoints', add, 201, 200),
            ('PATCH', one, {'priority': 7}, 200, 200),
            ('POST', one + '/drain', {}, 200, 200),
            ('DELETE', one, None, 200, 404),
            ('POST', '/api/v1/agents/register', agent, 200, 200),
            ('POST', '/api/v1/agents/same/unregister', {}, 200, 404),
        ]
        for method, target, body, first, second in calls:
            for expected in (first, second):
                status, answer = HUB.ask('operator', method, target, body)
                self.assertEqual(status, expected, f'{method} {target} '
                                                   f'{answer}')


def main():
    global HUB
    address, port, *tokens = sys.argv[1:]
    HUB = Hub(address, port, dict(t.split('=') for t in tokens))
    unittest.main(argv=sys.argv[:1], verbosity=2)


if __name__ == '__main__':
    main()
