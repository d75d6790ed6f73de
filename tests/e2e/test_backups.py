# SPDX-License-Identifier: MIT
"""Backups of a hub that runs, and back to one of them."""

import glob
import hashlib
import json
import os
import shutil
import sqlite3

from world import expect, until

ADMIN = 'lr1_aaaaaaaa_' + 'A' * 43
BACKUPS = '/api/v1/store/backups'


def start(world, name='hub', dialects=()):
    path = world.write(f'{name}-tokens', f'admin tester {ADMIN}\n')
    os.chmod(path, 0o600)
    return world.listener(lines=[f'  TokenFile "{path}"', *(
        f'  Dialect "{d}"' for d in dialects)], name=name)


def ask(hub, method, path, body=None):
    return hub.ask(method, path, body, ADMIN)


def add(hub, *names):
    for name in names:
        status, answer = ask(hub, 'POST', '/api/v1/endpoints', {
            'url': f'http://{name}.example:11434', 'name': name})
        expect(status == 201, f'{name}: {status} {answer}')


def names(hub):
    status, answer = ask(hub, 'GET', '/api/v1/endpoints?limit=1000')
    expect(status == 200, f'{status} {answer}')
    return sorted(e['name'] for e in answer['endpoints'])


def wait(hub, backup, what=lambda answer: answer):
    """Until it is over; what it was then."""
    def over():
        status, answer = ask(hub, 'GET', f'{BACKUPS}/{backup}')
        expect(status == 200, f'{status} {answer}')
        part = what(answer)
        return part if part['state'] in ('done', 'failed', 'bad') else None
    return until(20, f'{backup} is over', over)


def back_up(hub):
    status, answer = ask(hub, 'POST', BACKUPS)
    expect(status == 202 and answer['state'] == 'wanted', f'{status} {answer}')
    done = wait(hub, answer['backup_id'])
    expect(done['state'] == 'done', f'{done}')
    return answer['backup_id']


def restore(hub, backup, query=''):
    status, answer = ask(hub, 'POST', f'{BACKUPS}/{backup}/restore{query}')
    expect(status == 202, f'{status} {answer}')
    return wait(hub, backup, lambda answer: answer['restore'])


def refused(hub, backup, why, query=''):
    before = names(hub)
    done = restore(hub, backup, query)
    expect(done['state'] == 'failed' and why in done['reason'], f'{done}')
    expect(names(hub) == before, 'nothing has changed')
    expect(not glob.glob(f'{hub.data}/*.restore*'), 'nothing is left')


def file_of(hub, backup, suffix='.db'):
    return os.path.join(hub.data, 'backups', backup + suffix)


def forge(hub, backup, sql):
    """Another backup of now, with that changed and a manifest that fits."""
    forged = backup[:-8] + 'ffffffff'
    path = file_of(hub, forged)
    shutil.copy(file_of(hub, backup), path)
    connection = sqlite3.connect(path)
    connection.execute(sql)
    connection.commit()
    version = connection.execute('PRAGMA user_version').fetchone()[0]
    connection.close()
    with open(file_of(hub, backup, '.json'), encoding='utf-8') as file:
        manifest = json.load(file)
    with open(path, 'rb') as file:
        manifest['sha256'] = hashlib.sha256(file.read()).hexdigest()
    manifest.update(id=forged, bytes=os.path.getsize(path),
                    schema_version=version)
    with open(file_of(hub, forged, '.json'), 'w', encoding='utf-8') as file:
        json.dump(manifest, file)
    return forged


