// Repositories that have seen rounds of garbage collection, finished or not, damaged or not.
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fsStore, withFaults, type FaultRequest } from '@x/storage';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRepository, openRepository as openProgram } from '../../src/index.ts';
import { openRepository } from './reader.ts';
import { allKeys, copyOf, flip, problemsOf, snapshotNamed, type Made } from './repositories.ts';
import { restoreSnapshot } from './restore.ts';
import { listKeys } from './store.ts';
import { describeTree, noise } from './tree.ts';

const PRUNE = { fenceAfterMs: 0, maxUnusedPercent: 0 };
const work = fs.mkdtempSync(join(tmpdir(), 'independent-reader-'));
const tree = join(work, 'tree');
const keyFile = join(work, 'key');
/** Three snapshots, of which the first one is forgotten, and no round yet. */
let forgotten: Made;
/** The same after a round, and after a second one with another snapshot between them. */
let pruned: Made;
let prunedTwice: Made;
/** What the tree was, by the name of the snapshot. */
const trees = new Map<string, ReturnType<typeof describeTree>>();

/** Whole seconds, which every file system keeps. */
const TIME = 1_700_000_000;
const put = (name: string, content: Buffer | string): void => {
  fs.writeFileSync(join(tree, name), content);
  fs.utimesSync(join(tree, name), TIME, TIME);
};
const seeded = (seed: string, size: number): Buffer =>
  Buffer.concat([Buffer.from(seed), noise(size).subarray(seed.length)]);

/** Opens a repository, and has requests fail for which `fails` is true. */
function open(made: Made, fails: (request: FaultRequest) => boolean = () => false): ReturnType<typeof openProgram> {
  const store = withFaults(fsStore(made.store), {
    decide: (request) => (fails(request) ? { kind: 'error-before' } : undefined),
  });
  // What is remembered of a repository must not be of a copy of it.
  const cacheDirectory = `${made.store}-cache`;
  return openProgram({ store, cacheDirectory, unlock: { keyFile }, performance: { workers: 1 } });
}

async function backUp(made: Made, name: string): Promise<void> {
  fs.utimesSync(tree, TIME, TIME);
  const repository = await open(made);
  await repository.backup({ paths: [tree], name });
  trees.set(name, describeTree(tree));
  await repository.close();
}

/** Prunes a copy of a repository, with a store on which requests fail. */
async function prune(from: Made, fails?: (request: FaultRequest) => boolean): Promise<Made> {
  const copy = copyOf(from);
  const repository = await open(copy, fails);
  const pruning = repository.prune(PRUNE);
  if (fails === undefined) await pruning;
  else await expect(pruning).rejects.toThrow();
  await repository.close();
  return copy;
}

beforeAll(async () => {
  fs.mkdirSync(tree);
  const store = join(work, 'store');
  const { repository } = await createRepository({
    store,
    keyFile,
    cacheDirectory: `${store}-cache`,
    recoveryCode: false,
  });
  await repository.close();
  forgotten = { store, secret: { keyFile: fs.readFileSync(keyFile, 'utf8') } };
  put('goes', seeded('goes', 400_000));
  put('stays', seeded('stays', 300_000));
  await backUp(forgotten, 'one');
  fs.rmSync(join(tree, 'goes'));
  put('new', seeded('new', 80_000));
  await backUp(forgotten, 'two');
  put('newer', seeded('newer', 90_000));
  await backUp(forgotten, 'three');
  await forget(forgotten, 'one');
  pruned = await prune(forgotten);
  const again = copyOf(pruned);
  put('stays', 'no longer');
  await backUp(again, 'four');
  await forget(again, 'two');
  prunedTwice = await prune(again);
});

async function forget(made: Made, name: string): Promise<void> {
  const repository = await open(made);
  await repository.forget({ snapshots: [name] });
  await repository.close();
}

afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

/** All keys below a prefix that fit. */
const keysOf = ({ store }: Made, below: string, pattern = /^/): string[] =>
  listKeys(store, below).filter((key) => pattern.test(key));

/** Restores snapshots and compares them with what was backed up. */
function expectRestores(made: Made, names: readonly string[]): void {
  const repository = openRepository(made.store, made.secret);
  expect(repository.snapshots.map(({ name }) => name)).toEqual(names);
  for (const name of names) {
    const out = join(work, `out-${randomBytes(8).toString('hex')}`);
    restoreSnapshot(snapshotNamed(repository, name), out);
    expect(describeTree(join(out, tree)), name).toEqual(trees.get(name));
  }
}

