import { execFileSync } from 'node:child_process';
import { appendFileSync, rmSync, symlinkSync } from 'node:fs';
import { chmod, cp, lutimes, mkdir, readFile, rename, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createManifest,
  type Finding,
  formatManifest,
  formatSums,
  type Manifest,
  type ManifestEntry,
  parseManifest,
  parseSums,
  reportText,
  verifyManifest,
  type ManifestReport as VerifyReport,
} from '../../src/index.ts';
import { asNobody, makeTree, type Tree } from '../tree-builder.ts';

const digestOfX = 'sha256:2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';

/** Findings as short text: `changed a: content, size`. */
const inShort = ({ findings }: VerifyReport): string[] =>
  findings.map((each) => {
    if (each.type === 'changed') return `changed ${each.path}: ${each.changes.join(', ')}`;
    if (each.type === 'renamed')
      return `renamed ${each.path} -> ${each.to.path}${each.changes.map((change) => ` ${change}`).join('')}`;
    return `${each.type} ${each.path}${each.type === 'unreadable' ? ` ${each.reason}` : ''}`;
  });

const manifestOf = (entries: readonly ManifestEntry[], scope: Manifest['scope'] = 'tree'): Manifest => ({
  format: 'holdfast-manifest',
  version: 1,
  algorithm: 'sha256',
  scope,
  entries,
  problems: [],
});

const base: Tree = {
  'a.txt': 'alpha',
  'b.txt': 'beta',
  twins: { one: 'same', two: 'same' },
  empty: { 'e.txt': '' },
  link: { link: 'a.txt' },
};