def test_what_was_is_again(world):
    hub = start(world)
    add(hub, 'gpu1', 'gpu2', 'gpu3')
    backup = back_up(hub)
    expect(ask(hub, 'DELETE', '/api/v1/endpoints/gpu1.example:11434')[0]
           in (200, 204), 'removed')
    expect(ask(hub, 'PATCH', '/api/v1/endpoints/gpu2.example:11434',
               {'name': 'other'})[0] == 200, 'renamed')
    add(hub, 'gpu4')
    done = restore(hub, backup, '?dry_run=true')
    expect(done['state'] == 'done' and done['dry_run'], f'{done}')
    changes = done['difference']['endpoint']
    expect(changes == {
        'appear': {'count': 1, 'ids': ['gpu1.example:11434']},
        'change': {'count': 1, 'ids': ['gpu2.example:11434']},
        'vanish': {'count': 1, 'ids': ['gpu4.example:11434']}}, f'{changes}')
    expect(names(hub) == ['gpu3', 'gpu4', 'other'], 'nothing was changed')
    done = restore(hub, backup)
    expect(done['state'] == 'done' and done['skipped'] == 0, f'{done}')
    expect(names(hub) == ['gpu1', 'gpu2', 'gpu3'], f'{names(hub)}')
    safety = done['safety_backup_id']
    kept = ask(hub, 'GET', BACKUPS)[1]['backups']
    expect(safety in [b['backup_id'] for b in kept if b['why'] == 'safety'],
           f'{kept}')
    said = [e['what'] for e in ask(hub, 'GET', '/api/v1/audit')[1]['audit']]
    expect(said.count(f'POST {BACKUPS}/{{id}}/restore') == 2, f'{said}')
    hub.kill()
    hub.start()
    until(10, 'it answers', hub.answers)
    expect(names(hub) == ['gpu1', 'gpu2', 'gpu3'], 'after kill -9')
    done = restore(hub, safety)
    expect(names(hub) == ['gpu3', 'gpu4', 'other'], f'{done} {names(hub)}')
    expect(hub.stop() == 0, 'status')


def test_two_within_a_second_are_two(world):
    hub = start(world)
    first, second = back_up(hub), back_up(hub)
    expect(first != second, f'{first} {second}')
    expect(os.path.exists(file_of(hub, first))
           and os.path.exists(file_of(hub, second)), 'both files')


