import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AuditLock } from '../../src/audit/lock.ts';
import { newFolder, newLogs } from '../fixtures/folders.ts';

test('one holds the lock at a time, whoever waits too long is told, and a failure gives it back', async () => {
  const path = join(await newFolder(), 'audit', 'lock');
  const [one, two] = [new AuditLock(path), new AuditLock(path, 20)];
  const [taken, given] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const held = one.hold(async () => {
    taken.resolve();
    await given.promise;
  });
  // Before that, either of them may be the first.
  await taken.promise;
  await expect(two.hold(async () => Promise.resolve())).rejects.toMatchObject({ code: 'AUDIT_BUSY' });
  given.resolve();
  await held;
  await expect(two.hold(async () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(one.hold(async () => Promise.resolve(1))).resolves.toBe(1);
  await one.close();
  await two.close();
});

test('callers of one process take turns, and closing waits for them', async () => {
  const lock = new AuditLock(join(await newFolder(), 'audit', 'lock'));
  const order: string[] = [];
  const holder = async (name: string): Promise<void> =>
    lock.hold(async () => {
      order.push(`${name} in`);
      await new Promise(setImmediate);
      order.push(`${name} out`);
    });
  await Promise.all([holder('a'), holder('b'), lock.close()]);
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out']);
  await expect(lock.hold(async () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(lock.hold(async () => Promise.resolve(1))).resolves.toBe(1);
  await lock.close();
});

test('events that come while somebody asks where the log ends are taken all the same', async () => {
  const { logs } = await newLogs({ directory: await newFolder() });
  const append = async (index: number): Promise<number> =>
    (await logs.audit.record({ name: 'room.booked', details: { index } })).number;
  const work = Array.from({ length: 20 }, async (_, index) => (index % 2 === 0 ? append(index) : logs.audit.head()));
  const done = await Promise.allSettled(work);
  expect(done.filter(({ status }) => status === 'rejected')).toEqual([]);
  await expect(logs.audit.verify()).resolves.toMatchObject({ ok: true, records: 10 });
  await logs.close();
});
