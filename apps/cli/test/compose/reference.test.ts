import type { SnapshotRecord } from '@x/backup-store';
import { expect, test } from 'vitest';
import { parseReference, snapshotPath } from '../../src/compose/reference.ts';

test.each([
  ['latest', { snapshot: 'latest' }],
  ['latest:', { snapshot: 'latest' }],
  ['abcd1234:src/a.ts', { snapshot: 'abcd1234', path: 'src/a.ts' }],
  ['nightly:/home/me/a:b', { snapshot: 'nightly', path: '/home/me/a:b' }],
])('%s', (text, reference) => {
  expect(parseReference(text)).toEqual(reference);
});

test.each(['', ':path'])('%j is refused', (text) => {
  expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
});

const record = {
  sources: [
    { root: '/home/me/projects', path: 'projects' },
    { root: '/etc', path: 'etc' },
  ],
} as unknown as SnapshotRecord;

test.each([
  ['projects/web', 'projects/web'],
  ['/home/me/projects/web/', 'projects/web'],
  ['/home/me/projects', 'projects'],
  ['/home/me/projects2', 'home/me/projects2'],
  ['/etc/hosts', 'etc/hosts'],
  ['./projects/web', 'projects/web'],
  ['etc', 'etc'],
])('%s is %s in the snapshot', (given, path) => {
  expect(snapshotPath(record, given)).toBe(path);
});
