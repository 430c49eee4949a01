import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  createArtifact,
  extractArtifact,
  type ExtractArtifactOptions,
  listArtifact,
  planArtifact,
  type VersioningErrorCode,
} from '../../src/index.ts';
import { type RawEntry, rawZip } from './raw-zip.ts';
import { harvest, plant, temporaryFolder, type Tree } from './tree.ts';

type Outcome = { readonly left: string[]; readonly error: unknown };

/** Tries to extract; tells the failure and what lies in the folder afterwards, beside the archive. */
async function attempt(archive: Buffer, options?: Partial<ExtractArtifactOptions>): Promise<Outcome> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'a.zip'), archive);
  const error = await extractArtifact(join(folder, 'a.zip'), join(folder, 'out'), {
    digest: 'unchecked',
    ...options,
  }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { left: (await readdir(folder)).filter((name) => name !== 'a.zip'), error };
}

async function extracted(archive: Buffer): Promise<Tree> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'a.zip'), archive);
  await extractArtifact(join(folder, 'a.zip'), join(folder, 'out'), { digest: 'unchecked' });
  return harvest(join(folder, 'out'));
}

const failing = (code: VersioningErrorCode, finding: string): Outcome => ({
  left: [],
  error: expect.objectContaining({ code, message: expect.stringContaining(finding) as unknown }),
});

const LINK = 0o120_777;
const ZEROS = Buffer.alloc(3_000_000);

