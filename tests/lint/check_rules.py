#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Shows that each rule complains: about its bad example, and of nothing else.

bad/RULE*.c breaks RULE, read as if it were the path that its comment names
("as PATH"); bad/none.c breaks none.
"""

import os
import re
import sys

import rules
import source

BAD = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'bad')


def read_bad(name):
    with open(os.path.join(BAD, name), encoding='utf-8') as file:
        text = file.read()
    return source.Source(re.search(r'/\* as (\S+) \*/', text).group(1), text)


def rule_of(name):
    """The rule that bad/NAME is meant to break."""
    fitting = [rule for rule in rules.RULES
               if name.startswith(rule.__name__)]
    return max(fitting, key=lambda rule: len(rule.__name__), default=None)


def mistakes(name):
    """What is wrong with the rules, seen at one example."""
    file, meant = read_bad(name), rule_of(name)
    broken = [rule for rule in rules.RULES if list(rule(file))]
    if meant is not None and meant not in broken:
        yield f'{name}: {meant.__name__} does not complain'
    for rule in broken:
        if rule is not meant:
            line, complaint = next(iter(rule(file)))
            yield f'{name}:{line}: {rule.__name__} complains: {complaint}'


def main():
    names = sorted(n for n in os.listdir(BAD)
                   if n.endswith('.c') and not n.startswith('alone'))
    found = [m for name in names for m in mistakes(name)]
    shown = {rule_of(name) for name in names}
    found += [f'no bad example for {rule.__name__}'
              for rule in rules.RULES if rule not in shown]
    print('\n'.join(found))
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
