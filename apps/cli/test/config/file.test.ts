import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findConfig, loadConfig } from '../../src/config/file.ts';
import { temporaryFolder } from '../support/folders.ts';

test('the nearest file upwards is taken', async () => {
  const root = await temporaryFolder();
  await mkdir(join(root, 'a', 'b', 'c'), { recursive: true });
  await writeFile(join(root, 'holdfast.config.json'), '{}');
  await writeFile(join(root, 'a', 'holdfast.config.json'), '{"tenant": "a"}');
  expect(findConfig(undefined, join(root, 'a', 'b', 'c'))?.path).toBe(join(root, 'a', 'holdfast.config.json'));
  expect(findConfig(undefined, root)?.path).toBe(join(root, 'holdfast.config.json'));
});

test('a file that was named must be there', async () => {
  const root = await temporaryFolder();
  expect(() => findConfig('missing.json', root)).toThrow(expect.objectContaining({ code: 'CONFIG_NOT_FOUND' }));
  await mkdir(join(root, 'folder.json'));
  expect(() => findConfig('folder.json', root)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
});

test('a wrong file stops with all its problems', async () => {
  const root = await temporaryFolder();
  await writeFile(join(root, 'holdfast.config.json'), '{"profile": "best", "x": 1}');
  await expect(loadConfig(undefined, root)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    details: [expect.stringContaining('profile'), expect.stringContaining('"x"')],
  });
});
