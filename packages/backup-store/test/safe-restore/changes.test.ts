import { expect, test } from 'vitest';
import type { RestorePlan } from '../../src/index.ts';
import { changedRoots, changesOf, savedPaths, touchedPaths } from '../../src/safe-restore/changes.ts';
import { recordOf, sourceOf } from '../fixtures/records.ts';

const record = recordOf({ sources: ['/a', '/ab', '/c'].map((root) => sourceOf({ root })) });

const planOf = (...actions: readonly (readonly [action: string, path: string])[]): RestorePlan =>
  ({ actions: actions.map(([action, path]) => ({ action, path, kind: 'file' })) }) as unknown as RestorePlan;

test.each([
  [planOf(['overwrite', '/a/x']), ['/a']],
  [planOf(['keep', '/a/x'], ['delete', '/ab/y']), ['/ab']],
  [planOf(['note', '/c/socket']), []],
  [planOf(['metadata', '/c'], ['create', '/a/new']), ['/a', '/c']],
])('roots in which something changes', (plan, roots) => {
  expect(changedRoots(record, changesOf(plan)).map(({ display }) => display)).toEqual(roots);
});

test('going back is about what was changed, its folder and all that was deleted, and removes only what was touched', () => {
  const { wants, mayDelete } = touchedPaths(changesOf(planOf(['create', '/a/x/new'], ['delete', '/a/gone'])));
  expect(['/a/x/new', '/a/x', '/a/gone/deep/er', '/a'].map((path) => wants(path))).toEqual([true, true, true, true]);
  expect(['/a/x/other', '/a/gone2', '/b'].map((path) => wants(path))).toEqual([false, false, false]);
  expect([mayDelete('/a/x/new'), mayDelete('/a/gone/deep')]).toEqual([true, false]);
});

test('what is saved below a folder is what is not new, or the folders above when that is much or no text', () => {
  const changes = changesOf(
    planOf(['overwrite', '/to/a/b/c'], ['delete', '/to/a/d'], ['create', '/to/n'], ['metadata', '/to/x']),
  );
  expect(savedPaths(changes, '/to')).toEqual(['/to/a/b/c', '/to/a/d', '/to/x']);
  expect(savedPaths(changes, '/to', 2)).toEqual(['/to/a', '/to/x']);
  expect(savedPaths(changes, '/to', 1)).toEqual(['/to']);
  expect(savedPaths([{ path: '/to/q/\u00e9', isNew: false, isTree: false }], '/to')).toEqual(['/to/q']);
});
