import { describe, expect, it } from 'vitest';

import type { ConflictRule, MergeRules, MergeView } from '../../src/merge/contract.ts';
import { decide } from '../../src/merge/decide.ts';
import type { DataRecord } from '../../src/records/contract.ts';
import { type Row, tableBelow } from './table.ts';

const NONE = '–';
const AT = 1000;

const TIMES_OF_TWO = ['newer', 'older', 'equal', 'unknown'] as const;
const TIMES_OF_DELETIONS = ['no deletion known', 'deleted later', 'deleted before'] as const;
type Time = (typeof TIMES_OF_TWO)[number] | (typeof TIMES_OF_DELETIONS)[number] | 'any';

interface Case {
  readonly base: string;
  readonly hasBase: boolean;
  readonly backup: string;
  readonly current: string;
  readonly time: Time;
}

const record = (content: string, updatedAt?: number): DataRecord | undefined =>
  content === NONE ? undefined : { id: 'x', updatedAt, data: { content } };

function viewOf({ base, hasBase, backup, current, time }: Case, isErased = false): MergeView {
  const currentAt = { newer: AT + 1, older: AT - 1, equal: AT, unknown: undefined }[time as string] ?? undefined;
  const deletedAt = { 'deleted later': AT + 1, 'deleted before': AT - 1 }[time as string];
  return {
    module: 'rooms',
    id: 'x',
    hasBase,
    base: record(base, AT - 2),
    backup: record(backup, AT),
    current: record(current, backup === NONE || (TIMES_OF_TWO as readonly string[]).indexOf(time) < 0 ? AT : currentAt),
    deletedAt,
    isErased,
  };
}

/** Everything that can be: each content on each side, with each order of times. */
function allCases(base: string, hasBase: boolean): Case[] {
  const cases: Case[] = [];
  for (const backup of [NONE, 'A', 'B'])
    for (const current of [NONE, 'A', 'B', 'C'])
      for (const time of timesOf(backup, current)) cases.push({ base, hasBase, backup, current, time });
  return cases;
}

function timesOf(backup: string, current: string): readonly Time[] {
  if (backup !== NONE && current !== NONE) return TIMES_OF_TWO;
  return backup === current ? ['any'] : TIMES_OF_DELETIONS;
}

/** The rows for a case: where no base tells letters apart, only sameness counts. */
function rowsFor(rows: readonly Row[], { base, backup, current, time }: Case): Row[] {
  const names = new Map<string, string>(base === NONE ? [] : [['A', 'A']]);
  const letter = (content: string): string => {
    if (content === NONE) return NONE;
    if (!names.has(content)) names.set(content, 'ABC'[names.size] as string);
    return names.get(content) as string;
  };
  const [left, right] = [letter(backup), letter(current)];
  return rows.filter(
    (row) => row.backup === left && row.current === right && (row.time === 'any' || row.time === time),
  );
}

const TABLES = [
  { heading: 'Two-way', base: NONE, hasBase: false },
  { heading: 'Three-way, and the base does not have it', base: NONE, hasBase: true },
  { heading: 'Three-way, and the base has A', base: 'A', hasBase: true },
] as const;