describe('a repository that was pruned', () => {
  test('is read as it was, without what was forgotten, and without what only that needed', () => {
    const size = (made: Made): number =>
      keysOf(made, 'packs').reduce((sum, key) => sum + fs.statSync(join(made.store, key)).size, 0);
    expect(size(forgotten) - size(pruned)).toBeGreaterThan(390_000);
    expectRestores(pruned, ['two', 'three']);
    expect(problemsOf(pruned)).toEqual([]);
  });

  test('has packs written again under the id of no snapshot, and the index of the others in the history', () => {
    const ids = openRepository(pruned.store, pruned.secret).snapshots.map(({ id }) => id);
    const sessions = new Set(keysOf(pruned, 'packs').map((key) => key.split('/')[2] ?? ''));
    expect([...sessions].filter((session) => !ids.includes(session))).toHaveLength(1);
  });

  test('is read after further rounds, of which only the last two are kept', () => {
    expectRestores(prunedTwice, ['three', 'four']);
    expect(problemsOf(prunedTwice)).toEqual([]);
    const rounds = (made: Made): string[] => [...new Set(keysOf(made, 'gc').map((key) => key.split('/')[2] ?? ''))];
    expect([rounds(pruned), rounds(prunedTwice)]).toEqual([['00000001'], ['00000001', '00000002']]);
  });

  test('holds nothing in which a flipped byte is not noticed', () => {
    const copy = copyOf(pruned);
    const keys = allKeys(copy.store).filter((key) => !key.startsWith('keys/'));
    const parts = new Set(
      keys.filter((key) => /^(gc|history)/.test(key)).map((key) => key.replaceAll(/[0-9a-f]{8,}\/?/g, '')),
    );
    expect([...parts].sort()).toEqual([
      'gc/closed',
      'gc/decision',
      'gc/decision-copy',
      'gc/open',
      'history/',
      'history/-copy',
    ]);
    // Commits of rounds before the last decision are not read.
    for (const key of keys.filter((each) => !each.startsWith('commits/'))) {
      const { size } = fs.statSync(join(copy.store, key));
      for (const at of [0, 8, 9, 12, 20, 60, 90, Math.floor(size / 2), -20, -1]) {
        flip(copy.store, key, at);
        expect(problemsOf(copy), `${key} at ${at}`).not.toEqual([]);
        flip(copy.store, key, at);
      }
    }
    expect(problemsOf(copy)).toEqual([]);
  });
});

describe('a round that did not end', () => {
  test('before its decision changes nothing: what was committed counts', async () => {
    const undecided = await prune(forgotten, ({ call, key }) => call === 'createIfAbsent' && key.endsWith('/decision'));
    expect(keysOf(undecided, 'gc').map((key) => key.split('/').at(-1))).toEqual(['open']);
    expectRestores(undecided, ['two', 'three']);
    expect(problemsOf(undecided)).toEqual([]);
    const second = await prune(
      await onceMore(pruned),
      ({ call, key }) => call === 'createIfAbsent' && key.endsWith('/decision'),
    );
    expect(keysOf(second, 'gc', /00000002/)).toHaveLength(1);
    expectRestores(second, ['three', 'four']);
  });

  test('after its decision is as good as one that did, and needs no forget marker any more', async () => {
    const isPack = ({ call, key }: FaultRequest): boolean => call === 'delete' && key.startsWith('packs/');
    const unswept = await prune(forgotten, isPack);
    expect(keysOf(unswept, 'gc').map((key) => key.split('/').at(-1))).toEqual(['decision', 'decision-copy', 'open']);
    expectRestores(unswept, ['two', 'three']);
    const [marker = ''] = keysOf(unswept, 'forget');
    fs.rmSync(join(unswept.store, marker));
    expectRestores(unswept, ['two', 'three']);
    expect(problemsOf(unswept)).toEqual([]);
  });
});

/** A pruned repository with one more snapshot, and another one forgotten. */
async function onceMore(from: Made): Promise<Made> {
  const copy = copyOf(from);
  await backUp(copy, 'four');
  await forget(copy, 'two');
  return copy;
}

describe('damage to records of a round', () => {
  const records = { decision: ['gc', /\/decision$/], history: ['history', /\/[0-9a-f]{16}$/] } as const;

  test.each(['decision', 'history'] as const)('a %s that is damaged or gone is read from its copy', (what) => {
    const [below, pattern] = records[what];
    for (const how of ['damaged', 'gone']) {
      const copy = copyOf(pruned);
      const [key = ''] = keysOf(copy, below, pattern);
      if (how === 'gone') fs.rmSync(join(copy.store, key));
      else flip(copy.store, key, 200);
      expectRestores(copy, ['two', 'three']);
      expect(openRepository(copy.store, copy.secret).problems.join()).toContain(`${key}: read from its copy`);
    }
  });

  test.each(['decision', 'history'] as const)('without a %s and its copy the repository is refused', (what) => {
    const [below, pattern] = records[what];
    const copy = copyOf(pruned);
    const [key = ''] = keysOf(copy, below, pattern);
    fs.rmSync(join(copy.store, key));
    flip(copy.store, `${key}-copy`, 200);
    expect(() => openRepository(copy.store, copy.secret)).toThrow(key);
  });

  test('an index segment of the history that is lost is made up from the packs that the history names', () => {
    for (const made of [pruned, prunedTwice]) {
      for (const key of keysOf(made, 'index')) {
        const copy = copyOf(made);
        flip(copy.store, key, 150);
        expectRestores(copy, made === pruned ? ['two', 'three'] : ['three', 'four']);
        expect(openRepository(copy.store, copy.secret).problems.join()).toContain(key);
      }
    }
  });
});
