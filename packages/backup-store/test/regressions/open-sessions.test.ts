import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { OpenSessions } from '../../src/session/open-sessions.ts';
import { tempFolder } from '../fixtures/place.ts';

const SESSION = 'a'.repeat(32);

/** A folder with one session that was left open. */
function left(state: Readonly<Record<string, unknown>>): string {
  const folder = tempFolder();
  const open = { session: SESSION, epoch: 0, pid: 0, startedMs: 0, ...state };
  writeFileSync(join(folder, `${SESSION}.json`), JSON.stringify(open));
  return folder;
}

it('of many that come for a session at slightly different moments, one gets it', async () => {
  for (let round = 0; round < 100; round++) {
    const folder = left({});
    const takers = Array.from({ length: 12 }, async (_, i) => {
      for (let turn = 0; turn < i % 5; turn++) await setImmediate();
      return await new OpenSessions(folder).adopt();
    });
    expect((await Promise.all(takers)).filter((taken) => taken !== undefined)).toHaveLength(1);
    expect(await new OpenSessions(folder).adopt()).toBeUndefined();
  }
});

it('a session that a process of another machine works on is left to it', async () => {
  // No process has this number here.
  const folder = left({ pid: 2 ** 30, startedMs: 1, host: 'another-machine' });
  expect(await new OpenSessions(folder).adopt()).toBeUndefined();
  expect(readFileSync(join(folder, `${SESSION}.json`), 'utf8')).toContain('another-machine');
});

it('a session that another machine has let go is taken over', async () => {
  const folder = left({ host: 'another-machine' });
  expect(await new OpenSessions(folder).adopt()).toMatchObject({ session: SESSION });
});
