#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""demo_agents.py - the agents of quickstart's simulated fleet.

    demo_agents.py URL TOKEN_FILE COUNT PORT INTERVAL

An agent on each of the hosts gpu01, gpu02, ... (127.42.0.1, 127.42.0.2, ...)
registers at URL, announces the server at PORT of its host, and tells every
INTERVAL seconds how busy the host is.  The third falls silent for a while now
and then, so that there is something to see.  The token must be an operator's or
an admin's: it speaks for all of them.  Runs until it is killed.
"""

import http.client
import json
import math
import sys
import time
import urllib.parse

GIB = 2**30
QUIET = 3      # number of the one that falls silent
QUIET_OF = 40  # intervals; of these it is silent in the last ones
QUIET_FOR = 14


class Agent:
    """One agent, with a connection from its own address."""

    def __init__(self, hub, token, number, port, interval):
        self.number = number
        self.name = f'gpu{number:02d}'
        self.address = f'127.42.0.{number}'
        self.port = port
        self.interval = interval
        self.headers = {'Authorization': f'Bearer {token}',
                        'Content-Type': 'application/json'}
        self.connection = http.client.HTTPConnection(
            *hub, timeout=5, source_address=(self.address, 0))
        self.registered = False

    def post(self, path, body):
        """The status, or 0: the hub is not there now."""
        try:
            self.connection.request('POST', path, json.dumps(body),
                                    self.headers)
            answer = self.connection.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            self.connection.close()
            return 0

    def register(self):
        self.registered = self.post('/api/v1/agents/register', {
            'agent_id': f'demo-{self.name}', 'type': 'performance',
            'name': f'demo-{self.name}', 'role': 'worker',
            'host': self.name, 'interval_seconds': self.interval,
            'capabilities': ['gpu=h100' if self.number % 2 else 'gpu=l40s'],
            'endpoints': [f'http://{self.address}:{self.port}'],
        }) == 200

    def resources(self, now):
        busy = 0.5 + 0.4 * math.sin(now / 60 + self.number)
        vram = 80 * GIB if self.number % 2 else 48 * GIB
        used = int(vram * (0.3 + 0.4 * busy))
        return {
            'cpu_percent': round(60 * busy, 1),
            'load1': round(8 * busy, 2),
            'ram_used_bytes': int(128 * GIB * (0.2 + 0.3 * busy)),
            'ram_total_bytes': 128 * GIB,
            'gpus': [{'name': '0', 'utilization_percent': round(90 * busy, 1),
                      'memory_used_bytes': used, 'memory_total_bytes': vram,
                      'temperature_celsius': round(40 + 35 * busy, 1),
                      'power_watts': round(80 + 220 * busy, 1)}],
        }

    def beat(self, turn, now):
        if (self.number == QUIET
                and turn % QUIET_OF >= QUIET_OF - QUIET_FOR):
            return
        if not self.registered:
            self.register()
        if self.registered and self.post(
                f'/api/v1/agents/demo-{self.name}/heartbeat',
                {'status': 'healthy',
                 'resources': self.resources(now)}) == 404:
            self.registered = False


def main():
    url, token_file, count, port, interval = sys.argv[1:]
    hub = urllib.parse.urlsplit(url)
    with open(token_file, encoding='ascii') as file:
        token = file.read().strip()
    interval = float(interval)
    agents = [Agent((hub.hostname, hub.port), token, n + 1, port, interval)
              for n in range(int(count))]
    beat_for_ever(agents, interval)


def beat_for_ever(agents, interval):
    start = time.monotonic()
    turn = 0
    while True:
        for agent in agents:
            agent.beat(turn, time.monotonic())
        turn += 1
        time.sleep(max(0, start + turn * interval - time.monotonic()))


if __name__ == '__main__':
    try:
        main()
    except KeyboardInterrupt:
        pass
