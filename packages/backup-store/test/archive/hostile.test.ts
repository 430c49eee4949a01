import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { importZip, verifyZip } from '../../src/archive/index.ts';
import { isBackupError } from '../../src/errors.ts';
import { createAt, failureOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { symlink, type Tree } from '../fixtures/tree.ts';
import { exported, noise, originOf } from './archives.ts';
import { fileOf, forged, type ForgedEntry, type Parts, zipOf } from './forge.ts';

const SMALL: Tree = { a: 'first', b: 'second', link: symlink('b'), zz: 'last' };
/** A head is looked at before the checksum of the manifest is known. */
const REFUSED = /^(?:ARCHIVE_DAMAGED|UNSAFE_ARCHIVE|ARCHIVE_TOO_LARGE|NOT_A_BACKUP_ARCHIVE|UNSUPPORTED_FORMAT)$/;
const LARGE = noise((1 << 20) + 1);

/** An archive to be changed, in which nothing is deflated. */
async function small(tree: Tree = SMALL): Promise<{ path: string; bytes: Buffer }> {
  const { path } = await exported(await originOf(tree, {}), 'a.zip', { compression: 'store' });
  return { path, bytes: readFileSync(path) };
}

/** The place of the line of the entry whose path ends like this. */
const lineAt = (lines: readonly string[], end: string): number =>
  lines.findIndex((line) => new RegExp(`"path":"[^"]*${end}"`).test(line) && /^,?\{"gid"/.test(line));
const entryAt = (entries: readonly ForgedEntry[], end: string): number =>
  entries.findIndex(({ name }) => name.endsWith(end));
const changed = (lines: readonly string[], at: number, from: string | RegExp, to: string): readonly string[] =>
  lines.with(at, (lines[at] as string).replace(from, to));

const FORGERIES: readonly (readonly [string, string, (parts: Parts) => Partial<Parts>])[] = [
  [
    'an entry that the manifest does not have',
    'ARCHIVE_DAMAGED',
    ({ entries }) => ({ entries: [...entries, { ...(entries.at(-1) as ForgedEntry), name: 'zzz' }] }),
  ],
  ['an entry less than the manifest has', 'ARCHIVE_DAMAGED', ({ entries }) => ({ entries: entries.slice(0, -1) })],
  ["two entries in each other's place", 'ARCHIVE_DAMAGED', ({ entries }) => ({ entries: entries.toReversed() })],
  [
    'another content of the same size',
    'ARCHIVE_DAMAGED',
    ({ entries }) => ({
      entries: entries.map((entry) =>
        entry.name.endsWith('/a') ? { ...entry, content: Buffer.from('FIRST') } : entry,
      ),
    }),
  ],
  [
    'another content of another size',
    'ARCHIVE_DAMAGED',
    ({ entries }) => ({
      entries: entries.map((entry) => (entry.name.endsWith('/a') ? { ...entry, content: Buffer.from('x') } : entry)),
    }),
  ],
  [
    'another mode than the manifest has',
    'ARCHIVE_DAMAGED',
    ({ entries }) => ({
      entries: entries.map((entry) => (entry.name.endsWith('/a') ? { ...entry, mode: 0o104_777 } : entry)),
    }),
  ],
  [
    'a link to another place than the manifest has',
    'ARCHIVE_DAMAGED',
    ({ entries }) => ({
      entries: entries.map((entry) => (entry.name.endsWith('/link') ? { ...entry, content: Buffer.from('c') } : entry)),
    }),
  ],
  ['a name twice', 'UNSAFE_ARCHIVE', ({ entries }) => ({ entries: [...entries, entries.at(-1) as ForgedEntry] })],
  [
    'a name that differs in case only',
    'UNSAFE_ARCHIVE',
    ({ entries }) => ({
      entries: [
        ...entries,
        { ...(entries.at(-1) as ForgedEntry), name: (entries.at(-1) as ForgedEntry).name.toUpperCase() },
      ],
    }),
  ],
  [
    'a name that leads out of the folder',
    'UNSAFE_ARCHIVE',
    ({ entries }) => ({ entries: [...entries, { ...(entries.at(-1) as ForgedEntry), name: '../zz' }] }),
  ],
  [
    'an absolute name',
    'UNSAFE_ARCHIVE',
    ({ entries }) => ({ entries: [...entries, { ...(entries.at(-1) as ForgedEntry), name: '/etc/zz' }] }),
  ],
  [
    'an entry below a link',
    'UNSAFE_ARCHIVE',
    ({ entries }) => ({
      entries: [
        ...entries,
        { ...(entries.at(-1) as ForgedEntry), name: `${entries[entryAt(entries, '/link')]?.name}/zz` },
      ],
    }),
  ],
  [
    'a device as an entry',
    'UNSAFE_ARCHIVE',
    ({ entries }) => ({ entries: entries.map((entry) => ({ ...entry, mode: 0o060_600 })) }),
  ],
  [
    'a path in the manifest that leads out of its source',
    'ARCHIVE_DAMAGED',
    ({ lines }) => ({ lines: changed(lines, lineAt(lines, '/a'), /"path":"[^"]*"/, '"path":"../a"') }),
  ],
  ['a path in the manifest with ".."', 'UNSAFE_ARCHIVE', dotted],
  [
    'a file twice in the manifest',
    'ARCHIVE_DAMAGED',
    ({ lines }) => ({ lines: lines.toSpliced(lineAt(lines, '/a'), 0, lines[lineAt(lines, '/a')] as string) }),
  ],
  [
    "a field that the manifest can't have",
    'ARCHIVE_DAMAGED',
    ({ lines }) => ({ lines: changed(lines, lineAt(lines, '/a'), '"gid"', '"fid":1,"gid"') }),
  ],
  [
    'a size that is no number',
    'ARCHIVE_DAMAGED',
    ({ lines }) => ({ lines: changed(lines, lineAt(lines, '/a'), /"size":\d+/, '"size":"5"') }),
  ],
  [
    'a source that is not there',
    'ARCHIVE_DAMAGED',
    ({ lines }) => ({ lines: changed(lines, lineAt(lines, '/a'), '"source":0', '"source":7') }),
  ],
  [
    'a blank more in the manifest',
    'ARCHIVE_DAMAGED',
    ({ lines }) => ({ lines: changed(lines, lineAt(lines, '/a'), '"size":', '"size": ') }),
  ],
  ['a manifest without its end', 'ARCHIVE_DAMAGED', ({ lines }) => ({ lines: lines.slice(0, -1) })],
  [
    'totals that nothing adds up to',
    'ARCHIVE_DAMAGED',
    ({ lines }) => ({ lines: changed(lines, lines.length - 1, /"bytes":\d+/, '"bytes":1') }),
  ],
  [
    'a record that somebody has changed',
    'ARCHIVE_DAMAGED',
    ({ lines }) => ({ lines: changed(lines, 0, '"name":"nightly"', '"name":"weekly"') }),
  ],
  [
    'no record',
    'ARCHIVE_DAMAGED',
    ({ lines }) => ({
      lines: lines.with(0, '{"format":"holdfast-backup","snapshot":null,"sources":[],"version":1,"entries":['),
    }),
  ],
  [
    'a manifest of a later version',
    'UNSUPPORTED_FORMAT',
    ({ lines }) => ({ lines: changed(lines, 0, '"version":1,"entries"', '"version":2,"entries"') }),
  ],
  [
    'a manifest of something else',
    'NOT_A_BACKUP_ARCHIVE',
    ({ lines }) => ({ lines: changed(lines, 0, 'holdfast-backup', 'something') }),
  ],
  ['no manifest', 'NOT_A_BACKUP_ARCHIVE', () => ({ lines: [] })],
];

/** All of it is as this program would write it, but for the path itself. */
function dotted({ entries, lines }: Parts): Partial<Parts> {
  const [at, index] = [lineAt(lines, '/a'), entryAt(entries, '/a')];
  const name = `holdfast-backup.names/${String(at - 1).padStart(8, '0')}`;
  const path = `${entries[index]?.name.slice(0, -1)}../../a`;
  const line = (lines[at] as string).replace(/"path":"[^"]*"/, `"path":${JSON.stringify(path)}`);
  return {
    entries: entries.with(index, { ...(entries[index] as ForgedEntry), name }),
    lines: lines.with(at, line.replace('"path"', `"name":"${name}","path"`)),
  };
}

test('a forged archive is refused with the reason, and nothing of it is in the repository', async () => {
  const { path } = await small();
  const repository = await createAt(newPlace());
  const codes: string[] = [];
  for (const [what, , change] of FORGERIES) {
    const failure = await failureOf(importZip({ repository, from: fileOf(await forged(path, change)) }));
    expect(failure).toSatisfy((error) => isBackupError(error));
    codes.push(`${what}: ${failure.code}`);
  }
  expect(codes).toEqual(FORGERIES.map(([what, code]) => `${what}: ${code}`));
  expect(await repository.snapshots()).toEqual([]);
  // The forger itself makes archives that are good.
  await importZip({ repository, from: fileOf(await forged(path, () => ({}))) });
  expect(await repository.snapshots()).toHaveLength(1);
});

test('whatever byte is changed, the archive is refused', async () => {
  const { bytes } = await small({ ...SMALL, m: LARGE });
  const ends = bytes.length;
  const interesting = [bytes.indexOf(LARGE), bytes.indexOf(LARGE) + LARGE.length];
  const position = fc.oneof(
    { weight: 1, arbitrary: fc.nat(ends - 1) },
    { weight: 4, arbitrary: fc.integer({ min: (interesting[1] as number) - 10, max: ends - 1 }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: interesting[0] as number }) },
  );
  await fc.assert(
    fc.asyncProperty(position, fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const other = Buffer.from(bytes);
      other[at] = (other[at] as number) ^ mask;
      const { code } = await failureOf(verifyZip(fileOf(other)));
      expect(code).toMatch(REFUSED);
    }),
    { numRuns: 120 },
  );
});

test('an archive that is cut, or has something before, behind or between, is refused', async () => {
  const { bytes } = await small();
  const cut = [0, 1, 21, 30, 100, bytes.length - 22, bytes.length - 1].map((length) => bytes.subarray(0, length));
  const more = [Buffer.concat([bytes, Buffer.from('x')]), Buffer.concat([Buffer.from('x'), bytes])];
  for (const other of [...cut, ...more])
    expect((await failureOf(verifyZip(fileOf(other)))).code).toBe('ARCHIVE_DAMAGED');
});

test('entries that share bytes are refused', async () => {
  const { bytes } = await small();
  const other = Buffer.from(bytes);
  const second = other.indexOf('PK\x01\x02', other.indexOf('PK\x01\x02', 0, 'latin1') + 1, 'latin1');
  other.writeUInt32LE(0, second + 42);
  expect((await failureOf(verifyZip(fileOf(other)))).code).toMatch(/^(?:UNSAFE_ARCHIVE|ARCHIVE_DAMAGED)$/);
});

test('an archive with more than is allowed is refused before its contents are read', async () => {
  const origin = await originOf({ zeros: Buffer.alloc(5_000_000) }, {});
  const { path } = await exported(origin);
  for (const limits of [{ bytes: 4_999_999 }, { entries: 2 }, { ratio: 100 }])
    expect((await failureOf(verifyZip(path, { limits }))).code).toBe('ARCHIVE_TOO_LARGE');
  expect((await failureOf(verifyZip(path, { limits: { entries: 0 } }))).code).toBe('INVALID_OPTION');
  expect(await verifyZip(path)).toMatchObject({ bytes: 5_000_000 });
});

test('an archive with another manifest than was told is refused', async () => {
  const { path } = await small();
  expect((await failureOf(verifyZip(path, { manifestSha256: 'ab'.repeat(32) }))).code).toBe('ARCHIVE_DAMAGED');
});

test('what is no archive, or not there, is told apart', async () => {
  const folder = tempFolder();
  expect((await failureOf(verifyZip(join(folder, 'nothing.zip')))).code).toBe('PATH_FAILED');
  expect((await failureOf(verifyZip(folder))).code).toBe('PATH_FAILED');
  expect((await failureOf(verifyZip(fileOf(Buffer.alloc(5000, 'text'))))).code).toBe('ARCHIVE_DAMAGED');
  const foreign = await zipOf([{ name: 'x', mode: 0o100_644, mtime: 0, content: Buffer.from('x') }]);
  expect((await failureOf(verifyZip(fileOf(foreign)))).code).toBe('NOT_A_BACKUP_ARCHIVE');
});
