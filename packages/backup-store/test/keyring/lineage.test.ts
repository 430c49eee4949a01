import { describe, expect, test } from 'vitest';
import { comesFrom, type RootLink, rootName, withSuccessor } from '../../src/keyring/lineage.ts';
import { noise } from '../fixtures/content.ts';

const repositoryId = noise(16, 'id');
const roots = [0, 1, 2, 3].map((n) => noise(32, `root ${n}`));
const [first, second, third, fourth] = roots.map(rootName) as [string, string, string, string];

/** The row of the first root keys. */
function rowOf(count: number): readonly RootLink[] | undefined {
  let row: readonly RootLink[] | undefined;
  for (let i = 1; i < count; i++)
    row = withSuccessor(row, roots[i - 1] as Buffer, { rootKey: roots[i] as Buffer, repositoryId });
  return row;
}

describe('the row of root keys', () => {
  test('a root key comes from itself and from each that was rotated to it', () => {
    expect(comesFrom(undefined, { from: first, to: first, repositoryId })).toBe(true);
    for (const from of [first, second, third])
      expect(comesFrom(rowOf(3), { from, to: third, repositoryId })).toBe(true);
  });

  test('it comes from no later one, no other one, and not into another repository', () => {
    const row = rowOf(3);
    expect(comesFrom(row, { from: third, to: second, repositoryId })).toBe(false);
    expect(comesFrom(row, { from: fourth, to: third, repositoryId })).toBe(false);
    expect(comesFrom(row, { from: first, to: fourth, repositoryId })).toBe(false);
    expect(comesFrom(row, { from: first, to: third, repositoryId: noise(16, 'another') })).toBe(false);
    expect(comesFrom(undefined, { from: first, to: second, repositoryId })).toBe(false);
  });

  test('whoever has a former root key can make it a successor, but none to a later one', () => {
    const forged = withSuccessor(rowOf(2), roots[0] as Buffer, { rootKey: roots[3] as Buffer, repositoryId });
    expect(comesFrom(forged, { from: second, to: fourth, repositoryId })).toBe(false);
    const before = rowOf(2) as readonly RootLink[];
    for (const row of [
      [...before, before[0]],
      [...before, { key: first }],
      [before[1], before[0]],
    ] as RootLink[][])
      expect(comesFrom(row, { from: second, to: first, repositoryId })).toBe(false);
  });
});
