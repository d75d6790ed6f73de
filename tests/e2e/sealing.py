# SPDX-License-Identifier: MIT
"""Changes a store that nobody has open, with the checksums of its rows and the
sums of its tables: those of common/store/care, written a second time from
what llmreg-store says of them.
"""

import sqlite3
import struct


def _table():
    rows = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82f63b78 if byte & 1 else 0)
        rows.append(byte)
    return rows


TABLE = _table()
MASK = (1 << 64) - 1


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc = crc >> 8 ^ TABLE[(crc ^ byte) & 0xff]
    return crc ^ 0xffffffff


def encode(value):
    """Type, length or number, bytes."""
    if value is None:
        return b'\5'
    if isinstance(value, int):
        return struct.pack('<Bq', 1, value)
    if isinstance(value, float):
        return struct.pack('<Bd', 2, value)
    kind, data = (3, value.encode()) if isinstance(value, str) else (4, value)
    return struct.pack('<BQ', kind, len(data)) + data


def row_crc(*values):
    """Of a table's name and the columns of a row."""
    return crc32c(b''.join(encode(v) for v in values))


def share(crc):
    h = crc + 0x9e3779b97f4a7c15 & MASK
    h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9 & MASK
    h = (h ^ h >> 27) * 0x94d049bb133111eb & MASK
    return h ^ h >> 31


def seal_table(connection, name):
    columns = [row[1] for row in connection.execute(
        f'PRAGMA table_info({name})') if row[1] != 'crc']
    connection.execute(
        f"UPDATE {name} SET crc = row_crc('{name}', {', '.join(columns)})")
    crcs = [row[0] for row in connection.execute(f'SELECT crc FROM {name}')]
    total = sum(share(crc) for crc in crcs) & MASK
    total -= (total >> 63) << 64
    connection.execute(
        "UPDATE digest SET rows = ?1, sum = ?2,"
        " crc = row_crc('digest', ?3, ?1, ?2) WHERE name = ?3",
        (len(crcs), total, name))


def change_store(hub, query, *values):
    """How many rows were changed."""
    connection = sqlite3.connect(f'{hub.data}/registry.db')
    connection.create_function('row_crc', -1, row_crc, deterministic=True)
    with connection:
        changed = connection.execute(query, values).rowcount
        tables = [row[0] for row in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table'"
            " AND name <> 'digest'")]
        for name in tables:
            seal_table(connection, name)
    connection.close()
    return changed
