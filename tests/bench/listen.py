#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""llm_listen in a real collectd under load from wrk.

Heartbeats are held against the same engine that answers every POST the same
(http_const), in turn with it.  Registrations are durable: each is answered
after its commit.  Streams and idle connections are counted in the daemon's
memory, an event for all of them in its CPU time.
"""
import base64
import json
import os
import re
import resource
import socket
import subprocess
import time
import urllib.request

import harness
from harness import Collectd, Process, figure, note

HTTP_CONST = os.path.join(harness.BUILD, "tests/bench/http_const")
TOKEN = "lr1_bench000_" + "b" * 43
CONNECTIONS = 64
PAGE = 100

CONF = """
PluginDir "{plugins}"
LoadPlugin llm_listen
<Plugin llm_listen>
  <Registry>
    DataDir "{data}"
    MaxAgents 1000000
  </Registry>
  TokenFile "@DIR@/tokens"
  TokenRate 0
  AddressRate 0
  NewHosts 1000000
  MaxConnections 20000
  MaxConnectionsPerAddress 20000
  MaxStreams 10000
  MaxStreamsPerAddress 10000
  <Listen "127.0.0.1">
    Port {port}
  </Listen>
</Plugin>
"""

# Each thread of wrk has numbers of its own.
HEAD = """
local threads = 0
function setup(thread) thread:set("id", threads) threads = threads + 1 end
local headers = {{["Authorization"] = "Bearer {token}",
                 ["Content-Type"] = "application/json"}}
local n = 0
local function draw(count)
  n = (n * 1103515245 + 12345 + id) % 2147483648
  return math.floor(n / 65536) % count
end
"""
HEARTBEAT = HEAD + """
local body = [[{body}]]
function request()
  local path = string.format("/api/v1/agents/bench-%05d/heartbeat",
                             draw({agents}))
  return wrk.format("POST", path, headers, body)
end
"""
DELAY = """
function delay() return {ms} end
"""
CONST = HEAD + """
local body = [[{body}]]
function request() return wrk.format("POST", "/", headers, body) end
"""
GET = HEAD + """
function request()
  return wrk.format("GET", string.format("/api/v1/agents/bench-%05d",
                                         draw({agents})), headers)
