import { execFileSync } from 'node:child_process';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readFileChanges, type ReadFileChangesOptions } from '../../src/files/read-file-changes.ts';
import type { FileChange } from '../../src/index.ts';
import { plant, type Tree } from '../artifact/tree.ts';
import { notes } from './notes.ts';

const TREE: Tree = {
  'CHANGELOG.md': '## Unreleased\n\n- by hand\n',
  'package.json': '{"version":"1.2.0"}',
  'packages/a/package.json': '{"version":"1.3.0"}',
  'intents/one.md': 'one',
};

const read = async (options: Partial<ReadFileChangesOptions>): Promise<FileChange[]> =>
  readFileChanges({ workspace: await plant(TREE), version: '1.3.0', release: notes(undefined), ...options });

test('changes are by path, and files that stay as they are, or are gone already, are none', async () => {
  const changes = await read({
    changelog: 'CHANGELOG.md',
    versionFiles: ['packages/a/package.json', 'package.json'],
    removed: ['intents/two.md', 'intents/one.md'],
  });
  expect(changes).toEqual([
    { path: 'CHANGELOG.md', before: TREE['CHANGELOG.md'], after: '## Unreleased\n\n## 1.3.0\n\n- by hand\n' },
    { path: 'intents/one.md', before: 'one', after: undefined },
    { path: 'package.json', before: '{"version":"1.2.0"}', after: '{"version":"1.3.0"}' },
  ]);
});

test('a changelog that is missing comes into being with the history', async () => {
  const [change, ...others] = await read({
    changelog: 'packages/a/CHANGELOG.md',
    history: [notes('1.2.0')],
    heading: '# a',
  });
  expect(others).toEqual([]);
  expect(change).toMatchObject({ path: 'packages/a/CHANGELOG.md', before: undefined });
  expect(change?.after).toMatch(/^# a\n\n## 1\.3\.0\n[^]+\n## 1\.2\.0 - 2026-01-31\n/);
});

test('a version file that is missing, and notes of another version, are errors', async () => {
  await expect(read({ versionFiles: ['none.json'] })).rejects.toMatchObject({ code: 'READ_FAILED' });
  await expect(read({ release: notes('1.2.0') })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  await expect(read({ workspace: '/none/of/these' })).rejects.toMatchObject({ code: 'READ_FAILED' });
  await expect(read({ changelog: 'package.json', versionFiles: ['package.json'] })).rejects.toMatchObject({
    code: 'INVALID_OPTION',
  });
});

describe('a file is refused', () => {
  test.each([
    ['../package.json', 'leads to the folder above'],
    ['/etc/passwd', 'is absolute'],
    ['packages\\a', 'has a backslash'],
    ['packages//a', 'has an empty name'],
    ['.git/config', 'leads into the folder of git'],
    ['packages', 'is a folder'],
    ['package.json/x', 'lies in "package.json", which is no folder'],
    ['link', 'is a link'],
    ['linked/package.json', 'lies behind "linked", a link'],
    ['latin', 'is not UTF-8'],
    ['long', 'has more than 16777216 bytes'],
  ])('%s', async (path, flaw) => {
    const workspace = await plant({ ...TREE, latin: Buffer.from('caf\u00e9', 'latin1') });
    await symlink('package.json', join(workspace, 'link'));
    await symlink('packages/a', join(workspace, 'linked'));
    await writeFile(join(workspace, 'long'), Buffer.alloc(2 ** 24 + 1));
    for (const options of [{ changelog: path }, { versionFiles: [path] }, { removed: [path] }]) {
      await expect(read({ workspace, ...options })).rejects.toMatchObject({
        code: 'UNSUITABLE_FILE',
        message: expect.stringContaining(flaw) as string,
      });
    }
  });

  test('a pipe, without waiting for its other end', async ({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no such pipes');
    const workspace = await plant(TREE);
    execFileSync('mkfifo', [join(workspace, 'pipe')]);
    await expect(read({ workspace, removed: ['pipe'] })).rejects.toMatchObject({ code: 'UNSUITABLE_FILE' });
  });
});
