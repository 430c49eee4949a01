import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {
  BackupError,
  NotedServiceHooks,
  Repository,
  RestoreIntoOptions,
  RestorePlace,
  StoppedService,
} from '../../src/index.ts';
import { createAt, failureOf, filesBelow, newPlace } from '../fixtures/place.ts';
import { buildTree } from '../fixtures/tree.ts';

const place = newPlace(afterAll);
let repository: Repository;
const codeOf = (error: unknown): string => (error as BackupError).code;

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
async function givenUp(calls: string[], into = noted(calls), safetyBackup = false): Promise<string> {
  const ended = new AbortController();
  const restore = repository.restoreInto({
    snapshot: 'good',
    place: into,
    safetyBackup,
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

test('and leaves those of other parts, until what it restores covers them', async () => {
  const calls: string[] = [];
  const withParts = (...names: string[]): RestorePlace => ({
    ...noted(calls),
    parts: names.map((name) => ({ name })),
  });
  const id = await givenUp(calls, withParts('orders', 'users'));
  const left = async (...names: string[]): Promise<readonly string[]> => {
    const restore = async (): Promise<string> => await Promise.resolve('done');
    await repository.restoreInto({ snapshot: 'good', place: withParts(...names), restore });
    return (await repository.unfinishedRestores()).map((each) => each.id);
  };
  expect([await left('orders'), await left('users', 'orders', 'rooms')]).toEqual([[id], []]);
});

test('and leaves one that has begun later, or was still under way when it began', async () => {
  const calls: string[] = [];
  let id = '';
  const restore = async (): Promise<string> => {
    id = await givenUp(calls);
    return 'done';
  };
  await repository.restoreInto({ snapshot: 'good', place: noted(calls), restore });
  expect((await repository.unfinishedRestores()).map((each) => each.id)).toEqual([id]);
  await failureOf(repository.rollBack(id, { place: noted(calls) }));
});

test('one that fails beside another one goes back in its own parts, where nobody begins meanwhile, and in nothing as a whole', async () => {
  const calls: string[] = [];
  const failing = async (into: RestorePlace): Promise<unknown> =>
    await failureOf(
      repository.restoreInto({
        snapshot: 'good',
        place: into,
        restore: ({ replacing }) => {
          replacing();
          return Promise.reject(new Error('no'));
        },
      }),
    );
  const during: unknown[] = [];
  const restore = async (): Promise<string> => {
    during.push(await failing(noted(calls)));
    const goBack = async (): Promise<void> => void calls.push(codeOf(await failing(noted(calls))));
    during.push(await failing({ ...noted(calls), parts: [{ name: 'orders' }], goBack }));
    return 'done';
  };
  await repository.restoreInto({ snapshot: 'good', place: noted(calls), restore });
  expect([during.map(codeOf), calls]).toEqual([['ROLLBACK_FAILED', 'RESTORE_ROLLED_BACK'], ['ROLLBACK_BUSY']]);
  const [unfinished] = await repository.unfinishedRestores();
  await repository.rollBack(unfinished?.id ?? '', { place: noted(calls) });
  expect(calls).toEqual(['ROLLBACK_BUSY', 'back']);
});

test('nobody goes back where a restore is under way, nor restores where somebody goes back', async () => {
  const calls: string[] = [];
  const busy = expect.objectContaining({ code: 'ROLLBACK_BUSY' }) as unknown;
  const id = await givenUp(calls, noted(calls), true);
  const prepare = async (): Promise<void> => void (await Promise.resolve(calls.push('stop')));
  const during: unknown[] = [];
  const restore = async (): Promise<string> => {
    during.push(await failureOf(repository.rollBack(id, { place: noted(calls), prepare })));
    throw new Error('no');
  };
  await failureOf(repository.restoreInto({ snapshot: 'good', place: noted(calls), restore }));
  const goBack = async (): Promise<void> => {
    calls.push('back');
    const service = { stop: async () => void (await Promise.resolve(calls.push('stopped'))) };
    const into = { snapshot: 'good', place: noted(calls), restore, service };
    during.push(await failureOf(repository.restoreInto(into)));
  };
  await repository.rollBack(id, { place: { ...noted(calls), goBack }, prepare });
  expect([during, calls]).toEqual([
    [busy, busy],
    ['stop', 'back'],
  ]);
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

  test('waits when its restore ends halfway without a way back, until another one has restored all', async () => {
    const calls: string[] = [];
    const half: Partial<RestoreIntoOptions<string>> = {
      safetyBackup: false,
      restore: ({ replacing }) => {
        replacing();
        return Promise.reject(new Error('no'));
      },
    };
    await failureOf(restore(calls, half));
    const started = async (): Promise<number> =>
      (await repository.startServices(async () => await Promise.resolve())).length;
    expect([calls.splice(0), await started(), (await left()).length]).toEqual([['stop'], 0, 2]);
    await restore(calls, { service: undefined });
    expect([calls, await started(), await left()]).toEqual([['restore'], 1, []]);
  });

  test('that others hold at rest as well is started by the last of them', async () => {
    const calls: string[] = [];
    const both = async (): Promise<string> => {
      await restore(calls);
      calls.push('restore too');
      return 'done';
    };
    await restore(calls, { restore: both });
    expect([calls, await left()]).toEqual([['stop', 'stop', 'restore', 'restore too', 'start'], []]);
  });

  const notes = (of = /\.(?:restore|service)$/): string[] => filesBelow(place.cache).filter((name) => of.test(name));

  test('is started where nothing can be noted any more, and its own note goes after that of the restore', async () => {
    const calls: string[] = [];
    const entry = (): string => join(place.cache, notes(/\.restore$/)[0] ?? '');
    let path = '';
    // A folder in its place is neither replaced nor removed.
    const unwritable = (): void => {
      path = entry();
      rmSync(path);
      mkdirSync(path);
    };
    const start = async (): Promise<void> => {
      await Promise.resolve(calls.push('start'));
      rmSync(path, { recursive: true });
    };
    await restore(calls, { validate: unwritable, service: service(calls, { start }) });
    expect([calls.splice(0), await left(), notes()]).toEqual([['stop', 'restore', 'start'], [], []]);
    const last = async (): Promise<void> => await Promise.resolve(unwritable());
    await failureOf(restore(calls, { service: service(calls, { start: last }) }));
    expect(notes()).toEqual([expect.stringMatching(/\.service$/)]);
    rmSync(path, { recursive: true });
    rmSync(join(place.cache, notes()[0] ?? ''));
  });

  /** As the next process finds a restore that was killed while its service started. */
  async function killedAtStart(calls: string[]): Promise<string> {
    const kept = new Map<string, Buffer>();
    const start = async (): Promise<void> => {
      for (const name of notes()) kept.set(name, readFileSync(join(place.cache, name)));
      await Promise.resolve();
    };
    await restore(calls, { service: service(calls, { start }) });
    const of = (text: string): string => text.replace(/"startedMs":\d+/, '"startedMs":1');
    for (const [name, bytes] of kept)
      writeFileSync(
        join(place.cache, name),
        name.endsWith('.service') ? of(bytes.toString()) : zstdCompressSync(of(zstdDecompressSync(bytes).toString())),
      );
    const [unfinished] = await repository.unfinishedRestores();
    expect(unfinished?.step).toBe('start');
    return unfinished?.id ?? '';
  }

  test('that starts after its restore was killed in between finishes that', async () => {
    await killedAtStart([]);
    expect(await repository.startServices(async () => await Promise.resolve())).toHaveLength(1);
    expect([notes(), await left()]).toEqual([[], []]);
  });

  test('is not started while somebody goes back, nor without leave, and nobody goes back while it starts', async () => {
    const calls: string[] = [];
    const at = { place: noted(calls) };
    const id = await killedAtStart([]);
    const start = async (): Promise<void> => {
      calls.push(codeOf(await failureOf(repository.rollBack(id, at))));
      throw new Error('no');
    };
    expect(await repository.startServices(start, { except: id })).toEqual([]);
    expect(await repository.startServices(start)).toHaveLength(1);
    const prepare = async (): Promise<void> => {
      expect(await repository.startServices(start)).toEqual([]);
    };
    await repository.rollBack(id, { ...at, prepare });
    expect(calls).toEqual(['ROLLBACK_BUSY', 'back']);
    expect(await repository.startServices(async () => await Promise.resolve())).toHaveLength(1);
    expect(await left()).toEqual([]);
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
