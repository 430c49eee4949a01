import { chmodSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { expect, test } from 'vitest';
import { type Analysis, analyze, type AnalyzeOptions } from '../../src/analyze/index.ts';
import { encodeFrame, LEVELS } from '../../src/codec/codec.ts';
import { noise, prose } from '../fixtures/content.ts';
import { failureOf, tempFolder } from '../fixtures/place.ts';
import { buildTree, fifo, symlink } from '../fixtures/tree.ts';

const MIB = 1024 * 1024;

/** All that is the same each time: without times, and without the advice, which goes by them. */
const lasting = ({ profiles, ...rest }: Analysis): object => ({
  ...rest,
  durationMs: 0,
  recommended: undefined,
  profiles: profiles.map(({ profile, bytesStored, ratio }) => ({ profile, bytesStored, ratio })),
});

test('what is read in full is foreseen exactly as the engine compresses it', async () => {
  const texts = [prose(100_000, 1), prose(50_000, 2)];
  const [photo, large] = [noise(400_000, 1), prose(700_000, 3)];
  const tree = { a: { 'one.txt': texts[0] as Buffer, 'two.txt': texts[1] as Buffer }, photo, 'z.txt': large };
  const found = await analyze(buildTree(tempFolder(), { ...tree, empty: '', link: symlink('photo'), pipe: fifo() }));
  expect(found).toMatchObject({ files: 4, bytes: 1_250_000, sizeCategory: 'small', complete: true, problems: [] });
  expect(found).toMatchObject({ small: { files: 2, bytes: 150_000 }, large: { files: 2, bytes: 1_100_000 } });
  expect(found.sample).toEqual({ files: 4, bytes: 1_250_000, frames: 3 });
  for (const { profile, bytesStored } of found.profiles) {
    const stored = (bytes: Uint8Array, alone: boolean): number =>
      encodeFrame(bytes, LEVELS[profile], alone).bytes.length;
    expect(bytesStored).toBe(stored(Buffer.concat(texts), false) + stored(photo, true) + stored(large, true));
  }
  expect(found.kinds.map(({ kind, bytes }) => [kind, bytes])).toEqual([
    ['text', 850_000],
    ['random', 400_000],
  ]);
  expect(found.kinds[1]).toMatchObject({ formats: ['random'], ratios: { maximum: 1 } });
  expect(found.kinds[1]?.entropy).toBeGreaterThan(7.99);
});

test('a sample of more than the limit comes to about the same, is bounded, and is the same each time', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 24 }, (_, n) => [`f${n}`, n % 3 === 0 ? noise(MIB, n) : prose(MIB, n)]),
  );
  const root = buildTree(tempFolder(), files);
  const options = { maxBytes: 6 * MIB, maxMs: 60_000 };
  const [all, some, again] = [
    await analyze(root, { maxMs: 60_000 }),
    await analyze(root, options),
    await analyze(root, options),
  ];
  expect(some.sample.bytes).toBeLessThanOrEqual(7 * MIB);
  expect(lasting(again)).toEqual(lasting(some));
  const balanced = ({ profiles }: Analysis): number => profiles[2]?.bytesStored ?? 0;
  expect(balanced(some) / balanced(all)).toBeGreaterThan(0.7);
  expect(balanced(some) / balanced(all)).toBeLessThan(1.3);
});

test('a file is analyzed as well, through a link', async () => {
  const root = buildTree(tempFolder(), { file: prose(5000, 1), link: symlink('file') });
  expect(await analyze(join(root, 'link'))).toMatchObject({ files: 1, bytes: 5000, sizeCategory: 'tiny' });
});

test('nothing is left to be said of nothing', async () => {
  const found = await analyze(tempFolder());
  expect(found).toMatchObject({ files: 0, bytes: 0, sizeCategory: 'empty', kinds: [], reasons: [] });
  expect(found.recommended.profile).toBe('balanced');
});

test('patterns and .holdfastignore leave out what a backup would', async () => {
  const root = buildTree(tempFolder(), { '.holdfastignore': '*.tmp', 'a.tmp': 'x', 'b.log': 'x', c: 'x' });
  const { files } = await analyze(root, { exclude: ['*.log'] });
  expect(files).toBe(2);
});

test('free space counts where it can be told, even of a folder that is not there yet', async () => {
  const root = buildTree(tempFolder(), { a: prose(5000, 1) });
  const { bavail, bsize } = statfsSync(root);
  const { target, profiles } = await analyze(root, { to: join(root, 'later', 'repository') });
  expect((target?.freeBytes ?? 0) / (bavail * bsize)).toBeCloseTo(1, 1);
  expect(profiles.every(({ fits }) => fits === true)).toBe(true);
  const bucket = await analyze(root, { to: 's3://bucket/prefix' });
  expect(bucket.target).toEqual({ location: 's3://bucket/prefix' });
  expect(bucket.profiles[0]).not.toHaveProperty('fits');
});

test('of a folder with more entries than the limit, the beginning is looked at, and that is said', async () => {
  const root = buildTree(tempFolder(), { a: 'xx', b: 'xx', c: 'xx' });
  expect(await analyze(root, { maxEntries: 3 })).toMatchObject({ complete: false, files: 2, bytes: 4 });
});

test.skipIf(getuid?.() === 0)(
  'what can not be read is a problem, and no reason to stop (skipped for root)',
  async () => {
    const root = buildTree(tempFolder(), { a: 'xx', b: 'xx' });
    chmodSync(join(root, 'b'), 0);
    const { problems, files } = await analyze(root);
    expect(files).toBe(2);
    expect(problems).toMatchObject([{ path: join(root, 'b'), code: 'EACCES' }]);
  },
);

test('wrong options, missing paths and signals are errors by code', async () => {
  const root = buildTree(tempFolder(), { a: prose(5000, 1) });
  const codeOf = async (path: string, options: AnalyzeOptions): Promise<string> =>
    (await failureOf(analyze(path, options))).code;
  for (const wrong of [{ workers: 0 }, { maxBytes: 1 }, { maxMs: 0.5 }, { maxEntries: 0 }, { bytesPerSecond: 0 }]) {
    expect(await codeOf(root, wrong)).toBe('INVALID_OPTION');
  }
  expect(await codeOf(join(root, 'none'), {})).toBe('PATH_FAILED');
  expect(await codeOf(root, { signal: AbortSignal.abort() })).toBe('ABORTED');
});
