import { renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Holder, isHeld, keepFresh, ownHolder } from '../../src/run/holder.ts';
import { processState } from '../../src/run/process-state.ts';
import { tempFolder } from '../fixtures/place.ts';

const LONG_AGO = new Date(Date.now() - 3_600_000);
/** Another container of this machine; where the system tells of none, another machine. */
const elsewhere = ({ space, ...own }: Holder): Holder => ({
  ...own,
  host: 'container-7',
  space: space && `${space}-other`,
});

/** Whatever the machine of this test has done. */
const AWAKE = { hasSlept: () => false, sleep: async () => await Promise.resolve() };

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
  expect(await isHeld(fileOf({ isOld }), holder, AWAKE)).toBe(isExpected);
});

const before = { ...ownHolder(), space: 'another-start/pid:[1]' };
/** A process that lives, with when it began. */
const parent = { ...ownHolder(), pid: process.ppid, ticks: processState(process.ppid)?.ticks };

test.skipIf(ownHolder().space === undefined).each([
  ['an earlier start of this machine, or another one of its name, whose lease runs', before, false, true],
  ['an earlier start of this machine, or another one of its name, whose lease is over', before, true, false],
  ['an earlier start of this machine, without a lease', { ...before, renews: undefined }, false, false],
  ['another process of this system', parent, true, true],
  ['one whose number another process has now', { ...parent, ticks: 1 }, false, false],
])(
  'what %s has written is held or not, where the system tells its starts apart',
  async (_who, holder, isOld, isExpected) => {
    expect(await isHeld(fileOf({ isOld }), holder, AWAKE)).toBe(isExpected);
  },
);

test.skipIf(ownHolder().space === undefined)(
  'what was suspended with this machine is given the time to renew, and has ended when it does not',
  async () => {
    const waits: number[] = [];
    const held = async (act: (path: string) => void, hasSlept: boolean): Promise<boolean> => {
      const path = fileOf({ isOld: true });
      const sleep = async (ms: number): Promise<void> => {
        await Promise.resolve(waits.push(ms));
        act(path);
      };
      return await isHeld(path, elsewhere(ownHolder()), { hasSlept: () => hasSlept, sleep });
    };
    const renewed = (path: string): void => writeFileSync(path, '{}');
    const not = (): void => undefined;
    expect([await held(renewed, true), await held(not, true), await held(renewed, false)]).toEqual([
      true,
      false,
      false,
    ]);
    expect(waits).toEqual([25_000, 25_000]);
  },
);

/** Whether somebody has renewed it. */
const isRenewed = (path: string): boolean => statSync(path).mtimeMs > LONG_AGO.getTime() + 1_800_000;

test('a file is renewed with what it has, until that ends or another one is there', async () => {
  const path = fileOf({ isOld: true });
  const end = keepFresh(path, 5);
  while (!isRenewed(path)) await setTimeout(5);
  end();
  expect(await isHeld(path, elsewhere(ownHolder()))).toBe(true);
});

test('a file that can not be reached for a while is renewed when it can', async () => {
  const file = fileOf({ isOld: true });
  const [link, loop] = ['link', 'loop'].map((name) => join(tempFolder(), name)) as [string, string];
  symlinkSync(dirname(file), link);
  const end = keepFresh(join(link, 'note'), 1);
  symlinkSync(link, loop);
  renameSync(loop, link);
  await setTimeout(20);
  expect(isRenewed(file)).toBe(false);
  symlinkSync(dirname(file), loop);
  renameSync(loop, link);
  while (!isRenewed(file)) await setTimeout(2);
  end();
});

test('a file that somebody else has put there is not renewed, also when the first one never was', async () => {
  const path = fileOf({ isOld: true });
  const end = keepFresh(path, 1);
  renameSync(fileOf({ isOld: true }), path);
  await setTimeout(50);
  expect(isRenewed(path)).toBe(false);
  end();
});
