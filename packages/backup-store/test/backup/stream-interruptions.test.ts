import { memoryStore, type ObjectStore } from '@x/storage';
import { afterEach, describe, expect, it } from 'vitest';
import { type BackupSource, createRepository } from '../../src/index.ts';
import { CRASHING_WORKER, WORKER } from '../fixtures/bundle.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, failureOf, newPlace, storedBytes, tempFolder } from '../fixtures/place.ts';
import { coded, sourceOf, streamOf } from '../fixtures/stream-source.ts';
import { buildTree } from '../fixtures/tree.ts';

const MiB = 1024 * 1024;

/** Writes down what is called, in order. */
function watched(name: string, told: string[], more: Partial<BackupSource> = {}): BackupSource {
  const source = sourceOf(name, { '': name }, more);
  return {
    ...source,
    read(run) {
      told.push(`read ${name}`);
      return source.read(run);
    },
    async quiesce(run) {
      told.push(`quiesce ${name}`);
      await more.quiesce?.(run);
    },
    async resume() {
      told.push(`resume ${name}`);
      await more.resume?.();
    },
  };
}

describe('what a source does before and after', () => {
  it('is done once for all of them: all rest before one is read, and are let go before the commit', async () => {
    const told: string[] = [];
    const repository = await createAt(newPlace(), { onEvent: ({ name }) => told.push(name) });
    await repository.backup({ sources: [watched('a', told), watched('b', told)] });
    const order = ['quiesce a', 'quiesce b', 'read a', 'read b', 'resume b', 'resume a', 'backup.created'];
    expect(told.filter((each) => !each.startsWith('repository.'))).toEqual(order);
  });

  it('is undone for one that could not be brought to rest; it is not read, and the others are', async () => {
    const told: string[] = [];
    const repository = await createAt(newPlace());
    const quiesce = async (): Promise<never> => await Promise.reject(coded('EBUSY', 'in use'));
    const { sources } = await repository.backup({ sources: [watched('a', told, { quiesce }), watched('b', told)] });
    expect(told).toEqual(['quiesce a', 'quiesce b', 'read b', 'resume b', 'resume a']);
    expect(sources).toMatchObject([{ status: 'failed', error: { code: 'EBUSY' } }, { status: 'ok' }]);
  });

  it('is told when it could not be undone, and what was read is kept', async () => {
    const told: string[] = [];
    const repository = await createAt(newPlace());
    const resume = async (): Promise<never> => await Promise.reject(new Error('stuck'));
    const result = await repository.backup({ sources: [watched('a', told, { resume }), watched('b', told)] });
    expect(told.at(-1)).toBe('resume a');
    expect(result.problems).toMatchObject([{ path: 'a', code: 'RESUME_FAILED' }]);
    expect(result.snapshot?.sources).toMatchObject([{ status: 'partial', files: 1 }, { status: 'ok' }]);
  });

  it('is undone when all have to be there and one is not', async () => {
    const told: string[] = [];
    const repository = await createAt(newPlace());
    const bad = sourceOf('bad', { '': coded('EIO', 'broken') });
    await failureOf(repository.backup({ sources: [watched('a', told), bad], atomic: true }));
    expect(told).toEqual(['quiesce a', 'read a', 'resume a']);
  });
});

