import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type FaultRequest, fsStore, memoryStore, type ObjectStore, withFaults, withRetry } from '@x/storage';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRepository } from '../../src/index.ts';
import type { Progress } from '../../src/repository/contract.ts';
import { CRASHING_WORKER } from '../fixtures/bundle.ts';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { IS_ROOT, placeOf, startBackup } from '../fixtures/child.ts';
import { noise } from '../fixtures/content.ts';
import {
  createAt,
  failureOf,
  filesBelow,
  newPlace,
  openAt,
  type Place,
  restored,
  storedBytes,
} from '../fixtures/place.ts';
import { mountSmallDisk, resizeDisk } from '../fixtures/tmpfs.ts';
import { buildTree, type Tree } from '../fixtures/tree.ts';

const MiB = 1024 * 1024;
const noiseFiles = (count: number, size: number): Tree =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${String(i).padStart(4, '0')}`, noise(size, i)]));

/** What must hold after any trouble: a further backup works, is whole, and comes back. */
async function expectHealthy(place: Place): Promise<void> {
  await using repository = await openAt(place);
  const result = await repository.backup({ paths: [place.source] });
  expect(result).toMatchObject({ status: 'ok', problems: [] });
  const { findings } = await repository.verify({ level: 'full' });
  expect(findings.filter(({ code }) => code !== 'unindexed')).toEqual([]);
  await repository.restore({ snapshot: result.snapshot?.id ?? '', to: place.out });
  expect(compareTrees(place.source, restored(place))).toEqual([]);
}

describe('ending a backup by its signal', () => {
  it('is ABORTED, and the next run goes on without sending again what is stored', async () => {
    const place = newPlace();
    buildTree(place.source, { files: noiseFiles(60, MiB), large: noise(20 * MiB, 'large') });
    const repository = await createAt(place, { performance: { workers: 2 } });
    const controller = new AbortController();
    const error = await failureOf(
      repository.backup({
        paths: [place.source],
        signal: controller.signal,
        onProgress: ({ bytesStored }) => {
          if (bytesStored > 20 * MiB) controller.abort(new Error('enough'));
        },
      }),
    );
    expect(error).toMatchObject({ code: 'ABORTED', cause: { message: 'enough' } });
    expect(await repository.snapshots()).toEqual([]);
    const stored = storedBytes(place.store);
    expect(stored).toBeGreaterThan(20 * MiB);
    const again = await repository.backup({ paths: [place.source] });
    expect(again.counts.bytesStored).toBeLessThan(81 * MiB - stored + MiB);
    expect(storedBytes(place.store)).toBeLessThan(82 * MiB);
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok', findings: [] });
    await expectHealthy(place);
  });

  it('before it began does nothing', async () => {
    const place = newPlace();
    buildTree(place.source, { a: 'x' });
    const repository = await createAt(place);
    const before = filesBelow(place.store);
    const signal = AbortSignal.abort();
    for (const work of [
      async () => await repository.backup({ paths: [place.source], signal }),
      async () => await repository.verify({ signal, level: 'full' }),
    ]) {
      expect(await failureOf(work())).toMatchObject({ code: 'ABORTED' });
    }
    expect(filesBelow(place.store).filter((name) => !before.includes(name) && !name.startsWith('sessions/'))).toEqual(
      [],
    );
    await repository.backup({ paths: [place.source] });
    expect(await failureOf(repository.restore({ snapshot: 'latest', to: place.out, signal }))).toMatchObject({
      code: 'ABORTED',
    });
  });

  it('in a restore leaves no unfinished files, and a second restore completes it', async () => {
    const place = newPlace();
    buildTree(place.source, { files: noiseFiles(10, MiB), large: noise(20 * MiB, 'large') });
    const controller = new AbortController();
    const unfinished = (): string[] =>
      existsSync(place.out) ? filesBelow(place.out).filter((name) => name.includes('.holdfast-')) : [];
    const files = fsStore(place.store);
    const store: ObjectStore = {
      ...files,
      get: async (key, options) => {
        if (unfinished().length > 0) controller.abort();
        return await files.get(key, options);
      },
    };
    const repository = await createAt(place, { store });
    await repository.backup({ paths: [place.source] });
    const work = repository.restore({ snapshot: 'latest', to: place.out, signal: controller.signal });
    expect(await failureOf(work)).toMatchObject({ code: 'ABORTED' });
    expect(unfinished()).toEqual([]);
    await repository.restore({ snapshot: 'latest', to: place.out, overwrite: 'if-changed' });
    expect(compareTrees(place.source, restored(place))).toEqual([]);
  });
});

it('a process killed at any time loses nothing that was committed, and the next run goes on where it was', async () => {
  const place = newPlace();
  buildTree(place.source, { first: 'x' });
  await (await createAt(place)).backup({ paths: [place.source], name: 'first' });
  // Four packs and some.
  buildTree(place.source, noiseFiles(68, MiB));
  const begun = storedBytes(place.store);
  const work = { ...placeOf(place), delayMs: 30 };
  // Ended packs only: an unfinished one has a name that is no object's.
  const packs = (): string[] => filesBelow(join(place.store, 'packs')).filter((name) => !name.includes('.tmp~'));
  const already = packs().length;
  for (const ended of [0, 0, 1, 3]) {
    const sessions = filesBelow(join(place.store, 'sessions')).length;
    const child = startBackup(work);
    const deadline = AbortSignal.timeout(120_000);
    const isReached = (): boolean =>
      packs().length - already >= ended &&
      filesBelow(join(place.store, 'sessions')).length > sessions &&
      storedBytes(place.store) > begun;
    while (!isReached() && !deadline.aborted) await setTimeout(3);
    await child.kill();
    await using repository = await openAt(place);
    expect((await repository.snapshots()).map(({ name }) => name)).toEqual(['first']);
    expect(
      (await repository.verify({ level: 'structure' })).findings.filter(({ code }) => code !== 'unindexed'),
    ).toEqual([]);
  }
  const kept = packs();
  const result = await startBackup({ ...work, delayMs: 0 }).result();
  if ('error' in result) throw new Error(result.message);
  expect(result.status).toBe('ok');
  // Three packs were ended before: they are not sent again.
  expect(kept.length - already).toBeGreaterThanOrEqual(3);
  expect(result.counts.bytesStored).toBeLessThan(70 * MiB - 2 * 16 * MiB);
  for (const name of kept) expect(packs()).toContain(name);
  await using repository = await openAt(place);
  expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok', findings: [] });
  await repository.restore({ snapshot: 'latest', to: place.out });
  expect(compareTrees(place.source, restored(place))).toEqual([]);
});

describe('backups at the same time', () => {
  it('of one repository object, of two, and of two processes all commit and stay apart', async () => {
    const place = newPlace();
    buildTree(place.source, {
      one: noiseFiles(8, MiB),
      two: noiseFiles(10, MiB),
      three: { a: 'x' },
      four: { b: noise(3 * MiB, 'b') },
    });
    const repository = await createAt(place);
    const second = await openAt(place);
    const path = (name: string): string[] => [join(place.source, name)];
    const child = startBackup({ ...placeOf(place), paths: path('four'), name: 'four' });
    const results = await Promise.all([
      repository.backup({ paths: path('one'), name: 'one' }),
      repository.backup({ paths: path('two'), name: 'two' }),
      second.backup({ paths: path('three'), name: 'three' }),
      child.result(),
    ]);
    for (const result of results) expect(result).toMatchObject({ status: 'ok' });
    const records = await repository.snapshots();
    expect(records.map(({ name }) => name ?? '').toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'four',
      'one',
      'three',
      'two',
    ]);
    expect(new Set(records.map(({ id }) => id)).size).toBe(4);
    expect(await repository.verify({ level: 'full' })).toMatchObject({ status: 'ok', findings: [] });
    for (const name of ['one', 'two', 'three', 'four']) {
      await second.restore({ snapshot: name, to: place.out });
      expect(compareTrees(join(place.source, name), restored(place, join(place.source, name)))).toEqual([]);
    }
  });

  it('of the same new tenant agree on one', async () => {
    const place = newPlace();
    buildTree(place.source, { a: 'x' });
    const [one, two] = [await createAt(place), await openAt(place)];
    await Promise.all([one, two].map(async (each) => await each.backup({ paths: [place.source], tenant: 'new' })));
    const tenants = new Set((await one.snapshots({ tenant: 'new' })).map(({ tenant }) => tenant.id));
    expect([tenants.size, (await one.info()).tenants]).toEqual([1, ['default', 'new']]);
    expect(await two.verify()).toMatchObject({ status: 'ok', snapshots: 2 });
  });
});

describe('a worker thread that ends', () => {
  /** A module of its own for each test: threads that a test before this one has started, and that do not crash, would be taken once more. */
  let workerEntry = CRASHING_WORKER;
  let tests = 0;
  beforeEach(() => {
    workerEntry = new URL(`?test=${tests++}`, CRASHING_WORKER);
  });
  const crash = (role: string, how: string): void => {
    process.env['HOLDFAST_TEST_CRASH'] = `${role} ${how}`;
  };
  afterEach(() => {
    delete process.env['HOLDFAST_TEST_CRASH'];
  });
  const small = noiseFiles(20, 300_000);
  // Only large files are cut by a thread of its own.
  const large = { ...small, large: noise(17 * MiB, 'large') };

  it.each([
    ['scan', 'throw'],
    ['scan', 'exit'],
    ['seal', 'throw'],
    ['seal', 'exit'],
    ['seal', 'later'],
    ['cut', 'throw'],
    ['cut', 'exit'],
  ])('the backup fails when a %s thread ends (%s), commits nothing, and the next one works', async (role, how) => {
    const place = newPlace();
    buildTree(place.source, role === 'cut' ? large : small);
    await createAt(place);
    crash(role, how);
    await using repository = await openAt(place, { workerEntry });
    expect(await failureOf(repository.backup({ paths: [place.source] }))).toMatchObject({ code: 'WORKER_FAILED' });
    expect(await repository.snapshots()).toEqual([]);
    await expectHealthy(place);
  });

  const made = newPlace(afterAll);
  beforeAll(async () => {
    buildTree(made.source, large);
    await using repository = await createAt(made);
    await repository.backup({ paths: [made.source] });
  });

  it.each(['throw', 'exit', 'later'])(
    'restore and verify fail when one ends (%s), and nothing unfinished is left',
    async (how) => {
      const place = { ...made, out: newPlace().out };
      crash('restore', how);
      await using restoring = await openAt(place, { workerEntry });
      expect(await failureOf(restoring.restore({ snapshot: 'latest', to: place.out }))).toMatchObject({
        code: 'WORKER_FAILED',
      });
      expect(filesBelow(place.out).filter((name) => name.includes('.holdfast-'))).toEqual([]);
      crash('check', how);
      await using checking = await openAt(place, { workerEntry });
      expect(await failureOf(checking.verify({ level: 'full' }))).toMatchObject({ code: 'WORKER_FAILED' });
    },
  );
});

describe('a store that fails', () => {
  const calls: readonly (readonly [string, (request: FaultRequest) => boolean])[] = [
    ['the session', ({ call, key }) => call === 'createIfAbsent' && key.startsWith('sessions/')],
    ['the first pack', ({ call, key }) => call === 'createIfAbsent' && key.startsWith('packs/')],
    ['an index segment', ({ call, key }) => call === 'createIfAbsent' && key.startsWith('index/')],
    ['the commit', ({ call, key }) => call === 'createIfAbsent' && key.startsWith('commits/')],
    ['listing commits', ({ call, key }) => call === 'list' && key.startsWith('commits/')],
    ['reading the index', ({ call, key }) => call === 'get' && key.startsWith('index/')],
    ['reading the previous catalog', ({ call, key }) => call === 'get' && key.startsWith('packs/')],
    ['everything', () => true],
  ];

  it.each(calls)('at %s: the backup ends with its error, and commits nothing', async (_what, fails) => {
    const place = newPlace();
    buildTree(place.source, { files: noiseFiles(8, 400_000) });
    await (await createAt(place)).backup({ paths: [place.source], name: 'first' });
    buildTree(place.source, { more: noiseFiles(9, 400_000) });
    let broken = false;
    const store = withFaults(fsStore(place.store), {
      decide: (request) => (broken && fails(request) ? { kind: 'error-before' } : undefined),
    });
    await using repository = await openAt(place, { store });
    broken = true;
    expect(await failureOf(repository.backup({ paths: [place.source] }))).toMatchObject({
      name: 'StorageError',
      code: 'UNAVAILABLE',
    });
    broken = false;
    expect((await repository.snapshots()).map(({ name }) => name)).toEqual(['first']);
    await expectHealthy(place);
  });

  it('now and then, and answers that are lost, are got over with retries', async () => {
    const place = newPlace();
    buildTree(place.source, { files: noiseFiles(5, MiB), text: 'x' });
    const { repository } = await createRepository({
      store: place.store,
      cacheDirectory: place.cache,
      keyFile: place.keyFile,
    });
    await repository.close();
    const store = withRetry(
      withFaults(fsStore(place.store), {
        decide: ({ index, call, isReplayable }) => {
          if (!isReplayable || index % 3 !== 0) return undefined;
          return { kind: call === 'createIfAbsent' ? 'error-after' : 'error-before' };
        },
      }),
      { sleep: async () => undefined },
    );
    await using again = await openAt(place, { store });
    expect(await again.backup({ paths: [place.source] })).toMatchObject({ status: 'ok' });
    expect(await again.verify({ level: 'full' })).toMatchObject({ status: 'ok', findings: [] });
    expect(await again.restore({ snapshot: 'latest', to: place.out })).toMatchObject({ status: 'ok' });
    expect(compareTrees(place.source, restored(place))).toEqual([]);
  });

  it('at one pack during a restore: the files in it are named, the others come back', async () => {
    const place = newPlace();
    // Two packs and some.
    buildTree(place.source, { files: noiseFiles(36, MiB) });
    const repository = await createAt(place);
    await repository.backup({ paths: [place.source] });
    let refused: string | undefined;
    const store = withFaults(fsStore(place.store), {
      decide: ({ call, key }) => {
        if (call === 'get' && key.startsWith('packs/') && broken) refused ??= key;
        return key === refused ? { kind: 'error-before' } : undefined;
      },
    });
    let broken = false;
    await using faulty = await openAt(place, { store });
    await faulty.planRestore({ snapshot: 'latest', to: place.out });
    broken = true;
    const result = await faulty.restore({ snapshot: 'latest', to: place.out });
    expect(result.status).toBe('partial');
    expect(new Set(result.problems.map(({ code, object }) => `${code} ${object}`))).toEqual(
      new Set([`UNAVAILABLE ${refused}`]),
    );
    const lost = result.problems.map(({ path }) => path.slice(restored(place).length + 1));
    expect(compareTrees(place.source, restored(place), { except: lost })).toEqual([]);
  });
});

it.skipIf(!IS_ROOT)(
  'a full disk is NO_SPACE; nothing half-written stays, and all goes on once there is room',
  async () => {
    const place = newPlace();
    mountSmallDisk(place.store, 'size=24m');
    buildTree(place.source, { small: noiseFiles(4, MiB) });
    const repository = await createAt(place);
    await repository.backup({ paths: [place.source], name: 'fits' });
    buildTree(place.source, { more: noiseFiles(24, MiB) });
    expect(await failureOf(repository.backup({ paths: [place.source] }))).toMatchObject({
      name: 'StorageError',
      code: 'NO_SPACE',
    });
    expect(filesBelow(place.store).filter((name) => name.includes('.tmp~'))).toEqual([]);
    expect((await repository.snapshots()).map(({ name }) => name)).toEqual(['fits']);
    const { findings } = await repository.verify({ level: 'full' });
    expect(findings.filter(({ code }) => code !== 'unindexed')).toEqual([]);
    await repository.restore({ snapshot: 'fits', to: join(place.folder, 'fits') });
    resizeDisk(place.store, '200m');
    await expectHealthy(place);
  },
);

it.skipIf(!IS_ROOT)('a restore to a full disk names every file that did not fit, and leaves no pieces', async () => {
  const place = newPlace();
  buildTree(place.source, { files: noiseFiles(20, MiB), large: noise(20 * MiB, 'large'), 'z small': 'x' });
  const repository = await createAt(place);
  await repository.backup({ paths: [place.source] });
  mountSmallDisk(place.out, 'size=12m');
  const result = await repository.restore({ snapshot: 'latest', to: place.out });
  expect(result.status).toBe('partial');
  // How many fit depends on the order of packs: the large file may have taken most of the space before it failed.
  expect(result.filesWritten).toBeGreaterThan(0);
  expect(new Set(result.problems.map(({ code }) => code))).toEqual(new Set(['ENOSPC']));
  expect(filesBelow(place.out).filter((name) => name.includes('.holdfast-'))).toEqual([]);
  const lost = result.problems.map(({ path }) => path.slice(restored(place).length + 1));
  expect(compareTrees(place.source, restored(place), { except: lost })).toEqual([]);
  resizeDisk(place.out, '100m');
  const rest = await repository.restore({ snapshot: 'latest', to: place.out, overwrite: 'if-changed' });
  expect(rest).toMatchObject({ status: 'ok', filesWritten: result.problems.length });
  expect(compareTrees(place.source, restored(place))).toEqual([]);
});

it('progress only grows and ends where the result does', async () => {
  const place = newPlace();
  buildTree(place.source, { files: noiseFiles(8, MiB), large: noise(20 * MiB, 'large'), same: { a: noise(MiB, 0) } });
  const repository = await createAt(place, { performance: { workers: 2 } });
  const seen: Progress[] = [];
  const result = await repository.backup({ paths: [place.source], onProgress: (progress) => seen.push(progress) });
  expect(seen.length).toBeGreaterThan(1);
  for (const key of ['filesDone', 'filesTotal', 'bytesDone', 'bytesTotal', 'bytesStored', 'elapsedMs'] as const) {
    for (const [i, progress] of seen.entries())
      expect(progress[key], key).toBeGreaterThanOrEqual(seen[i - 1]?.[key] ?? 0);
  }
  for (const { filesDone, filesTotal, bytesDone, bytesTotal } of seen) {
    expect(filesDone).toBeLessThanOrEqual(filesTotal);
    expect(bytesDone).toBeLessThanOrEqual(bytesTotal);
  }
  expect(seen.at(-1)).toMatchObject({
    filesDone: 10,
    filesTotal: 10,
    bytesDone: 29 * MiB,
    bytesTotal: 29 * MiB,
    bytesStored: result.counts.bytesStored,
  });
  expect(result.counts).toMatchObject({ filesNew: 10, bytesRead: 29 * MiB, bytesNew: 28 * MiB });
});

it('a store that has lost all its packs gets everything again with the next backup', async () => {
  const place = newPlace();
  buildTree(place.source, { files: noiseFiles(20, MiB) });
  const memory = memoryStore();
  const repository = await createAt(place, { store: memory });
  await repository.backup({ paths: [place.source] });
  for (const { key } of (await memory.list('packs/')).objects) await memory.delete(key);
  expect(await repository.backup({ paths: [place.source] })).toMatchObject({ status: 'ok', problems: [] });
  expect(await repository.restore({ snapshot: 'latest', to: place.out })).toMatchObject({ status: 'ok' });
  expect(compareTrees(place.source, restored(place))).toEqual([]);
});
