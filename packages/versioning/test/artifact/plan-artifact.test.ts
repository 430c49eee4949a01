import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { planArtifact, type PlanArtifactOptions } from '../../src/index.ts';
import { plant, temporaryFolder, type Tree } from './tree.ts';

const run = promisify(execFile);
const isWindows = process.platform === 'win32';

async function chosen(tree: Tree, options?: PlanArtifactOptions): Promise<string[]> {
  return (await planArtifact(await plant(tree), options)).entries.map(({ path }) => path);
}

const refused = (finding: string): unknown =>
  expect.objectContaining({ code: 'UNSUITABLE_FILE', message: expect.stringContaining(finding) as unknown });

test('a plan has sizes, executable bits and empty folders, and the sum of bytes', async () => {
  const top = await plant({ 'b.txt': 'four', a: { run: 'x' }, 'empty/': '', 'full/c': '' });
  expect(await planArtifact(top)).toEqual({
    folder: top,
    size: 5,
    entries: [
      { path: 'a', kind: 'file', size: 1, executable: !isWindows },
      { path: 'b.txt', kind: 'file', size: 4, executable: false },
      { path: 'empty', kind: 'directory', size: 0, executable: false },
      { path: 'full/c', kind: 'file', size: 0, executable: false },
    ],
  });
});

test('paths are in the order of their bytes in UTF-8, not of UTF-16 or of a locale', async () => {
  const tree = { '\u{1f600}': '', '\uff5e': '', é: '', b: '', Z: '', 'a-b': '', 'a/b': '', 'a.b': '' };
  expect(await chosen(tree)).toEqual(['Z', 'a-b', 'a.b', 'a/b', 'b', 'é', '\uff5e', '\u{1f600}']);
});

describe('what is chosen', () => {
  const tree: Tree = {
    '.git/HEAD': 'ref',
    'sub/.git': 'gitdir: elsewhere',
    '.gitignore': 'node_modules/\n/dist/\n*.log\n',
    '.artifactignore': '!/dist/\ntest/\n',
    'node_modules/a/index.js': '',
    'dist/main.js': '',
    'dist/main.js.map': '',
    'src/main.ts': '',
    'src/debug.log': '',
    'test/main.ts': '',
  };

  test('.git is left out, .gitignore honoured, and .artifactignore says what is different for releases', async () => {
    expect(await chosen(tree)).toEqual([
      '.artifactignore',
      '.gitignore',
      'dist/main.js',
      'dist/main.js.map',
      'src/main.ts',
    ]);
  });

  test('include narrows, exclude leaves out, and neither brings back what is ignored', async () => {
    expect(await chosen(tree, { include: ['/dist/', '*.log'], exclude: ['*.map'] })).toEqual(['dist/main.js']);
  });

  test('without ignore files everything is there but .git', async () => {
    const all = await chosen(tree, { ignoreFiles: [] });
    expect(all).toHaveLength(8);
    expect(all.filter((path) => path.includes('.git/') || path.endsWith('.git'))).toEqual([]);
  });

  test('a folder of which everything is left out is not there, one that is empty is', async () => {
    expect(await chosen({ 'a/x.log': '', 'b/': '' }, { exclude: ['*.log'] })).toEqual(['b']);
    expect(await chosen({ 'a/x.log': '', 'b/': '' }, { include: ['a'] })).toEqual(['a/x.log']);
  });
});

/** Ignore files by folder, and paths; git says which of them are ignored. */
const RULES: readonly Tree[] = [
  { '.gitignore': '*.log\n!keep.log\n', 'a.log': '', 'keep.log': '', 'd/b.log': '', 'd/keep.log': '' },
  { '.gitignore': 'b/\n*.log\n', 'a/.gitignore': '!b/\n', 'a/b/x.txt': '', 'a/b/x.log': '', 'b/y.txt': '' },
  { 'a/.gitignore': '/x\ny/z\nw\n', 'a/x': '', 'a/c/x': '', 'a/y/z': '', 'a/c/y/z': '', 'a/c/w': '', w: '', x: '' },
  { 'a/.gitignore': '\\#x\n\\!y\n# no rule\n!\n', 'a/#x': '', 'a/!y': '', 'a/b/#x': '', 'a/# no rule': '' },
  { 'a[1]/.gitignore': 'x\n', 'a[1]/x': '', 'a1/x': '' },
  { 'a/.gitignore': '*\n!*/\n!*.keep\n', 'a/x': '', 'a/x.keep': '', 'a/b/y': '', 'a/b/y.keep': '' },
  { '.gitignore': 'a\n!a/b\n', 'a/b': '', 'a/c': '' },
  { '.gitignore': 'X\n', x: '', 'd/X': '' },
  { 'a/.gitignore': '**/x/\nb/**/c\n', 'a/x/1': '', 'a/y/x/1': '', 'a/b/c': '', 'a/b/1/2/c': '' },
  { 'a/.gitignore': 'trail \nkept\\ \n', 'a/trail': '', 'a/kept': '' },
  { 'a/.gitignore': 'x\r\n', 'a/x': '', 'a/y': '' },
];

