import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkoutRoot, ignoredPatterns } from '../../src/git/checkout.ts';
import { temporaryFolder } from '../support/folders.ts';

test('a checkout is found from inside, and what it ignores is named as a whole', async () => {
  const root = await temporaryFolder();
  execFileSync('git', ['init', '-q'], { cwd: root });
  await mkdir(join(root, 'src', 'deep'), { recursive: true });
  await mkdir(join(root, 'node_modules', 'x'), { recursive: true });
  await writeFile(join(root, '.gitignore'), 'node_modules/\n*.log\n');
  await writeFile(join(root, 'node_modules', 'x', 'index.js'), '');
  await writeFile(join(root, 'src', 'a[1].log'), '');
  await writeFile(join(root, 'src', 'kept.ts'), '');
  expect(await checkoutRoot(join(root, 'src', 'deep'))).toBe(root);
  expect((await ignoredPatterns(root)).toSorted()).toEqual(['/node_modules/', String.raw`/src/a\[1\].log`]);
});

test('outside of a checkout there is none', async () => {
  expect(await checkoutRoot(await temporaryFolder())).toBeUndefined();
});