const HOSTILE: readonly (readonly [string, readonly RawEntry[], VersioningErrorCode, string])[] = [
  ['an absolute path', [{ name: '/etc/cron.d/x' }], 'UNSAFE_ARTIFACT', 'is absolute'],
  ['a path to the folder above', [{ name: '../x' }], 'UNSAFE_ARTIFACT', 'folder above'],
  ['a path that goes up further in', [{ name: 'a/b/../../../x' }], 'UNSAFE_ARTIFACT', 'folder above'],
  ['a folder above itself', [{ name: '../' }], 'UNSAFE_ARTIFACT', 'folder above'],
  ['a backslash', [{ name: String.raw`..\x` }], 'UNSAFE_ARTIFACT', 'backslash'],
  ['a drive letter', [{ name: 'C:/x' }], 'UNSAFE_ARTIFACT', 'drive letter'],
  ['a stream of NTFS', [{ name: 'ab:stream' }], 'UNSAFE_ARTIFACT', 'does not allow'],
  ['a NUL', [{ name: 'a\0b' }], 'UNSAFE_ARTIFACT', 'NUL'],
  ['an empty name', [{ name: '' }], 'UNSAFE_ARTIFACT', 'no name'],
  ['two slashes', [{ name: 'a//b' }], 'UNSAFE_ARTIFACT', 'empty name'],
  ['a name of the folder itself', [{ name: './a' }], 'UNSAFE_ARTIFACT', 'empty name'],
  ['a device of Windows', [{ name: 'nul.txt' }], 'UNSAFE_ARTIFACT', 'device'],
  ['a name that is not UTF-8', [{ name: Buffer.from([0x61, 0xff]) }], 'UNSAFE_ARTIFACT', 'not UTF-8'],
  ['a name in CP437 or UTF-8', [{ name: 'é', flags: 0 }], 'UNSAFE_ARTIFACT', 'encoding'],
  ['a link', [{ name: 'a', content: '/etc/passwd', mode: LINK }], 'UNSAFE_ARTIFACT', 'link'],
  ['a link to write through', [{ name: 'a', content: '/tmp', mode: LINK }, { name: 'a/b' }], 'UNSAFE_ARTIFACT', 'link'],
  ['a device', [{ name: 'a', mode: 0o020_666 }], 'UNSAFE_ARTIFACT', 'special file'],
  ['a pipe', [{ name: 'a', mode: 0o010_666 }], 'UNSAFE_ARTIFACT', 'special file'],
  ['a file that says it is a folder', [{ name: 'a', mode: 0o040_755 }], 'UNSAFE_ARTIFACT', 'a file and a folder'],
  ['a name twice', [{ name: 'a' }, { name: 'a' }], 'UNSAFE_ARTIFACT', 'there twice'],
  ['a folder twice', [{ name: 'a/' }, { name: 'a/' }], 'UNSAFE_ARTIFACT', 'there twice'],
  ['a file and a folder of one name', [{ name: 'a' }, { name: 'a/' }], 'UNSAFE_ARTIFACT', 'as a file and as a folder'],
  ['a file in a file', [{ name: 'a' }, { name: 'a/b' }], 'UNSAFE_ARTIFACT', 'which is a file'],
  ['a file where files are', [{ name: 'a/b' }, { name: 'a' }], 'UNSAFE_ARTIFACT', 'as a file and as a folder'],
  ['names that differ in case', [{ name: 'README' }, { name: 'readme' }], 'UNSAFE_ARTIFACT', 'do not count'],
  ['folders that differ in case', [{ name: 'A/x' }, { name: 'a/y' }], 'UNSAFE_ARTIFACT', 'do not count'],
  ['names that normalise alike', [{ name: '\u00e9' }, { name: 'e\u0301' }], 'UNSAFE_ARTIFACT', 'do not count'],
  ['encryption', [{ name: 'a', content: 'twelve bytesx', size: 1, flags: 0x0801 }], 'UNSAFE_ARTIFACT', 'encrypted'],
  ['encryption in the local header', [{ name: 'a', local: { flags: 0x0801 } }], 'UNSAFE_ARTIFACT', 'encrypted'],
  ['another compression', [{ name: 'a', method: 12 }], 'UNSAFE_ARTIFACT', 'neither stored nor deflated'],
  [
    'entries that share bytes',
    [
      { name: 'a', content: 'x' },
      { name: 'a', offset: 0 },
    ],
    'UNSAFE_ARTIFACT',
    'twice',
  ],
  ['another name before the content', [{ name: 'a', local: { name: 'b' } }], 'UNSAFE_ARTIFACT', 'another name'],
  ['a second name', [{ name: 'a', extra: unicodePath('b') }], 'UNSAFE_ARTIFACT', 'second name'],
  ['content in a folder', [{ name: 'a/', content: 'x' }], 'ARTIFACT_DAMAGED', 'content in the folder'],
  ['a wrong checksum', [{ name: 'a', content: 'x', crc32: 1 }], 'ARTIFACT_DAMAGED', 'another checksum'],
  ['two checksums', [{ name: 'a', content: 'x', local: { crc32: 1 } }], 'ARTIFACT_DAMAGED', 'two checksums'],
  ['two sizes', [{ name: 'a', content: 'x', local: { size: 2 } }], 'ARTIFACT_DAMAGED', 'two sizes'],
  ['two compressions', [{ name: 'a', content: 'x', local: { method: 8 } }], 'ARTIFACT_DAMAGED', 'two compressions'],
  ['a stored size that is not the size', [{ name: 'a', content: 'x', size: 2 }], 'ARTIFACT_DAMAGED', 'size mismatch'],
  [
    'more content than it says',
    [{ name: 'a', content: ZEROS, deflated: true, size: 9 }],
    'ARTIFACT_DAMAGED',
    'many bytes',
  ],
  [
    'less content than it says',
    [{ name: 'a', content: 'x', deflated: true, size: 9 }],
    'ARTIFACT_DAMAGED',
    'not enough bytes',
  ],
  ['what is no deflate', [{ name: 'a', content: Buffer.alloc(9, 0xff), method: 8 }], 'ARTIFACT_DAMAGED', 'invalid'],
  ['a start that is no header', [{ name: 'a', content: 'x', offset: 3 }], 'ARTIFACT_DAMAGED', 'local file header'],
  ['a start beyond the end', [{ name: 'a', content: 'x', offset: 0x7fff_ffff }], 'ARTIFACT_DAMAGED', 'ends too early'],
  [
    'too much for its compressed size',
    [{ name: 'a', content: ZEROS, deflated: true }],
    'ARTIFACT_TOO_LARGE',
    'compressed',
  ],
];