describe('verifyManifest', () => {
  it('a tree is what its manifest says', async () => {
    await using tree = await makeTree(base);
    const report = await verifyManifest(tree.path, await createManifest(tree.path));
    const counts = { entries: 8, files: 5, bytes: 17, unproven: 0 };
    expect(report).toEqual({
      ok: true,
      counts: { ...counts, missing: 0, changed: 0, extra: 0, unreadable: 0, renamed: 0 },
      findings: [],
    });
  });

  it.each<[string, (path: string) => Promise<unknown>, string[]]>([
    ['a deleted file', (path) => unlink(join(path, 'a.txt')), ['missing a.txt']],
    ['a deleted link', (path) => unlink(join(path, 'link')), ['missing link']],
    [
      'a deleted folder',
      (path) => rm(join(path, 'empty'), { recursive: true }),
      ['missing empty', 'missing empty/e.txt'],
    ],
    ['a new file', (path) => writeFile(join(path, 'c'), 'new'), ['extra c']],
    ['a new folder', (path) => mkdir(join(path, 'c')), ['extra c']],
    ['a new link', (path) => symlink('a.txt', join(path, 'c')), ['extra c']],
    ['a copy', (path) => cp(join(path, 'a.txt'), join(path, 'c')), ['extra c']],
    ['other content', (path) => overwrite(join(path, 'a.txt'), 'ALPHA'), ['changed a.txt: content']],
    ['longer content', (path) => overwrite(join(path, 'a.txt'), 'alphabet'), ['changed a.txt: content, size']],
    [
      'other content at another time',
      (path) => writeFile(join(path, 'a.txt'), 'ALPHA'),
      ['changed a.txt: content, mtime'],
    ],
    ['another mode', (path) => chmod(join(path, 'a.txt'), 0o600), ['changed a.txt: mode']],
    ['another mode of a folder', (path) => chmod(join(path, 'twins'), 0o700), ['changed twins: mode']],
    ['another time', (path) => lutimes(join(path, 'a.txt'), 1, 1), ['changed a.txt: mtime']],
    ['another target', (path) => relink(join(path, 'link'), 'b.txt'), ['changed link: target']],
    ['a link for a file', (path) => relink(join(path, 'a.txt'), 'b.txt'), ['changed a.txt: kind']],
    [
      'a file for a link',
      async (path) => (await unlink(join(path, 'link')), await writeFile(join(path, 'link'), '')),
      ['changed link: kind'],
    ],
    ['a renamed file', (path) => rename(join(path, 'a.txt'), join(path, 'z')), ['renamed a.txt -> z']],
    ['a moved file', (path) => rename(join(path, 'a.txt'), join(path, 'twins/a')), ['renamed a.txt -> twins/a']],
    ['one of twins renamed', (path) => rename(join(path, 'twins/one'), join(path, 'z')), ['renamed twins/one -> z']],
    [
      'both twins renamed',
      async (path) => (
        await rename(join(path, 'twins/one'), join(path, 'y')),
        await rename(join(path, 'twins/two'), join(path, 'z'))
      ),
      ['missing twins/one', 'missing twins/two', 'extra y', 'extra z'],
    ],
    [
      'a renamed empty file',
      (path) => rename(join(path, 'empty/e.txt'), join(path, 'empty/f')),
      ['missing empty/e.txt', 'extra empty/f'],
    ],
    [
      'a renamed file with another mode',
      async (path) => (await rename(join(path, 'a.txt'), join(path, 'z')), await chmod(join(path, 'z'), 0o600)),
      ['renamed a.txt -> z mode'],
    ],
    [
      'a renamed folder',
      (path) => rename(join(path, 'twins'), join(path, 'pair')),
      [
        'missing twins',
        'missing twins/one',
        'missing twins/two',
        'extra pair',
        'extra pair/one',
        'extra pair/two',
      ].toSorted((a, b) =>
        Buffer.compare(Buffer.from(a.split(' ')[1] as string), Buffer.from(b.split(' ')[1] as string)),
      ),
    ],
    [
      'a folder for a file',
      async (path) => (await unlink(join(path, 'a.txt')), await mkdir(join(path, 'a.txt'))),
      ['changed a.txt: kind'],
    ],
  ])('%s is found and named', async (_name, mutate, expected) => {
    await using tree = await makeTree(base);
    const manifest = await createManifest(tree.path);
    await mutate(tree.path);
    const report = await verifyManifest(tree.path, manifest);
    expect(inShort(report)).toEqual(expected);
    expect(report.ok).toBe(false);
    expect(reportText(report).split('\n')).toHaveLength(expected.length + 1);
  });

  it('whatever the tree: built it verifies, through JSON too, and any one flipped bit is found', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'a-b', 'ä', ' x', 'new\nline');
    const { tree: anyTree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.dictionary(name, fc.oneof({ depthSize: 'small' }, fc.uint8Array(), tie('tree')), {
        maxKeys: 4,
      }) as fc.Arbitrary<Tree>,
    }));
    await fc.assert(
      fc.asyncProperty(anyTree, fc.nat(), async (shape, choice) => {
        await using tree = await makeTree(shape);
        const manifest = parseManifest(formatManifest(await createManifest(tree.path)));
        expect((await verifyManifest(tree.path, manifest)).ok).toBe(true);
        const files = manifest.entries.filter(({ size = 0 }) => size > 0);
        const victim = files[choice % Math.max(1, files.length)];
        if (victim === undefined) return;
        const path = join(tree.path, victim.path);
        const bytes = await readFile(path);
        (bytes[choice % bytes.length] as number) ^= 1 << (choice % 8);
        await overwrite(path, bytes);
        expect(inShort(await verifyManifest(tree.path, manifest))).toEqual([`changed ${victim.path}: content`]);
      }),
      { numRuns: 40 },
    );
  });

  it('mode and time do not count where they are ignored', async () => {
    await using tree = await makeTree(base);
    const manifest = await createManifest(tree.path);
    await chmod(join(tree.path, 'a.txt'), 0o600);
    await lutimes(join(tree.path, 'b.txt'), 1, 1);
    expect((await verifyManifest(tree.path, manifest, { ignore: ['mode', 'mtime'] })).ok).toBe(true);
    expect(inShort(await verifyManifest(tree.path, manifest, { ignore: ['mode'] }))).toEqual(['changed b.txt: mtime']);
  });

  it('the predicate of the manifest leaves out the same again', async () => {
    await using tree = await makeTree({ keep: 'x', logs: { a: 'a' } });
    const include = ({ path }: { path: string }): boolean => path !== 'logs';
    const [some, all] = [await createManifest(tree.path, { include }), await createManifest(tree.path)];
    await writeFile(join(tree.path, 'logs/b'), 'b');
    expect((await verifyManifest(tree.path, some, { include })).ok).toBe(true);
    expect((await verifyManifest(tree.path, all, { include })).ok).toBe(true);
    expect(inShort(await verifyManifest(tree.path, some))).toEqual(['extra logs', 'extra logs/a', 'extra logs/b']);
  });

  it('sums say nothing of files that they do not list', async () => {
    await using tree = await makeTree(base);
    const sums = parseSums(formatSums(await createManifest(tree.path)));
    await writeFile(join(tree.path, 'SHA256SUMS'), 'x');
    expect((await verifyManifest(tree.path, sums)).ok).toBe(true);
    await overwrite(join(tree.path, 'a.txt'), 'ALPHABET');
    await unlink(join(tree.path, 'twins/one'));
    expect(inShort(await verifyManifest(tree.path, sums))).toEqual(['changed a.txt: content', 'missing twins/one']);
  });

  it('what is below a folder that does not count is left out of sums, which list no folders', async () => {
    await using tree = await makeTree({ keep: 'x', logs: { old: { a: 'a' }, b: 'b' } });
    const sums = parseSums(formatSums(await createManifest(tree.path)));
    const asked: string[] = [];
    const include = ({ path, kind }: { path: string; kind: string }): boolean => {
      asked.push(`${kind} ${path}`);
      return path !== 'logs';
    };
    await rm(join(tree.path, 'logs'), { recursive: true });
    expect(await verifyManifest(tree.path, sums, { include })).toMatchObject({ ok: true, counts: { entries: 1 } });
    // Once of the list, and of the tree what is there.
    expect(asked).toEqual(['file keep', 'directory logs', 'file keep']);
    expect(inShort(await verifyManifest(tree.path, sums))).toEqual(['missing logs/b', 'missing logs/old/a']);
  });

  it('what is in a folder that can not be read is unreadable, not missing', async () => {
    await using tree = await makeTree({ dark: { inner: { deep: 'x' } }, light: { a: 'a' } });
    await chmod(tree.path, 0o755);
    const manifest = await createManifest(tree.path);
    await chmod(join(tree.path, 'dark'), 0);
    const report = await asNobody(() => verifyManifest(tree.path, manifest, { ignore: ['mode'] }));
    await chmod(join(tree.path, 'dark'), 0o755);
    expect(inShort(report)).toEqual([
      'unreadable dark EACCES',
      'unreadable dark/inner EACCES',
      'unreadable dark/inner/deep EACCES',
    ]);
    expect(report.counts).toMatchObject({ missing: 0, unreadable: 3, files: 1, bytes: 1 });
  });

  it('what the manifest could not read either is no finding', async () => {
    await using tree = await makeTree({ a: 'a', dark: { inner: 'x' }, file: 'x' });
    await chmod(tree.path, 0o755);
    for (const name of ['dark', 'file']) await chmod(join(tree.path, name), 0);
    const [manifest, report] = await asNobody(async () => {
      const made = await createManifest(tree.path);
      return [made, await verifyManifest(tree.path, made)] as const;
    });
    const later = await asNobody(() => verifyManifest(tree.path, { ...manifest, problems: [] }));
    await chmod(join(tree.path, 'dark'), 0o755);
    expect(report).toMatchObject({ ok: true, findings: [], counts: { unproven: 2, entries: 1 } });
    expect((await verifyManifest(tree.path, manifest)).ok).toBe(true);
    expect(inShort(later)).toEqual(['unreadable dark EACCES', 'extra file']);
  });

  it('what the manifest could not read is neither extra nor proven', async () => {
    await using tree = await makeTree({ a: 'a', dark: { inner: 'x' } });
    const manifest: Manifest = {
      ...(await createManifest(tree.path, { include: ({ path }) => path !== 'dark' })),
      problems: [{ path: 'dark', reason: 'EACCES' }],
    };
    const report = await verifyManifest(tree.path, manifest);
    expect(report).toMatchObject({ ok: true, counts: { unproven: 1 } });
    expect(reportText(report)).toContain('1 path that the manifest could not read');
  });

  it.each(['tree', 'listed'] as const)('a path of a manifest (%s) does not lead out through a link', async (scope) => {
    await using outside = await makeTree({ secret: 'x' });
    await using tree = await makeTree({ out: { link: outside.path }, file: { link: join(outside.path, 'secret') } });
    const manifest = manifestOf(
      [
        { path: 'file', kind: 'file', digest: digestOfX },
        { path: 'out/secret', kind: 'file', digest: digestOfX },
      ],
      scope,
    );
    const report = await verifyManifest(tree.path, manifest);
    expect(inShort(report).filter((each) => !each.startsWith('extra'))).toEqual([
      'changed file: kind',
      'missing out/secret',
    ]);
    expect(report.counts.files).toBe(0);
  });

  it.each(['../a', 'a/../../b', '/etc/passwd', '', '.', './a', 'a//b', 'a/', 'a\0b', 'a'.repeat(65_537)])(
    'the path %j is refused before anything is read',
    async (path) => {
      const manifest = manifestOf([{ path, kind: 'file', digest: digestOfX }]);
      // Were anything read first, it would be READ_FAILED.
      await expect(verifyManifest('/nowhere/at/all', manifest)).rejects.toMatchObject({ code: 'UNSAFE_PATH' });
    },
  );

  it('a file that changes each time it is read is unreadable, not changed', async () => {
    await using tree = await makeTree({ log: new Uint8Array(2 << 20) });
    const manifest = await createManifest(tree.path);
    const report = await verifyManifest(tree.path, manifest, {
      onProgress({ phase, bytes }) {
        if (phase === 'read' && bytes > 0) appendFileSync(join(tree.path, 'log'), 'x');
      },
    });
    expect(inShort(report)).toEqual(['unreadable log CHANGED_WHILE_READ']);
    expect(reportText(report)).toContain('log: CHANGED_WHILE_READ');
  });

  it.runIf(process.platform === 'linux')(
    'a link in the place of a file is not followed, however late it comes',
    async () => {
      await using outside = await makeTree({ file: 'x' });
      await using tree = await makeTree({ file: 'x' });
      const manifest = await createManifest(tree.path);
      let isSwapped = false;
      const report = await verifyManifest(tree.path, manifest, {
        onProgress() {
          if (isSwapped) return;
          isSwapped = true;
          rmSync(join(tree.path, 'file'));
          symlinkSync(join(outside.path, 'file'), join(tree.path, 'file'));
        },
      });
      expect(inShort(report)).toEqual(['unreadable file ELOOP']);
    },
  );

  it.runIf(process.platform !== 'win32')('a pipe in the place of a file is not waited for', async () => {
    await using tree = await makeTree({ file: 'x' });
    const manifest = await createManifest(tree.path);
    let isSwapped = false;
    const report = await verifyManifest(tree.path, manifest, {
      onProgress() {
        if (isSwapped) return;
        isSwapped = true;
        rmSync(join(tree.path, 'file'));
        execFileSync('mkfifo', [join(tree.path, 'file')]);
      },
    });
    expect(inShort(report)).toEqual(['unreadable file CHANGED_WHILE_READ']);
  });

  it('a file that vanishes after the listing is missing', async () => {
    await using tree = await makeTree({ a: 'a', b: 'b' });
    const manifest = await createManifest(tree.path);
    const report = await verifyManifest(tree.path, manifest, {
      onProgress: () => rmSync(join(tree.path, 'b'), { force: true }),
    });
    expect(inShort(report)).toEqual(['missing b']);
  });

  it('a manifest with MD5 wants legacy: true', async () => {
    await using tree = await makeTree(base);
    const manifest = await createManifest(tree.path, { algorithm: 'md5', legacy: true });
    await expect(verifyManifest(tree.path, manifest)).rejects.toMatchObject({ code: 'LEGACY_ALGORITHM' });
    expect((await verifyManifest(tree.path, manifest, { legacy: true })).ok).toBe(true);
  });

  it('a signal ends it with its reason', async () => {
    await using tree = await makeTree(base);
    const manifest = await createManifest(tree.path);
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(verifyManifest(tree.path, manifest, { signal })).rejects.toThrow('stop');
  });

  it.runIf(process.platform === 'linux')('names that are not UTF-8 are verified and named by their bytes', async () => {
    await using tree = await makeTree({});
    const path = Buffer.concat([Buffer.from(`${tree.path}/bad`), Buffer.of(0xff)]);
    await writeFile(path, 'abc');
    const manifest = parseManifest(formatManifest(await createManifest(tree.path)));
    expect((await verifyManifest(tree.path, manifest)).ok).toBe(true);
    await unlink(path);
    const { findings } = await verifyManifest(tree.path, manifest);
    expect(findings).toMatchObject([
      { type: 'missing', pathBase64: Buffer.from('bad\xff', 'latin1').toString('base64') },
    ]);
  });
});

