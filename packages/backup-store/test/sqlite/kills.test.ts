import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, expect, it } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { recoverSqliteRestore } from '../../src/sqlite/index.ts';
import { SQLITE_RESTORE } from '../fixtures/bundle.ts';
import type { ChildSqliteRestore } from '../fixtures/children/sqlite-restore.ts';
import { tempFolder } from '../fixtures/place.ts';
import { makeDatabase, stateOf } from '../fixtures/sqlite.ts';

/** Where there is time, a process is killed before each step; else before every eighth one. */
const STEP = IS_THOROUGH ? 1 : 8;

const folder = tempFolder(afterAll);
const old = makeDatabase(join(folder, 'old.db'), { version: 1 });
const from = makeDatabase(join(folder, 'from.db'), { version: 2 });

/** A machine with a database and a service that runs. */
interface Live {
  readonly folder: string;
  readonly to: string;
  /** A file that says whether the service runs. */
  readonly service: string;
}

function newLive(): Live {
  const root = tempFolder();
  const live = { folder: join(root, 'data'), to: join(root, 'data', 'app.db'), service: join(root, 'service') };
  mkdirSync(live.folder);
  copyFileSync(old, live.to);
  writeFileSync(live.service, 'running');
  return live;
}

/** A process that restores and, unless it has fewer steps, is killed before this one. @returns What it has printed. */
async function restoreIn({ to, service }: Live, killAt: number, fails: boolean): Promise<string> {
  const job: ChildSqliteRestore = { to, from, service, killAt, fails };
  const child = spawn(process.execPath, ['--no-warnings', SQLITE_RESTORE, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed, [, signal]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<unknown[]>]);
  expect(signal).toBe(printed === '' ? 'SIGKILL' : null);
  return printed;
}

/** Kills one before this step, and ends what it has left. @returns The database that is there then. */
async function killedAt(killAt: number, fails: boolean): Promise<'old' | 'new'> {
  const live = newLive();
  const { to, service } = live;
  expect(await restoreIn(live, killAt, fails)).toBe('');
  const hooks = {
    stop: async () => writeFileSync(service, 'stopped'),
    start: async () => writeFileSync(service, 'running'),
  };
  const state = await recoverSqliteRestore({ to, ...hooks });
  const found = stateOf(to);
  const there = found.version === 1 ? 'old' : 'new';
  expect(found, `before step ${killAt}`).toMatchObject({ sum: 1_000_000, missing: 0, integrity: 'ok' });
  expect(readFileSync(service, 'utf8'), `before step ${killAt}`).toBe('running');
  expect(readdirSync(live.folder), `before step ${killAt}`).toEqual(['app.db']);
  if (state !== 'none') expect(state).toBe(there);
  return there;
}

/** Calls it for each number, or each eighth one, as many at a time as there are processors. */
async function forEach(first: number, last: number, call: (killAt: number) => Promise<void>): Promise<void> {
  let next = first;
  const one = async (): Promise<void> => {
    while (next <= last) {
      const killAt = next;
      next += STEP;
      await call(killAt);
    }
  };
  await Promise.all(Array.from({ length: Math.min(8, availableParallelism()) }, one));
}

it('a restore that is killed anywhere ends in the old or the new state, and the service runs', async () => {
  const printed = await restoreIn(newLive(), 0, true);
  const { steps, validatedAt } = JSON.parse(printed) as { steps: number; validatedAt: number };
  const { steps: goodSteps } = JSON.parse(await restoreIn(newLive(), 0, false)) as { steps: number };
  await forEach(1, steps, async (killAt) => {
    const state = await killedAt(killAt, true);
    // One whose service was not seen to fail yet is gone on with.
    if (killAt < validatedAt) expect(state, `before step ${killAt}`).toBe('old');
  });
  await forEach(validatedAt, goodSteps, async (killAt) => expect(await killedAt(killAt, false)).toBe('new'));
}, 240_000);
