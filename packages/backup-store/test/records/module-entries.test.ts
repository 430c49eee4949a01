import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataRecord, DeletedRecord } from '../../src/index.ts';
import { readRecords, readRecordStates } from '../../src/records/read-records.ts';
import { failureOf, listOf } from '../fixtures/place.ts';
import { type Files, readModule, snapshotOf, TestTable } from '../fixtures/records-machine.ts';

const FROM = { module: 'table' };
const DAY = 86_400_000;

const byId = (a: { id: string }, b: { id: string }): number => Buffer.compare(Buffer.from(a.id), Buffer.from(b.id));

async function stored(files: Files, ids?: readonly string[]): Promise<DataRecord[]> {
  return await listOf(readRecords(snapshotOf(files), 'x', { ...FROM, ids }));
}

async function statesOf(files: Files): Promise<(DataRecord | DeletedRecord)[]> {
  return await listOf(readRecordStates(snapshotOf(files), 'x', FROM));
}

const id = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'aa', '\u{1f600}', '\ue000', '"', '\\', '\n', 'ä'),
  fc.string({ minLength: 1, maxLength: 6, unit: 'binary' }),
);
const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ put: id, data: fc.jsonValue() }) },
  { weight: 3, arbitrary: fc.record({ delete: id }) },
  { weight: 3, arbitrary: fc.record({ backup: fc.constantFrom('all', 'changed', 'changed', 'changed') }) },
);