describe('reportText', () => {
  const counts = {
    entries: 3,
    files: 1,
    bytes: 1,
    missing: 0,
    changed: 0,
    extra: 0,
    unreadable: 0,
    renamed: 0,
    unproven: 0,
  };
  const file = (path: string, mtimeNs?: string): ManifestEntry => ({ path, kind: 'file', digest: digestOfX, mtimeNs });

  it('has a line per finding and the figures', () => {
    const findings: Finding[] = [
      { type: 'changed', path: 'a', changes: ['content'], expected: file('a', '1'), actual: file('a', '1') },
      { type: 'changed', path: 'b', changes: ['content', 'mtime'], expected: file('b', '1'), actual: file('b', '2') },
      { type: 'changed', path: 'c', changes: ['kind'], expected: file('c'), actual: { path: 'c', kind: 'directory' } },
      { type: 'renamed', path: 'd', to: { path: 'e' }, changes: ['mode'], expected: file('d'), actual: file('e') },
      { type: 'missing', path: 'f', expected: file('f') },
      { type: 'unreadable', path: 'g', reason: 'EIO' },
    ];
    expect(reportText({ ok: false, counts, findings })).toBe(
      [
        'changed    a: content, but not its time',
        'changed    b: content, mtime',
        'changed    c: was a file, is a directory',
        'renamed    d -> e: mode',
        'missing    f',
        'unreadable g: EIO',
        'Compared 3 entries, read 1 file (1 byte): 6 findings.',
      ].join('\n'),
    );
    expect(reportText({ ok: true, counts, findings: [] })).toBe(
      'Compared 3 entries, read 1 file (1 byte): all as it should be.',
    );
  });

  it('a name can’t steer the terminal, nor add a line', () => {
    const path = 'a\u001b[2J\nextra \u202eb\u009b';
    const text = reportText({ ok: false, counts, findings: [{ type: 'missing', path, expected: file(path) }] });
    expect(text.split('\n')[0]).toBe(String.raw`missing    "a\u001b[2J\nextra \u202eb\u009b"`);
  });
});

/** Writes content and puts the time back, as damage of a medium leaves it. */
async function overwrite(path: string, content: string | Uint8Array): Promise<void> {
  const { atimeMs, mtimeMs } = await stat(path);
  await writeFile(path, content);
  await lutimes(path, atimeMs / 1000, mtimeMs / 1000);
}

async function relink(path: string, target: string): Promise<void> {
  await unlink(path);
  await symlink(target, path);
}
