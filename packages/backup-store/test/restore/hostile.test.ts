import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import type { OverwriteMode, Repository } from '../../src/repository/contract.ts';
import { blobOf, forgeSnapshot, type ForgedEntry } from '../fixtures/forge.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, failureOf, newPlace, type Place } from '../fixtures/place.ts';
import { buildTree, symlink } from '../fixtures/tree.ts';
import type { SwapJob } from '../sink/swapping-thread.ts';

const MODES: readonly OverwriteMode[] = ['never', 'if-newer', 'if-changed', 'always'];
const top: ForgedEntry = { path: '', kind: 'directory', mode: 0o755 };
const good: ForgedEntry = { path: 'good', text: 'good' };
const evil = (path: string): ForgedEntry => ({ path, text: 'evil' });

interface Scene {
  readonly place: Place;
  readonly repository: Repository;
  /** Everything but the target, as it was. */
  readonly untouched: () => void;
}

/** A folder to restore to, and things worth protecting around it. */
async function scene(): Promise<Scene> {
  const place = newPlace();
  const repository = await createAt(place);
  buildTree(place.folder, {
    outside: { precious: 'precious', folder: { precious: 'precious' } },
    evil: 'mine',
    out: {},
  });
  const facts = (): string[] =>
    snapshotOf(join(place.folder, 'outside')).concat(snapshotOf(join(place.folder, 'evil')));
  const names = readdirSync(place.folder)
    .concat('forger')
    .toSorted((a, b) => (a < b ? -1 : 1));
  const before = facts();
  return {
    place,
    repository,
    untouched: () => {
      expect(facts()).toEqual(before);
      expect([...new Set([...readdirSync(place.folder), 'forger'])].toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
        ...new Set(names),
      ]);
      for (const path of ['/evil', '/source']) expect(existsSync(path)).toBe(false);
    },
  };
}

/** Kinds, modes, times and contents below a path. */
function snapshotOf(path: string): string[] {
  const { mode, mtimeMs, ino, nlink } = lstatSync(path);
  const own = `${path} ${mode} ${mtimeMs} ${ino} ${nlink}`;
  if (!lstatSync(path).isDirectory()) return [`${own} ${readFileSync(path, 'utf8')}`];
  return [own, ...readdirSync(path).flatMap((name) => snapshotOf(join(path, name)))];
}

/** Names with something wrong in them. */
const unsafe: readonly (readonly [string, string])[] = [
  ['the folder above', '../evil'],
  ['far above', '../../../../../../../../evil'],
  ['above by a detour', 'a/../../evil'],
  ['itself', '.'],
  ['two dots', '..'],
  ['dots inside', 'a/./evil'],
  ['absolute', '/evil'],
  ['absolute by two slashes', '//evil'],
  ['an empty segment', 'a//evil'],
  ['a slash at the end', 'evil/'],
  ['NUL', 'evil\0'],
  ['a name too long for any file system', 'n'.repeat(256)],
];

it.each(unsafe)('a path with %s is a problem of its own, for files, folders and links', async (_what, path) => {
  const { place, repository, untouched } = await scene();
  const made: readonly ForgedEntry[] = [
    evil(path),
    { path, kind: 'directory' },
    { path, kind: 'symlink', linkTarget: 'x' },
  ];
  for (const entry of made) {
    const snapshot = await forgeSnapshot(place, [top, good, entry]);
    for (const overwrite of IS_THOROUGH ? (['never', 'always'] as const) : (['always'] as const)) {
      const result = await repository.restore({ snapshot, to: place.out, overwrite, delete: true });
      expect(result.status).toBe('partial');
      expect(result.problems).toHaveLength(1);
      expect(result.problems[0]?.code).toMatch(/^UNSAFE_PATH$/);
      expect(readFileSync(join(place.out, 'source/good'), 'utf8')).toBe('good');
    }
    untouched();
    rmSync(place.out, { recursive: true });
  }
});

it.each([
  ['a path of the source above the target', '../evil'],
  ['an absolute one', '/evil'],
  ['one with NUL', 'a\0b'],
])('%s restores nothing', async (_what, path) => {
  const { place, repository, untouched } = await scene();
  const snapshot = await forgeSnapshot(place, [top, good], { path });
  const outcome = await repository.restore({ snapshot, to: place.out }).catch((error: unknown) => error);
  if (outcome instanceof Error)
    expect(outcome).toMatchObject({ code: expect.stringMatching(/UNSAFE_PATH|OBJECT_INVALID/) });
  else expect(outcome).toMatchObject({ status: 'failed', filesWritten: 0 });
  untouched();
});

