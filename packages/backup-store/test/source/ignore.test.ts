import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walkDirectory } from '../../src/source/walk.ts';
import { ANY_NAMES, buildTree, tempFolder } from './tree.ts';
import type { Tree } from './tree.ts';

const hasGit = spawnSync('git', ['--version']).status === 0;
const gitEnvironment = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };

/** Relative paths that a walk with these rules yields, without the root. */
function walked(
  root: string,
  options: { readonly ignoreFileName?: string; readonly exclude?: readonly string[] } = {},
): string[] {
  const paths: string[] = [];
  for (const item of walkDirectory({ root: Buffer.from(root), ...options })) {
    if ('failure' in item) throw new Error(item.failure.message);
    if (item.entry.path.length > 0) paths.push(item.entry.path.toString('latin1'));
  }
  return paths;
}

/** Of `paths`, those that git does not ignore in a work tree with `.gitignore` files. */
function notIgnoredByGit(root: string, paths: readonly string[]): string[] {
  const result = spawnSync('git', ['check-ignore', '--no-index', '--stdin', '-z'], {
    cwd: root,
    input: Buffer.from(paths.map((each) => `${each}\0`).join(''), 'latin1'),
    env: gitEnvironment,
    maxBuffer: 1 << 26,
  });
  if (result.status !== 0 && result.status !== 1) throw new Error(result.stderr.toString());
  const ignored = new Set(result.stdout.toString('latin1').split('\0'));
  return paths.filter((each) => !ignored.has(each));
}

function gitFolder(tree: Tree): string {
  const root = tempFolder();
  buildTree(root, tree);
  spawnSync('git', ['init', '-q', root], { env: gitEnvironment });
  return root;
}

const sample: Tree = {
  'a.log': '',
  'b.txt': '',
  '!bang': '',
  '#hash': '',
  'blank ': '',
  'sp ace': '',
  'back\\slash': '',
  'x[1]': '',
  build: { 'out.js': '', sub: { build: '' } },
  docs: { 'a.log': '', 'keep.log': '', build: { x: '' }, deep: { er: { 'a.log': '', 'b.txt': '' } } },
  foo: { bar: { baz: '', foo: { bar: '' } } },
  'caf\xc3\xa9': { 'x.log': '' },
  '\xff\xfe': '',
  'link.log': { link: 'docs' },
};

const facts: readonly (readonly [string, string])[] = [
  ['names match at any depth', '*.log\n'],
  ['a slash in front anchors', '/a.log\n/build\n'],
  ['a slash at the end is for directories', 'build/\n'],
  ['a link to a directory is no directory', 'link.log/\n'],
  ['a slash inside anchors', 'docs/build\nfoo/bar/\n'],
  ['the last rule counts', '*.log\n!keep.log\n'],
  ['a later rule takes back the taking back', '*.log\n!keep.log\nkeep.*\n'],
  ['nothing in an ignored directory can be taken back', 'docs/\n!docs/keep.log\n'],
  ['its content ignored, some of it taken back', 'docs/*\n!docs/keep.log\n'],
  ['comments and blank lines', '# a.log\n\n\\#hash\n'],
  ['an escaped exclamation mark', '\\!bang\n'],
  ['blanks at the end are cut', 'b.txt   \n'],
  ['escaped blanks at the end stay', 'blank\\ \n'],
  ['blanks inside stay', 'sp ace\n'],
  ['a carriage return is cut', 'b.txt\r\na.log\r\n'],
  ['no line feed at the end', 'b.txt'],
  ['a byte order mark', '\xef\xbb\xbfb.txt\n'],
  ['leading **', '**/bar\n'],
  ['trailing **', 'foo/**\n'],
  ['** between', 'docs/**/b.txt\n'],
  ['** as the whole', '**\n!*/\n!b.txt\n'],
  ['** as a part of a name', 'docs/**.log\n'],
  ['all directories', '*/\n'],
  ['question marks and classes', '?.log\nx[[]1]\n[a-b].tx?\n'],
  ['escapes', 'back\\\\slash\nx\\[1\\]\n'],
  ['invalid ones', 'a[\nb.txt\\\n[[:nope:]]*\n'],
  ['only slashes', '/\n//\n'],
  ['bytes that are not UTF-8', '\xff*\ncaf\xc3\xa9/\n'],
  ['an escaped slash', '**\\/b.txt\nfoo\\/bar\n'],
  ['everything but', '/*\n!/foo\n/foo/*\n!/foo/bar\n'],
];

