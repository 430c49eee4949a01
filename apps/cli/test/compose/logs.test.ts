import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyAudit } from '@x/logging';
import { expect, it, onTestFinished } from 'vitest';
import { configuredLogs } from '../../src/compose/logs.ts';
import { loadConfig } from '../../src/config/file.ts';
import { mergeSettings } from '../../src/config/merge.ts';
import type { Context } from '../../src/program/context.ts';
import { newFolder, removeFolder } from '../support/folders.ts';

it('the logs of the configuration are opened by the first event, and by nothing before it', async () => {
  const folder = await newFolder();
  onTestFinished(async () => removeFolder(folder));
  await writeFile(join(folder, 'holdfast.config.json'), JSON.stringify({ logs: { directory: 'what-happened' } }));
  const file = await loadConfig(undefined, folder);
  const context = {
    workingDirectory: '/elsewhere',
    effective: async () => Promise.resolve(mergeSettings({ flags: {}, env: {}, file, workingDirectory: '/elsewhere' })),
    timed: async (_what: string, step: () => Promise<unknown>) => step(),
  } as unknown as Context;
  const directory = join(folder, 'what-happened');
  await configuredLogs(context).close();
  const logs = configuredLogs(context);
  expect(existsSync(directory)).toBe(false);
  await Promise.all([logs.append({ name: 'backup.created' }), logs.append({ name: 'backup.failed', level: 'error' })]);
  expect(await verifyAudit(directory)).toMatchObject({ ok: true, records: 2 });
  expect(await logs.open()).toBe(await logs.open());
  await logs.close();
});
