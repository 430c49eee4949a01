import { cpSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { readZip } from '@x/integrity/archive';
import { exportZip, type ExportZipOptions, type ExportZipResult } from '../../src/archive/index.ts';
import type { Repository } from '../../src/repository/contract.ts';
import type { SnapshotRecord } from '../../src/snapshots/record.ts';
import { onceInFolder } from '../../../../tooling/test-servers/once-in-folder.ts';
import { placeIn } from '../fixtures/place-in.ts';
import { createAt, newPlace, openAt, type Place } from '../fixtures/place.ts';
import { sourceOf } from '../fixtures/stream-source.ts';
import { buildTree, file, folder, hardLink, sparse, symlink, type Tree, utf8 } from '../fixtures/tree.ts';

/** One of each kind, and names that not every system can have. */
const TREE: Tree = {
  'a.txt': file('hello\n', { mode: 0o640, mtimeNs: 1_700_000_000_123_456_789n }),
  'b.txt': hardLink('a.txt'),
  'large.sql': Buffer.from("INSERT INTO rooms VALUES (1, 'double');\n".repeat(40_000)),
  'noise.bin': noise(1_500_000),
  empty: '',
  [utf8('ölçü ✓')]: 'text',
  old: file('x', { mtimeNs: -1_000_000_001n }),
  link: symlink('../elsewhere/$HOME'),
  folder: folder(
    { 'run.sh': file('#!/bin/sh\n', { mode: 0o755 }), nothing: folder({}, { mode: 0o700 }) },
    { mode: 0o2770 },
  ),
  holes: sparse(3_000_000, { 1_000_000: 'here' }),
  'caf\xe9': 'a name that is not UTF-8',
  'what: ever?': 'a name that Windows does not allow',
  aux: 'a device there',
  README: 'one',
  readme: 'the same where case does not count',
  'sub\\dir': 'a backslash',
  'nl\n': 'a line end',
};

/** Bytes that do not shrink, the same each time. */
export function noise(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

/** A repository with a snapshot. */
export interface Origin {
  readonly place: Place;
  readonly repository: Repository;
  readonly record: SnapshotRecord;
}

const DUMP = { 'shop.sql': 'CREATE TABLE a ();\n' };

/** A repository with a snapshot of one of each, made once: tests work on copies, and change nothing of what was backed up. */
const oneOfEach = onceInFolder(async (path) => {
  const { place, repository, record } = await made(placeIn(path), TREE, DUMP);
  await repository.close();
  return { place, record };
});

/** A repository with a snapshot of a tree, and of a source that is a stream. */
export async function originOf(tree?: Tree, dump: Record<string, string> = DUMP): Promise<Origin> {
  if (tree !== undefined) return await made(newPlace(), tree, dump);
  const { place: first, record } = await oneOfEach();
  const place = { ...newPlace(), source: first.source };
  for (const part of ['store', 'cache', 'keyFile'] as const) cpSync(first[part], place[part], { recursive: true });
  return { place, repository: await openAt(place), record };
}

async function made(place: Place, tree: Tree, dump: Record<string, string>): Promise<Origin> {
  buildTree(place.source, tree);
  const repository = await createAt(place);
  const sources = Object.keys(dump).length === 0 ? [] : [sourceOf('db', dump, { kind: 'postgres' })];
  const { snapshot } = await repository.backup({
    modules: { assets: { paths: [place.source] } },
    software: { name: 'shop', version: '4.2.0' },
    sources,
    name: 'nightly',
    note: 'n',
    tags: ['x'],
  });
  if (snapshot === undefined) throw new Error('Expected a snapshot');
  return { place, repository, record: snapshot };
}

/** Exports it to a file beside the repository. */
export async function exported(
  { place, repository, record }: Origin,
  name = 'a.zip',
  options: Partial<ExportZipOptions> = {},
): Promise<ExportZipResult & { readonly path: string }> {
  const path = join(place.folder, name);
  return { path, ...(await exportZip({ repository, snapshot: record.id, to: path, ...options })) };
}

/** The manifest of an archive, as JSON. */
export async function manifestOf(
  path: string,
): Promise<{ entries: unknown[]; sources: unknown[]; snapshot: SnapshotRecord; totals: unknown }> {
  await using handle = await open(path);
  const { entries } = await readZip(handle, {
    size: readFileSync(path).length,
    takesLinks: true,
    limits: { ratio: 2000 },
  });
  const pieces: Buffer[] = [];
  for await (const piece of entries.at(-1)?.content() ?? []) pieces.push(piece);
  return JSON.parse(Buffer.concat(pieces).toString('utf8')) as never;
}
