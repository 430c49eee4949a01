import { describe, expect, test } from 'vitest';
import { decodeCommit, encodeCommit } from '../../src/session/commit.ts';
import { decodeHistory, encodeRecord, NO_HISTORY } from '../../src/session/epoch-records.ts';
import { refusalOf } from '../fixtures/refusal.ts';
import { recordOf, sourceOf } from '../fixtures/records.ts';
import type { SnapshotRecord } from '../../src/snapshots/record.ts';

const { catalog } = sourceOf();
const BROKEN: readonly (readonly [string, object])[] = [
  ['a source that is none', { sources: [null] }],
  ['a source without a catalog', { sources: [{ ...sourceOf(), catalog: undefined }] }],
  ['a catalog with another digest', { sources: [sourceOf({ catalog: { ...catalog, sha256: 'ab' } })] }],
  ['a catalog of negative length', { sources: [sourceOf({ catalog: { ...catalog, length: -1 } })] }],
  ['a catalog of broken height', { sources: [sourceOf({ catalog: { ...catalog, height: 0.5 } })] }],
  ['a predecessor that is none', { follows: [null] }],
  ['a predecessor without a time', { follows: [{ id: 'a', manifestSha256: '' }] }],
  ['a tag that is no text', { tags: [7] }],
  ['a time that is none', { startedAt: 'yesterday' }],
];

describe.each(BROKEN)('a record with %s', (_, changes) => {
  const record = { ...recordOf(), ...changes } as SnapshotRecord;

  test('makes its commit OBJECT_INVALID', () => {
    const commit = encodeCommit({ type: 'snapshot', token: 'ab', segments: [], record });
    expect(refusalOf(() => decodeCommit(commit, 'a commit')).code).toBe('OBJECT_INVALID');
  });

  test('makes a history OBJECT_INVALID', () => {
    const history = encodeRecord({ ...NO_HISTORY, snapshots: [{ epoch: 0, record }] });
    expect(refusalOf(() => decodeHistory(history, 'a history')).code).toBe('OBJECT_INVALID');
  });
});
