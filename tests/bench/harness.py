# SPDX-License-Identifier: MIT
"""What the benchmarks share: a simulated fleet, a collectd, and figures.

A benchmark prints one line a figure: name, value, unit, baseline's name or
"-", ratio to the baseline or "-", by tabs.  It gets the build directory from
contrib/bench in BENCH_BUILD, and takes --short.
"""
import argparse
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.environ.get("BENCH_BUILD", os.getcwd())
SIM = os.path.join(BUILD, "tests/support/sim/llmreg-sim")
BARE_CURL = os.path.join(BUILD, "tests/bench/bare_curl")
STUB_DIR = os.path.join(BUILD, "tests/bench/.libs")
PLUGIN_DIR = os.environ.get("BENCH_PLUGINS",
                            os.path.join(BUILD, "stage/lib/collectd"))
COLLECTD = "/usr/sbin/collectd"
COLLECTD_PLUGINS = "/usr/lib/collectd"
TYPES_DB = "/usr/share/collectd/types.db"
FIRST = "127.2.0.1"
FILES = 60000


def figure(name, value, unit, baseline="-", ratio="-"):
    """One line of the result; numbers are rounded here and nowhere else."""
    def text(x):
        return f"{x:.4g}" if isinstance(x, float) else str(x)
    print(name, text(value), unit, baseline, text(ratio), sep="\t", flush=True)


def note(text):
    print(f"# {text}", file=sys.stderr, flush=True)


def arguments(about):
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--runs", type=int, help="alternating runs (5)")
    parser.add_argument("--endpoints", type=int)
    parser.add_argument("--interval", type=int, help="seconds")
    parser.add_argument("--rounds", type=int, help="measured intervals a run")
    return parser


def alternate(runs, *measures):
    """Each measure in turn, runs times; the median of each one's results."""
    results = [[] for _ in measures]
    for _ in range(runs):
        for kept, measure in zip(results, measures):
            kept.append(measure())
    return [statistics.median(kept) for kept in results]


def free_port():
    with socket.socket() as s:
        s.bind(("0.0.0.0", 0))
        return s.getsockname()[1]


def allow_files():
    """For children: a connection an endpoint; a hint where it is refused."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, max(FILES, hard)))
    except (ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


class Process:
    """A child that is always ended, and in a directory of its own."""

    def __init__(self, prefix, where=None):
        self.dir = tempfile.mkdtemp(prefix=f"llmreg-bench-{prefix}-",
                                    dir=where)
        self.child = None

    def start(self, command, **kept):
        self.child = subprocess.Popen(command, preexec_fn=allow_files, **kept)

    def stop(self):
        if self.child is None or self.child.poll() is not None:
            return
        self.child.terminate()
        try:
            self.child.wait(60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def path(self, name):
        return os.path.join(self.dir, name)


class Fleet(Process):
    """The simulator; its log is read after it ended."""

    def __init__(self, servers, *options):
        super().__init__("sim")
        self.servers = servers
        self.port = free_port()
        self.start([SIM, "--servers", str(servers), "--first", FIRST,
                    "--port", str(self.port), "--log", self.path("log"),
                    "--list", self.path("list.json"), "--shared", *options],
                   stdout=subprocess.PIPE, text=True)
        if self.child.stdout.readline() != "ready\n":
            raise RuntimeError("the simulator does not start")

    def targets(self):
        with open(self.path("list.json")) as listing:
            return json.load(listing)[0]["targets"]

    def arrivals(self, route):
        """Seconds of the monotonic clock, in order, for each server."""
        self.stop()
        times = [[] for _ in range(self.servers)]
        with open(self.path("log")) as log:
            for line in log:
                ns, server, what = line.split()
                if what == route:
                    times[int(server)].append(int(ns) / 1e9)
        return times


class Collectd(Process):
    """A real collectd with a configuration of ours, without write plugins."""

    HEAD = """
BaseDir "{dir}"
PIDFile "{dir}/collectd.pid"
FQDNLookup false
TypesDB "{types}"
Interval {interval}
PluginDir "{plugins}"
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File "{dir}/collectd.log"
</Plugin>
LoadPlugin unixsock
<Plugin unixsock>
  SocketFile "{dir}/socket"
</Plugin>
"""
    STUB = """
PluginDir "{stub}"
LoadPlugin llmreg_stub
<Plugin llmreg_stub>
{options}
</Plugin>
"""

    def __init__(self, interval, rest, stub="", env=None):
        super().__init__("collectd")
        text = self.HEAD.format(dir=self.dir, types=TYPES_DB,
                                interval=interval, plugins=COLLECTD_PLUGINS)
        text += rest.replace("@DIR@", self.dir)
        text += self.STUB.format(stub=STUB_DIR, options=stub)
        with open(self.path("collectd.conf"), "w") as conf:
            conf.write(text)
        self.start([COLLECTD, "-f", "-C", self.path("collectd.conf")],
                   stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   env={**os.environ, **(env or {})})
        self.started = time.monotonic()

    def alive(self):
        return self.child.poll() is None

    def log(self):
        with open(self.path("collectd.log"), errors="replace") as log:
            return log.read()

    def memory_mb(self):
        with open(f"/proc/{self.child.pid}/status") as status:
            for line in status:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        raise RuntimeError("collectd has ended:\n" + self.log()[-2000:])

    def thread_cpu_ns(self, name):
        """CPU time so far of the thread of that name; None: there is none."""
        tasks = f"/proc/{self.child.pid}/task"
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/comm") as comm:
                if comm.read().strip() != name:
                    continue
            with open(f"{tasks}/{task}/schedstat") as stat:
                return int(stat.read().split()[0])
        return None

    def series(self):
        """All identifiers in collectd's cache."""
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(self.path("socket"))
            stream = s.makefile("rw")
            stream.write("LISTVAL\n")
            stream.flush()
            count = int(stream.readline().split()[0])
            return [stream.readline().rstrip("\n").split(" ", 1)[1]
                    for _ in range(count)]


def percentile(values, p):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * p / 100))]


EDGE = 0.5  # seconds before the end in which a round is not judged


def rounds(times, interval, begin, end):
    """How late, and how many missed, in [begin, end] for one endpoint.

    The grid is the endpoint's own: its earliest place is taken from its
    arrivals, so that being always late by the same is no lateness, and one
    late arrival is.  A gap of n intervals is n - 1 missed rounds.
    """
    before = [t for t in times if t < begin][-1:]
    here = before + [t for t in times if begin <= t < end]
    if not here:
        return [], round((end - begin) / interval)
    numbers = [round((t - here[0]) / interval) for t in here]
    anchor = min(t - n * interval for t, n in zip(here, numbers))
    late = [t - anchor - n * interval for t, n in zip(here, numbers)]
    gaps = numbers[-1] + 1 - len(set(numbers))
    return late, gaps + max(0, int((end - here[-1] - EDGE) / interval))
