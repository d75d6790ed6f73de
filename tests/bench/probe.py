#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""llm_probe in a real collectd against 10,000 endpoints.

Lateness and missed rounds are as the simulator saw them.  The memory is held
against a collectd in which a stub submits the same series, the CPU of the
probe thread against a bare libcurl loop that fetches the same URLs: one with
64 multis, for the plain one (see loops.py) is too easy to beat.
"""
import os
import subprocess
import sys
import time

import harness
from harness import BARE_CURL, FIRST, Collectd, Fleet, figure, note

THREAD = "llmreg-probe"
CURL_JSON_ENDPOINTS = 1000

PROBE = """
PluginDir "{plugins}"
LoadPlugin llm_probe
<Plugin llm_probe>
  <Registry>
    DataDir "@DIR@/registry"
  </Registry>
  Interval {interval}
  Timeout {timeout}
  MaxConcurrent 256
  EndpointFile "{list}"
</Plugin>
"""
CURL_JSON = """
LoadPlugin curl_json
<Plugin curl_json>
{urls}
</Plugin>
"""
URL = """
  <URL "http://{target}/api/tags">
    Instance "{target}"
    Interval {interval}
    Timeout {timeout_ms}
    <Key "models/0/size">
      Type "bytes"
    </Key>
  </URL>
"""


class Bench:
    """Parameters, and the measures that take them."""

    def __init__(self, options):
        self.endpoints = options.endpoints or (
            1000 if options.short else 10000)
        self.interval = options.interval or (2 if options.short else 10)
        self.rounds = options.rounds or 4
        self.runs = options.runs or (1 if options.short else 5)
        self.timeout = min(5, self.interval / 2)
        # first probes come at 1,000 a second, then each finds its place
        self.warm = self.endpoints / 1000 + 2 * self.interval
        self.series = None
        self.memory = []

    def config(self, fleet):
        return PROBE.format(plugins=harness.PLUGIN_DIR, interval=self.interval,
                            timeout=self.timeout, list=fleet.path("list.json"))

    def window(self, collectd):
        """Waits for the grid, then for the rounds: begin and end."""
        begin = collectd.started + self.warm
        end = begin + self.rounds * self.interval
        time.sleep(max(0, begin - time.monotonic()))
        cpu = collectd.thread_cpu_ns(THREAD)
        if cpu is None:
            raise RuntimeError("no probe thread:\n" + collectd.log()[-2000:])
        time.sleep(max(0, end - time.monotonic()))
        return begin, end, collectd.thread_cpu_ns(THREAD) - cpu

    def judge(self, fleet, begin, end, servers):
        """All latenesses and the missed rounds of these servers."""
        late, missed = [], 0
        arrivals = fleet.arrivals("version")
        for server in servers:
            times, gone = harness.rounds(arrivals[server], self.interval,
                                         begin, end)
            late += times
            missed += gone
        probes = sum(begin <= t < end for times in arrivals for t in times)
        return late, missed, probes

    def ours(self):
        """One run: lateness, missed rounds, CPU a probe; memory on the way."""
        with Fleet(self.endpoints) as fleet:
            with Collectd(self.interval, self.config(fleet)) as collectd:
                begin, end, cpu = self.window(collectd)
                self.memory.append(collectd.memory_mb())
                self.series = self.series or collectd.series()
            late, missed, probes = self.judge(fleet, begin, end,
                                              range(self.endpoints))
        self.late_ms = harness.percentile(late, 99) * 1000
        self.worst_ms = max(late) * 1000
        self.missed = missed
        note(f"ours: {probes} probes, missed {missed}, late p99 "
             f"{self.late_ms:.1f} ms, worst {self.worst_ms:.1f} ms, "
             f"{cpu / probes / 1000:.1f} us, {self.memory[-1]:.1f} MB")
        return cpu / probes / 1000

    def bare(self, *options):
        """One run of the bare loop: its CPU a probe in us.  Its places are
        even from the start, so that one interval warms it."""
        with Fleet(self.endpoints) as fleet:
            done = subprocess.run(
                [BARE_CURL, "-n", str(self.endpoints), "-a", FIRST, "-p",
                 str(fleet.port), "-i", str(self.interval), "-w",
                 str(self.interval + 1), "-t", str(2 * self.interval),
                 *options],
                preexec_fn=harness.allow_files, stdout=subprocess.PIPE,
                text=True, check=True)
        figures = dict(line.split() for line in done.stdout.splitlines())
        note(f"bare {' '.join(options)}: {figures}")
        if figures["failed"] != "0":
            raise RuntimeError("the bare loop failed requests")
        return int(figures["cpu_ns"]) / 1000

    def stub_memory(self):
        """A collectd in which the stub submits the series that ours had."""
        with harness.Process("series") as box:
            with open(box.path("series"), "w") as out:
                for name in self.series:
                    if "/llm_probe-" in name:
                        out.write("\t".join(parts(name)) + "\n")
            options = (f'Series "{box.path("series")}"\n'
                       f"Interval {self.interval}")
            with Collectd(self.interval, "", stub=options) as collectd:
                time.sleep(self.warm + self.rounds * self.interval)
                return collectd.memory_mb(), len(collectd.series())

    def silent(self):
        """5 % accept and never answer: are the others probed every round?"""
        with Fleet(self.endpoints, "--silent", "5") as fleet:
            with Collectd(self.interval, self.config(fleet)) as collectd:
                begin, end, _ = self.window(collectd)
            late, missed, _ = self.judge(fleet, begin, end,
                                         healthy(self.endpoints, 5))
        return harness.percentile(late, 99) * 1000, missed

    def curl_json(self):
        """The same with collectd's own plugin: % of the rounds it managed."""
        count = min(self.endpoints, CURL_JSON_ENDPOINTS)
        with Fleet(count, "--silent", "5") as fleet:
            urls = "".join(URL.format(target=target, interval=self.interval,
                                      timeout_ms=int(self.timeout * 1000))
                           for target in fleet.targets())
            with Collectd(self.interval, CURL_JSON.format(urls=urls)) as c:
                begin = c.started + self.warm
                end = begin + self.rounds * self.interval
                time.sleep(max(0, end - time.monotonic()))
            arrivals = fleet.arrivals("tags")
        well = healthy(count, 5)
        seen = sum(begin <= t < end for i in well for t in arrivals[i])
        return 100 * seen / (len(well) * self.rounds)


