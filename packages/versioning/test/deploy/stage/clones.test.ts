import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { checkStaged } from '../../../src/deploy/index.ts';
import { temporaryFolder, type Tree } from '../../artifact/tree.ts';
import { newSite, SHOP } from '../layout/site.ts';

/** What btrfs needs at least, roughly. */
const BYTES = 160 << 20;

/** A file system with clones at a folder, for the time of one test. `false`: it can't be had here. */
async function mountBtrfs(folder: string): Promise<boolean> {
  const image = `${folder}.img`;
  try {
    await writeFile(image, '');
    await truncate(image, BYTES);
    await mkdir(folder);
    execFileSync('mkfs.btrfs', ['-q', image], { stdio: 'ignore' });
    execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return true;
}

test('unchanged files are clones where the disk has them, also when something is installed, and writing to one leaves the other', async ({
  skip,
}) => {
  const root = join(await temporaryFolder(), 'disk');
  if (!(await mountBtrfs(root))) skip('btrfs can not be made and mounted here');
  const site = await newSite({ root });
  const tree: Tree = { ...SHOP, 'model.bin': new Uint8Array(1 << 20).fill(7) };
  const first = await site.stage('1.0.0', tree);
  const install = { command: [process.execPath, '-e', 'fs.appendFileSync("main.js", "//")'] } as const;
  const second = await site.stage('1.0.1', tree, { previous: '1.0.0', install });
  expect(second).toMatchObject({ reuse: 'clones', reusedFiles: 4 });
  expect(await checkStaged(site.layout, '1.0.0')).toEqual([]);
  expect(await checkStaged(site.layout, '1.0.1')).toEqual([]);
  const [before, after] = [await lstat(join(first.folder, 'model.bin')), await lstat(join(second.folder, 'model.bin'))];
  expect(after.ino).not.toBe(before.ino);
  expect(after.mode & 0o200).toBe(0o200);
  await chmod(join(second.folder, 'bin/start'), 0o644);
  await writeFile(join(second.folder, 'model.bin'), 'x');
  expect(await checkStaged(site.layout, '1.0.0')).toEqual([]);
});
