import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRepository } from './reader.ts';
import { allKeys, copyOf, flip, forget, makeSmall, problemsOf, snapshotNamed, type Made } from './repositories.ts';
import { restoreSnapshot } from './restore.ts';
import { listKeys } from './store.ts';
import { describeTree } from './tree.ts';

const work = fs.mkdtempSync(join(tmpdir(), 'independent-reader-'));
let small: Made;

beforeAll(async () => {
  small = await makeSmall(join(work, 'small'));
});

afterAll(() => fs.rmSync(work, { recursive: true, force: true }));

describe('damage', () => {
  test('a flipped byte is noticed anywhere in any kind of object', () => {
    const copy = copyOf(small);
    const keys = allKeys(copy.store);
    const kinds = new Set(keys.map((key) => key.replace(/\/[0-9a-f/]+$/, '')));
    expect([...kinds].sort()).toEqual(
      [
        'commits',
        'config',
        'config-copy',
        'holdfast.json',
        'holdfast-copy.json',
        'index',
        'keys/ring',
        'keys/ring-copy',
        'keys/slots',
        'packs',
        'sessions',
      ].sort(),
    );
    for (const key of keys) {
      const { size } = fs.statSync(join(copy.store, key));
      for (const at of [0, 1, 8, 9, 12, 20, 60, 90, Math.floor(size / 2), -40, -20, -1]) {
        flip(copy.store, key, at);
        expect(problemsOf(copy), `${key} at ${at}`).not.toEqual([]);
        flip(copy.store, key, at);
      }
    }
    expect(problemsOf(copy)).toEqual([]);
  });

  test('an object that is cut, or has the name of another one, is noticed', () => {
    for (const key of allKeys(small.store)) {
      const [cut, swapped] = [copyOf(small), copyOf(small)];
      fs.truncateSync(join(cut.store, key), fs.statSync(join(cut.store, key)).size - 1);
      expect(problemsOf(cut), key).not.toEqual([]);
      const siblings = allKeys(small.store).filter((other) => other !== key && dirname(other) === dirname(key));
      const [sibling] = siblings;
      // A slot that does not open is one of another secret: that can't be told from a swapped one. Markers are the same.
      if (sibling === undefined || key.startsWith('keys/slots/') || key.startsWith('holdfast')) continue;
      fs.copyFileSync(join(small.store, sibling), join(swapped.store, key));
      expect(problemsOf(swapped), key).not.toEqual([]);
    }
  });

  test('snapshots survive the loss of index segments, of pack headers and of commits of other snapshots', () => {
    const tree = join(work, 'small/tree');
    for (const [kind, at] of Object.entries({ index: 100, packs: 20, commits: 200 })) {
      const copy = copyOf(small);
      const { snapshots } = openRepository(copy.store, copy.secret);
      const keys = listKeys(copy.store, kind).filter(
        (key) => kind !== 'commits' || key.endsWith(snapshots[0]?.id ?? ''),
      );
      expect(keys.length).toBeGreaterThan(0);
      for (const key of keys) flip(copy.store, key, at);
      expect(problemsOf(copy), kind).not.toEqual([]);
      expect(snapshotNamed(openRepository(copy.store, copy.secret), 'two').record).toEqual(snapshots[1]?.record);
      const out = join(copy.store, 'out');
      restoreSnapshot(snapshotNamed(openRepository(copy.store, copy.secret), 'two'), out);
      const contents = (root: string): unknown => describeTree(root).map(({ path, content }) => [path, content]);
      expect(contents(join(out, tree)), kind).toEqual(contents(tree));
    }
  });

  test('snapshots survive the loss of the marker, the configuration or the keyring, or of its copy', () => {
    for (const key of allKeys(small.store).filter((each) => /^(holdfast|config|keys.ring)/.test(each))) {
      for (const damage of ['flipped', 'removed']) {
        const copy = copyOf(small);
        if (damage === 'removed') fs.rmSync(join(copy.store, key));
        else flip(copy.store, key, 30);
        const { snapshots, problems } = openRepository(copy.store, copy.secret);
        expect(snapshots.map(({ name }) => name)).toEqual(['one', 'two']);
        if (damage === 'removed') expect(problems.join(), key).toContain(key.replace(/.\d{12}$/, ''));
        expect(problemsOf(copy).join(), key).toContain(key.replace(/.\d{12}$/, ''));
      }
    }
  });

  test('a removed snapshot is missed by the one that follows it, and what they share is still found', () => {
    const copy = copyOf(small);
    const [first] = openRepository(copy.store, copy.secret).snapshots;
    for (const key of listKeys(copy.store, 'commits')) {
      if (key.endsWith(first?.id ?? '')) fs.rmSync(join(copy.store, key));
    }
    const { snapshots, problems } = openRepository(copy.store, copy.secret);
    expect(problems.join()).toContain(`follows ${first?.id}`);
    expect(problemsOf(copy)).toHaveLength(1);
    for (const snapshot of snapshots) restoreSnapshot(snapshot, join(copy.store, 'out'));
  });

  test('a forget marker leaves a snapshot out, one for another snapshot does not', () => {
    const copy = copyOf(small);
    const repository = openRepository(copy.store, copy.secret);
    const [one, two] = repository.snapshots.map(({ id }) => id);
    forget(repository, one ?? '', one ?? '');
    forget(repository, two ?? '', one ?? '');
    const { snapshots, problems } = openRepository(copy.store, copy.secret);
    expect(snapshots.map(({ id }) => id)).toEqual([two]);
    expect(problems).toEqual([`forget/${repository.tenants[0]?.label}/${two}: Error: names another snapshot`]);
  });
});
