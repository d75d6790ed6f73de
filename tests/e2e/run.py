#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the end-to-end tests: real collectd, real sockets, simulated servers.

Usage: run.py [-j N] [-v] [--long] [NAME]...   in the build directory.

A test is a function test_* of a module test_*.py here, and takes a World.  Each
runs in a process of its own, several at a time; those of a module that says
ALONE = True, because they measure, run after the others, one by one.  --long
does in full what else is done a few times only.  -v shows what tests that pass
have measured.  The last line counts them.
"""

import argparse
import concurrent.futures
import contextlib
import glob
import importlib
import io
import multiprocessing
import os
import sys
import time
import traceback

import world

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT = 120  # seconds a test may take; a module may have a LIMIT of its own
LIMIT_LONG = 3600


def all_tests():
    """(module, function) names, in the order of the files."""
    for path in sorted(glob.glob(os.path.join(HERE, 'test_*.py'))):
        module = os.path.basename(path)[:-3]
        for name in vars(importlib.import_module(module)):
            if name.startswith('test_'):
                yield module, name


def is_alone(test):
    return getattr(importlib.import_module(test[0]), 'ALONE', False)


def limit_of(test, how):
    own = getattr(importlib.import_module(test[0]), 'LIMIT', LIMIT)
    return LIMIT_LONG if how.long else own


def run_here(module, name, how, pipe):
    """In a process of its own: sends (result, text)."""
    out = io.StringIO()
    result = 'PASS'
    with contextlib.redirect_stdout(out):
        try:
            with world.World(os.getcwd(), how.long) as own:
                getattr(importlib.import_module(module), name)(own)
        except world.Skipped as reason:
            result = 'SKIP'
            print(reason)
        except world.Failed as reason:
            result = 'FAIL'
            print(reason)
            traceback.print_exc(limit=-1, file=out)
        except Exception:  # pylint: disable=broad-except
            result = 'FAIL'
            traceback.print_exc(file=out)
    pipe.send((result, out.getvalue()))


def run_one(test, how):
    """(result, name, text, seconds)."""
    module, name = test
    limit = limit_of(test, how)
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.Process(target=run_here,
                                      args=(module, name, how, theirs))
    start = time.monotonic()
    process.start()
    result, text = 'FAIL', f'ended or did not end in {limit} s'
    if ours.poll(limit):
        result, text = ours.recv()
    process.terminate()
    process.join()
    return result, name[len('test_'):], text, time.monotonic() - start


def run_all(tests, how):
    """Yields what run_one returns, as they end."""
    alone = [test for test in tests if is_alone(test)]
    with concurrent.futures.ThreadPoolExecutor(how.j) as pool:
        futures = [pool.submit(run_one, test, how) for test in tests
                   if test not in alone]
        for future in concurrent.futures.as_completed(futures):
            yield future.result()
    for test in alone:
        yield run_one(test, how)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('-j', type=int, default=2 * (os.cpu_count() or 1))
    parser.add_argument('-v', action='store_true')
    parser.add_argument('--long', action='store_true')
    parser.add_argument('names', nargs='*')
    how = parser.parse_args()
    tests = [t for t in all_tests() if not how.names
             or any(name in ' '.join(t) for name in how.names)]
    counts = {'PASS': 0, 'FAIL': 0, 'SKIP': 0}
    for result, name, text, seconds in run_all(tests, how):
        counts[result] += 1
        reason = f': {text.strip()}' if result == 'SKIP' else ''
        print(f'{result} {name} ({seconds:.1f} s){reason}', flush=True)
        if result == 'FAIL' or (how.v and result == 'PASS'):
            print(text, end='', flush=True)
    print(f'{counts["PASS"]} passed, {counts["FAIL"]} failed, '
          f'{counts["SKIP"]} skipped')
    return 1 if counts['FAIL'] else 0


if __name__ == '__main__':
    sys.exit(main())