describe('through links', () => {
  it.each(MODES)('a file below a link of the same snapshot stays inside (%s)', async (overwrite) => {
    const { place, repository, untouched } = await scene();
    const link: ForgedEntry = { path: 'l', kind: 'symlink', linkTarget: join(place.folder, 'outside') };
    const snapshot = await forgeSnapshot(place, [
      top,
      good,
      link,
      evil('l/new'),
      evil('l/precious'),
      evil('l/folder/x'),
    ]);
    for (let round = 0; round < 2; round++) {
      const result = await repository.restore({ snapshot, to: place.out, overwrite, delete: true });
      expect(result.status).toMatch(/partial|ok/);
      untouched();
    }
    expect(readFileSync(join(place.out, 'source/good'), 'utf8')).toBe('good');
  });

  it.each(MODES)('a snapshot over what an earlier one has planted stays inside (%s)', async (overwrite) => {
    const { place, repository, untouched } = await scene();
    const link = { kind: 'symlink', linkTarget: join(place.folder, 'outside'), mtimeNs: 1n } as const;
    const planted = await forgeSnapshot(place, [
      top,
      { path: 'd', ...link },
      { path: 'f', ...link, linkTarget: join(place.folder, 'evil') },
    ]);
    const folder = { kind: 'directory', mode: 0o700 } as const;
    const second = await forgeSnapshot(place, [
      top,
      { path: 'd', ...folder },
      evil('d/precious'),
      { path: 'd/folder', ...folder },
      evil('d/folder/x'),
      evil('f'),
    ]);
    await repository.restore({ snapshot: planted, to: place.out });
    const result = await repository.restore({ snapshot: second, to: place.out, overwrite, delete: true });
    expect(result.problems).toEqual([]);
    untouched();
    if (overwrite !== 'never') expect(readFileSync(join(place.out, 'source/d/precious'), 'utf8')).toBe('evil');
  });

  it('hard links name only files of the snapshot', async () => {
    const { place, repository, untouched } = await scene();
    buildTree(place.out, { source: { mine: 'mine' } });
    const targets = ['../../outside/precious', join(place.folder, 'evil'), '/etc/passwd', '', 'nothing', 'mine'];
    const links = targets.map((hardLinkTo, i) => ({ ...evil(`link ${i}`), hardLinkTo }));
    const snapshot = await forgeSnapshot(place, [top, good, ...links]);
    await repository.restore({ snapshot, to: place.out });
    untouched();
    for (const i of targets.keys()) {
      expect(readFileSync(join(place.out, `source/link ${i}`), 'utf8')).toBe('evil');
      expect(lstatSync(join(place.out, `source/link ${i}`)).nlink).toBe(1);
    }
    expect(lstatSync(join(place.out, 'source/mine')).nlink).toBe(1);
  });

  it('a parent swapped for a link during the restore does not lead outside', { timeout: 240_000 }, async () => {
    const { place, repository, untouched } = await scene();
    const files = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`f${i}`, `content ${i}`]));
    buildTree(place.source, { victim: { folder: files, big: noise(12_000_000, 1) } });
    await repository.backup({ paths: [place.source] });
    const target = join(place.out, place.source);
    buildTree(target, { victim: { folder: {} } });
    const job: SwapJob = {
      victim: join(target, 'victim'),
      outside: join(place.folder, 'outside'),
      stop: new SharedArrayBuffer(4),
    };
    const worker = new Worker(new URL('../sink/swapping-thread.ts', import.meta.url), { workerData: job });
    await new Promise((resolve) => worker.once('online', resolve));
    const result = await repository
      .restore({ snapshot: 'latest', to: place.out, overwrite: 'always' })
      .catch((error: unknown) => error);
    Atomics.store(new Int32Array(job.stop), 0, 1);
    await new Promise((resolve) => worker.once('exit', resolve));
    rmSync(place.source, { recursive: true });
    untouched();
    if (result instanceof Error) expect(result).toMatchObject({ name: 'BackupError' });
  });
});