def test_bad_ones_are_refused(world):
    hub = start(world)
    add(hub, 'gpu1')
    backup = back_up(hub)
    add(hub, 'gpu2')
    expect(ask(hub, 'POST', f'{BACKUPS}/nonsense/restore')[0] == 404, 'none')
    path = file_of(hub, backup)
    with open(path, 'r+b') as file:
        file.seek(os.path.getsize(path) // 2)
        byte = file.read(1)
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte[0] ^ 1]))
    refused(hub, backup, 'another SHA-256')
    os.truncate(path, os.path.getsize(path) // 2)
    refused(hub, backup, 'is not what its manifest says')
    expect(hub.stop() == 0, 'status')


def test_newer_schema_is_refused(world):
    hub = start(world)
    add(hub, 'gpu1')
    forged = forge(hub, back_up(hub), 'PRAGMA user_version = 4711')
    back_up(hub)  # and looks at the directory
    refused(hub, forged, 'newer llmreg')
    refused(hub, forged, 'newer llmreg', '?force=true')


def test_another_hub_takes_force(world):
    hub = start(world)
    add(hub, 'gpu1')
    backup = back_up(hub)
    expect(hub.stop() == 0, 'status')
    os.rename(f'{hub.data}/registry.db', f'{hub.data}/away')
    os.unlink(f'{hub.data}/registry.hub')  # or it would be restored
    hub.start()
    until(10, 'it answers', hub.answers)
    expect(names(hub) == [], 'an empty one')
    back_up(hub)
    refused(hub, backup, 'of another hub')
    done = restore(hub, backup, '?force=true')
    expect(done['state'] == 'done' and names(hub) == ['gpu1'], f'{done}')


def ruin(hub, first, last):
    """Zeros from that byte on, while it is stopped."""
    expect(hub.stop() == 0, 'status')
    with open(f'{hub.data}/registry.db', 'r+b') as file:
        file.seek(first)
        file.write(bytes(last - first))
    hub.start()
    until(10, 'it answers', hub.answers)


def test_damage_costs_as_little_as_it_can(world):
    hub = start(world)
    add(hub, 'gpu1')
    backup = back_up(hub)
    add(hub, 'gpu2')
    ruin(hub, 0, 8192)
    expect(names(hub) == ['gpu1', 'gpu2'], 'rows without a header')
    ruin(hub, 0, os.path.getsize(f'{hub.data}/registry.db'))
    expect(names(hub) == ['gpu1'], 'what the backup has')
    _, health = ask(hub, 'GET', '/api/v1/store/health')
    last = health['recovery']
    expect(health['status'] == 'warning' and
           health['reasons'] == ['recovered'], f'{health}')
    expect(last['from'] == 'backup' and last['backup_id'] == backup and
           last['rows_restored'] > 0 and last['rows_saved'] == 0, f'{last}')
    expect(os.path.exists(f'{hub.data}/{last["kept_as"]}'), f'{last}')
    os.truncate(f'{hub.data}/backups/{backup}.db', 5000)
    ruin(hub, 0, os.path.getsize(f'{hub.data}/registry.db'))
    expect(names(hub) == [], 'nothing, but it works')
    add(hub, 'gpu3')
    kept = [name for name in os.listdir(hub.data)
            if name.startswith('registry.db.corrupt-')
            and name.count('-') == 1]
    expect(len(kept) == 3, f'{kept}')
    expect(hub.stop() == 0, 'status')


def test_killed_backup_leaves_nothing_that_counts(world):
    hub = start(world)
    add(hub, 'gpu1')
    good = back_up(hub)
    for _ in range(world.many(5, 100)):
        expect(ask(hub, 'POST', BACKUPS)[0] == 202, 'wanted')
        hub.kill()
        hub.start()
        until(10, 'it answers', hub.answers)
        until(10, 'it has looked', lambda: ask(hub, 'GET', BACKUPS)[1]
              ['backups'])
        bad = [b for b in ask(hub, 'GET', BACKUPS)[1]['backups']
               if b['state'] != 'done']
        expect(not bad, f'{bad}')
    until(10, 'no part is left',
          lambda: not glob.glob(f'{hub.data}/backups/*.tmp'))
    expect(restore(hub, good)['state'] == 'done', 'the good one is good')
    expect(hub.stop() == 0, 'status')


def test_agentcom_gets_the_result_as_the_answer(world):
    hub = start(world, dialects=('agentcom',))
    add(hub, 'gpu1')
    status, answer = ask(hub, 'POST', '/api/admin/restore/endpoint')
    expect((status, answer['error']) == (500, 'no_backup_found'), f'{answer}')
    status, answer = ask(hub, 'POST', '/api/admin/backup')
    expect(status == 200 and answer['status'] == 'complete'
           and answer['tables_total'] == answer['tables_success'] > 10
           and all(t['status'] == 'ok' for t in answer['results']),
           f'{status} {answer}')
    backups = ask(hub, 'GET', '/api/admin/backup')[1]['backups']
    expect([b['status'] for b in backups] == ['ok'], f'{backups}')
    add(hub, 'gpu2')
    status, answer = ask(hub, 'POST', '/api/admin/restore/endpoint')
    expect(status == 200 and answer['status'] == 'restored'
           and answer['record_count'] == 1
           and answer['backup_used'] == backups[0]['id'], f'{answer}')
    expect(names(hub) == ['gpu1'], f'{names(hub)}')
    status, answer = ask(hub, 'POST', '/api/admin/restore/nonsense')
    expect((status, answer) == (404, {'error': 'unknown_table',
                                      'table': 'nonsense'}), f'{answer}')
    status, answer = ask(hub, 'POST', '/api/admin/restore/health')
    expect(status == 409 and answer['status'] == 'failed', f'{answer}')
    expect(hub.ask('POST', '/api/admin/backup')[0] == 401, 'nobody')


def test_agentcom_table_must_fit_the_others(world):
    hub = start(world, dialects=('agentcom',))
    status, answer = ask(hub, 'POST', '/api/v1/agents/register', {
        'agent_id': 'scout', 'type': 'node', 'name': 'scout',
        'endpoints': [{'url': 'http://gpu7.example:11434'}]})
    expect(status in (200, 201), f'{status} {answer}')
    expect(ask(hub, 'POST', '/api/admin/backup')[0] == 200, 'backup')
    expect(ask(hub, 'POST', '/api/v1/agents/scout/unregister')[0] == 200,
           'gone')
    expect(names(hub) == [], f'{names(hub)}')
    status, answer = ask(hub, 'POST', '/api/admin/restore/endpoint')
    expect(status == 409 and 'agents that are not here' in answer['error'],
           f'{status} {answer}')
    expect(names(hub) == [], f'{names(hub)}')
