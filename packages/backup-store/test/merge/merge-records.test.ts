import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { MergeDecision, MergeRules, MergeSides } from '../../src/merge/contract.ts';
import { compareIds } from '../../src/records/id-order.ts';
import { mergeRecords } from '../../src/merge/merge-records.ts';
import { isSame, isSameData } from '../../src/merge/same-data.ts';
import type { DataRecord } from '../../src/records/contract.ts';
import type { SourceDetail } from '../../src/source/contract.ts';

async function all(sides: Omit<MergeSides, 'module'>, rules?: MergeRules): Promise<MergeDecision[]> {
  const decisions: MergeDecision[] = [];
  for await (const decision of mergeRecords({ module: 'rooms', ...sides }, rules)) decisions.push(decision);
  return decisions;
}

const record = (id: string, data: SourceDetail = id, updatedAt?: number): DataRecord => ({ id, data, updatedAt });

/** What is there once the decisions are carried out. */
function carriedOut(current: readonly DataRecord[], decisions: readonly MergeDecision[]): DataRecord[] {
  const records = new Map(current.map((each) => [each.id, each]));
  for (const { id, action, record: put } of decisions) {
    if (action === 'delete') records.delete(id);
    if (action === 'put') records.set(id, put as DataRecord);
  }
  return [...records.values()].toSorted((a, b) => compareIds(a.id, b.id));
}

describe('mergeRecords', () => {
  it('decides on every id of any side once, in the order of bytes', async () => {
    const decisions = await all({
      base: [record('a'), record('z')],
      backup: [record('b'), record('z')],
      current: [record('\uFFFD'), record('\u{1F3E8}')],
    });
    expect(decisions.map(({ id }) => id)).toEqual(['a', 'b', 'z', '\uFFFD', '\u{1F3E8}']);
  });

  it('knows an id that is only known to be deleted as nobody’s', async () => {
    expect(await all({ backup: [], current: [], deleted: [{ id: 'a', deletedAt: 1 }] })).toEqual([]);
  });

  it('puts a deletion to the record it is of', async () => {
    const deleted = [{ id: 'a', deletedAt: 5 }];
    const decisions = await all({ backup: [record('a', 1, 3), record('b', 1, 3)], current: [], deleted });
    expect(decisions.map(({ action, reason }) => [action, reason])).toEqual([
      ['skip', 'deleted-since'],
      ['put', 'missing'],
    ]);
  });

  it.each([
    ['another order', [record('b'), record('a')]],
    ['one id twice', [record('a'), record('a')]],
    ['the order of UTF-16', [record('\u{1F3E8}'), record('\uFFFD')]],
  ])('refuses %s on any side', async (_, wrong) => {
    for (const side of ['base', 'backup', 'current'] as const) {
      await expect(all({ backup: [], current: [], [side]: wrong })).rejects.toMatchObject({
        code: 'RECORDS_UNORDERED',
      });
    }
  });

  it('closes all sides when one of them throws, and when nobody reads on', async () => {
    const closed: string[] = [];
    const side = async function* (name: string, failsAt?: number): AsyncGenerator<DataRecord> {
      try {
        for (let n = 0; n < 5; n++) {
          await Promise.resolve();
          if (n === failsAt) throw new Error('broken');
          yield record(`r${n}`);
        }
      } finally {
        closed.push(name);
      }
    };
    await expect(all({ backup: side('backup', 2), current: side('current') })).rejects.toThrow('broken');
    for await (const _ of mergeRecords({ module: 'm', backup: side('one'), current: side('two') })) break;
    expect(closed.toSorted()).toEqual(['backup', 'current', 'one', 'two']);
  });
});

describe('the order of ids', () => {
  it('is that of their bytes in UTF-8', () => {
    const unit = fc.constantFrom('', 'a', 'é', '\uD7FF', '\uE000', '\uFFFD', '\u{10000}', '\u{1F3E8}', '\u{10FFFF}');
    const id = fc.array(unit, { maxLength: 4 }).map((units) => units.join(''));
    fc.assert(
      fc.property(id, id, (a, b) => {
        expect(Math.sign(compareIds(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
      }),
    );
  });
});

describe('sameness', () => {
  it('is that of JSON, whatever the order of members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const copy = JSON.parse(JSON.stringify(a)) as SourceDetail;
        expect(isSameData(a as SourceDetail, copy)).toBe(true);
        expect(isSameData(a as SourceDetail, b as SourceDetail)).toBe(isSameData(b as SourceDetail, a as SourceDetail));
      }),
    );
    expect(isSameData({ a: 1, b: [null] }, { b: [null], a: 1 })).toBe(true);
    for (const [a, b] of [
      [{ a: 1 }, { a: 1, b: null }],
      [{ a: null }, { b: null }],
      [[1], { 0: 1 }],
      [[1, 2], [1]],
      [null, {}],
      ['1', 1],
    ] as [SourceDetail, SourceDetail][])
      expect(isSameData(a, b)).toBe(false);
  });
});

