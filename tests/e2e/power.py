# SPDX-License-Identifier: MIT
"""What a disk may have kept when its power went.

The preloaded library tests/support/disk writes a journal of what a process
did with the files of one directory, and syncs nothing.  From the state that
was surely on disk before, and the journal, rebuild() makes one of the states
that a power cut may leave:

- what was synced is there;
- of what was not, each sector of 512 bytes is there or is not, in no order;
- names that were made, moved and removed since their directory was synced
  are as after some of these steps, in order.
"""

import os
import shutil
import struct

RECORD = struct.Struct('=IIIIQq')  # struct record in disk.c
WROTE, CUT, SYNCED, RENAMED, REMOVED = 1, 2, 3, 4, 5
SECTOR = 512


class Content:
    """A file's bytes: as synced, and what was done since."""

    def __init__(self, data=b''):
        self.data = bytearray(data)
        self.pending = []

    def do(self, kind, offset, data):
        if kind == CUT:
            del self.data[offset:]
            self.data.extend(bytes(offset - len(self.data)))
            return
        end = offset + len(data)
        self.data.extend(bytes(max(0, end - len(self.data))))
        self.data[offset:end] = data

    def sync(self):
        for step in self.pending:
            self.do(*step)
        self.pending = []

    def survive(self, random, share):
        """Some of what was not synced."""
        for kind, offset, data in self.pending:
            if kind == CUT:
                if random.random() < share:
                    self.do(kind, offset, data)
                continue
            at = offset
            while at < offset + len(data):
                stop = min(offset + len(data), at - at % SECTOR + SECTOR)
                if random.random() < share:
                    self.do(WROTE, at, data[at - offset:stop - offset])
                at = stop
        self.pending = []


def records(path):
    """(kind, path, inode, offset, bytes); a torn one at the end is none."""
    with open(path, 'rb') as file:
        data = file.read()
    at = 0
    while at + RECORD.size <= len(data):
        kind, path_length, length, _, inode, offset = RECORD.unpack_from(
            data, at)
        at += RECORD.size
        if at + path_length + length > len(data):
            return
        name = os.fsdecode(data[at:at + path_length])
        at += path_length
        yield kind, name, inode, offset, data[at:at + length]
        at += length


class Disk:
    """Names and contents, as synced and as they were seen."""

    def __init__(self, base):
        self.names = {}   # as synced
        self.seen = {}    # as the process saw them
        self.steps = []   # from the one to the other
        for name in os.listdir(base):
            path = os.path.join(base, name)
            if not name.endswith('-shm') and os.path.isfile(path):
                with open(path, 'rb') as file:
                    self.names[name] = Content(file.read())
        self.seen = dict(self.names)

    def step(self, kind, name, value):
        self.steps.append((kind, name, value))
        apply(self.seen, kind, name, value)

    def content(self, name):
        if name not in self.seen:
            self.step(WROTE, name, Content())
        return self.seen[name]

    def play(self, top, journal):
        for kind, path, _, offset, data in records(journal):
            name = os.path.relpath(path, top)
            if kind == SYNCED and name == '.':
                for step in self.steps:
                    apply(self.names, *step)
                self.steps = []
            elif path.endswith((' (deleted)', '-shm')) or '/' in name:
                continue
            elif kind == RENAMED:
                self.step(kind, name, os.path.relpath(os.fsdecode(data), top))
            elif kind == REMOVED:
                self.step(kind, name, None)
            elif kind == SYNCED:
                self.content(name).sync()
            else:
                self.content(name).pending.append((kind, offset, data))

    def cut(self, random, share):
        kept = random.randrange(len(self.steps) + 1)
        for step in self.steps[:kept]:
            apply(self.names, *step)
        for content in set(self.names.values()):
            content.survive(random, share)


def apply(names, kind, name, value):
    if kind == WROTE:
        names[name] = value
    elif kind == REMOVED:
        names.pop(name, None)
    elif name in names:
        names[value] = names.pop(name)


def rebuild(base, journal, top, random):
    """Makes of the directory top what the power cut left."""
    disk = Disk(base)
    disk.play(top, journal)
    disk.cut(random, random.choice((0, 0.1, 0.5, 0.9, 1)))
    shutil.rmtree(top)
    os.mkdir(top, 0o700)
    for name, content in disk.names.items():
        with open(os.path.join(top, name), 'wb') as file:
            file.write(content.data)
        os.chmod(os.path.join(top, name), 0o600)
