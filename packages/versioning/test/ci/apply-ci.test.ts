import { chmod, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyCi, type CiPlan, compareCi, planCi } from '../../src/index.ts';
import { harvest, plant, temporaryFolder } from '../artifact/tree.ts';

const PLAN: CiPlan = planCi();
const [WORKFLOW = '', ACTION = ''] = PLAN.files.map(({ path }) => path);
const TREE = Object.fromEntries(PLAN.files.map(({ path, text }) => [path, text]));
const changesOf = (changes: readonly { readonly change: string }[]): readonly string[] =>
  changes.map(({ change }) => change);

test('files are written with their folders, and doing it again changes nothing', async () => {
  const folder = await temporaryFolder();
  expect(await applyCi(PLAN, { folder })).toEqual([
    { path: WORKFLOW, change: 'created' },
    { path: ACTION, change: 'created' },
  ]);
  expect(await harvest(folder)).toEqual(TREE);
  await chmod(join(folder, WORKFLOW), 0o444);
  expect(changesOf(await applyCi(PLAN, { folder, force: true }))).toEqual(['unchanged', 'unchanged']);
});

test('what was changed by hand is named and kept, and nothing else is written beside it', async () => {
  const folder = await plant({ [ACTION]: 'mine', 'README.md': 'mine' });
  await expect(applyCi(PLAN, { folder })).rejects.toMatchObject({
    code: 'TARGET_EXISTS',
    message: expect.stringContaining(ACTION) as string,
    hint: expect.stringContaining('--force') as string,
  });
  await expect(compareCi(PLAN, { folder })).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
  expect(await harvest(folder)).toEqual({ [ACTION]: 'mine', 'README.md': 'mine' });
});

test('force replaces it, and leaves everything else', async () => {
  const folder = await plant({ [ACTION]: 'mine', 'README.md': 'mine', '.github/workflows/other.yml': 'mine' });
  expect(changesOf(await compareCi(PLAN, { folder, force: true }))).toEqual(['created', 'replaced']);
  expect(await readFile(join(folder, ACTION), 'utf8')).toBe('mine');
  expect(changesOf(await applyCi(PLAN, { folder, force: true }))).toEqual(['created', 'replaced']);
  expect(await harvest(folder)).toMatchObject({ ...TREE, 'README.md': 'mine', '.github/workflows/other.yml': 'mine' });
});

test('what a run that was killed has left over is completed by the next', async () => {
  const folder = await plant({ [WORKFLOW]: TREE[WORKFLOW] ?? '', [`${ACTION}.3f2a91bc0d4e.part`]: 'name: Rel' });
  expect(changesOf(await applyCi(PLAN, { folder }))).toEqual(['unchanged', 'created']);
  expect(await harvest(folder)).toMatchObject(TREE);
});

test('line ends that git made for Windows are no change', async () => {
  const folder = await plant(
    Object.fromEntries(PLAN.files.map(({ path, text }) => [path, text.replaceAll('\n', '\r\n')])),
  );
  expect(changesOf(await applyCi(PLAN, { folder }))).toEqual(['unchanged', 'unchanged']);
});

test('a link is not followed: what it leads to stays as it is, with force too', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, '.github/workflows'), { recursive: true });
  await writeFile(join(folder, 'other'), PLAN.files[0]?.text ?? '');
  await symlink('../../other', join(folder, WORKFLOW));
  await expect(applyCi(PLAN, { folder })).rejects.toMatchObject({ code: 'TARGET_EXISTS' });
  await writeFile(join(folder, 'other'), 'mine');
  await applyCi(PLAN, { folder, force: true });
  expect(await harvest(folder)).toEqual({ ...TREE, other: 'mine' });
});

test('what can not be read or written is an error, and leaves nothing half done', async () => {
  const file = await plant({ '.github': 'a file' });
  await expect(applyCi(PLAN, { folder: file })).rejects.toMatchObject({ code: 'READ_FAILED' });
  const folder = await plant({ [`${WORKFLOW}/`]: '' });
  await expect(applyCi(PLAN, { folder, force: true })).rejects.toMatchObject({ code: 'WRITE_FAILED' });
  expect(await readdir(join(folder, '.github/workflows'))).toEqual(['holdfast-release.yml']);
});