test.each(RULES)('what is ignored is what git ignores: %j', async (tree) => {
  const top = await plant(tree);
  await run('git', ['init', '--quiet'], { cwd: top });
  const { stdout } = await run('git', ['ls-files', '-z', '--others', '--exclude-per-directory=.gitignore'], {
    cwd: top,
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
  });
  const { entries } = await planArtifact(top);
  expect(entries.map(({ path }) => path)).toEqual(stdout.split('\0').slice(0, -1).toSorted());
});

describe.skipIf(isWindows)('what can not be extracted everywhere is refused', () => {
  const NAMES: readonly (readonly [string, string])[] = [
    ['aux', 'is a device'],
    ['d/Com1.txt', 'is a device'],
    ['lpt\u00b9', 'is a device'],
    ['ab:c', 'does not allow'],
    ['c:', 'drive letter'],
    ['what?', 'does not allow'],
    [String.raw`a\b`, 'backslash'],
    ['a\nb', 'control character'],
    ['a\u009bb', 'control character'],
    ['d./x', 'dot or a blank'],
    ['x ', 'dot or a blank'],
    [`${'l'.repeat(200)}/${'l'.repeat(200)}/${'l'.repeat(200)}/${'l'.repeat(200)}/${'l'.repeat(200)}`, '900 bytes'],
  ];
  test.each(NAMES)('the name %j', async (path, finding) => {
    await expect(chosen({ [path]: '' })).rejects.toEqual(refused(finding));
  });

  test.each([
    ['README', 'readme'],
    ['A/x', 'a/y'],
    ['é', 'e\u0301'],
    ['straße', 'STRASSE'],
    ['x\u200dy', 'xy'],
  ])('%j beside %j', async (one, other) => {
    await expect(chosen({ [one]: '', [other]: '' })).rejects.toEqual(refused('do not count'));
  });

  test('a name that is not UTF-8', async () => {
    const top = await plant({ a: '' });
    await writeFile(Buffer.concat([Buffer.from(`${top}/`), Buffer.from([0x61, 0xff])]), '');
    await expect(planArtifact(top)).rejects.toEqual(refused('not UTF-8'));
    expect((await planArtifact(top, { include: ['a'] })).entries).toHaveLength(1);
  });

  test('links, to inside and to outside, to files and to folders', async () => {
    const top = await plant({ a: '', 'd/b': '' });
    for (const [name, target] of [
      ['1', 'a'],
      ['2', 'd'],
      ['3', '/etc/passwd'],
      ['4', 'nowhere'],
    ] as const) {
      await symlink(target, join(top, name));
    }
    await expect(planArtifact(top)).rejects.toEqual(
      refused('"1" is a link, "2" is a link, "3" is a link, "4" is a link'),
    );
    expect((await planArtifact(top, { exclude: ['/[1-4]'] })).entries).toHaveLength(2);
  });

  test('sockets', async () => {
    const top = await temporaryFolder();
    const server = createServer().listen(join(top, 's'));
    try {
      await expect(planArtifact(top)).rejects.toEqual(refused('neither a file nor a folder'));
    } finally {
      server.close();
    }
  });

  test('the message names the first five and counts the rest', async () => {
    const names = ['con', 'nul', 'prn', 'aux', 'com1', 'com2', 'com3'];
    await expect(chosen(Object.fromEntries(names.map((name) => [name, ''])))).rejects.toEqual(refused('and 2 more'));
  });
});

test('a folder that is missing is a failed read, and an abort ends the listing', async () => {
  const top = await temporaryFolder();
  await expect(planArtifact(join(top, 'missing'))).rejects.toMatchObject({ code: 'READ_FAILED' });
  await mkdir(join(top, 'there'));
  await expect(planArtifact(top, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
});
