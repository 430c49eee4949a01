import { describe, expect, test } from 'vitest';
import { BackupError } from '../../src/errors.ts';
import type { SnapshotFilter } from '../../src/repository/contract.ts';
import type { OpenTenant } from '../../src/run/context.ts';
import { lostSnapshot, matches, resolveSnapshot, type TenantSnapshot } from '../../src/snapshots/resolve.ts';
import type { SnapshotRecord } from '../../src/snapshots/record.ts';
import { recordOf, sourceOf } from '../fixtures/records.ts';
import { refusalOf } from '../fixtures/refusal.ts';

const at = (hour: number): string => `2026-01-02T${String(hour).padStart(2, '0')}:00:00.000Z`;
const id = (begin: string): string => begin.padEnd(32, '0');

const snapshot = (changes: Partial<SnapshotRecord>): TenantSnapshot => ({
  tenant: {} as OpenTenant,
  record: recordOf(changes),
  madeMs: Date.parse(changes.startedAt ?? at(0)),
});

const all = [
  snapshot({ id: id('aaaa1'), startedAt: at(1), name: 'before' }),
  snapshot({ id: id('aaaa2'), startedAt: at(3), name: 'weekly', tags: ['prod', 'team=a'] }),
  snapshot({ id: id('bbbb1'), startedAt: at(5), host: 'there' }),
  snapshot({ id: id('cccc1'), startedAt: at(2), name: 'weekly' }),
  snapshot({ id: id('dddd1'), startedAt: at(4), name: 'cafe', tenant: { id: 'x', name: 'acme' } }),
  snapshot({ id: id('cafe1'), startedAt: at(0), sources: [sourceOf({ root: '/a' }), sourceOf({ root: '/b' })] }),
];

const found = (reference: string, filter?: SnapshotFilter): string => resolveSnapshot(all, reference, filter).record.id;

describe('finding a snapshot', () => {
  test.each<[string, SnapshotFilter | undefined, string]>([
    ['latest', undefined, 'bbbb1'],
    ['latest', { host: 'here' }, 'dddd1'],
    ['latest', { tenant: 'acme' }, 'dddd1'],
    ['latest', { host: 'here', tenant: 'default' }, 'aaaa2'],
    ['latest', { before: Date.parse(at(3)) }, 'cccc1'],
    ['latest', { roots: ['/b', '/a'] }, 'cafe1'],
    [id('aaaa2'), undefined, 'aaaa2'],
    ['aaaa1', undefined, 'aaaa1'],
    ['AAAA1', undefined, 'aaaa1'],
    ['bbbb', undefined, 'bbbb1'],
    ['before', undefined, 'aaaa1'],
    ['weekly', { tags: ['prod'] }, 'aaaa2'],
  ])('%s with %j is the right one', (reference, filter, expected) => {
    expect(found(reference, filter)).toBe(id(expected));
  });

  test('a name goes before the beginning of an id', () => {
    expect(found('cafe')).toBe(id('dddd1'));
    expect(found('cafe1')).toBe(id('cafe1'));
  });

  test('one that may be several lists them all', () => {
    const error = refusalOf(() => found('weekly'));
    expect(error.code).toBe('SNAPSHOT_AMBIGUOUS');
    expect(error.details).toEqual([`${id('aaaa2')} ${at(3)} weekly`, `${id('cccc1')} ${at(2)} weekly`]);
    expect(refusalOf(() => found('aaaa')).details).toHaveLength(2);
  });

  test.each<[string, SnapshotFilter | undefined]>([
    ['nobody', undefined],
    ['aaa', undefined],
    ['', undefined],
    ['weekly', { host: 'there' }],
    [id('aaaa1'), { tenant: 'acme' }],
    ['latest', { host: 'nowhere' }],
    ['Weekly', undefined],
  ])('%j with %j is none', (reference, filter) => {
    expect(refusalOf(() => found(reference, filter)).code).toBe('SNAPSHOT_NOT_FOUND');
  });

  test('without any snapshot the hint says so', () => {
    expect(refusalOf(() => resolveSnapshot([], 'latest')).hint).toContain('no snapshots yet');
  });
});

describe('filters', () => {
  const record = recordOf({
    startedAt: at(3),
    name: 'weekly',
    tags: ['prod', 'team=a'],
    sources: [sourceOf({ root: '/a' }), sourceOf({ root: '/b' })],
  });

  test.each<[SnapshotFilter, boolean]>([
    [{}, true],
    [{ tenant: 'default', host: 'here', name: 'weekly' }, true],
    [{ name: 'week' }, false],
    [{ tags: ['prod', 'team=a'] }, true],
    [{ tags: ['prod', 'other'] }, false],
    [{ tags: [] }, true],
    [{ after: Date.parse(at(3)) }, true],
    [{ before: Date.parse(at(3)) }, false],
    [{ after: Date.parse(at(3)) + 1 }, false],
    [{ before: Date.parse(at(3)) + 1 }, true],
    [{ roots: ['/a', '/b'] }, true],
    [{ roots: ['/a'] }, false],
    [{ roots: ['/a', '/c'] }, false],
    [{ roots: [] }, false],
  ])('%j is %s', (filter, expected) => {
    expect(matches(record, filter)).toBe(expected);
  });
});

describe('lost snapshots', () => {
  const lost = (name: string): BackupError =>
    new BackupError('OBJECT_DAMAGED', 'damaged', { object: `commits/x/00000000/${id(name)}` });
  const follower = snapshot({ id: id('ffff'), follows: [{ id: id('eeee1'), manifestSha256: '', madeMs: 0 }] });

  test('one that is meant by its id is told, not passed over', () => {
    expect(lostSnapshot([lost('eeee1')], all, 'eeee')).toBeDefined();
    expect(lostSnapshot([lost('eeee1')], all, id('eeee1'))).toBeDefined();
    expect(lostSnapshot([lost('eeee1')], all, 'eee')).toBeUndefined();
    expect(lostSnapshot([lost('eeee1')], all, 'aaaa')).toBeUndefined();
  });

  test('latest is told when the lost one may be the newest: no other follows it', () => {
    expect(lostSnapshot([lost('eeee1')], all, 'latest')).toBeDefined();
    expect(lostSnapshot([lost('eeee1')], [...all, follower], 'latest')).toBeUndefined();
    expect(lostSnapshot([], all, 'latest')).toBeUndefined();
  });
});
