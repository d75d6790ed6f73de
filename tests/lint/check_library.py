#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""llmreg(3) names every public function, under its header, and no other.

First it shows that it notices one that is missing, one that is not there any
more, and a header without a section.
"""

import glob
import os
import re
import sys

import source

MANUAL = 'contrib/man/llmreg.pod'


def declared(text):
    """Functions that a header declares, without those in comments."""
    bare = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
    return set(re.findall(r'\b(llmreg_\w+)\(', bare))


def sections(pod):
    """{header: names in its section}."""
    found = {}
    for part in re.split(r'^=head\d ', pod, flags=re.M):
        title, _, text = part.partition('\n')
        header = re.search(r'F<llmreg/(\w+\.h)>', title)
        if header:
            found[header.group(1)] = set(re.findall(r'C<(llmreg_\w+)>', text))
    return found


def complaints(headers, pod):
    told = sections(pod)
    for name, text in sorted(headers.items()):
        if name not in told:
            yield f'{MANUAL}: no section of {name}'
            continue
        for function in sorted(declared(text) - told[name]):
            yield f'{MANUAL}: {function} of {name} is missing'
        for function in sorted(told[name] - declared(text)):
            yield f'{MANUAL}: {name} has no {function}'


def self_test():
    headers = {'a.h': 'int llmreg_a(void); /* llmreg_no() */', 'b.h': ''}
    pod = '=head2 A (F<llmreg/a.h>)\n\nC<llmreg_gone>.\n'
    found = ' '.join(complaints(headers, pod))
    for wanted in ('llmreg_a of a.h is missing', 'a.h has no llmreg_gone',
                   'no section of b.h'):
        if wanted not in found:
            yield f'not noticed: {wanted}'
    if 'llmreg_no' in found:
        yield 'takes a comment for a declaration'


def main():
    headers = {}
    for path in glob.glob(os.path.join(source.TOP, 'include/llmreg/*.h')):
        with open(path, encoding='utf-8') as file:
            headers[os.path.basename(path)] = file.read()
    found = [*self_test(),
             *complaints(headers, source.read(MANUAL).text)]
    print('\n'.join(found))
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
