#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The registry: cost of each operation, its growth, memory.

tests/bench/registry_bench measures one group of figures in a process of its
own, ours and the baselines in turn.  Here each group is run several times,
one after the other, and the medians of its figures and ratios are printed.
The baseline "plain" is a hash table for one thread with the same keys.
"""
import argparse
import os
import re
import statistics
import subprocess
import sys

import harness
from harness import figure, note

PROGRAM = os.path.join(harness.BUILD, "tests/bench/registry_bench")
ONCE = ("deadlines", "memory")  # long, and hardly differ from run to run
GROUPS = ("endpoints", "models", "snapshot", "threads", "agents",
          "deadlines", "memory")


def built_with():
    """How the library was compiled, for whoever reads the figures."""
    with open(os.path.join(harness.BUILD, "Makefile")) as makefile:
        variables = dict(re.findall(r"^(CC|CFLAGS|SAN_CFLAGS) = (.*)$",
                                    makefile.read(), re.M))
    return " ".join(variables.get(name, "")
                    for name in ("CC", "CFLAGS", "SAN_CFLAGS")).strip()


def run(group, short):
    """The lines of one process: (name, value, unit, baseline, ratio)."""
    command = [PROGRAM, *(["-s"] if short else []), group]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def medians(runs):
    """Of the same lines of several processes."""
    for lines in zip(*runs):
        name, _, unit, baseline, ratio = lines[0]
        value = statistics.median(float(line[1]) for line in lines)
        if ratio != "-":
            ratio = statistics.median(float(line[4]) for line in lines)
        yield name, value, unit, baseline, ratio


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--runs", type=int, help="processes a group (5)")
    parser.add_argument("groups", nargs="*", choices=[[], *GROUPS],
                        help="some of them only")
    return parser.parse_args()


def main():
    options = arguments()
    count = options.runs or (1 if options.short else 5)
    note(f"registry: built with {built_with()}")
    groups = options.groups or GROUPS
    results = {group: [] for group in groups}
    for number in range(count):
        note(f"registry: run {number + 1} of {count}")
        for group in groups:
            if number == 0 or group not in ONCE:
                results[group].append(run(group, options.short))
    for group in groups:
        for line in medians(results[group]):
            figure(*line)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
