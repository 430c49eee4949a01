import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  applySwitch,
  applyEnv,
  planEnv,
  planSwitch,
  readCurrent,
  turnMaintenanceOn,
} from '../../../src/deploy/index.ts';
import { temporaryFolder, type Tree } from '../../artifact/tree.ts';
import { newSite, SHOP } from '../layout/site.ts';

/** A file system of its own size in memory, for the time of one test. `false`: it can't be had here. */
async function mountDisk(folder: string, bytes: number): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return false;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]));
  return true;
}

const LARGE: Tree = { ...SHOP, 'model.bin': new Uint8Array(2 << 20) };

test('a disk that is full while a release is staged leaves the current one, and room for the next try', async ({
  skip,
}) => {
  const root = join(await temporaryFolder(), 'disk');
  if (!(await mountDisk(root, 1 << 20))) skip('a small disk can not be mounted here');
  const site = await newSite({ root });
  await site.stage('1.0.0', SHOP);
  await site.activate('1.0.0');
  const error = { code: 'WRITE_FAILED', hint: 'Free some space.' };
  await expect(site.stage('1.0.1', LARGE)).rejects.toMatchObject(error);
  expect((await readdir(site.layout.releases)).toSorted()).toEqual(['current', 'v1.0.0']);
  expect(await readCurrent(site.layout)).toEqual({ kind: 'release', version: '1.0.0' });
  await site.stage('1.0.1', { ...SHOP, 'model.bin': new Uint8Array(1 << 10) });
});

test('a full shared/ does not keep anybody from switching back', async ({ skip }) => {
  const root = await temporaryFolder();
  if (!(await mountDisk(join(root, 'shared'), 64 << 10))) skip('a small disk can not be mounted here');
  const site = await newSite({ root });
  await site.stage('1.0.0', SHOP);
  await site.stage('1.0.1', SHOP);
  await site.activate('1.0.1');
  const full = writeFile(join(site.layout.shared, 'logs', 'x.log'), new Uint8Array(1 << 20));
  await expect(full).rejects.toMatchObject({ code: 'ENOSPC' });
  await expect(turnMaintenanceOn(site.layout, { reason: 'x'.repeat(1 << 16), by: 'ann' })).rejects.toMatchObject({
    code: 'WRITE_FAILED',
  });
  expect(await readdir(site.layout.shared)).not.toContain('maintenance.json.part');
  await applyEnv(join(site.layout.releases, 'v1.0.0'), await planEnv(site.layout));
  await applySwitch(site.layout, await planSwitch(site.layout, '1.0.0'));
  expect(await readFile(join(site.layout.current, 'main.js'), 'utf8')).toBe(SHOP['main.js']);
});
