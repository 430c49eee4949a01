import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bundledProgram } from '../../../../tooling/bundled-program.ts';
import { applyFileChanges, undoFileChanges } from '../../src/files/apply-file-changes.ts';
import type { FileChange } from '../../src/index.ts';
import { harvest, plant, temporaryFolder, type Tree } from '../artifact/tree.ts';

const BEFORE: Tree = {
  'a/package.json': '{"version":"1.2.0"}',
  'b.sh': { run: 'echo 1.2.0 é\r\n' },
  'c/intent.md': 'say',
  'd.txt': 'other',
};
const AFTER: Tree = {
  'a/package.json': '{"version":"1.3.0"}',
  'b.sh': { run: 'echo 1.3.0 é\r\n' },
  'c/CHANGELOG.md': '\uFEFFnew\n',
  'd.txt': 'other',
  'e/f/g': '',
};
const CHANGES: readonly FileChange[] = [
  { path: 'a/package.json', before: '{"version":"1.2.0"}', after: '{"version":"1.3.0"}' },
  { path: 'b.sh', before: 'echo 1.2.0 é\r\n', after: 'echo 1.3.0 é\r\n' },
  { path: 'c/CHANGELOG.md', before: undefined, after: '\uFEFFnew\n' },
  { path: 'c/intent.md', before: 'say', after: undefined },
  { path: 'e/f/g', before: undefined, after: '' },
];

/** Without folders that nothing is in any more: git knows none. */
const filesOf = async (folder: string): Promise<Tree> =>
  Object.fromEntries(Object.entries(await harvest(folder)).filter(([path]) => !path.endsWith('/')));

test('changes are applied and taken back, and doing either again changes nothing', async () => {
  const folder = await plant(BEFORE);
  for (const [carryOut, tree] of [
    [applyFileChanges, AFTER],
    [undoFileChanges, BEFORE],
  ] as const) {
    await carryOut(folder, CHANGES);
    expect(await filesOf(folder)).toEqual(tree);
    const { mtimeNs } = await stat(join(folder, 'b.sh'), { bigint: true });
    await carryOut(folder, CHANGES);
    expect(await filesOf(folder)).toEqual(tree);
    expect((await stat(join(folder, 'b.sh'), { bigint: true })).mtimeNs).toBe(mtimeNs);
  }
});

test('a file that is rewritten keeps its mode', async () => {
  const folder = await plant(BEFORE);
  await chmod(join(folder, 'b.sh'), 0o640);
  await applyFileChanges(folder, CHANGES);
  expect((await stat(join(folder, 'b.sh'))).mode & 0o7777).toBe(0o640);
});

test('a file that is rewritten by root keeps its owner', async ({ skip }) => {
  if (process.getuid?.() !== 0) skip('only root may give files away');
  const folder = await plant(BEFORE);
  await chown(join(folder, 'b.sh'), 1234, 1235);
  await applyFileChanges(folder, CHANGES);
  expect(await stat(join(folder, 'b.sh'))).toMatchObject({ uid: 1234, gid: 1235 });
});

