import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkStaged, planSwitch, readStaged, stageRelease } from '../../../src/deploy/index.ts';
import { plant, temporaryFolder } from '../../artifact/tree.ts';
import { newSite, SHOP } from '../layout/site.ts';
import { wasKilled } from './children/run-child.ts';

const script = new URL('children/killed-stage.ts', import.meta.url);
/** Where there is time, a process is killed at each call; else at every third. */
const STEP = process.env['HOLDFAST_THOROUGH'] === undefined ? 3 : 1;

test(
  'staging that is killed at whatever call leaves no half release, and what the next one removes',
  { timeout: 240_000 },
  async () => {
    const before = await newSite();
    await before.stage('1.0.0', SHOP);
    const path = await plant({ ...SHOP, 'lib/prices.js': 'export const price = 2;\n' });
    const install = { command: [process.execPath, '-e', 'fs.writeFileSync("installed", "")'] } as const;
    const seen = new Set<string>();
    for (let call = 1; ; call += STEP) {
      const root = join(await temporaryFolder(), 'shop');
      await cp(before.layout.root, root, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
      const { layout } = await newSite({ root });
      if (!(await wasKilled(script, [root, path, '1.0.1', String(call)]))) break;
      const names = await readdir(layout.releases);
      seen.add(names.join());
      const isThere = names.includes('v1.0.1');
      // A release under its name is whole and written down, or marked, and nobody can switch to it.
      const isMarked = (await readdir(join(layout.state, 'releases'))).includes('v1.0.1.installing');
      if (isThere && !isMarked) expect(await checkStaged(layout, '1.0.1')).toEqual([]);
      else await expect(planSwitch(layout, '1.0.1')).rejects.toMatchObject({ code: 'NOT_STAGED' });
      if (isThere) seen.add(isMarked ? 'marked' : 'whole');
      const again = { version: '1.0.1', content: { kind: 'folder', path }, previous: '1.0.0', install } as const;
      const staged = await stageRelease(layout, again);
      expect(await readStaged(layout, '1.0.1')).toEqual(staged);
      expect(await checkStaged(layout, '1.0.1')).toEqual([]);
      expect(await checkStaged(layout, '1.0.0')).toEqual([]);
      expect((await readdir(layout.releases)).toSorted()).toEqual(['v1.0.0', 'v1.0.1']);
      expect(
        (await readdir(join(layout.state, 'releases'))).filter((name) => /\.(part|installing)$/.test(name)),
      ).toEqual([]);
    }
    expect(seen).toContain('.v1.0.1.building,v1.0.0');
    expect(seen).toContain('marked');
  },
);
