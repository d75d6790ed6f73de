# SPDX-License-Identifier: MIT
"""The care of the store as its operator sees it: health and compaction."""

import os

from sealing import change_store
from world import expect, until

HEALTH = '/api/v1/store/health'
COMPACT = '/api/v1/store/compact'
ROLES = ('reader', 'operator', 'admin')


def listener(world, *lines):
    tokens = {role: f'lr1_{n:08d}_' + f'{n}' * 43
              for n, role in enumerate(ROLES, 1)}
    path = world.write('tokens', ''.join(
        f'{role} {role} {text}\n' for role, text in tokens.items()))
    os.chmod(path, 0o600)
    return world.listener(lines=[f'  TokenFile "{path}"', *lines]), tokens


def health(hub, tokens):
    status, answer = hub.ask('GET', HEALTH, token=tokens['reader'])
    expect(status == 200, f'{status} {answer}')
    return answer


def test_health_is_what_the_file_and_its_disk_are(world):
    hub, tokens = listener(world)
    hub.ask('POST', '/api/v1/endpoints', {'url': 'http://192.0.2.1:11434'},
            tokens['operator'])
    hub.ask('POST', '/api/v1/store/backups', token=tokens['admin'])
    until(20, 'a backup was made', lambda:
          health(hub, tokens)['backup']['good_at_ms'] is not None)
    answer = health(hub, tokens)
    expect(answer['status'] == 'healthy' and answer['reasons'] == [],
           f'{answer}')
    expect(answer['bytes'] >= 4096 and answer['disk']['bytes'] > 0
           and answer['log_bytes'] > 0, f'{answer}')
    tables = {t['name']: t for t in answer['tables']}
    expect({'endpoint', 'event', 'compaction'} <= set(tables), f'{tables}')
    series = 'hub/llm_listen-store'
    for name in ('bytes-file', 'percent-disk_free', 'duration-backup_age',
                 'gauge-verdict', 'count-rows_endpoint'):
        until(15, f'a value of {name}',
              lambda name=name: hub.values(f'{series}/{name}'))
    rows = hub.values(f'{series}/count-rows_endpoint')[-1]
    expect(rows == tables['endpoint']['rows'], f'rows of the last look {rows}')
    expect(hub.values(f'{series}/bytes-file')[-1] >= 4096, 'bytes')
    expect(hub.stop() == 0, 'status')


def fill_and_empty(hub):
    """Leaves most of the file free."""
    change_store(hub, 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1'
                 " FROM n LIMIT 20000) INSERT INTO heartbeat SELECT i, 'a', '',"
                 " '', NULL, '', printf('%.200c', 'x'), 0 FROM n")
    change_store(hub, 'DELETE FROM heartbeat')


def last_run(hub, tokens):
    runs = health(hub, tokens)['compactions']
    return runs[0] if runs else {'status': None}


def test_compaction_gives_free_pages_back_and_is_remembered(world):
    hub, tokens = listener(world)
    expect(hub.stop() == 0, 'status')
    fill_and_empty(hub)
    before = os.path.getsize(f'{hub.data}/registry.db')
    hub.start()
    until(10, 'the listener answers', hub.answers)
    for role in ('reader', 'operator'):
        status, answer = hub.ask('POST', COMPACT, token=tokens[role])
        expect(status == 403, f'{role}: {status} {answer}')
    status, answer = hub.ask('POST', COMPACT, token=tokens['admin'])
    expect(status == 202, f'{status} {answer}')
    until(20, 'it is over', lambda:
          last_run(hub, tokens)['status'] == 'compacted')
    run = last_run(hub, tokens)
    expect(run['trigger'] == 'manual'
           and run['bytes_after'] * 5 < run['bytes_before'], f'{run}')
    until(5, 'the file is short', lambda:
          os.path.getsize(f'{hub.data}/registry.db') * 5 < before)
    rows = hub.sql("SELECT status FROM audit WHERE subject = 'store'"
                   " AND detail = 'compaction'")
    expect(rows == [(202,)], f'who wanted it is written down: {rows}')
    hub.ask('POST', COMPACT, token=tokens['admin'])
    until(10, 'there is nothing left to do', lambda:
          last_run(hub, tokens)['status'] == 'skipped')
    expect(hub.stop() == 0, 'status')
    hub.start()
    until(10, 'the listener answers', hub.answers)
    runs = health(hub, tokens)['compactions']
    expect([r['status'] for r in runs] == ['skipped', 'compacted'], f'{runs}')
    expect(hub.stop() == 0, 'status')


def test_agentcom_asks_for_it_in_its_own_words(world):
    hub, tokens = listener(world, '  Dialect "agentcom"')
    expect(hub.stop() == 0, 'status')
    fill_and_empty(hub)
    hub.start()
    until(10, 'the listener answers', hub.answers)
    until(10, 'it was measured', lambda: health(hub, tokens)['tables'])
    status, was = hub.ask('GET', '/api/admin/dets-health',
                          token=tokens['reader'])
    expect(status == 200 and was['high_fragmentation'] is True
           and was['stale_backup'] is True and was['last_backup_at'] is None
           and was['health_status'] == 'unhealthy', f'{status} {was}')
    table = next(t for t in was['tables'] if t['table'] == 'heartbeat')
    expect(table['record_count'] == 0 and table['status'] == 'ok'
           and table['fragmentation_ratio'] > 0.5, f'{table}')
    path = '/api/admin/compact'
    status, answer = hub.ask('POST', f'{path}/nonsense', token=tokens['admin'])
    expect(status == 404 and answer == {'error': 'unknown_table',
                                        'table': 'nonsense'}, f'{answer}')
    expect(hub.ask('POST', path, token=tokens['operator'])[0] == 403, 'roles')
    status, answer = hub.ask('POST', path, token=tokens['admin'])
    count = len(was['tables'])
    expect(status == 200 and answer['status'] == 'complete'
           and answer['tables_total'] == answer['tables_compacted'] == count
           and answer['tables_skipped'] == 0, f'{status} {answer}')
    expect([r['table'] for r in answer['results']]
           == [t['table'] for t in was['tables']]
           and {r['status'] for r in answer['results']} == {'compacted'},
           f'{answer}')
    status, answer = hub.ask('POST', f'{path}/event', token=tokens['admin'])
    expect(status == 200 and answer['table'] == 'event'
           and answer['status'] == 'skipped'
           and answer['reason'] == 'below_threshold', f'{status} {answer}')
    expect(hub.stop() == 0, 'status')
