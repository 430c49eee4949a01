import { execFileSync } from 'node:child_process';
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { createManifest, digest, type EntryPath, type ManifestProgress } from '../../src/index.ts';
import { asNobody, makeTree, tempFolder } from '../tree-builder.ts';

const isLinux = process.platform === 'linux';
const pathsOf = (entries: readonly EntryPath[]): string[] => entries.map(({ path }) => path);

describe('createManifest', () => {
  it('a file, a directory and a link have what belongs to their kind', async () => {
    await using tree = await makeTree({ folder: { 'file.txt': 'abc' }, link: { link: 'folder/file.txt' } });
    await chmod(join(tree.path, 'folder/file.txt'), 0o640);
    expect(await createManifest(tree.path)).toEqual({
      format: 'holdfast-manifest',
      version: 1,
      algorithm: 'sha256',
      scope: 'tree',
      entries: [
        { path: 'folder', kind: 'directory', mode: 0o755 },
        {
          path: 'folder/file.txt',
          kind: 'file',
          size: 3,
          mode: 0o640,
          mtimeNs: '1700000000250000000',
          digest: 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
        },
        { path: 'link', kind: 'symlink', target: 'folder/file.txt' },
      ],
      problems: [],
    });
  });

  it('entries are in the bytewise order of their whole paths', async () => {
    await using tree = await makeTree({
      'a-b': '',
      a: { z: '', ä: '' },
      'a.b': '',
      B: '',
      '\ufb33': '',
      '\ud83d\ude00': '',
    });
    const paths = pathsOf((await createManifest(tree.path)).entries);
    expect(paths).toEqual(['B', 'a', 'a-b', 'a.b', 'a/z', 'a/ä', '\ufb33', '\ud83d\ude00']);
    expect(paths).toEqual(paths.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  it('links are not followed: not out of the tree, not into a circle, and one to nowhere is an entry', async () => {
    await using outside = await makeTree({ secret: 'x' });
    await using tree = await makeTree({ out: { link: outside.path }, loop: { link: '.' }, none: { link: 'nowhere' } });
    const { entries, problems } = await createManifest(tree.path);
    expect(entries.map(({ path, kind }) => [path, kind])).toEqual([
      ['loop', 'symlink'],
      ['none', 'symlink'],
      ['out', 'symlink'],
    ]);
    expect(problems).toEqual([]);
  });

  it('the directory itself may be a link, or a file URL', async () => {
    await using tree = await makeTree({ file: 'abc' });
    await using folder = await tempFolder();
    const link = join(folder.path, 'link');
    await symlink(tree.path, link);
    const direct = await createManifest(tree.path);
    expect(await createManifest(link)).toEqual(direct);
    expect(await createManifest(pathToFileURL(tree.path))).toEqual(direct);
  });

  it.runIf(isLinux)('names and targets that are not UTF-8 are carried as bytes', async () => {
    await using tree = await tempFolder();
    const name = Buffer.concat([Buffer.from(`${tree.path}/bad`), Buffer.of(0xff)]);
    await writeFile(name, 'abc');
    await symlink(Buffer.of(0x74, 0xfe), `${tree.path}/link`);
    const { entries } = await createManifest(tree.path);
    expect(entries).toMatchObject([
      { path: 'bad\ufffd', pathBase64: Buffer.from('bad\xff', 'latin1').toString('base64'), size: 3 },
      { path: 'link', target: 't\ufffd', targetBase64: Buffer.from('t\xfe', 'latin1').toString('base64') },
    ]);
  });

  it.each([0, 1, 255 * 1024, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 1 << 20, 3_000_000])(
    'a file of %i bytes has the digest of its bytes',
    async (size) => {
      const bytes = Uint8Array.from({ length: size }, (_, index) => (index * 31) ^ (index >> 8));
      await using tree = await makeTree({ file: bytes });
      for (const algorithm of ['sha256', 'blake3', 'crc32'] as const) {
        const { entries } = await createManifest(tree.path, { algorithm });
        expect(entries[0]).toMatchObject({ size, digest: `${await digest(bytes, { algorithm })}` });
      }
    },
  );

  it.runIf(isLinux)('pipes and sockets are entries and never opened', async () => {
    await using tree = await tempFolder();
    execFileSync('mkfifo', [join(tree.path, 'pipe')]);
    expect((await createManifest(tree.path)).entries).toMatchObject([{ path: 'pipe', kind: 'fifo' }]);
  });

  it.runIf(isLinux)('what may not be read is a problem, and the rest is there', async () => {
    await using tree = await makeTree({ file: 'a', secret: 'b', folder: { inner: 'c' } });
    await chmod(tree.path, 0o755);
    await chmod(join(tree.path, 'secret'), 0);
    await chmod(join(tree.path, 'folder'), 0);
    const { entries, problems } = await asNobody(() => createManifest(tree.path));
    await chmod(join(tree.path, 'folder'), 0o755);
    expect(pathsOf(entries)).toEqual(['file']);
    expect(problems).toEqual([
      { path: 'folder', reason: 'EACCES' },
      { path: 'secret', reason: 'EACCES' },
    ]);
  });

  it('a file that vanishes after it was listed is a problem', async () => {
    await using tree = await makeTree({ a: 'a', b: 'b' });
    const { entries, problems } = await createManifest(tree.path, {
      include({ path }) {
        // The predicate is asked while names are gathered, before anything is read.
        if (path === 'b') execFileSync('rm', [join(tree.path, 'b')]);
        return true;
      },
    });
    expect(pathsOf(entries)).toEqual(['a']);
    expect(problems).toEqual([{ path: 'b', reason: 'ENOENT' }]);
  });

  it('a file that changed after it was listed is read as it is now', async () => {
    await using tree = await makeTree({ file: 'before' });
    const manifest = await createManifest(tree.path, {
      include() {
        writeFileSync(join(tree.path, 'file'), 'after it');
        return true;
      },
    });
    const expected = await digest(Buffer.from('after it'));
    expect(manifest.entries).toMatchObject([{ path: 'file', size: 8, digest: `${expected}` }]);
  });

  it.each(['grows', 'shrinks', 'is written over'])('a file that %s each time it is read is a problem', async (how) => {
    await using tree = await makeTree({ log: new Uint8Array(3 << 20), quiet: 'x' });
    const log = join(tree.path, 'log');
    let size = 3 << 20;
    const { entries, problems } = await createManifest(tree.path, {
      onProgress({ phase, bytes }) {
        if (phase !== 'read' || bytes === 0) return;
        if (how === 'grows') appendFileSync(log, 'x');
        else if (how === 'shrinks') truncateSync(log, (size -= 1));
        else writeFileSync(log, new Uint8Array(3 << 20));
      },
    });
    expect(pathsOf(entries)).toEqual(['quiet']);
    expect(problems).toEqual([{ path: 'log', reason: 'CHANGED_WHILE_READ' }]);
  });

  it('a link that takes the place of a file is not followed', async () => {
    await using outside = await makeTree({ secret: 'x' });
    await using tree = await makeTree({ file: 'abc' });
    const { entries, problems } = await createManifest(tree.path, {
      include() {
        execFileSync('ln', ['-sfn', join(outside.path, 'secret'), join(tree.path, 'file')]);
        return true;
      },
    });
    expect(entries).toEqual([]);
    expect(problems).toMatchObject([{ path: 'file' }]);
  });

  it('what the predicate leaves out is not looked into', async () => {
    await using tree = await makeTree({ keep: { a: 'a' }, skip: { b: { c: 'c' } }, 'x.tmp': 'x' });
    const asked: string[] = [];
    const { entries } = await createManifest(tree.path, {
      include({ path, kind }) {
        asked.push(path);
        return !(path === 'skip' && kind === 'directory') && !path.endsWith('.tmp');
      },
    });
    expect(pathsOf(entries)).toEqual(['keep', 'keep/a']);
    expect(asked.toSorted()).toEqual(['keep', 'keep/a', 'skip', 'x.tmp']);
  });

  it('progress says what is to come and ends with all of it', async () => {
    await using tree = await makeTree({ a: 'abc', b: new Uint8Array(2_000_000), c: {} });
    const seen: ManifestProgress[] = [];
    await createManifest(tree.path, { onProgress: (progress) => seen.push(progress) });
    const total = { totalFiles: 2, totalBytes: 2_000_003 };
    expect(seen.find(({ phase }) => phase === 'list')).toMatchObject({ totalFiles: 0, totalBytes: 0 });
    expect(seen.at(-1)).toEqual({ phase: 'read', entries: 3, files: 2, bytes: 2_000_003, ...total });
    for (const [index, { bytes }] of seen.entries()) expect(bytes).toBeGreaterThanOrEqual(seen[index - 1]?.bytes ?? 0);
  });

  it.each(['list', 'read'] as const)('a signal that fires in the phase "%s" ends it with its reason', async (phase) => {
    await using tree = await makeTree(Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`${index}`, 'x'])));
    const controller = new AbortController();
    const work = createManifest(tree.path, {
      signal: controller.signal,
      onProgress: once(phase, () => controller.abort(new Error('stop'))),
    });
    await expect(work).rejects.toThrow('stop');
  });

  it('a failure of the predicate or of the listener is the caller’s, and not taken for a problem', async () => {
    await using tree = await makeTree({ a: new Uint8Array(300_000) });
    const fail = (): never => {
      throw new Error('mine');
    };
    await expect(createManifest(tree.path, { include: fail })).rejects.toThrow('mine');
    await expect(createManifest(tree.path, { onProgress: once('read', fail) })).rejects.toThrow('mine');
  });

  it('one lane or many give the same', async () => {
    await using tree = await makeTree({ a: { b: { c: 'c', d: 'd' } }, e: 'e', f: {} });
    expect(await createManifest(tree.path, { concurrency: 1 })).toEqual(
      await createManifest(tree.path, { concurrency: 256 }),
    );
  });

  it('a directory renamed while it is listed does not lead elsewhere', async () => {
    await using outside = await makeTree({ secret: 'x' });
    await using tree = await makeTree({ folder: { inner: 'x' } });
    await mkdir(join(tree.path, 'other'));
    const { entries } = await createManifest(tree.path, {
      include({ path }) {
        if (path === 'folder') {
          execFileSync('mv', [join(tree.path, 'folder'), join(tree.path, 'moved')]);
          execFileSync('ln', ['-s', outside.path, join(tree.path, 'folder')]);
        }
        return true;
      },
    });
    expect(pathsOf(entries)).not.toContain('folder/secret');
  });

  it.each<[string, object, string]>([
    ['no lane', { concurrency: 0 }, 'INVALID_OPTION'],
    ['half a lane', { concurrency: 1.5 }, 'INVALID_OPTION'],
    ['257 lanes', { concurrency: 257 }, 'INVALID_OPTION'],
    ['md5 without legacy', { algorithm: 'md5' }, 'LEGACY_ALGORITHM'],
    ['another algorithm', { algorithm: 'sha3' }, 'UNKNOWN_ALGORITHM'],
  ])('%s is refused', async (_name, options, code) => {
    await using tree = await tempFolder();
    await expect(createManifest(tree.path, options)).rejects.toMatchObject({ code });
  });

  it('a directory that is missing or a file is thrown', async () => {
    await using tree = await makeTree({ file: '' });
    for (const name of ['missing', 'file']) {
      await expect(createManifest(join(tree.path, name))).rejects.toMatchObject({ code: 'READ_FAILED' });
    }
  });
});

/** A listener that acts once, in one phase. */
function once(phase: ManifestProgress['phase'], act: () => void): (progress: ManifestProgress) => void {
  let done = false;
  return (progress) => {
    if (done || progress.phase !== phase) return;
    done = true;
    act();
  };
}
