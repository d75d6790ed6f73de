#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compares what people read with the tables that the program goes by.

The manual page has every option with its range and default, every series and
every rule with its presets; README and the samples name only options that there are; the graphs
draw only series that there are.  Run in the build directory.  First it shows
that it finds what bad/manual.pod and bad/sample.conf have wrong.
"""

import os
import re
import subprocess
import sys

import source

MANUAL = 'contrib/man/collectd-llm_probe.pod'
LISTEN_MANUAL = 'contrib/man/collectd-llm_listen.pod'
SAMPLES = ('README.md', 'contrib/collectd.conf.d/llmreg.conf',
           'contrib/lib/collectd.conf.in', MANUAL)
GRAPHS = {'endpoint': 'contrib/rrd/endpoint.graphs',
          'fleet': 'contrib/rrd/fleet.graphs'}
# Blocks and repeated options that no table has; the code takes them apart.
BESIDES = {'Plugin': {'EndpointFile'}, 'Endpoint': {'Label', 'Header'},
           'Registry': {'Alert'}, 'Alert': set()}
LISTEN_BESIDES = {'Plugin': {'AllowHost', 'Dialect', 'Observe'},
                  'Listen': {'AllowAgentsFrom'}}
# A <Registry> in the listener's block is looked at in the prober's.
LISTEN_PARENTS = {'Listen': 'Plugin', 'Registry': 'Plugin'}
LISTEN_BLOCKS = {'Plugin': "In the plugin's block",
                 'Listen': 'In a Listen block'}
BLOCKS = {'Plugin': "In the plugin's block", 'Endpoint': 'In an Endpoint block',
          'Registry': 'In the Registry block', 'Alert': 'In an Alert block'}
PARENTS = {'Endpoint': 'Plugin', 'Registry': 'Plugin', 'Alert': 'Registry'}


class Tables:
    """What print_tables says."""

    def __init__(self, text, blocks=None, besides=None, parents=None):
        self.parents = parents or PARENTS
        self.blocks = blocks or BLOCKS
        self.besides = besides or BESIDES
        rows = [line.split('\t') for line in text.splitlines()]
        self.options = {}
        for row in rows:
            if row[0] == 'option':
                self.options.setdefault(row[1], []).append(row[2:])
        self.series = {(row[1], f'{row[2]}-{row[3]}')
                       for row in rows if row[0] == 'series'}
        self.rules = {row[1]: row[2:] for row in rows if row[0] == 'rule'}

    def names(self, block):
        return ({row[0] for row in self.options.get(block, [])}
                | self.besides.get(block, set()))


def items(pod, heading):
    """{option: its text} in the section of the manual for a block."""
    match = re.search(r'^=head2 ' + re.escape(heading)
                      + r'\n(.*?)(?=^=head|\Z)', pod, re.M | re.S)
    found, waiting = {}, []
    for part in re.split(r'^=item ', match.group(1), flags=re.M)[1:]:
        name, _, text = part.partition('\n')
        waiting.append(re.match(r'B<(\w+)>|', name).group(1))
        if text.strip() and not text.strip().startswith('=back'):
            found.update((w, text) for w in waiting if w)
            waiting = []
    return found


def manual_options(pod, tables):
    """What the manual says otherwise than a table, or not at all."""
    for block, rows in tables.options.items():
        told = items(pod, tables.blocks[block])
        for name, kind, low, high, preset in rows:
            if name not in told:
                yield f'{block}: {name} is not in the manual'
                continue
            words = ' '.join(told[name].split())
            if (kind in ('seconds', 'integer')
                    or kind == 'number' and block != 'Alert') \
                    and f'{low} to {high}.' not in words \
                    and 'As above' not in words:
                yield f'{block}: {name}: the manual must say {low} to {high}.'
            if preset and preset not in re.findall(r'B<([^<>]+)>', words):
                yield f'{block}: {name}: the manual must say B<{preset}>'
        for name in sorted(set(told) - tables.names(block)):
            yield f'{block}: {name} is in the manual only'


def manual_rules(pod, tables):
    """A line of presets and an item with its range for each rule, no other."""
    match = re.search(r'^=head2 Rules\n(.*?)(?=^=head|\Z)', pod, re.M | re.S)
    text = match.group(1) if match else ''
    lines = {words[0]: words[1:] for words in
             map(str.split, re.findall(r'^  [a-z]\w+ .*', text, re.M))}
    told = dict(re.findall(r'^=item C<(\w+)>\n(.*?)(?=^=)', text, re.M | re.S))
    for rule, (*presets, limits) in tables.rules.items():
        if lines.get(rule) != presets:
            yield f'{rule}: the manual must say {" ".join(presets)}'
        if rule not in told:
            yield f'{rule} has no item in the manual'
        elif limits != '-' and limits not in ' '.join(told[rule].split()):
            yield f'{rule}: the manual must say {limits}'
    for rule in sorted({*lines, *told} - set(tables.rules)):
        yield f'{rule} is a rule in the manual only'


def manual_series(pod, tables):
    for _, series in sorted(tables.series):
        if series not in pod:
            yield f'{series} is not in the manual'


def sample_options(path, text, tables, plugin='llm_probe'):
    """Options in the blocks of a plugin that no table has."""
    block = None
    for number, line in enumerate(text.splitlines(), 1):
        word = re.match(r'\s*#?\s*(</?)?(\w+)\b', line)
        if not word:
            continue
        tag, name = word.groups()
        commented = re.match(r'\s*#(?![A-Z<])', line)
        if tag and name == 'Plugin':
            block = 'Plugin' if plugin in line else None
        elif tag and block and name in tables.parents:
            block = tables.parents[name] if tag == '</' else name
        elif block in tables.blocks and not commented and name not in tables.names(block):
            yield f'{path}:{number}: no option {name} in {block}'


def graph_series(page, path, text, tables):
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        if words[:1] and words[0] in ('area', 'line', 'stack', 'rest') \
                and (page, words[1]) not in tables.series:
            yield f'{path}:{number}: no series {words[1]} of {page}'


def bad(name):
    path = os.path.join(source.TOP, 'tests', 'lint', 'bad', name)
    with open(path, encoding='utf-8') as file:
        return file.read()


def self_test():
    """Complaints about this check itself."""
    tables = Tables('option\tRegistry\tKeep\tinteger\t0\t9\t5\n'
                    'option\tRegistry\tLost\tpath\t1\t9\t/x\n'
                    'series\tendpoint\tbool\tup\tx\n'
                    'option\tAlert\tAfter\tseconds\t0\t9\t\n'
                    'rule\thot\tfailure\t0\t1\t2\t3\t-\t4 to 5 degrees\n'
                    'rule\tcold\tfailure\t0\t1\t2\t-\t-\t-\n')
    found = ' '.join([
        *manual_options(bad('manual.pod'), tables),
        *manual_rules(bad('manual.pod'), tables),
        *manual_series(bad('manual.pod'), tables),
        *sample_options('sample.conf', bad('sample.conf'), tables),
        *graph_series('endpoint', 'x', 'area no-such value', tables)])
    for wanted in ('Keep: the manual must say 0 to 9.',
                   'Keep: the manual must say B<5>',
                   'Lost is not in the manual', 'Old is in the manual only',
                   'bool-up is not in the manual',
                   'sample.conf:5: no option Kepp in Registry',
                   'sample.conf:7: no option Before in Alert',
                   'Alert: After: the manual must say 0 to 9.',
                   'hot: the manual must say failure 0 1 2 3 -',
                   'hot: the manual must say 4 to 5 degrees',
                   'cold has no item', 'warm is a rule in the manual only',
                   'no series no-such'):
        if wanted not in found:
            yield f'not noticed: {wanted}'


def printed(program):
    return subprocess.run([f'tests/lint/{program}'], check=True,
                          capture_output=True, text=True).stdout


def main():
    tables = Tables(printed('print_tables'))
    listen = Tables(printed('print_listen_tables'), LISTEN_BLOCKS,
                    LISTEN_BESIDES, LISTEN_PARENTS)
    pod = source.read(MANUAL).text
    found = [*self_test(), *manual_options(pod, tables),
             *manual_rules(pod, tables), *manual_series(pod, tables)]
    found += manual_options(source.read(LISTEN_MANUAL).text, listen)
    for path in (*SAMPLES, LISTEN_MANUAL):
        text = source.read(path).text
        found += sample_options(path, text, tables)
        found += sample_options(path, text, listen, 'llm_listen')
    for page, path in GRAPHS.items():
        found += graph_series(page, path, source.read(path).text, tables)
    print('\n'.join(found))
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
