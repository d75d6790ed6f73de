# SPDX-License-Identifier: MIT
"""A hub of the tests: it notes what is asked, and answers as it is told.

Without orders it behaves: it knows who registered, and answers 404 to the
heartbeats of others.
"""

import collections
import http.server
import json
import os
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time

Request = collections.namedtuple('Request',
                                 'verb path headers body connection')


def answer(status, body=None, **headers):
    """An order: this status, this object, Retry_After='5' and so on."""
    def give(handler, _):
        handler.give(status, json.dumps({} if body is None else body),
                     {k.replace('_', '-'): v for k, v in headers.items()})
    return give


def error(status, code='no', field=None, **headers):
    said = {'error': {'code': code, 'message': 'as told', 'field': field}}
    return answer(status, said, **headers)


def raw(data, close=True):
    """An order: these bytes, and the end of the connection."""
    def give(handler, _):
        handler.wfile.write(data)
        handler.close_connection = close
    return give


def endless(start, more):
    """An order: start, and then more for as long as somebody reads."""
    def give(handler, _):
        handler.close_connection = True
        handler.wfile.write(start)
        while True:
            handler.wfile.write(more)
    return give


def drip(data, pause):
    """An order: data, a byte at a time."""
    def give(handler, _):
        handler.close_connection = True
        for byte in data:
            handler.wfile.write(bytes([byte]))
            time.sleep(pause)
    return give


def silence(hub):
    """An order: nothing, until the hub ends."""
    def give(handler, _):
        handler.close_connection = True
        hub.ended.wait(20)
    return give


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    hub = None

    def setup(self):
        super().setup()
        self.hub.connections.add(self.connection)

    def finish(self):
        try:
            super().finish()
        finally:
            with self.hub.changed:
                self.hub.connections.discard(self.connection)
                self.hub.changed.notify_all()

    def handle(self):
        try:
            super().handle()
        except (OSError, ValueError):
            pass

    def do_POST(self):
        length = int(self.headers.get('Content-Length', 0))
        body = json.loads(self.rfile.read(length))
        verb = self.path.rsplit('/', 1)[1]
        request = Request(verb, self.path, self.headers, body,
                          id(self.connection))
        self.hub.note(request)(self, request)

    def do_GET(self):
        self.hub.note(Request('GET', self.path, self.headers, None, 0))
        self.give(404, '{}', {})

    def give(self, status, text, headers):
        data = text.encode()
        headers = {'Content-Type': 'application/json; charset=utf-8',
                   'Content-Length': len(data), **headers}
        lines = [f'HTTP/1.1 {status} as told',
                 *(f'{name}: {value}' for name, value in headers.items())]
        # In one piece: a second would wait for the first one's ACK.
        self.wfile.write('\r\n'.join(lines + ['', '']).encode() + data)
        if headers.get('Connection') == 'close':
            self.close_connection = True

    def log_message(self, *_):
        pass

    def address_string(self):
        return 'test'


class TCPServer(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, *_):
        pass            # clients may go, and TLS may fail


class UnixServer(TCPServer):
    address_family = socket.AF_UNIX