describe('a module of records', () => {
  it.each(['ids', 'deleted'] as const)('reads back as it was after any changes and backups (%s)', async (deletions) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(action, { maxLength: 40 }),
        fc.constantFrom('insertion', 'ordered', 'reversed'),
        fc.constantFrom(1, 200, 1_000_000),
        async (actions, order, runLength) => {
          const table = new TestTable();
          const sort = (records: DataRecord[]): DataRecord[] =>
            order === 'insertion'
              ? records
              : order === 'ordered'
                ? records.sort(byId)
                : records.toSorted(byId).toReversed();
          let files: Files | undefined;
          for (const each of [...actions, { backup: 'changed' as const }]) {
            if ('put' in each) {
              table.put(each.put, each.data as DataRecord['data']);
            } else if ('delete' in each) {
              table.delete(each.delete);
            } else {
              const parts = { wanted: each.backup, runLength, nowMs: table.now };
              const read = await readModule(table.module(deletions, sort), files, parts);
              ({ files } = read);
              expect(read.manifest.deletes).toBe('known');
              const records = [...table.records.values()].sort(byId);
              expect(await stored(files)).toEqual(records.map((record) => JSON.parse(JSON.stringify(record))));
              if (read.manifest.records !== undefined) expect(read.manifest.records).toBe(records.length);
              const some = records.filter((_record, i) => i % 3 === 0).map((record) => record.id);
              expect((await stored(files, some)).map((record) => record.id)).toEqual(some);
              expect(read.manifest.segments.length).toBeLessThan(order === 'ordered' ? 8 : 60);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('knows for 90 days what was deleted, also after a full reading, if that came in order', async () => {
    const table = new TestTable();
    for (const each of ['a', 'b', 'c', 'd']) table.put(each, 1);
    const module = table.module('ids');
    const first = await readModule(module, undefined, { nowMs: table.now });
    expect(first.manifest).toMatchObject({ reading: 'all', records: 4, deletes: 'known', deletedSince: table.now });
    table.delete('b');
    const second = await readModule(module, first.files, { nowMs: table.now });
    table.delete('d');
    const third = await readModule(module, second.files, { nowMs: table.now, wanted: 'all' });
    const states = await statesOf(third.files);
    expect(states.map((each) => ('deletedAt' in each ? `-${each.id}` : each.id))).toEqual(['a', '-b', 'c', '-d']);
    expect(third.manifest).toMatchObject({ records: 2, deletedSince: first.manifest.deletedSince });
    table.now += 91 * DAY;
    const later = await readModule(module, third.files, { nowMs: table.now, wanted: 'all' });
    expect(await statesOf(later.files)).toHaveLength(2);
    expect(later.manifest.deletedSince).toBe(table.now - 90 * DAY);
  });

  it('is marked when what was deleted is not known, until it is read in full', async () => {
    const table = new TestTable();
    for (const each of ['a', 'b']) table.put(each, 1);
    const first = await readModule(table.module('none'), undefined);
    expect(first.manifest.deletes).toBe('known');
    table.delete('a');
    const second = await readModule(table.module('none'), first.files);
    expect(second.manifest.deletes).toBe('unknown');
    expect(await stored(second.files)).toHaveLength(2);
    // Being told what was deleted since is not enough; seeing all ids is.
    const told = await readModule(table.module('deleted'), second.files);
    expect(told.manifest.deletes).toBe('unknown');
    const seen = await readModule(table.module('ids'), told.files);
    expect(seen.manifest.deletes).toBe('known');
    expect(await stored(seen.files)).toMatchObject([{ id: 'b' }]);
    const whole = await readModule(table.module('none'), second.files, { wanted: 'all' });
    expect(whole.manifest.deletes).toBe('known');
    expect(await stored(whole.files)).toMatchObject([{ id: 'b' }]);
  });

  it('reads what was changed and nothing more, and never has many segments', async () => {
    const table = new TestTable();
    for (let i = 0; i < 2_000; i++) table.put(`r${String(i).padStart(5, '0')}`, { i });
    const module = table.module('deleted');
    let { files } = await readModule(module, undefined);
    for (let round = 0; round < 40; round++) {
      for (let i = 0; i < 20; i++) table.put(`r${String((round * 31 + i * 97) % 2_000).padStart(5, '0')}`, { round });
      table.given.records = 0;
      const read = await readModule(module, files);
      expect(table.given.records).toBe(20);
      expect(read.manifest.segments.length).toBeLessThanOrEqual(8);
      ({ files } = read);
    }
    expect(await stored(files)).toEqual([...table.records.values()].sort(byId));
  });

  it.each([
    [
      'an id twice',
      [
        { id: 'a', data: 1 },
        { id: 'b', data: 1 },
        { id: 'a', data: 2 },
      ],
    ],
    [
      'the same id one after the other',
      [
        { id: 'a', data: 1 },
        { id: 'a', data: 2 },
      ],
    ],
    ['an empty id', [{ id: '', data: 1 }]],
    ['an id of 1025 bytes', [{ id: 'ä'.repeat(513), data: 1 }]],
    ['an id that is no text', [{ id: 5, data: 1 }]],
    ['half a character', [{ id: '\ud800', data: 1 }]],
    ['NaN', [{ id: 'a', data: { x: [1, Number.NaN] } }]],
    ['a date', [{ id: 'a', data: { at: new Date(0) } }]],
    ['bytes', [{ id: 'a', data: { bytes: Buffer.from('x') } }]],
    ['a bigint', [{ id: 'a', data: 5n }]],
    ['nothing', [{ id: 'a' }]],
    ['half a millisecond', [{ id: 'a', updatedAt: 0.5, data: 1 }]],
  ])('refuses %s', async (_what, records) => {
    const module = {
      name: 'table',
      async *read() {
        yield* records as DataRecord[];
      },
    };
    for (const runLength of [1, undefined]) {
      // Only what is in memory at the same time is compared.
      if (runLength === 1 && _what === 'an id twice') continue;
      expect(await failureOf(readModule(module, undefined, { runLength }))).toMatchObject({ code: 'INVALID_RECORD' });
    }
  });
});

describe('what the next reading asks for', () => {
  async function changesSince(updatedAt: readonly (number | undefined)[], nowMs: number, overlapMs?: number) {
    const module = {
      name: 'table',
      async *read() {
        for (const [i, time] of updatedAt.entries()) yield { id: `${i}`, updatedAt: time, data: null };
      },
    };
    return (await readModule(module, undefined, { nowMs, overlapMs })).manifest.changesSince;
  }

  it.each([
    ['the newest change, for clocks that are behind', [5, 70, 60], 100, 70],
    ['the own clock, for times that are still to come', [5, 7_000], 100, 100],
    ['the own clock, where there are no times', [undefined], 100, 100],
  ])('is %s, less what transactions may take', async (_what, updatedAt, nowMs, expected) => {
    expect(await changesSince(updatedAt, nowMs, 0)).toBe(expected);
    expect(await changesSince(updatedAt, nowMs, 30)).toBe(expected - 30);
    expect(await changesSince(updatedAt, nowMs)).toBe(expected - 300_000);
  });

  it('is all, when records are made in another way than before', async () => {
    const table = new TestTable();
    table.put('a', 1);
    const asIs = table.module('ids');
    const first = await readModule({ ...asIs, schema: async () => ({ columns: ['a'] }) }, undefined);
    const same = await readModule({ ...asIs, schema: async () => ({ columns: ['a'] }) }, first.files);
    expect(same.manifest.reading).toBe('changed');
    const other = await readModule({ ...asIs, schema: async () => ({ columns: ['a', 'b'] }) }, first.files);
    expect(other.manifest.reading).toBe('all');
    const blind = await readModule({ ...asIs, readsChanges: false }, first.files);
    expect(blind.manifest.reading).toBe('all');
  });
});
