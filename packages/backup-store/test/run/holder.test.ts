import { statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Holder, isHeld, keepFresh, ownHolder } from '../../src/run/holder.ts';
import { tempFolder } from '../fixtures/place.ts';

const LONG_AGO = new Date(Date.now() - 3_600_000);
/** Another container of this machine; where the system tells of none, another machine. */
const elsewhere = ({ space, ...own }: Holder): Holder => ({
  ...own,
  host: 'container-7',
  space: space && `${space}-other`,
});

/** A file that somebody has written, an hour ago or just now. */
function fileOf({ isOld }: { readonly isOld: boolean }): string {
  const path = join(tempFolder(), 'note');
  writeFileSync(path, '{}');
  if (isOld) utimesSync(path, LONG_AGO, LONG_AGO);
  return path;
}

test.each([
  ['this process', ownHolder(), true, true],
  ['nobody', { pid: 0, startedMs: 0 }, false, false],
  ['an earlier process with the same number', { ...ownHolder(), startedMs: 1 }, false, false],
  ['another container whose lease runs', elsewhere(ownHolder()), false, true],
  ['another container whose lease is over', elsewhere(ownHolder()), true, false],
  ['another container of this name whose lease runs', { ...elsewhere(ownHolder()), host: hostname() }, false, true],
  ['another machine that renews nothing', { pid: 1, startedMs: 1, host: 'another-machine' }, true, true],
])('what %s has written is held or not', async (_who, holder, isOld, isExpected) => {
  expect(await isHeld(fileOf({ isOld }), holder)).toBe(isExpected);
});

test.skipIf(ownHolder().space === undefined)(
  'what was written before the machine was started anew is not held',
  async () => {
    const before = { ...ownHolder(), space: 'another-start/pid:[1]' };
    expect(await isHeld(fileOf({ isOld: false }), before)).toBe(false);
  },
);

test('a file is renewed with what it has, until that ends or another one is there', async () => {
  const path = fileOf({ isOld: true });
  const end = keepFresh(path, 5);
  const isRenewed = (): boolean => statSync(path).mtimeMs > LONG_AGO.getTime() + 1_800_000;
  while (!isRenewed()) await setTimeout(5);
  end();
  expect(await isHeld(path, elsewhere(ownHolder()))).toBe(true);
});