function unicodePath(name: string): Buffer {
  const field = Buffer.alloc(9 + name.length);
  field.writeUInt16LE(0x7075, 0);
  field.writeUInt16LE(5 + name.length, 2);
  field.writeUInt8(1, 4);
  field.writeUInt32LE(crc32('a'), 5);
  field.write(name, 9);
  return field;
}

test.each(HOSTILE)('%s is refused, and nothing is left', async (_, entries, code, finding) => {
  expect(await attempt(rawZip(entries))).toEqual(failing(code, finding));
});

test('what is refused is refused before anything before it is written', async () => {
  let written = 0;
  const outcome = await attempt(rawZip([{ name: 'good', content: 'x' }, { name: '../evil' }]), {
    onProgress: ({ entries }) => (written = entries),
  });
  expect(outcome).toEqual(failing('UNSAFE_ARTIFACT', 'folder above'));
  expect(written).toBe(0);
});

test('entries that share bytes are refused whatever they are called', async () => {
  // The local header of "b" is the content of "a".
  const inner = rawZip([{ name: 'b', content: 'kernel' }]).subarray(0, 37);
  const archive = rawZip([
    { name: 'a', content: inner },
    { name: 'b', content: 'kernel', offset: 31 },
  ]);
  expect(await attempt(archive)).toEqual(failing('UNSAFE_ARTIFACT', 'shares bytes with another entry'));
});

test('content that reaches into the list of entries is refused', async () => {
  const archive = rawZip([{ name: 'a', content: 'x', size: 20, compressedSize: 20 }]);
  expect(await attempt(archive)).toEqual(failing('UNSAFE_ARTIFACT', 'reaches into the list'));
});

describe('damage', () => {
  const good = rawZip([{ name: 'a', content: 'hello' }]);
  test.each([
    ['an empty file', Buffer.alloc(0)],
    ['no archive', Buffer.from('#!/bin/sh\necho no archive, but long enough to be one\n')],
    ['a cut archive', good.subarray(0, -1)],
    ['bytes after the end', Buffer.concat([good, Buffer.from('x')])],
    ['bytes before the beginning', Buffer.concat([Buffer.from('x'), good])],
    ['more entries than there are', rawZip([{ name: 'a' }], { count: 2 })],
  ])('%s is refused', async (_, archive) => {
    expect(await attempt(archive)).toEqual(failing('ARTIFACT_DAMAGED', 'intact ZIP archive'));
  });

  test('one bit of the content is noticed without a digest too', async () => {
    const flipped = Buffer.from(good);
    flipped[31] = 0x69;
    expect(await attempt(flipped)).toEqual(failing('ARTIFACT_DAMAGED', 'another checksum'));
  });
});

describe('the digest', () => {
  test('is verified before anything is parsed', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    expect(await attempt(Buffer.from('no archive'), { digest })).toEqual(failing('DIGEST_MISMATCH', digest));
  });

  test.each(['sha256:abc', 'latest', `blake3:${'0'.repeat(64)}`])('%s is none of SHA-256', async (digest) => {
    expect(await attempt(rawZip([]), { digest })).toEqual(failing('INVALID_OPTION', 'digest'));
  });

  test('is told, and passes when it is right', async () => {
    const target = join(await temporaryFolder(), 'a.zip');
    const made = await createArtifact(await planArtifact(await plant({ a: 'x' })), target);
    const out = join(await temporaryFolder(), 'out');
    expect(await extractArtifact(target, out, { digest: made.digest })).toEqual(made);
    expect(await extractArtifact(target, `${out}-again`, { digest: `${made.digest}` })).toEqual(made);
  });
});

describe('limits', () => {
  const archive = rawZip(['a', 'b', 'c'].map((name) => ({ name, content: 'x'.repeat(100) })));
  test.each([
    [{ entries: 2 }, 'at most 2 entries'],
    [{ bytes: 299 }, 'at most 299 bytes'],
  ])('%j is too little for three files of 100 bytes', async (limits, finding) => {
    expect(await attempt(archive, { limits })).toEqual(failing('ARTIFACT_TOO_LARGE', finding));
  });

  test('what is exactly as much passes, and so does a bomb when it is wanted', async () => {
    expect(await attempt(archive, { limits: { entries: 3, bytes: 300 } })).toEqual({ left: ['out'], error: undefined });
    const bomb = rawZip([{ name: 'zeros', content: ZEROS, deflated: true }]);
    expect(await attempt(bomb, { limits: { ratio: 1100 } })).toEqual({ left: ['out'], error: undefined });
  });

  test.each([{ entries: 0 }, { bytes: -1 }, { ratio: Number.NaN }])('%j is no limit', async (limits) => {
    expect(await attempt(archive, { limits })).toEqual(failing('INVALID_OPTION', 'above 0'));
  });
});

