import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type RecoveredState, recoverSqliteRestore } from '../../src/sqlite/index.ts';
import { SQLITE_RESTORE } from '../fixtures/bundle.ts';
import type { ChildSqliteRestore } from '../fixtures/children/sqlite-restore.ts';
import { tempFolder } from '../fixtures/place.ts';
import { makeDatabase, stateOf } from '../fixtures/sqlite.ts';

const folder = tempFolder(afterAll);
const old = makeDatabase(join(folder, 'old.db'), { version: 1 });
const from = makeDatabase(join(folder, 'from.db'), { version: 2 });
const service = join(folder, 'service');

/** A process that restores and, unless it has fewer steps, is killed before this one. @returns What it has printed. */
function restoreIn(live: string, killAt: number, fails: boolean): string {
  const to = join(live, 'app.db');
  copyFileSync(old, to);
  writeFileSync(service, 'running');
  const job: ChildSqliteRestore = { to, from, service, killAt, fails };
  const { signal, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', SQLITE_RESTORE, JSON.stringify(job)]);
  expect(stderr.toString()).toBe('');
  expect(signal).toBe(stdout.length > 0 ? null : 'SIGKILL');
  return stdout.toString();
}

/** Kills one before this step, and ends what it has left. @returns The database that is there then. */
async function killedAt(killAt: number, fails: boolean): Promise<RecoveredState> {
  const live = tempFolder();
  const to = join(live, 'app.db');
  expect(restoreIn(live, killAt, fails)).toBe('');
  const hooks = {
    stop: async () => writeFileSync(service, 'stopped'),
    start: async () => writeFileSync(service, 'running'),
  };
  const state = await recoverSqliteRestore({ to, ...hooks });
  const found = stateOf(to);
  const there = found.version === 1 ? 'old' : 'new';
  expect(found, `before step ${killAt}`).toMatchObject({ sum: 1_000_000, missing: 0, integrity: 'ok' });
  expect(readFileSync(service, 'utf8'), `before step ${killAt}`).toBe('running');
  expect(readdirSync(live), `before step ${killAt}`).toEqual(['app.db']);
  if (state !== 'none') expect(state).toBe(there);
  return there;
}

it('a restore that is killed anywhere ends in the old or the new state, and the service runs', async () => {
  const { steps, validatedAt } = JSON.parse(restoreIn(tempFolder(), 0, true)) as { steps: number; validatedAt: number };
  for (let killAt = 1; killAt <= steps; killAt++) {
    const state = await killedAt(killAt, true);
    // One whose service was not seen to fail yet is gone on with.
    if (killAt <= validatedAt - 1) expect(state, `before step ${killAt}`).toBe('old');
  }
  const good = JSON.parse(restoreIn(tempFolder(), 0, false)) as { steps: number };
  for (let killAt = validatedAt; killAt <= good.steps; killAt++) expect(await killedAt(killAt, false)).toBe('new');
}, 120_000);
