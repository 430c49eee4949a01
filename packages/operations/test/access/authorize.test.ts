import { expect, it } from 'vitest';
import { type AccessOptions, createAccess } from '../../src/access/index.ts';
import { type EventBook, memoryEventBook, type OperationEvent } from '../../src/index.ts';

const AT = Date.UTC(2026, 10, 28);
const brokenBook: EventBook = {
  append: async () => Promise.reject(new Error('the disk is full')),
  read: async function* () {},
};
const accessOf = (options: AccessOptions): ReturnType<typeof createAccess> =>
  createAccess({ users: { ann: 'operator', eve: 'auditor' }, clock: () => AT, host: 'm1', ...options });

it('each answer is in the book, denials too, with who, what, on what and why', async () => {
  const book = memoryEventBook();
  const access = accessOf({ book });
  await access.authorize('ann', 'backup.restore', { tenant: 'a', name: 'latest' });
  await expect(access.authorize('eve', 'backup.forget', { tenant: 'a' })).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    message: 'Expected somebody who may backup.forget for tenant "a", got "eve": none of their roles has it',
    hint: 'Nothing was done. Ask whoever manages access for a role that has it.',
  });
  const events: OperationEvent[] = [];
  for await (const event of book.read()) events.push(event);
  const common = { at: '2026-11-28T00:00:00.000Z', tenant: 'a', host: 'm1' };
  expect(events).toEqual([
    {
      ...common,
      name: 'access.granted',
      level: 'info',
      principal: 'ann',
      details: { action: 'backup.restore', resource: 'latest', by: ['operator: *'] },
    },
    {
      ...common,
      name: 'access.denied',
      level: 'warn',
      principal: 'eve',
      details: { action: 'backup.forget', why: 'no-permission', by: [] },
    },
  ]);
});

it.each([
  ['deny-changes', 'backup.list', true],
  ['deny-changes', 'backup.create', false],
  ['deny', 'backup.list', false],
  ['allow', 'backup.create', true],
] as const)('with a book that cannot be written and "%s", %s is allowed: %s', async (unrecorded, action, allowed) => {
  const told: unknown[] = [];
  const access = accessOf({ book: brokenBook, unrecorded, onUnrecorded: (error) => told.push(error) });
  const asked = access.authorize('ann', action);
  if (allowed) await asked;
  else await expect(asked).rejects.toMatchObject({ code: 'ACCESS_DENIED', cause: { message: 'the disk is full' } });
  expect(told).toHaveLength(1);
});

it('a denial stays one when it cannot be written', async () => {
  const access = accessOf({ book: brokenBook, unrecorded: 'allow' });
  await expect(access.authorize('eve', 'backup.forget')).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
});