describe('nothing is touched', () => {
  test.each([
    ['has another text', (folder: string) => writeFile(join(folder, 'c/intent.md'), 'says'), 'c/intent.md'],
    ['is missing', (folder: string) => rm(join(folder, 'b.sh')), 'b.sh'],
    ['is there already', (folder: string) => writeFile(join(folder, 'c/CHANGELOG.md'), 'mine'), 'c/CHANGELOG.md'],
  ])('when a file %s', async (_, change, path) => {
    const folder = await plant(BEFORE);
    await change(folder);
    const changed = await harvest(folder);
    const error = {
      code: 'FILE_CHANGED',
      message: expect.stringContaining(`Expected "${path}" as it was planned`) as string,
    };
    await expect(applyFileChanges(folder, CHANGES)).rejects.toMatchObject(error);
    expect(await harvest(folder)).toEqual(changed);
  });

  test('when a later file can not be taken back', async () => {
    const folder = await plant({ ...AFTER, 'a/package.json': '{"version":"1.4.0"}' });
    await expect(undoFileChanges(folder, CHANGES)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(await harvest(folder)).toEqual({ ...AFTER, 'a/package.json': '{"version":"1.4.0"}' });
  });

  test.each([
    ['leads out', [{ path: '../x', before: undefined, after: 'x' }], 'UNSUITABLE_FILE'],
    ['is one of git', [{ path: 'a/.GIT/hooks/pre-push', before: undefined, after: 'x' }], 'UNSUITABLE_FILE'],
    [
      'is there twice',
      [
        { path: 'x', before: undefined, after: 'x' },
        { path: 'X', before: undefined, after: 'x' },
      ],
      'INVALID_OPTION',
    ],
    ['is no Unicode', [{ path: 'x', before: undefined, after: '\uD800' }], 'INVALID_OPTION'],
    ['is too long', [{ path: 'x', before: undefined, after: 'é'.repeat(2 ** 23 + 1) }], 'UNSUITABLE_FILE'],
    ['lies behind a link', [{ path: 'link/x', before: undefined, after: 'x' }], 'UNSUITABLE_FILE'],
    ['lies in a file', [{ path: 'd.txt/x', before: undefined, after: 'x' }], 'UNSUITABLE_FILE'],
  ])('when one %s', async (_, more, code) => {
    const [folder, elsewhere] = [await plant(BEFORE), await temporaryFolder()];
    await symlink(elsewhere, join(folder, 'link'));
    await expect(applyFileChanges(folder, [...CHANGES, ...more])).rejects.toMatchObject({ code });
    await rm(join(folder, 'link'));
    expect(await harvest(folder)).toEqual(BEFORE);
    expect(await readdir(elsewhere)).toEqual([]);
  });
});

test('a file that can not be written leaves nothing of the attempt, and the rest can be taken back', async () => {
  const folder = await plant(BEFORE);
  const tooLong = `${'n'.repeat(240)}.md`;
  const changes = [...CHANGES, { path: tooLong, before: undefined, after: 'x' }];
  await expect(applyFileChanges(folder, changes)).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  await undoFileChanges(folder, CHANGES);
  expect(await filesOf(folder)).toEqual(BEFORE);
  await expect(applyFileChanges(join(folder, 'none'), [])).rejects.toMatchObject({ code: 'READ_FAILED' });
  await expect(applyFileChanges(join(folder, 'd.txt'), [])).rejects.toMatchObject({ code: 'READ_FAILED' });
});

test.each(['apply', 'undo'])(
  'after a kill at whatever call of %s, applying again and undoing end in the right bytes',
  async (direction) => {
    const script = await bundledProgram(new URL('children/killed-apply.ts', import.meta.url));
    /** What was seen between the two, to know that kills happened everywhere. */
    const seen = new Set<string>();
    for (let call = 1; ; call++) {
      const [killed, other] = [await plant(direction === 'apply' ? BEFORE : AFTER), await temporaryFolder()];
      const child = spawn(process.execPath, [script, killed, direction, JSON.stringify(CHANGES), `${call}`], {
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
      if (code === 0) break;
      expect(signal).toBe('SIGKILL');
      seen.add(JSON.stringify(await filesOf(killed)));
      await cp(killed, other, { recursive: true });
      await applyFileChanges(killed, CHANGES);
      expect(await filesOf(killed)).toEqual(AFTER);
      await undoFileChanges(other, CHANGES);
      expect(await filesOf(other)).toEqual(BEFORE);
    }
    // Before a file is removed, and with a part beside one that is written: cut, and whole.
    expect(seen.size).toBe(8);
    expect([...seen].filter((tree) => tree.includes('.part"')).length).toBeGreaterThanOrEqual(6);
  },
);
