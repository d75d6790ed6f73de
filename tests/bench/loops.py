#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Which loop around libcurl: CPU of three requests on connections kept alive.

The baseline is the plainest loop, curl_multi_poll.  This is why the engine is
built as it is; no figure here has a limit.
"""
import harness
from harness import figure
from probe import Bench

LOOPS = (
    ("loops.poll", ()),
    ("loops.socket_action", ("-s",)),
    ("loops.socket_action_8_multis", ("-s", "-m", "8")),
    ("loops.socket_action_64_multis", ("-s", "-m", "64")),
    ("loops.socket_action_with_dns_cache", ("-s", "-d")),
)


def main():
    bench = Bench(harness.arguments(__doc__).parse_args())
    measures = [lambda options=options: bench.bare(*options)
                for _, options in LOOPS]
    results = harness.alternate(bench.runs, *measures)
    for (name, _), value in zip(LOOPS, results):
        figure(name, value, "us/probe", "loops.poll", value / results[0])


if __name__ == "__main__":
    main()
