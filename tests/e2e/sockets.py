# SPDX-License-Identifier: MIT
"""The client's end of a WebSocket, for tests: RFC 6455 in a few lines."""

import base64
import hashlib
import json
import os
import socket
import struct
import urllib.parse

from world import expect

GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
MORE, TEXT, CLOSE, PING, PONG = 0, 1, 8, 9, 10


class Closed(Exception):
    """With the code that it was closed with, None: without."""

    def __init__(self, code=None):
        super().__init__(code)
        self.code = code


class WebSocket:
    """Answers pings while it reads; nothing waits longer than 10 s."""

    def __init__(self, base, path='/ws', **headers):
        url = urllib.parse.urlsplit(base)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket = socket.create_connection((url.hostname, url.port), 10)
        lines = [f'GET {path} HTTP/1.1', f'Host: {url.netloc}',
                 'Upgrade: websocket', 'Connection: Upgrade',
                 'Sec-WebSocket-Version: 13', f'Sec-WebSocket-Key: {key}',
                 *(f'{name}: {value}' for name, value in headers.items())]
        self.socket.sendall('\r\n'.join([*lines, '', '']).encode())
        self.bytes = b''
        head = self.head()
        self.status = int(head.split()[1])
        digest = hashlib.sha1((key + GUID).encode()).digest()
        if self.status == 101:
            expect(base64.b64encode(digest).decode() in head, head)

    def more(self):
        got = self.socket.recv(65536)
        if not got:
            raise Closed()
        self.bytes += got

    def head(self):
        while b'\r\n\r\n' not in self.bytes:
            self.more()
        head, self.bytes = self.bytes.split(b'\r\n\r\n', 1)
        return head.decode()

    def take(self, count):
        while len(self.bytes) < count:
            self.more()
        taken, self.bytes = self.bytes[:count], self.bytes[count:]
        return taken

    def frame(self, opcode, payload=b'', fin=True):
        mask = os.urandom(4)
        head = bytes([opcode | (0x80 if fin else 0)])
        if len(payload) < 126:
            head += bytes([0x80 | len(payload)])
        else:
            head += b'\xfe' + struct.pack('>H', len(payload))
        body = bytes(b ^ mask[n % 4] for n, b in enumerate(payload))
        self.socket.sendall(head + mask + body)

    def say(self, kind, **members):
        message = json.dumps({'type': kind, **members})
        self.frame(TEXT, message.encode())

    def read(self):
        """The next message, of however many fragments."""
        text = b''
        while True:
            first, length = self.take(2)
            expect(length < 128, 'the server masks')
            if length == 126:
                length = struct.unpack('>H', self.take(2))[0]
            elif length == 127:
                length = struct.unpack('>Q', self.take(8))[0]
            payload = self.take(length)
            if first == 0x80 | PING:
                self.frame(PONG, payload)
            elif first == 0x80 | CLOSE:
                raise Closed(struct.unpack('>H', payload[:2])[0]
                             if payload else None)
            elif first & 0xf in (MORE, TEXT):
                expect((first & 0xf == TEXT) == (text == b''), f'{first}')
                text += payload
                if first & 0x80:
                    return json.loads(text)

    def ask(self, kind, **members):
        self.say(kind, **members)
        return self.read()

    def leave(self, code=1000, reason=b'shutdown'):
        """Closes it as it should be; the code that is answered."""
        self.frame(CLOSE, struct.pack('>H', code) + reason)
        return self.ending()

    def ending(self):
        """Reads until it is closed; the code."""
        try:
            while True:
                self.read()
        except Closed as closed:
            return closed.code
        finally:
            self.socket.close()
