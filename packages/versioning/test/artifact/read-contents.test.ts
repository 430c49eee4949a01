import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ArtifactContent, createArtifact, planArtifact, readContents } from '../../src/index.ts';
import { file, folder } from './contents.ts';
import { rawZip } from './raw-zip.ts';
import { plant, temporaryFolder, type Tree } from './tree.ts';

async function zipped(archive: Buffer): Promise<string> {
  const path = join(await temporaryFolder(), 'a.zip');
  await writeFile(path, archive);
  return path;
}

/** Packs with digests, and gives what was told of the contents beside what is read of them. */
async function told(tree: Tree): Promise<{ created: readonly ArtifactContent[]; read: ArtifactContent[] }> {
  const target = join(await temporaryFolder(), 'a.zip');
  const { contents } = await createArtifact(await planArtifact(await plant(tree)), target, { withDigests: true });
  return { created: contents, read: await readContents(target) };
}

const LARGE = 'holdfast'.repeat(400_000);

test.skipIf(process.platform === 'win32')('contents have the digests of the files, small and large', async () => {
  const { created, read } = await told({ 'large.bin': LARGE, empty: '', 'logs/': '', 'bin/run': { run: 'x' } });
  expect(created).toEqual([file('bin/run', 'x', true), file('empty', ''), file('large.bin', LARGE), folder('logs')]);
  expect(read).toEqual(created);
});

test('what is told when an artefact is made is what is read of it later', async () => {
  const name = fc.stringMatching(/^[a-zäé\u{1f600}0-9]{1,6}$/u);
  const content = fc.oneof(
    fc.string(),
    fc.uint8Array({ maxLength: 300_000, size: 'max' }),
    fc.string().map((run) => ({ run })),
  );
  const tree = fc
    .array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 2 }), content), { maxLength: 5 })
    .map((files) => Object.fromEntries(files.map(([names, inner], i) => [`${i}/${names.join('/')}`, inner])));
  await fc.assert(
    fc.asyncProperty(tree, async (files) => {
      const { created, read } = await told(files);
      expect(read).toEqual(created);
      expect(read).toHaveLength(Object.keys(files).length);
    }),
    { numRuns: 20 },
  );
});

test('an artefact is the same with digests and without, and has contents only when they are asked for', async () => {
  const plan = await planArtifact(await plant({ 'large.bin': LARGE, a: 'x' }));
  const folderOfBoth = await temporaryFolder();
  const plain = await createArtifact(plan, join(folderOfBoth, 'plain.zip'));
  const { contents, ...summary } = await createArtifact(plan, join(folderOfBoth, 'told.zip'), { withDigests: true });
  expect(summary).toEqual(plain);
  expect(contents).toHaveLength(2);
});

test('contents of archives of others are in the order of the archive, decompressed', async () => {
  const text = 'deflated '.repeat(99);
  const archive = rawZip([
    { name: 'z', content: text, deflated: true },
    { name: 'docs/', mode: 0o040_700 },
    { name: 'docs/a', content: 'y', mode: 0o100_755 },
  ]);
  expect(await readContents(await zipped(archive))).toEqual([
    file('z', text),
    folder('docs'),
    file('docs/a', 'y', true),
  ]);
});

test('content that fails its checksum is damage, and entries are checked before contents', async () => {
  const damaged = await zipped(rawZip([{ name: 'a', content: 'x', crc32: 1 }]));
  await expect(readContents(damaged)).rejects.toMatchObject({
    code: 'ARTIFACT_DAMAGED',
    message: expect.stringContaining('another checksum than it says in "a"') as unknown,
  });
  const hostile = await zipped(rawZip([{ name: 'a', content: 'x', crc32: 1 }, { name: '../x' }]));
  await expect(readContents(hostile)).rejects.toMatchObject({ code: 'UNSAFE_ARTIFACT' });
});

test('the digest and the limits count as for an extraction', async () => {
  const archive = rawZip([{ name: 'a', content: 'xx' }]);
  const path = await zipped(archive);
  const digest = `sha256:${createHash('sha256').update(archive).digest('hex')}`;
  expect(await readContents(path, { digest })).toEqual([file('a', 'xx')]);
  const other = `sha256:${'0'.repeat(64)}`;
  await expect(readContents(path, { digest: other })).rejects.toMatchObject({ code: 'DIGEST_MISMATCH' });
  await expect(readContents(path, { limits: { bytes: 1 } })).rejects.toMatchObject({ code: 'ARTIFACT_TOO_LARGE' });
});

test('progress ends with everything, and an abort ends the work', async () => {
  const path = await zipped(rawZip([{ name: 'a', content: LARGE }, { name: 'b/' }]));
  let last: unknown;
  await readContents(path, { onProgress: (progress) => (last = progress) });
  expect(last).toEqual({ entries: 2, totalEntries: 2, bytes: LARGE.length, totalBytes: LARGE.length });
  const controller = new AbortController();
  const work = readContents(path, {
    signal: controller.signal,
    onProgress: ({ bytes }) => bytes > 1_000_000 && controller.abort(new Error('enough')),
  });
  await expect(work).rejects.toThrow('enough');
});