class FakeHub:
    """Use it in a with statement.  context makes it speak TLS; path makes it
    listen on a unix socket."""

    def __init__(self, context=None, path=None, interval=30):
        self.context = context
        self.path = path
        self.interval = interval
        self.port = 0
        self.changed = threading.Condition()
        self.requests = []
        self.known = set()
        self.orders = collections.defaultdict(collections.deque)
        self.connections = set()
        self.on_request = None
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def url(self):
        if self.path is not None:
            return f'unix:{self.path}'
        scheme = 'http' if self.context is None else 'https'
        return f'{scheme}://127.0.0.1:{self.port}'

    def start(self):
        handler = type('HubHandler', (Handler,), {'hub': self})
        self.ended = threading.Event()
        if self.path is not None:
            self.server = UnixServer(self.path, handler)
        else:
            self.server = TCPServer(('127.0.0.1', self.port), handler)
            self.port = self.server.server_address[1]
        if self.context is not None:
            self.server.socket = self.context.wrap_socket(
                self.server.socket, server_side=True,
                do_handshake_on_connect=False)
        self.thread = threading.Thread(
            target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def stop(self):
        """Gone: nobody listens, and all connections are cut."""
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        self.cut()
        if self.path is not None and os.path.exists(self.path):
            os.unlink(self.path)

    def cut(self):
        """Ends the connections that are kept; the listener stays."""
        for connection in list(self.connections):
            try:
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            except OSError:
                pass
        with self.changed:
            self.changed.wait_for(lambda: not self.connections, 1)

    def order(self, verb, *orders):
        """How the next requests of this kind are answered."""
        self.orders[verb].extend(orders)

    def note(self, request):
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()
            if self.on_request is not None:
                self.on_request(request)
            waiting = self.orders[request.verb]
            return waiting.popleft() if waiting else self.behave

    def behave(self, handler, request):
        if request.verb == 'register':
            self.register(handler, request)
            return
        agent = request.path.split('/')[-2]
        if request.verb == 'heartbeat' and agent in self.known:
            answer(200, {'received': True, 'next_interval_seconds':
                         self.interval})(handler, request)
        elif request.verb == 'unregister' and agent in self.known:
            self.known.discard(agent)
            answer(200)(handler, request)
        else:
            error(404, 'not_found')(handler, request)

    def register(self, handler, request):
        agent = request.body['agent_id']
        created = agent not in self.known
        self.known.add(agent)
        answer(200, {
            'agent_id': agent, 'created': created,
            'registered_at': '2026-11-21T07:15:43.000Z',
            'registered_at_ms': 1795245343000,
            'heartbeat_url': f'/api/v1/agents/{agent}/heartbeat',
            'heartbeat_interval_seconds': self.interval,
            'endpoints': []})(handler, request)

    def verbs(self):
        return [request.verb for request in self.requests]

    def last(self, verb):
        return [r for r in self.requests if r.verb == verb][-1]

    def count(self, verb):
        return self.verbs().count(verb)

    def wait(self, verb, count=1, seconds=10):
        """Until so many requests of this kind came."""
        with self.changed:
            if not self.changed.wait_for(lambda: self.count(verb) >= count,
                                         seconds):
                raise AssertionError(f'no {verb} number {count} in {seconds} '
                                     f's: {self.verbs()}')


class Authority:
    """Certificates, made by openssl."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.ca = self.path('ca.pem')
        self.openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt',
                     'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
                     '-subj', '/CN=test authority', '-keyout',
                     self.path('ca.key'), '-out', self.ca)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def openssl(self, *arguments):
        subprocess.run(['openssl', *arguments], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def issue(self, name, subject='IP:127.0.0.1'):
        """A file with a certificate and its key."""
        key, request, cert = (self.path(name + end)
                              for end in ('.key', '.csr', '.crt'))
        with open(self.path(name + '.ext'), 'w', encoding='ascii') as file:
            file.write(f'subjectAltName={subject}\n')
        self.openssl('req', '-newkey', 'ec', '-pkeyopt',
                     'ec_paramgen_curve:P-256', '-nodes', '-subj',
                     f'/CN={name}', '-keyout', key, '-out', request)
        self.openssl('x509', '-req', '-in', request, '-CA', self.ca,
                     '-CAkey', self.path('ca.key'), '-CAcreateserial',
                     '-days', '2', '-extfile', self.path(name + '.ext'),
                     '-out', cert)
        both = self.path(name + '.pem')
        with open(both, 'w', encoding='ascii') as file:
            for part in (cert, key):
                with open(part, encoding='ascii') as source:
                    file.write(source.read())
        return both

    def server(self, name, subject='IP:127.0.0.1', clients=False):
        """A context for FakeHub."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.issue(name, subject))
        if clients:
            context.load_verify_locations(self.ca)
            context.verify_mode = ssl.CERT_REQUIRED
        return context

    def end(self):
        self.folder.cleanup()