end
"""
LIST = HEAD + """
local cursors = {{{cursors}}}
function request()
  return wrk.format("GET", "/api/v1/agents?limit={page}&cursor=" ..
                    cursors[draw(#cursors) + 1], headers)
end
"""
REGISTER = HEAD + """
local made = 0
function request()
  made = made + 1
  local body = string.format('{{"agent_id":"{run}-%d-%d","type":"worker",' ..
    '"name":"{run} %d %d","role":"worker","version":"1.2.3"}}',
    id, made, id, made)
  return wrk.format("POST", "/api/v1/agents/register", headers, body)
end
"""
BODY = json.dumps({
    "status": "healthy", "latency_ms": 12.5, "activity": "serving",
    "metrics": {"requests_per_second": 17.25, "queue_length": 3,
                "tokens_per_second": 812.5},
    "metadata": {"zone": "b", "rack": 7, "batch": "nightly-2026"}})


class Hub(Process):
    """A collectd that listens, with so many agents; env is added to its."""

    def __init__(self, agents, data="", env=None):
        super().__init__("hub")
        self.agents = agents
        self.data = data or self.path("registry")
        self.env = env
        self.port = harness.free_port()
        self.collectd = None

    def __enter__(self):
        tokens = self.path("tokens")
        with open(tokens, "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
            f.write(f"operator bench {TOKEN}\n")
        conf = CONF.format(plugins=harness.PLUGIN_DIR, port=self.port,
                           data=self.data)
        self.collectd = Collectd(10, conf.replace("@DIR@", self.dir),
                                 env=self.env)
        self.wait()
        return self

    def __exit__(self, *what):
        self.collectd.__exit__(*what)
        super().__exit__(*what)

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {TOKEN}",
                     "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def wait(self):
        for _ in range(1000):
            try:
                return self.ask("GET", "/api/v1/agents?limit=1")
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("it does not listen:\n" + self.collectd.log())

    def fill(self):
        """Agents bench-00000 and on, by few connections that stay open."""
        text = "".join(
            f"POST /api/v1/agents/register HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {TOKEN}\r\n"
            f"Content-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
            for body in (json.dumps({
                "agent_id": f"bench-{i:05d}", "type": "worker",
                "name": f"bench {i}", "role": "worker", "version": "1.2.3",
                "capabilities": ["chat", "gpu=h100"]})
                for i in range(self.agents)))
        each = text.split("POST /")[1:]
        with socket.create_connection(("127.0.0.1", self.port)) as s:
            stream = s.makefile("rb")
            for one in each:
                s.sendall(("POST /" + one).encode())
                status = stream.readline()
                if b" 200 " not in status and b" 201 " not in status:
                    raise RuntimeError(f"registration: {status}")
                length = 0
                while (line := stream.readline()) != b"\r\n":
                    if line.lower().startswith(b"content-length:"):
                        length = int(line.split(b":")[1])
                stream.read(length)

    def cpu_ms(self):
        """User and system time of the daemon so far."""
        with open(f"/proc/{self.collectd.child.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        ticks = int(fields[11]) + int(fields[12])
        return ticks * 1000 / os.sysconf("SC_CLK_TCK")


class Const(Process):
    """The engine with a constant answer."""

    def __init__(self):
        super().__init__("const")
        self.start([HTTP_CONST], stdin=subprocess.PIPE,
                   stdout=subprocess.PIPE, text=True)
        self.port = int(self.child.stdout.readline())


class Wrk:
    """One load: requests a second, and the 99th percentile in ms."""

    def __init__(self, directory, seconds):
        self.directory = directory
        self.seconds = seconds

    def __call__(self, port, script, **values):
        path = os.path.join(self.directory, "load.lua")
        with open(path, "w") as out:
            out.write(script.format(token=TOKEN, **values))
        done = subprocess.run(
            ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{self.seconds}s",
             "--latency", "-s", path, f"http://127.0.0.1:{port}"],
            stdout=subprocess.PIPE, text=True, check=True)
        self.check(done.stdout)
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)[1])
        number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)",
                                 done.stdout).groups()
        self.p99_ms = float(number) * {"us": 1e-3, "ms": 1, "s": 1e3}[unit]
        return rate

    @staticmethod
    def check(text):
        for wrong in ("Non-2xx", "Socket errors"):
            if wrong in text:
                raise RuntimeError("wrk:\n" + text)


def cursors(agents):
    names = (f"bench-{i:05d}" for i in range(0, agents - PAGE, 97))
    return ",".join(
        '"' + base64.urlsafe_b64encode(n.encode()).decode().rstrip("=") + '"'
        for n in names)


def rates(options, hub):
    seconds = 1 if options.short else 3
    runs = options.runs or (1 if options.short else 5)
    run = 0

    def register():
        nonlocal run
        run += 1
        return wrk(hub.port, REGISTER, run=f"run{run}")

    with Const() as const:
        wrk = Wrk(const.dir, seconds)
        beats, plain = harness.alternate(
            runs,
            lambda: wrk(hub.port, HEARTBEAT, body=BODY, agents=hub.agents),
            lambda: wrk(const.port, CONST, body=BODY))
        figure("listen.heartbeats", beats, "/s", "constant", beats / plain)
        paced = HEARTBEAT + DELAY.format(ms=CONNECTIONS * 1000 // 10000)
        wrk(hub.port, paced, body=BODY, agents=hub.agents)
        figure("listen.heartbeat_p99", wrk.p99_ms, "ms")
        for name, script, values in (
                ("get", GET, {"agents": hub.agents}),
                ("list", LIST, {"cursors": cursors(hub.agents),
                                "page": PAGE})):
            rate, = harness.alternate(
                runs, lambda: wrk(hub.port, script, **values))
            figure(f"listen.{name}", rate, "/s")
        rate, = harness.alternate(runs, register)
        figure("listen.register", rate, "/s")


STREAM = (f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n"
          f"Accept: text/event-stream\r\nAuthorization: Bearer {TOKEN}\r\n\r\n")
IDLE = (f"GET /api/v1/agents?limit=1 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {TOKEN}\r\n\r\n")


def connect(hub, count, request):
    """So many connections that have got the beginning of an answer."""
    held = []
    for _ in range(count):
        s = socket.create_connection(("127.0.0.1", hub.port), 20)
        s.sendall(request.encode())
        held.append(s)
    for s in held:
        if b" 200 " not in s.recv(4096):
            raise RuntimeError("no stream")
    return held


def hear(held, word):
    """Until each has got it."""
    for s in held:
        text = b""
        while word not in text:
            more = s.recv(65536)
            if not more:
                raise RuntimeError("a stream ended")
            text = text[-len(word):] + more


def held_memory(hub, count, request):
    before = hub.collectd.memory_mb()
    held = connect(hub, count, request)
    time.sleep(1)
    return held, hub.collectd.memory_mb() - before


def idle(count):
    with Hub(0) as hub:
        held, mb = held_memory(hub, count, IDLE)
        figure("listen.idle_connection", mb * 1024 / count, "kB")
        for s in held:
            s.close()


def streams(count):
    """Each of a few events reaches all of them."""
    events = 10
    with Hub(0) as hub:
        held, mb = held_memory(hub, count, STREAM)
        figure("listen.streams", mb, "MB")
        before = hub.cpu_ms()
        for i in range(events):
            hub.ask("POST", "/api/v1/agents/register",
                    {"agent_id": f"told-{i}", "type": "worker",
                     "name": f"told {i}"})
            hear(held, f"told-{i}".encode())
        figure("listen.event_cpu", (hub.cpu_ms() - before) / events, "ms")
        for s in held:
            s.close()


def main():
    options = harness.arguments(__doc__).parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE,
                       (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    agents = 2000 if options.short else 20000
    with Hub(agents) as hub:
        note(f"listen: {agents} agents")
        hub.fill()
        rates(options, hub)
    held = 300 if options.short else 3000
    idle(held)
    streams(held)


if __name__ == "__main__":
    main()
