import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  NotedServiceHooks,
  Repository,
  RestoreIntoOptions,
  RestorePlace,
  StoppedService,
} from '../../src/index.ts';
import { createAt, failureOf, newPlace } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const place = newPlace(afterAll);
let repository: Repository;

beforeAll(async () => {
  buildTree(place.source, { a: 'x' });
  repository = await createAt(place);
  await repository.backup({ paths: [place.source], name: 'good' });
});

/** A place that has something, and notes when it is gone back in. */
const noted = (calls: string[]): RestorePlace => ({
  name: 'shop',
  current: { paths: [place.source] },
  look: async () => await Promise.resolve({ state: null, isEmpty: false }),
  goBack: async () => {
    await Promise.resolve();
    calls.push('back');
  },
});

/** A restore that is given up after it has begun to replace what is there. */
async function givenUp(calls: string[]): Promise<string> {
  const ended = new AbortController();
  const restore = repository.restoreInto({
    snapshot: 'good',
    place: noted(calls),
    safetyBackup: false,
    signal: ended.signal,
    restore: ({ replacing }) => {
      replacing();
      ended.abort();
      return Promise.reject(ended.signal.reason as Error);
    },
  });
  await failureOf(restore);
  const [unfinished] = await repository.unfinishedRestores();
  expect(unfinished?.into?.name).toBe('shop');
  return unfinished?.id ?? '';
}

test('nobody goes back behind a restore that has saved nothing, and its note goes', async () => {
  const calls: string[] = [];
  const id = await givenUp(calls);
  expect(await failureOf(repository.rollBack(id, { place: noted(calls) }))).toMatchObject({ code: 'INVALID_OPTION' });
  expect([calls, await repository.unfinishedRestores()]).toEqual([[], []]);
});

test('a restore into the same place that succeeds ends what older ones have left', async () => {
  const calls: string[] = [];
  await givenUp(calls);
  await repository.restoreInto({
    snapshot: 'good',
    place: noted(calls),
    restore: async () => await Promise.resolve('done'),
  });
  expect([calls, await repository.unfinishedRestores()]).toEqual([[], []]);
});

describe('a service', () => {
  const by = { command: 'start-shop' };
  const service = (calls: string[], more: Partial<NotedServiceHooks> = {}): NotedServiceHooks => ({
    startBy: by,
    stop: async () => void (await Promise.resolve(calls.push('stop'))),
    start: async () => void (await Promise.resolve(calls.push('start'))),
    ...more,
  });
  const restore = (calls: string[], more: Partial<RestoreIntoOptions<string>> = {}): Promise<unknown> =>
    repository.restoreInto({
      snapshot: 'good',
      place: noted(calls),
      service: service(calls),
      restore: async ({ replacing }) => {
        replacing();
        calls.push('restore');
        return await Promise.resolve('done');
      },
      ...more,
    });
  const left = async (): Promise<readonly unknown[]> => [
    ...(await repository.stoppedServices()),
    ...(await repository.unfinishedRestores()),
  ];

  test('rests from before the place is looked at until what was restored is validated', async () => {
    const calls: string[] = [];
    const looked: RestorePlace = {
      ...noted(calls),
      look: async () => {
        calls.push('look');
        return await Promise.resolve({ state: null, isEmpty: false });
      },
    };
    await restore(calls, { place: looked, validate: () => void calls.push('validate') });
    expect([calls, await left()]).toEqual([['stop', 'look', 'restore', 'validate', 'start'], []]);
  });

  test('is started with what was there before when the restore is given up or fails, and when it does not stop', async () => {
    const ended = new AbortController();
    const calls: string[] = [];
    const givesUp = (): void => {
      ended.abort();
      throw ended.signal.reason as Error;
    };
    await failureOf(restore(calls, { signal: ended.signal, validate: givesUp }));
    expect([calls.splice(0), await left()]).toEqual([['stop', 'restore', 'back', 'start'], []]);
    const no = (): Promise<never> => Promise.reject(new Error('no'));
    await failureOf(restore(calls, { restore: no }));
    expect([calls.splice(0), await left()]).toEqual([['stop', 'start'], []]);
    await failureOf(restore(calls, { service: service(calls, { stop: no }) }));
    expect([calls, await left()]).toEqual([['start'], []]);
  });

  test('that does not start with what was restored leads back', async () => {
    const calls: string[] = [];
    const start = async (): Promise<void> => {
      await Promise.resolve(calls.push('start'));
      if (calls.filter((call) => call === 'start').length === 1) throw new Error('no such column');
    };
    expect(await failureOf(restore(calls, { service: service(calls, { start }) }))).toMatchObject({
      code: 'RESTORE_ROLLED_BACK',
    });
    expect([calls, await left()]).toEqual([['stop', 'restore', 'start', 'stop', 'back', 'start'], []]);
  });

  test('waits when nobody can go back, and is started once that is done', async () => {
    const calls: string[] = [];
    const broken = { ...noted(calls), goBack: () => Promise.reject(new Error('the server is gone')) };
    const failed = await failureOf(restore(calls, { place: broken, validate: () => Promise.reject(new Error('no')) }));
    expect(failed).toMatchObject({
      code: 'ROLLBACK_FAILED',
      hint: expect.stringContaining('was not started') as string,
    });
    const start = async ({ startBy }: StoppedService): Promise<void> =>
      void (await Promise.resolve(calls.push(startBy.command)));
    await (await repository.noteService({ tenant: 'default', reason: 'a backup', startBy: by })).left();
    expect(await repository.startServices(start)).toEqual([]);
    const [unfinished] = await repository.unfinishedRestores();
    await repository.rollBack(unfinished?.id ?? '', { place: noted(calls) });
    expect(await repository.startServices(start)).toMatchObject([{ service: { startBy: by } }]);
    expect([calls, await left()]).toEqual([['stop', 'restore', 'back', 'start-shop'], []]);
  });

  test('that does not start stays noted, and one that others hold at rest is none of ours', async () => {
    const facts = { tenant: 'default', reason: 'a test', startBy: by };
    await (await repository.noteService(facts)).left();
    const [failed] = await repository.startServices(() => Promise.reject(new Error('no')));
    expect([failed?.error, (await left()).length]).toEqual([new Error('no'), 1]);
    const held = await repository.noteService(facts);
    expect(await left()).toEqual([]);
    await held.started();
    expect(await left()).toEqual([]);
  });
});