// Few ids, contents and times, so that all cases come together often.
const side = fc
  .uniqueArray(
    fc.record({
      id: fc.constantFrom('a', 'b', 'c', 'd', 'é', '\u{1F3E8}'),
      data: fc.constantFrom('x', 'y', 'z'),
      updatedAt: fc.constantFrom(undefined, 1, 2, 3, 4),
    }),
    { selector: ({ id }) => id },
  )
  .map((records) => records.toSorted((a, b) => compareIds(a.id, b.id)));
const deleted = fc
  .uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), deletedAt: fc.constantFrom(1, 2, 3, 4) }), {
    selector: ({ id }) => id,
  })
  .map((list) => list.toSorted((a, b) => compareIds(a.id, b.id)));
const sides = fc.record({ base: fc.option(side, { nil: undefined }), backup: side, current: side, deleted });
const twoSides = sides.map(({ backup, current, deleted: known }) => ({ backup, current, deleted: known }));
const rules: fc.Arbitrary<MergeRules> = fc.record({
  conflict: fc.constantFrom('newest', 'backup', 'current'),
  restoreDeleted: fc.boolean(),
  extra: fc.constantFrom('keep', 'delete'),
  damaged: fc.constantFrom<MergeRules['damaged'][]>(
    undefined,
    { since: 2, until: 3 },
    { since: 3, added: 'delete' },
    ({ id }: { readonly id: string }) => id < 'c',
  ),
});
const find = (records: readonly DataRecord[], id: string): DataRecord | undefined =>
  records.find((each) => each.id === id);

describe('laws of merging', () => {
  it('to merge twice is to merge once', async () => {
    await fc.assert(
      fc.asyncProperty(sides, rules, async (from, by) => {
        const merged = carriedOut(from.current, await all(from, by));
        const again = await all({ ...from, current: merged }, by);
        expect(again.filter(({ action }) => action === 'put' || action === 'delete')).toEqual([]);
      }),
    );
  });

  it('under `current` nothing that is there changes without a base, and with one nothing that was changed since', async () => {
    await fc.assert(
      fc.asyncProperty(sides, async (from) => {
        const merged = carriedOut(from.current, await all(from, { conflict: 'current' }));
        for (const each of from.current) {
          const isUntouched = from.base !== undefined && isSame(find(from.base, each.id), each);
          if (!isUntouched) expect(find(merged, each.id)).toEqual(each);
        }
      }),
    );
  });

  it('under `backup` without a base every record of the backup is there', async () => {
    await fc.assert(
      fc.asyncProperty(twoSides, async (from) => {
        const merged = carriedOut(from.current, await all(from, { conflict: 'backup' }));
        for (const each of from.backup) expect(find(merged, each.id)?.data).toEqual(each.data);
      }),
    );
  });

  it('under `newest` without a base nothing newer is lost', async () => {
    await fc.assert(
      fc.asyncProperty(twoSides, async (from) => {
        const merged = carriedOut(from.current, await all(from, { conflict: 'newest' }));
        for (const each of from.current) {
          const backup = find(from.backup, each.id);
          const isNewer = (each.updatedAt ?? Infinity) > (backup?.updatedAt ?? -Infinity);
          if (isNewer) expect(find(merged, each.id)).toEqual(each);
        }
        for (const each of from.backup) {
          const isDeleted = from.deleted.some(({ id }) => id === each.id);
          if (!isDeleted) expect(find(merged, each.id)).toBeDefined();
        }
      }),
    );
  });

  it('with a base, what one side alone has changed is in the result', async () => {
    await fc.assert(
      fc.asyncProperty(side, side, side, async (base, backup, current) => {
        const merged = carriedOut(current, await all({ base, backup, current }));
        for (const { id } of [...base, ...backup, ...current]) {
          const [of, left, right] = [find(base, id), find(backup, id), find(current, id)];
          if (isSame(of, left)) expect(isSame(find(merged, id), right)).toBe(true);
          else if (isSame(of, right)) expect(isSame(find(merged, id), left)).toBe(true);
        }
      }),
    );
  });

  it('a merge with the base as backup changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(side, side, async (base, current) => {
        const decisions = await all({ base, backup: base, current }, { conflict: 'backup' });
        expect(carriedOut(current, decisions)).toEqual(current);
      }),
    );
  });

  it('what was erased is never put', async () => {
    await fc.assert(
      fc.asyncProperty(sides, rules, async (from, by) => {
        const decisions = await all({ ...from, isErased: (id) => id < 'c' }, by);
        expect(decisions.filter(({ id, action }) => action === 'put' && id < 'c')).toEqual([]);
      }),
    );
  });

  it('nothing is decided by how records come in', async () => {
    const slowly = async function* (
      records: readonly DataRecord[],
      waits: readonly number[],
    ): AsyncGenerator<DataRecord> {
      for (const [at, each] of records.entries()) {
        for (let wait = waits[at % waits.length] ?? 0; wait > 0; wait--) await Promise.resolve();
        yield each;
      }
    };
    await fc.assert(
      fc.asyncProperty(sides, rules, fc.array(fc.nat(4), { minLength: 1 }), async (from, by, waits) => {
        const slow = {
          ...from,
          base: from.base && slowly(from.base, waits),
          backup: slowly(from.backup, waits.toReversed()),
          current: slowly(from.current, waits),
        };
        expect(await all(slow, by)).toEqual(await all(from, by));
      }),
    );
  });
});