describe('a run that is ended', () => {
  /** Gives some, and then waits for the end of its signal, or for ever. */
  const endless = (controller: AbortController, listens: boolean, told: string[]): BackupSource =>
    watched('a', told, {
      async *read({ signal }) {
        const content = async function* (): AsyncGenerator<Uint8Array> {
          yield* streamOf(noise(40 * MiB, 'endless'));
          setImmediate(() => controller.abort(new Error('enough')));
          await new Promise<void>((_resolve, reject) => {
            if (listens) signal.addEventListener('abort', () => reject(new Error('ended too')), { once: true });
          });
        };
        try {
          yield { path: '', content: content() };
        } finally {
          told.push('ended a');
        }
      },
    });

  it('ends its source, then lets it go, and is ABORTED; the next run does not send again what is stored', async () => {
    const place = newPlace();
    const repository = await createAt(place);
    const controller = new AbortController();
    const told: string[] = [];
    const work = repository.backup({ sources: [endless(controller, true, told)], signal: controller.signal });
    expect(await failureOf(work)).toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } });
    expect(told).toEqual(['quiesce a', 'read a', 'ended a', 'resume a']);
    expect(await repository.snapshots()).toEqual([]);
    expect(storedBytes(place.store)).toBeGreaterThan(20 * MiB);
    const again = await repository.backup({ sources: [sourceOf('a', { '': noise(40 * MiB, 'endless') })] });
    expect(again.counts.bytesNew).toBeLessThan(20 * MiB);
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok', findings: [] });
  });

  it('does not wait for ever for a source that does not listen', async () => {
    const repository = await createAt(newPlace());
    const controller = new AbortController();
    const told: string[] = [];
    const work = repository.backup({ sources: [endless(controller, false, told)], signal: controller.signal });
    expect(await failureOf(work)).toMatchObject({ code: 'ABORTED' });
    expect(told.at(-1)).toBe('resume a');
  }, 240_000);
});

describe('a thread that dies', () => {
  afterEach(() => {
    delete process.env['HOLDFAST_TEST_CRASH'];
  });

  it('fails the run; its source is ended and let go first, and the next run works', async () => {
    const place = newPlace();
    const workerEntry = CRASHING_WORKER;
    const repository = await createAt(place, { workerEntry, performance: { workers: 1 } });
    const told: string[] = [];
    const source = watched('a', told, {
      async *read() {
        try {
          yield { path: '', content: streamOf(noise(60 * MiB, 'long')) };
        } finally {
          told.push('ended a');
        }
      },
    });
    process.env['HOLDFAST_TEST_CRASH'] = 'seal later';
    expect(await failureOf(repository.backup({ sources: [source] }))).toMatchObject({ code: 'WORKER_FAILED' });
    expect(told).toEqual(['quiesce a', 'read a', 'ended a', 'resume a']);
    delete process.env['HOLDFAST_TEST_CRASH'];
    expect(await repository.backup({ sources: [source] })).toMatchObject({ status: 'ok' });
  });
});

it('a stream is asked for no more than a store takes', async () => {
  let taken = 0;
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const inner = memoryStore();
  const store: ObjectStore = {
    ...inner,
    createIfAbsent: async (key, body, options) => {
      if (key.startsWith('packs/')) await gate;
      return await inner.createIfAbsent(key, body, options);
    },
  };
  const cacheDirectory = tempFolder();
  const performance = { workers: 2, bufferBytes: 4 * MiB };
  const settings = { store, cacheDirectory, workerEntry: WORKER, encrypted: false, performance };
  const { repository } = await createRepository(settings);
  const total = 120 * MiB;
  const source = sourceOf(
    'big',
    {},
    {
      async *read() {
        const content = async function* (): AsyncGenerator<Uint8Array> {
          const piece = noise(MiB, 'piece');
          for (; taken < total; taken += MiB) {
            piece.writeUInt32LE(taken);
            yield Buffer.concat([piece.subarray(0, 1000), noise(MiB - 1000, taken)]);
          }
        };
        yield { path: '', content: content() };
      },
    },
  );
  const work = repository.backup({ sources: [source], compression: 'none' });
  // Until nothing more is taken for a while.
  for (let before = -1; before !== taken || taken === 0;) {
    before = taken;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  expect(taken).toBeLessThan(80 * MiB);
  open();
  expect((await work).counts.bytesTotal).toBe(total);
});

it('folders are read while sources rest', async () => {
  const place = newPlace();
  buildTree(place.source, { a: 'before' });
  const repository = await createAt(place);
  const told: string[] = [];
  const source = watched('a', told, { resume: async () => void buildTree(place.source, { a: 'after' }) });
  await repository.backup({ paths: [place.source], sources: [source] });
  const pieces: Uint8Array[] = [];
  for await (const piece of repository.read('latest', { path: `${place.source}/a` })) pieces.push(piece);
  expect(Buffer.concat(pieces).toString()).toBe('before');
});
