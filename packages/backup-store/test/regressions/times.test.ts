import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createAt, newPlace, restored } from '../fixtures/place.ts';
import { noise } from '../fixtures/content.ts';
import { buildTree, file } from '../fixtures/tree.ts';

const SECOND = 1_000_000_000n;
/** The years 2262 (one second past 2^63 ns), 2400 and 1600: file systems have them, 64 bits of nanoseconds do not. */
const FAR = [9_223_372_037n, 13_569_465_600n, -11_676_096_000n].map((seconds) => seconds * SECOND);

it.each(FAR)('a file with a time of %d ns is backed up, restored, and taken for unchanged after', async (mtimeNs) => {
  const place = newPlace();
  buildTree(place.source, {
    far: file('far away', { mtimeNs }),
    large: file(noise(700_000, 'far'), { mtimeNs }),
    near: 'near',
  });
  const repository = await createAt(place);
  expect(await repository.backup({ paths: [place.source] })).toMatchObject({ status: 'ok', problems: [] });
  expect(await repository.restore({ snapshot: 'latest', to: place.out })).toMatchObject({ status: 'ok' });
  for (const name of ['far', 'large']) {
    const { mtimeNs: is } = lstatSync(join(restored(place), name), { bigint: true });
    expect(is - mtimeNs < 1000n && mtimeNs - is < 1000n).toBe(true);
  }
  expect(readFileSync(join(restored(place), 'near'), 'utf8')).toBe('near');
  const again = await repository.restore({ snapshot: 'latest', to: place.out, overwrite: 'if-changed' });
  expect(again).toMatchObject({ status: 'ok', filesWritten: 0 });
});