describe('where it goes', () => {
  const archive = rawZip([{ name: 'a', content: 'x' }]);

  test('an empty folder is filled, one with files is not touched', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.zip'), archive);
    await mkdir(join(folder, 'out'));
    await extractArtifact(join(folder, 'a.zip'), join(folder, 'out'), { digest: 'unchecked' });
    expect(await harvest(join(folder, 'out'))).toEqual({ a: 'x' });
    const again = extractArtifact(join(folder, 'a.zip'), join(folder, 'out'), { digest: 'unchecked' });
    await expect(again).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    const onto = extractArtifact(join(folder, 'a.zip'), join(folder, 'a.zip'), { digest: 'unchecked' });
    await expect(onto).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    expect((await readdir(folder)).toSorted()).toEqual(['a.zip', 'out']);
  });

  test('a folder that somebody fills meanwhile is kept', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.zip'), archive);
    const work = extractArtifact(join(folder, 'a.zip'), join(folder, 'out'), {
      digest: 'unchecked',
      onProgress: ({ bytes, entries }) => {
        if (bytes !== 1 || entries !== 0) return;
        mkdirSync(join(folder, 'out'));
        writeFileSync(join(folder, 'out/theirs'), 'y');
      },
    });
    await expect(work).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
    expect(await harvest(join(folder, 'out'))).toEqual({ theirs: 'y' });
    expect((await readdir(folder)).toSorted()).toEqual(['a.zip', 'out']);
  });

  test('a folder above that is missing is a failed write, an artefact that is missing a failed read', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.zip'), archive);
    const options = { digest: 'unchecked' };
    const deep = extractArtifact(join(folder, 'a.zip'), join(folder, 'x/out'), options);
    await expect(deep).rejects.toMatchObject({ code: 'WRITE_FAILED' });
    const missing = extractArtifact(join(folder, 'b.zip'), join(folder, 'out'), options);
    await expect(missing).rejects.toMatchObject({ code: 'READ_FAILED' });
  });
});

test('an abort leaves nothing', async () => {
  const controller = new AbortController();
  const archive = rawZip([
    { name: 'a', content: ZEROS },
    { name: 'b', content: ZEROS },
  ]);
  const outcome = await attempt(archive, {
    signal: controller.signal,
    onProgress: ({ bytes }) => bytes > 1_000_000 && controller.abort(new Error('enough')),
  });
  expect(outcome).toEqual({ left: [], error: expect.objectContaining({ message: 'enough' }) });
});

test('archives of others extract too: deflated, without modes, folders listed or not, sizes after the content', async () => {
  const archive = rawZip([
    { name: 'docs/', mode: 0o040_700 },
    { name: 'docs/a.txt', content: 'deflated '.repeat(99), deflated: true },
    { name: 'run', content: 'x', mode: 0o104_755 },
    { name: 'plain', content: 'y', flags: 0x0008, local: { crc32: 0, size: 0 } },
    { name: 'b/c/', mode: 0 },
  ]);
  expect(await extracted(archive)).toEqual({
    'b/c/': '',
    'docs/a.txt': 'deflated '.repeat(99),
    plain: 'y',
    run: { run: 'x' },
  });
});

test('a list of entries is checked as an extraction is', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'a.zip'), rawZip([{ name: '../x' }]));
  await expect(listArtifact(join(folder, 'a.zip'))).rejects.toMatchObject({ code: 'UNSAFE_ARTIFACT' });
  await expect(listArtifact(join(folder, 'a.zip'), { digest: `sha256:${'0'.repeat(64)}` })).rejects.toMatchObject({
    code: 'DIGEST_MISMATCH',
  });
});