def healthy(count, percent):
    """The servers that --silent PERCENT leaves alone."""
    return [i for i in range(count)
            if (i + 1) * percent // 100 == i * percent // 100]


def parts(name):
    """host, plugin instance, type and type instance of an identifier."""
    host, plugin, kind = name.split("/")
    kind, _, instance = kind.partition("-")
    return host, plugin.partition("-")[2], kind, instance


def main():
    bench = Bench(harness.arguments(__doc__).parse_args())
    if not os.path.exists(os.path.join(harness.PLUGIN_DIR, "llm_probe.so")):
        sys.exit(f"no llm_probe.so in {harness.PLUGIN_DIR}")
    figure("probe.endpoints", bench.endpoints, "endpoints")
    late, missed = [], 0

    def ours():
        nonlocal missed
        cpu = bench.ours()
        late.append(bench.late_ms)
        missed += bench.missed
        return cpu

    cpu, bare = harness.alternate(bench.runs, ours,
                                  lambda: bench.bare("-s", "-m", "64"))
    figure("probe.lateness_p99", harness.percentile(late, 50), "ms")
    figure("probe.missed_rounds", missed, "rounds")
    figure("probe.cpu", cpu, "us/probe", "bare_curl", cpu / bare)
    stub, count = bench.stub_memory()
    ours_mb = harness.percentile(bench.memory, 50)
    figure("probe.memory", ours_mb, "MB", "stub", ours_mb / stub)
    figure("probe.memory_over_stub", ours_mb - stub, "MB", "stub", "-")
    figure("probe.series", count, "series")
    p99, gone = bench.silent()
    figure("probe.silent_lateness_p99", p99, "ms")
    figure("probe.silent_missed_rounds", gone, "rounds")
    figure("probe.curl_json_rounds", bench.curl_json(), "%")


if __name__ == "__main__":
    main()
