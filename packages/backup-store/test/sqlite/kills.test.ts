import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { recoverSqliteRestore } from '../../src/sqlite/index.ts';
import { SQLITE_RESTORE } from '../fixtures/bundle.ts';
import type { ChildSqliteRestore } from '../fixtures/children/sqlite-restore.ts';
import { tempFolder } from '../fixtures/place.ts';
import { makeDatabase, stateOf } from '../fixtures/sqlite.ts';

/** More steps than a restore has. */
const NEVER = 1000;

it.each([
  ['goes well', false, ['new', 'old']],
  ['is put back', true, ['old', 'new']],
])('a restore that %s ends in the old or the new state from wherever it is killed, and the service runs', async (_how, fails, states) => {
  const folder = tempFolder();
  const old = makeDatabase(join(folder, 'old.db'), { version: 1 });
  const from = makeDatabase(join(folder, 'from.db'), { version: 2 });
  const ends = new Set<string>();
  let killed = 0;
  for (let killAt = 1; ; killAt++) {
    const live = tempFolder();
    const to = join(live, 'app.db');
    const service = join(folder, 'service');
    copyFileSync(old, to);
    writeFileSync(service, 'running');
    const job: ChildSqliteRestore = { to, from, service, killAt, fails };
    const { signal, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', SQLITE_RESTORE, JSON.stringify(job)]);
    if (signal !== 'SIGKILL') {
      expect(stderr.toString()).toBe('');
      expect(stdout.toString()).not.toBe('');
      expect(stateOf(to).version).toBe(fails ? 1 : 2);
      break;
    }
    killed++;
    const hooks = {
      stop: async () => writeFileSync(service, 'stopped'),
      start: async () => writeFileSync(service, 'running'),
    };
    const state = await recoverSqliteRestore({ to, ...hooks });
    const found = stateOf(to);
    ends.add(found.version === 1 ? 'old' : 'new');
    expect({ ...found, version: 0 }).toMatchObject({ sum: 1_000_000, missing: 0, integrity: 'ok' });
    if (state !== 'none') expect(state).toBe(found.version === 1 ? 'old' : 'new');
    expect(readFileSync(service, 'utf8'), `killed before step ${killAt}`).toBe('running');
    expect(readdirSync(live), `killed before step ${killAt}`).toEqual(['app.db']);
    expect(killAt).toBeLessThan(NEVER);
  }
  expect(killed).toBeGreaterThan(10);
  // A service that does not start keeps a process that dies before it has put the old one back from knowing that.
  expect([...ends].toSorted()).toEqual(states.toSorted());
}, 120_000);
