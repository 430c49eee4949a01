import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/bytes/canonical-json.ts';
import {
  commitSeal,
  decodeCommit,
  encodeCommit,
  forgetSeal,
  indexSeal,
  sessionSeal,
} from '../../src/session/commit.ts';
import { manifestDigest } from '../../src/snapshots/manifest.ts';
import { recordOf } from '../fixtures/records.ts';
import { refusalOf } from '../fixtures/refusal.ts';
import { tenantOf } from '../fixtures/sealing.ts';

const NAME = 'commits/x';
const record = recordOf();
const snapshot = { type: 'snapshot', token: 'ab', record, segments: ['0123456789abcdef'] } as const;

describe('commits', () => {
  test('a snapshot and a fence come back', () => {
    expect(decodeCommit(encodeCommit(snapshot), NAME)).toEqual(snapshot);
    expect(decodeCommit(encodeCommit({ type: 'fence', token: 'ab' }), NAME)).toEqual({ type: 'fence', token: 'ab' });
  });

  test('what is stored is JSON with sorted keys', () => {
    expect(encodeCommit({ type: 'fence', token: 'ab' }).toString()).toBe('{"token":"ab","type":"fence"}');
    expect(encodeCommit(snapshot).toString()).toMatch(/^\{"record":\{"bytes":\{"new":/);
  });

  test.each<[string, Record<string, unknown>]>([
    ['no type', { token: 'ab' }],
    ['an unknown type', { ...snapshot, type: 'other' }],
    ['no token', { ...snapshot, token: undefined }],
    ['a fence without a token', { type: 'fence' }],
    ['no segments', { ...snapshot, segments: undefined }],
    ['a segment that leaves its folder', { ...snapshot, segments: ['../../../../../config'] }],
    ['a segment of another length', { ...snapshot, segments: ['0123'] }],
    ['no record', { ...snapshot, record: null }],
    ['a record without an id', { ...snapshot, record: { ...record, id: 5 } }],
    ['a record without sources', { ...snapshot, record: { ...record, sources: undefined } }],
    ['a record whose tags are no list', { ...snapshot, record: { ...record, tags: 'a' } }],
    ['a record without followers', { ...snapshot, record: { ...record, follows: {} } }],
  ])('one with %s is refused by name', (_, content) => {
    expect(refusalOf(() => decodeCommit(Buffer.from(canonicalJson(content)), NAME))).toMatchObject({
      code: 'OBJECT_INVALID',
      object: NAME,
    });
  });

  test('each kind of object has a key of its own, and that of forgetting is not derived from the tenant’s', () => {
    const tenant = tenantOf();
    const seals = [commitSeal, sessionSeal, indexSeal, forgetSeal].map((seal) => seal(tenant));
    expect(new Set(seals.map(({ subkey }) => Buffer.from(subkey).toString('hex'))).size).toBe(4);
    expect(new Set(seals.map(({ kind }) => kind)).size).toBe(4);
    for (const { label } of seals) expect(label).toBe(tenant.labelBytes);
    expect(forgetSeal(tenant).subkey).toEqual(tenant.keeperKey);
  });
});

describe('the digest of a record', () => {
  test('it is that of all other fields, in any order', () => {
    expect(manifestDigest(record)).toBe(record.manifestSha256);
    expect(manifestDigest(Object.fromEntries(Object.entries(record).toReversed()) as never)).toBe(
      record.manifestSha256,
    );
    expect(manifestDigest({ ...record, note: 'more' })).not.toBe(record.manifestSha256);
    expect(manifestDigest({ ...record, note: undefined })).toBe(record.manifestSha256);
  });

  test('that of a known record is frozen', () => {
    expect(record.manifestSha256).toBe('03697ba0d75194e55395e61c777c172a34688daea9ab00b0981a6d4a414b1db5');
  });
});
