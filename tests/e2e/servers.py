# SPDX-License-Identifier: MIT
"""Servers that the simulator does not play: TLS, tokens, redirects."""

import http.server
import json
import ssl
import subprocess
import threading

VERSION = {'version': '0.30.10'}
TAGS = {'models': [{'name': 'llama3.2:3b', 'model': 'llama3.2:3b',
                    'size': 2019393189, 'capabilities': ['completion'],
                    'details': {'family': 'llama'}}]}
PS = {'models': []}
ANSWERS = {'/api/version': VERSION, '/api/tags': TAGS, '/api/ps': PS}


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers like Ollama, as the server's fields say."""

    protocol_version = 'HTTP/1.1'

    def do_GET(self):  # pylint: disable=invalid-name
        with self.server.lock:
            self.server.seen.append((self.path, dict(self.headers)))
        token = self.server.token
        if self.server.location:
            self.answer(302, b'', Location=self.server.location)
        elif token and self.headers['Authorization'] != f'Bearer {token}':
            self.answer(401, b'{"error":"unauthorized"}')
        elif self.path in ANSWERS:
            self.answer(200, json.dumps(ANSWERS[self.path]).encode())
        else:
            self.answer(404, b'404 page not found')

    def answer(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *args):  # pylint: disable=redefined-builtin
        pass


class Server(http.server.ThreadingHTTPServer):
    """One server on a port of the world's choosing, until the world ends."""

    daemon_threads = True

    def __init__(self, world, number, certificate=None, clients=None):
        super().__init__((f'{world.net}.{number}', 0), Handler)
        self.lock = threading.Lock()
        self.seen = []      # (path, headers) of each request
        self.token = None   # what Authorization must bear
        self.location = None  # where to redirect all
        self.scheme = 'http'
        if certificate:
            self.scheme = 'https'
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            if clients:  # the authority of the certificates they must have
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(clients)
            self.socket = context.wrap_socket(self.socket, server_side=True,
                                              do_handshake_on_connect=False)
        thread = threading.Thread(target=self.serve_forever, daemon=True)
        thread.start()
        world.cleanups.append(self.shutdown)

    def handle_error(self, request, client_address):
        pass  # a client that goes away is what tests are about

    def url(self):
        host, port = self.server_address
        return f'{self.scheme}://{host}:{port}'


def make_certificate(world, name, subject):
    """(certificate, key) files for subject: "IP:127.0.0.1", "DNS:x"."""
    certificate, key = world.path(f'{name}.pem'), world.path(f'{name}.key')
    subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days',
         '2', '-subj', f'/CN={name}', '-addext', f'subjectAltName={subject}',
         '-keyout', key, '-out', certificate],
        check=True, capture_output=True)
    return certificate, key
