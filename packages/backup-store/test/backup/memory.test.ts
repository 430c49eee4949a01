import { expect, it } from 'vitest';
import { placeOf, startBackup } from '../fixtures/child.ts';
import { noise, prose } from '../fixtures/content.ts';
import { createAt, newPlace } from '../fixtures/place.ts';
import { buildTree, type Tree } from '../fixtures/tree.ts';

const MiB = 1024 * 1024;
const PEAK = 256 * MiB;

const small: Tree = Object.fromEntries(
  Array.from({ length: 100 }, (_, i) => [
    `folder ${i}`,
    Object.fromEntries(
      Array.from({ length: 200 }, (_unused, j) => [`file ${j}`, `content of ${i} ${j} `.repeat((i * j) % 90)]),
    ),
  ]),
);

const trees: readonly (readonly [string, () => Tree])[] = [
  ['200 MB in large files', () => ({ a: noise(140 * MiB, 1), b: prose(30 * MiB, 2), c: noise(30 * MiB, 3) })],
  ['20,000 small files', () => small],
];

it.skipIf(process.platform !== 'linux').each(trees)(
  'a backup of %s stays below 256 MiB, the first and the next',
  async (_what, tree) => {
    const place = newPlace();
    buildTree(place.source, tree());
    await (await createAt(place)).close();
    for (let round = 0; round < 2; round++) {
      const child = startBackup(placeOf(place));
      expect(await child.result()).toMatchObject({ status: 'ok' });
      expect(child.peakBytes()).toBeGreaterThan(30 * MiB);
      expect(child.peakBytes()).toBeLessThanOrEqual(PEAK);
      await child.end();
    }
  },
);
