#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The store: how long a start takes, how fast it commits, whom it disturbs.

A start and a backup are those of 20,000 endpoints with ten models each.  A
backup and a slow disk are held against the same load without them, in turn;
commits against SQLite alone with the same rows in the same groups.
"""
import mmap
import os
import re
import shutil
import statistics
import struct
import subprocess
import time

import harness
import listen
import registry
from harness import Process, figure, note
from listen import BODY, DELAY, GET, HEARTBEAT, REGISTER, Hub

PROGRAM = os.path.join(harness.BUILD, "tests/bench/store_bench")
DISK = os.path.join(harness.BUILD, "tests/support/disk/.libs/disk.so")
SLOW_US = 10000
# In struct disk.
FIELDS = 7
SYNC_DELAY = 3
AGENTS = 2000
TAIL = """
function done(summary, latency)
  io.write(string.format("tail %d %d\\n", latency:percentile(99),
                         latency:percentile(99.9)))
end
"""


class Bench:
    """The program's groups, on directories beside it: on the disk of the
    build directory, which is measured."""

    def __init__(self, options):
        self.short = options.short
        self.runs = options.runs or (1 if options.short else 5)

    def run(self, group, directory, env=None):
        """The lines that it prints: (name, value, unit, baseline, ratio)."""
        command = [PROGRAM, *(["-s"] if self.short else []), group, directory]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                              check=True, env={**os.environ, **(env or {})})
        return [line.split("\t") for line in done.stdout.splitlines()]

    @staticmethod
    def print_medians(runs):
        for line in registry.medians(runs):
            figure(*line)


class Place(Process):
    """A directory on the disk of the build directory."""

    def __init__(self):
        super().__init__("store", harness.BUILD)


class Load:
    """Requests at a pace that leaves the hub idle most of the time: what
    percentiles tell then is who was in the way."""

    def __init__(self, hub, script, connections, pause_ms=0, **values):
        self.hub = hub
        self.connections = connections
        self.path = hub.path(f"load-{id(self)}.lua")
        if pause_ms:
            script += DELAY.format(ms=pause_ms)
        with open(self.path, "w") as out:
            out.write(script.format(token=listen.TOKEN, agents=hub.agents,
                                    **values) + TAIL)
        self.child = None

    def start(self, seconds):
        self.child = subprocess.Popen(
            ["wrk", "-t1", f"-c{self.connections}", f"-d{seconds}s", "-s",
             self.path, f"http://127.0.0.1:{self.hub.port}"],
            stdout=subprocess.PIPE, text=True)

    def end(self):
        """(a second, 99th percentile in ms, 99.9th)."""
        text, _ = self.child.communicate()
        listen.Wrk.check(text)
        tail = re.search(r"tail (\d+) (\d+)", text)
        return (float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1]),
                int(tail[1]) / 1000, int(tail[2]) / 1000)


def together(seconds, *loads):
    for load in loads:
        load.start(seconds)
    return [load.end() for load in loads]


def compare(runs, plain, other):
    """Medians of the same figures without and with it, in turn."""
    results = ([], [])
    for _ in range(runs):
        results[0].append(plain())
        results[1].append(other())
    return [[[statistics.median(column) for column in zip(*load)]
             for load in zip(*kept)] for kept in results]


# ---- a start ----

def restart(place):
    """From the start of the daemon to its first answer."""
    with Hub(0, place.path("data")) as hub:
        took = time.monotonic() - hub.collectd.started
        if not hub.ask("GET", "/api/v1/endpoints?limit=1")["endpoints"]:
            raise RuntimeError("the endpoints are not there")
        hub.collectd.child.kill()
    return took * 1000


def starts(bench, place):
    data = place.path("data")
    bench.print_medians([bench.run("start", data) for _ in range(bench.runs)])
    figure("store.restart", statistics.median(
        restart(place) for _ in range(bench.runs)), "ms")


def compactions(bench, place, data):
    """On a disk as it is, and on one whose fsync takes 10 ms more."""
    copy = place.path("copy")
    disk = SlowDisk(place)
    disk.delay(SLOW_US)
    results = ([], [])
    for lines, env in zip(results, (None, disk.env(copy))):
        for _ in range(bench.runs):
            shutil.copytree(data, copy)
            lines.append(bench.run("compact", copy, env))
            shutil.rmtree(copy)
    bench.print_medians(results[0])
    bench.print_medians([[(name.replace("compact", "slow_compact"), *rest)
                          for name, *rest in run] for run in results[1]])


def filled(bench):
    """What is measured on the large store."""
    with Place() as place:
        data = place.path("data")
        os.mkdir(data, 0o700)
        bench.run("fill", data)
        starts(bench, place)
        compactions(bench, place, data)
        bench.print_medians([bench.run("backup", data)])


# ---- commits ----

def commits(bench):
    results = []
    for _ in range(bench.runs):
        with Place() as place:
            results.append(bench.run("commit", place.dir))
    bench.print_medians(results)


# ---- a slow disk ----

class SlowDisk:
    """What the preloaded library is told."""

    def __init__(self, place):
        self.path = place.path("disk")
        with open(self.path, "w+b") as control:
            control.write(bytes(8 * FIELDS))
            control.flush()
            self.shared = mmap.mmap(control.fileno(), 8 * FIELDS)

    def env(self, directory):
        """Of a process for which that one is on it."""
        return {"LD_PRELOAD": DISK, "LLMREG_DISK_DIR": directory,
                "LLMREG_DISK_CONTROL": self.path}

    def delay(self, us):
        struct.pack_into("=q", self.shared, 8 * SYNC_DELAY, us)


def slow_disk(bench):
    seconds = 1 if bench.short else 4
    pairs = max(bench.runs, 3)
    runs = [0]
    with Place() as place:
        disk = SlowDisk(place)
        data = place.path("data")
        with Hub(AGENTS, data, disk.env(data)) as hub:
            hub.fill()
            others = (Load(hub, HEARTBEAT, 16, 8, body=BODY),
                      Load(hub, GET, 16, 8))

            def load(us):
                runs[0] += 1
                disk.delay(us)
                return together(seconds, *others, Load(
                    hub, REGISTER, 16, 10, run=f"slow{runs[0]}"))

            def rush(us):
                runs[0] += 1
                disk.delay(us)
                return together(seconds, Load(hub, REGISTER, 64,
                                              run=f"rush{runs[0]}"))

            load(0)
            plain, slow = compare(pairs, lambda: load(0),
                                  lambda: load(SLOW_US))
            fast, slowed = compare(pairs, lambda: rush(0),
                                   lambda: rush(SLOW_US))
            disk.delay(0)
    for i, name in enumerate(("heartbeats", "reads")):
        figure(f"store.slow_{name}_p99", slow[i][1], "ms", "without",
               slow[i][1] / plain[i][1])
    figure("store.slow_register", slowed[0][0], "/s", "without",
           slowed[0][0] / fast[0][0])


def main():
    bench = Bench(harness.arguments(__doc__).parse_args())
    note(f"store: {bench.runs} runs")
    filled(bench)
    commits(bench)
    slow_disk(bench)


if __name__ == "__main__":
    main()
