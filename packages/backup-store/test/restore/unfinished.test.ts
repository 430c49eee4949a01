import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OverwriteMode } from '../../src/repository/contract.ts';
import { TEMP_PREFIX } from '../../src/sink/path-error.ts';
import { killedRestore } from '../fixtures/child-restore.ts';
import { compareTrees } from '../fixtures/compare-trees.ts';
import { noise } from '../fixtures/content.ts';
import { createAt, newPlace, openAt, restored } from '../fixtures/place.ts';
import { buildTree, file } from '../fixtures/tree.ts';

const MODES: readonly OverwriteMode[] = ['never', 'if-newer', 'if-changed', 'always'];

describe.runIf(process.platform !== 'win32')('what a killed restore leaves', () => {
  it.each(MODES)('is written again with overwrite %s', async (overwrite) => {
    const place = newPlace();
    buildTree(place.source, { f: file('the content', { mode: 0o644 }) });
    await using repository = await createAt(place);
    await repository.backup({ paths: [place.source] });
    mkdirSync(restored(place), { recursive: true });
    const path = join(restored(place), 'f');
    writeFileSync(path, 'the con');
    chmodSync(path, 0o1200);
    const plan = await repository.planRestore({ snapshot: 'latest', to: place.out, overwrite });
    expect(plan.actions.find((each) => each.kind === 'file')).toMatchObject({
      action: 'overwrite',
      reason: 'left unfinished by a restore',
    });
    await repository.restore({ snapshot: 'latest', to: place.out, overwrite });
    expect(readFileSync(path, 'utf8')).toBe('the content');
    expect(lstatSync(path).mode & 0o7777).toBe(0o644);
  });

  // As an ordinary user, a restore drops the set-id bits of others' files.
  it.each([0o1200, 0o5200, 0o7200])('is not mistaken for a file that has mode %o by itself', async (mode) => {
    const place = newPlace();
    buildTree(place.source, { f: file('the content', { mode }) });
    await using repository = await createAt(place);
    await repository.backup({ paths: [place.source] });
    mkdirSync(restored(place), { recursive: true });
    const path = join(restored(place), 'f');
    writeFileSync(path, 'mine');
    chmodSync(path, 0o1200);
    await repository.restore({ snapshot: 'latest', to: place.out });
    expect(readFileSync(path, 'utf8')).toBe('mine');
  });

  it('is whole or marked, and the next restore makes it whole', { timeout: 240_000 }, async () => {
    const place = newPlace();
    const files = Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`f${i}`, noise(2000 + i, i)]));
    buildTree(place.source, { a: files, b: { ...files, large: noise(3_000_000, 'large') } });
    await using repository = await createAt(place);
    await repository.backup({ paths: [place.source] });
    const killed: boolean[] = [];
    for (const afterMs of [0, 10, 30]) {
      const target = { ...place, out: join(place.out, String(afterMs)) };
      killed.push(await killedRestore(target, join(restored(target), 'a'), afterMs));
      for (const folder of ['a', 'b']) expectWholeOrMarked(join(place.source, folder), join(restored(target), folder));
      await using again = await openAt(target);
      const result = await again.restore({ snapshot: 'latest', to: target.out, overwrite: 'if-changed', delete: true });
      expect(result.problems).toEqual([]);
      expect(compareTrees(target.source, restored(target))).toEqual([]);
    }
    expect(killed).toContain(true);
  });
});

function expectWholeOrMarked(source: string, target: string): void {
  if (!existsSync(target)) return;
  for (const name of readdirSync(target)) {
    const path = join(target, name);
    if (name.startsWith(TEMP_PREFIX) || (lstatSync(path).mode & 0o7777) === 0o1200) continue;
    expect(readFileSync(path).equals(readFileSync(join(source, name))), path).toBe(true);
  }
}