describe('ignore files', () => {
  it.skipIf(!hasGit || !ANY_NAMES).each(facts)('as git does it: %s', (_fact, content) => {
    const root = gitFolder(sample);
    const all = walked(root, { exclude: ['/.git'] });
    writeFileSync(join(root, '.gitignore'), Buffer.from(content, 'latin1'));
    const kept = walked(root, { ignoreFileName: '.gitignore', exclude: ['/.git', '/.gitignore'] });
    expect(kept).toEqual(notIgnoredByGit(root, all));
    expect(all.length).toBe(30);
  });

  it.skipIf(!hasGit)('those of deeper directories count more, as with git', () => {
    const root = gitFolder({
      '.gitignore': '*.log\n!/docs/b.txt\n/docs/deep/x\n*.txt\n',
      docs: {
        '.gitignore': '!a.log\n/deep/er\n!/deep/x\n',
        'a.log': '',
        'b.log': '',
        'b.txt': '',
        deep: { '.gitignore': '!er\n*\n', 'a.log': '', x: '', er: { y: '' } },
        other: { '.gitignore': '!*.txt\n', 'a.txt': '', 'a.log': '' },
      },
      'a.txt': '',
    });
    const all = walked(root, { exclude: ['/.git'] });
    expect(walked(root, { ignoreFileName: '.gitignore', exclude: ['/.git'] })).toEqual(notIgnoredByGit(root, all));
  });

  it.skipIf(!hasGit || !ANY_NAMES)('random rules ignore what git ignores', () => {
    const line = fc
      .array(
        fc.constantFrom(
          'a',
          'b',
          'ab',
          '/',
          '*',
          '**',
          '?',
          '[ab]',
          '[!a]',
          '[a-',
          ']',
          '\\',
          '!',
          ' ',
          '/**/',
          '#',
          '-',
          '^',
        ),
        {
          minLength: 1,
          maxLength: 6,
        },
      )
      .map((parts) => parts.join(''))
      // git takes "ab**/" for "ab" and "**/", which its manual says it does not; here the manual counts.
      .filter((each) => !/[^/*]\*{2,}\//.test(each));
    const names = ['a', 'b', 'ab', 'b a', '!a', '\\a', '[a', '#', '-'];
    const files = Object.fromEntries(names.map((name) => [name, '']));
    // Files beside directories of the same names, so that rules meet kinds and depth.
    const below: Tree = { ...files, d: { ...files, a: { a: '', b: '', ab: '' } }, ab: { a: '', b: { a: '', ab: '' } } };
    const rules = fc.sample(fc.array(line, { minLength: 1, maxLength: 4 }), { numRuns: 250, seed: 20260 });
    const root = gitFolder(Object.fromEntries(rules.map((_, i) => [`case-${i}`, below])));
    const all = walked(root, { exclude: ['/.git'] });
    for (const [i, lines] of rules.entries()) writeFileSync(join(root, `case-${i}`, '.gitignore'), lines.join('\n'));
    const byGit = notIgnoredByGit(root, all);
    const byWalk = walked(root, { ignoreFileName: '.gitignore', exclude: ['/.git'] }).filter(
      (each) => !each.endsWith('/.gitignore'),
    );
    for (const [i, lines] of rules.entries()) {
      const own = (each: string): boolean => each.startsWith(`case-${i}/`);
      expect({ lines, kept: byWalk.filter(own) }).toEqual({ lines, kept: byGit.filter(own) });
    }
  });

  it('exclude options count more than ignore files, and are taken literally', () => {
    const root = tempFolder();
    buildTree(root, { '.holdfastignore': '*.log\n', 'a.log': '', '#x': '', 'b ': '', 'c.txt': '' });
    const kept = walked(root, { ignoreFileName: '.holdfastignore', exclude: ['!a.log', '#x', 'b '] });
    expect(kept).toEqual(['.holdfastignore', 'a.log', 'c.txt']);
  });
});
