import type { RestorePlan, SnapshotRecord } from '@x/backup-store';
import { expect, test } from 'vitest';
import { affectedRoots } from '../../src/compose/safety.ts';

const record = { sources: [{ root: '/a' }, { root: '/ab' }, { root: '/c' }] } as unknown as SnapshotRecord;

function planOf(...actions: readonly (readonly [action: string, path: string])[]): RestorePlan {
  return { actions: actions.map(([action, path]) => ({ action, path })) } as unknown as RestorePlan;
}

test.each([
  [planOf(['overwrite', '/a/x']), ['/a']],
  [planOf(['keep', '/a/x'], ['delete', '/ab/y']), ['/ab']],
  [planOf(['note', '/c/socket']), []],
  [planOf(['metadata', '/c'], ['create', '/a/new']), ['/a', '/c']],
])('roots in which something changes', (plan, roots) => {
  expect(affectedRoots({ record, plan })).toEqual(roots);
});
