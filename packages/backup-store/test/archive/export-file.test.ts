import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { exportFile, gzipped } from '../../src/archive/index.ts';
import { failureOf, listOf } from '../fixtures/place.ts';
import { streamOf } from '../fixtures/stream-source.ts';
import { originOf } from './archives.ts';

const DUMP = 'INSERT INTO rooms VALUES (1);\n'.repeat(50_000);

test('the dump of a snapshot is exported as it is and as .gz, without its path when it is the only one', async () => {
  const { place, repository, record } = await originOf({ a: 'x' }, { 'shop.sql': DUMP });
  const [plain, gz] = [join(place.folder, 'shop.sql'), join(place.folder, 'shop.sql.gz')];
  const dump = { repository, snapshot: record.id };
  expect(await exportFile({ ...dump, to: plain })).toMatchObject({
    path: 'db/shop.sql',
    bytes: DUMP.length,
    size: DUMP.length,
  });
  const { size } = await exportFile({ ...dump, path: 'db/shop.sql', to: gz });
  const bytes = readFileSync(gz);
  expect([readFileSync(plain, 'utf8') === DUMP, gunzipSync(bytes).toString() === DUMP, bytes.length]).toEqual([
    true,
    true,
    size,
  ]);
  // Nothing of the time and the machine (RFC 1952, 2.3.1).
  expect(bytes.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff');
});

test('.gz is made at level 9 unless another is asked for', async () => {
  const content = Array.from({ length: 20_000 }, (_, i) => `(${i}, 'guest ${(i * 7919) % 10_007}')\n`).join('');
  const { place, repository, record } = await originOf({ a: 'x' }, { 'shop.sql': content });
  const size = async (level?: 1 | 9): Promise<number> => {
    const to = join(place.folder, `${level}.gz`);
    return (await exportFile({ repository, snapshot: record.id, to, level })).size;
  };
  const small = await size();
  expect(small).toBe(await size(9));
  expect(small).toBeLessThan(await size(1));
});

test('which file is meant has to be said when there is none or more than one', async () => {
  const two = await originOf({ a: 'x' }, { 'a.sql': 'a', 'b.sql': 'b' });
  const failure = await failureOf(exportFile({ ...two, snapshot: 'nightly', to: join(two.place.folder, 'x') }));
  expect(failure).toMatchObject({ code: 'INVALID_OPTION', details: ['db/a.sql', 'db/b.sql'] });
  const none = await originOf({ a: 'x' }, {});
  expect((await failureOf(exportFile({ ...none, snapshot: 'nightly', to: 'x' }))).code).toBe('INVALID_OPTION');
  const folder = { ...two, snapshot: 'nightly', path: 'db', to: join(two.place.folder, 'x.gz') };
  expect((await failureOf(exportFile(folder))).code).toBe('PATH_FAILED');
  expect(readdirSync(two.place.folder).filter((name) => name.startsWith('x'))).toEqual([]);
});

test('a stream that fails fails what is compressed of it', async () => {
  const failure = new Error('gone');
  expect(await failureOf(listOf(gzipped(streamOf(Buffer.alloc(100_000), { failure }))))).toBe(failure);
});
