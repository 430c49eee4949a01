import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LIMITS_MEMORY, runChild } from '../../src/load-test/child.ts';
import { cleanEnvironment } from '../../src/load-test/environment.ts';

it.skipIf(!LIMITS_MEMORY)('a program can not write a larger file than it may', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'child-'));
  const limits = { ms: 10_000, memoryBytes: 1 << 30, fileBytes: 64 * 1024 };
  const command = ['sh', '-c', 'head -c 1000000 /dev/zero > large'] as const;
  const { end } = await runChild(command, { folder, environment: cleanEnvironment(folder), ...limits });
  expect(end).not.toBe('ended');
  expect(statSync(join(folder, 'large')).size).toBe(64 * 1024);
});
