#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Holds every file of the project against rules.py."""

import sys

import rules
import source


def main():
    bad = 0
    for path in source.project_paths():
        file = source.read(path)
        for rule in rules.RULES:
            for line, complaint in rule(file):
                print(f'{path}:{line}: {rule.__name__}: {complaint}')
                bad += 1
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
