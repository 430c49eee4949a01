import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applySwitch, planSwitch, type Pointer, readCurrent, recoverSwitch } from '../../../src/deploy/index.ts';
import { newSite } from '../layout/site.ts';
import { wasKilled } from '../stage/children/run-child.ts';

/** Where there is time, a process is killed at each call; else at every second one. */
const STEP = process.env['HOLDFAST_THOROUGH'] === undefined ? 2 : 1;

const script = new URL('children/killed-switch.ts', import.meta.url);

test.each<[Pointer, readonly string[]]>([
  ['link', ['current', 'v1.0.0', 'v1.0.1']],
  ['file', ['current', 'current.txt', 'v1.0.0', 'v1.0.1']],
])(
  'a switch by %s that is killed at whatever call has happened or not, and is repaired and finished',
  { timeout: 240_000 },
  async (pointer, names) => {
    const seen = new Set<string>();
    for (let call = 1; ; call += STEP) {
      const { layout } = await newSite();
      for (const version of ['1.0.0', '1.0.1']) await mkdir(join(layout.releases, `v${version}`));
      await applySwitch(layout, await planSwitch(layout, '1.0.0', { pointer }));
      if (!(await wasKilled(script, [layout.root, '1.0.1', pointer, String(call)]))) break;
      const between = await readCurrent(layout);
      expect(between.kind).toBe('release');
      const { repaired, open } = await recoverSwitch(layout);
      const after = await readCurrent(layout);
      // What counts did not change by being repaired.
      expect(after).toEqual(between);
      if (open !== undefined) expect(after).toEqual({ kind: 'release', version: '1.0.0' });
      expect((await recoverSwitch(layout)).repaired).toEqual([]);
      seen.add(JSON.stringify([after, open, repaired.length]));
      await applySwitch(layout, await planSwitch(layout, '1.0.1'));
      expect(await readCurrent(layout)).toEqual({ kind: 'release', version: '1.0.1' });
      expect((await readdir(layout.releases)).toSorted()).toEqual(names);
    }
    // Before it was written down, after that, with a link beside, and switched but not written down.
    expect(seen.size).toBeGreaterThanOrEqual(STEP === 1 ? 4 : 3);
  },
);
