import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AuditLock } from '../../src/audit/lock.ts';
import { newFolder } from '../fixtures/folders.ts';

test('one holds the lock at a time, whoever waits too long is told, and a failure gives it back', async () => {
  const path = join(await newFolder(), 'audit', 'lock');
  const [one, two] = [new AuditLock(path), new AuditLock(path, 20)];
  const { promise, resolve } = Promise.withResolvers<void>();
  const held = one.hold(async () => promise);
  await expect(two.hold(async () => Promise.resolve())).rejects.toMatchObject({ code: 'AUDIT_BUSY' });
  resolve();
  await held;
  await expect(two.hold(async () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(one.hold(async () => Promise.resolve(1))).resolves.toBe(1);
  one.close();
  two.close();
});