describe('entries that can not be', () => {
  it('an entry below a file costs one of the two, and no more', async () => {
    const { place, repository, untouched } = await scene();
    const snapshot = await forgeSnapshot(place, [
      top,
      good,
      { path: 'f', text: 'file' },
      { path: 'f/below', text: 'below' },
    ]);
    const result = await repository.restore({ snapshot, to: place.out });
    expect(result.status).toBe('partial');
    expect(result.problems.length).toBeLessThanOrEqual(2);
    expect(readFileSync(join(place.out, 'source/good'), 'utf8')).toBe('good');
    untouched();
  });

  it.each([
    ['twice', [top, evil('a'), evil('a')]],
    ['out of order', [top, evil('b'), evil('a')]],
    ['a folder after what is in it', [evil('a/b'), { path: 'a', kind: 'directory' as const }]],
  ])('%s is OBJECT_INVALID, and nothing is written', async (_what, entries) => {
    const { place, repository, untouched } = await scene();
    const snapshot = await forgeSnapshot(place, entries, { unsorted: true });
    expect(await failureOf(repository.restore({ snapshot, to: place.out }))).toMatchObject({ code: 'OBJECT_INVALID' });
    expect(readdirSync(place.out)).toEqual([]);
    untouched();
    expect((await repository.verify()).findings).toMatchObject([{ code: 'invalid', snapshots: [snapshot] }]);
  });

  it('a size that its content does not have is never allocated, and never passes for restored', async () => {
    const { place, repository } = await scene();
    const huge = 2 ** 50;
    const one = blobOf('good');
    const snapshot = await forgeSnapshot(place, [
      top,
      good,
      { path: 'one part', content: [{ ...one, length: huge }], size: huge },
      {
        path: 'two parts',
        content: [
          { ...one, length: huge },
          { ...one, length: huge },
        ],
        size: 2 * huge,
        sparse: true,
      },
      { path: 'shorter', content: [{ ...one, length: 2 }], size: 2 },
    ]);
    const result = await repository.restore({ snapshot, to: place.out });
    expect(result.status).toBe('partial');
    expect(result.problems.map(({ path }) => path.split('/').at(-1))).toEqual(['one part', 'shorter', 'two parts']);
    expect(readdirSync(join(place.out, 'source'))).toEqual(['good']);
    expect(result.bytesWritten).toBe(4);
    expect(await repository.verify()).toMatchObject({ status: 'failed' });
  });

  it('content that is nowhere is BLOB_MISSING, and the rest goes on', async () => {
    const { place, repository } = await scene();
    const snapshot = await forgeSnapshot(place, [top, good, { path: 'gone', content: [blobOf('never stored')] }]);
    const result = await repository.restore({ snapshot, to: place.out });
    expect(result).toMatchObject({ status: 'partial', filesWritten: 1, problems: [{ code: 'BLOB_MISSING' }] });
  });

  it('data stored under the id of other data is BLOB_MISMATCH', async () => {
    const { place, repository } = await scene();
    const other = blobOf('what the catalog wants');
    const snapshot = await forgeSnapshot(
      place,
      [top, { path: 'f', text: 'good' }, { path: 'g', content: [{ ...other, length: 4 }] }],
      {
        lie: (blob) => ({ ...blob, id: Buffer.from(blob.id).fill(7) }),
      },
    );
    const { problems, status } = await repository.restore({ snapshot, to: place.out });
    expect(status).toBe('failed');
    expect(problems.map(({ code }) => code)).toEqual(['BLOB_MISSING', 'BLOB_MISSING']);
    expect((await repository.verify({ level: 'full' })).status).toBe('failed');
  });

  it('a directory that says more than its frames hold is refused before memory is spent', async () => {
    const { place, repository } = await scene();
    await forgeSnapshot(place, [top, good], { lie: (blob) => ({ ...blob, length: 60 * 1024 * 1024 * 1024 }) });
    const { rss } = process.memoryUsage();
    const result = await repository.restore({ snapshot: 'latest', to: place.out }).catch((error: unknown) => error);
    if (result instanceof Error)
      expect(result).toMatchObject({ code: expect.stringMatching(/OBJECT_INVALID|BLOB_MISSING/) });
    else expect(result).toMatchObject({ status: 'failed' });
    expect(process.memoryUsage().rss - rss).toBeLessThan(300 * 1024 * 1024);
    expect(await repository.verify()).toMatchObject({ status: 'failed' });
  });

  it('times and links that no system takes are problems of their own', async () => {
    const { place, repository } = await scene();
    const snapshot = await forgeSnapshot(place, [
      top,
      good,
      { path: 'far', text: 'far', mtimeNs: 9_000_000_000_000_000_000_000n },
      { path: 'past', text: 'past', mtimeNs: -9_000_000_000_000_000_000_000n },
      { path: 'l', kind: 'symlink', linkTarget: 'x'.repeat(5000) },
      { path: 'm', kind: 'symlink', linkTarget: 'nul\0' },
      { path: 'n', kind: 'symlink', linkTarget: '' },
    ]);
    const result = await repository.restore({ snapshot, to: place.out });
    expect(result.status).toBe('partial');
    expect(readFileSync(join(place.out, 'source/good'), 'utf8')).toBe('good');
    const named = result.problems.map(({ path }) => path.split('/').at(-1));
    expect(named.toSorted((a = '', b = '') => (a < b ? -1 : 1))).toEqual(expect.arrayContaining(['l', 'm', 'n']));
  });

  it('devices, pipes and sockets are noted and never made', async () => {
    const { place, repository } = await scene();
    const kinds = ['char-device', 'block-device', 'fifo', 'socket'] as const;
    const snapshot = await forgeSnapshot(place, [top, good, ...kinds.map((kind) => ({ path: kind, kind }))]);
    expect(await repository.restore({ snapshot, to: place.out })).toMatchObject({ status: 'ok' });
    expect(readdirSync(join(place.out, 'source'))).toEqual(['good']);
  });
});

it('a link in the target that the user has made is not followed either', async () => {
  const { place, repository, untouched } = await scene();
  buildTree(place.source, { d: { precious: 'evil' } });
  await repository.backup({ paths: [place.source] });
  buildTree(join(place.out, place.source), { d: symlink(join(place.folder, 'outside')) });
  await repository.restore({ snapshot: 'latest', to: place.out, overwrite: 'always', delete: true });
  rmSync(place.source, { recursive: true });
  untouched();
});