describe.each(TABLES)('the table "$heading" of docs/concepts/merge.md', ({ heading, base, hasBase }) => {
  const rows = tableBelow(heading);
  // Two sides that both lack it come with a base only.
  const cases = allCases(base, hasBase).filter(
    ({ backup, current }) => base !== NONE || backup !== current || backup !== NONE,
  );

  it('has exactly one row for every case, and no other rows', () => {
    const used = new Set<Row>();
    for (const each of cases) {
      const found = rowsFor(rows, each);
      expect(found, JSON.stringify(each)).toHaveLength(1);
      used.add(found[0] as Row);
    }
    expect(used.size).toBe(rows.length);
  });

  it('says what is decided under each rule, and whether the rule was asked', () => {
    for (const each of cases) {
      const [row] = rowsFor(rows, each) as [Row];
      const view = viewOf(each);
      const expected = [
        ['newest', row.newest],
        ['backup', row.backupWins],
        ['current', row.currentWins],
      ] as const;
      for (const [conflict, cell] of expected) {
        const { action, reason, isConflict, record: put } = decide(view, { conflict });
        expect({ action, reason, isConflict }, `${conflict}: ${JSON.stringify(each)}`).toEqual({
          ...cell,
          isConflict: row.asksRule,
        });
        expect(put).toEqual(action === 'put' ? view.backup : undefined);
      }
    }
  });

  it('asks a function in exactly the rows that have a conflict', () => {
    for (const each of cases) {
      let asked = 0;
      const conflict: ConflictRule = () => {
        asked += 1;
        return 'current';
      };
      decide(viewOf(each), { conflict });
      expect(asked, JSON.stringify(each)).toBe((rowsFor(rows, each)[0] as Row).asksRule ? 1 : 0);
    }
  });

  it('is gone before for what was erased, whatever the rules', () => {
    const everything: MergeRules[] = [
      { conflict: 'backup', restoreDeleted: true },
      { damaged: () => true },
      { damaged: { since: 0 } },
      { conflict: () => ({ id: 'x', data: 'new' }) },
    ];
    for (const each of cases.filter(({ backup }) => backup !== NONE))
      for (const rules of everything) {
        const { action, reason, record: put } = decide(viewOf(each, true), rules);
        expect(put).toBeUndefined();
        if (each.backup === each.current) expect([action, reason]).toEqual(['keep', 'same']);
        else expect([action, reason]).toEqual([each.current === NONE ? 'skip' : 'keep', 'erased']);
      }
  });

  it('never loses a record when deletions are ignored', () => {
    for (const each of cases) {
      for (const conflict of ['newest', 'backup', 'current'] as const) {
        const { action } = decide(viewOf(each), { conflict, restoreDeleted: true });
        expect(['keep', 'put'], JSON.stringify(each)).toContain(action);
      }
    }
  });

  it('gives everything that the backup has when everything is damaged', () => {
    for (const each of cases.filter(({ backup }) => backup !== NONE)) {
      const { action } = decide(viewOf(each), { conflict: 'current', damaged: () => true });
      expect(action).toBe(each.backup === each.current ? 'keep' : 'put');
    }
  });

  it('is the backup in everything for a full restore', () => {
    for (const each of cases) {
      const { action } = decide(viewOf(each), { conflict: 'backup', restoreDeleted: true, extra: 'delete' });
      if (each.backup === NONE) expect(action).toBe(each.current === NONE ? 'keep' : 'delete');
      else if (!hasBase) expect(action).toBe(each.backup === each.current ? 'keep' : 'put');
    }
  });
});

describe('a time of damage', () => {
  const changed = (updatedAt: number | undefined): MergeView => ({
    ...viewOf({ base: NONE, hasBase: false, backup: 'A', current: 'B', time: 'newer' }),
    backup: record('A', 100),
    current: record('B', updatedAt),
  });
  const damaged = { since: 500, until: 600 };

  it.each([
    [499, 'keep'],
    [500, 'put'],
    [600, 'put'],
    [601, 'keep'],
  ])('undoes what was changed in it: %i is %s', (at, action) => {
    expect(decide(changed(at), { damaged }).action).toBe(action);
  });

  it('undoes nothing that nobody has dated', () => {
    expect(decide(changed(undefined), { damaged })).toMatchObject({ action: 'keep', reason: 'unknown-time' });
  });

  it('lasts until now when it has no end', () => {
    expect(decide(changed(9_000_000), { damaged: { since: 500 } }).reason).toBe('damaged');
  });

  it('brings back what was deleted in it, and not what was deleted on purpose before', () => {
    const gone = (deletedAt: number): MergeView => ({ ...changed(0), current: undefined, deletedAt });
    expect(decide(gone(550), { damaged }).action).toBe('put');
    expect(decide(gone(450), { damaged }).action).toBe('skip');
  });

  it('keeps what was made in it, unless that is to go', () => {
    const made: MergeView = { ...changed(550), backup: undefined };
    expect(decide(made, { damaged }).action).toBe('keep');
    expect(decide(made, { damaged: { ...damaged, added: 'delete' } })).toMatchObject({
      action: 'delete',
      reason: 'damaged',
    });
    expect(decide({ ...made, current: record('B', 700) }, { damaged: { ...damaged, added: 'delete' } }).action).toBe(
      'keep',
    );
  });
});

describe('a function that decides conflicts', () => {
  const view = viewOf({ base: 'A', hasBase: true, backup: 'B', current: 'C', time: 'newer' });

  it('may give a record that takes from both sides', () => {
    const both = { id: 'x', data: { content: 'B and C' } };
    expect(decide(view, { conflict: () => both })).toMatchObject({ action: 'put', reason: 'rule', record: both });
  });

  it('changes nothing when it gives what is there', () => {
    expect(decide(view, { conflict: () => ({ id: 'x', data: { content: 'C' } }) }).action).toBe('keep');
  });

  it.each([[{ id: 'y', data: 1 }], [undefined], ['base'], [{ id: 'x' }]])('may not give %j', (choice) => {
    expect(() => decide(view, { conflict: () => choice as 'backup' })).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION' }),
    );
  });
});
