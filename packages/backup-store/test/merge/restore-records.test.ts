import { describe, expect, it } from 'vitest';

import { planRecordRestore } from '../../src/merge/plan-restore.ts';
import { restoreRecords } from '../../src/merge/restore-records.ts';
import type { RecordRestoreOptions } from '../../src/merge/restore-contract.ts';
import type { DataRecord, RecordChange } from '../../src/records/contract.ts';
import type { SourceDetail } from '../../src/source/contract.ts';
import { memoryView, MemoryTarget } from './memory-target.ts';

const record = (id: string, data: SourceDetail, updatedAt = 1000): DataRecord => ({ id, data, updatedAt });
const guests = ['ann', 'ben', 'cleo', 'dora'].map((id) => record(id, { name: id }));
const stays = ['s1', 's2', 's3', 's4', 's5'].map((id) => record(id, { room: 1, state: 'booked' }));
const night = { guests, stays };
/** When the harm was done, and when people worked after it. */
const HARM = 5000;
const LATER = 6000;

/** The target as it was in the night, with these changes since. */
function hotel(changes: Readonly<Record<string, readonly (DataRecord | string)[]>>): MemoryTarget {
  const target = new MemoryTarget(night);
  for (const [module, list] of Object.entries(changes))
    for (const each of list) {
      if (typeof each === 'string') target.modulesNow.get(module)?.delete(each);
      else target.put(module, each);
    }
  return target;
}

const merge = (target: MemoryTarget, more: Partial<RecordRestoreOptions> = {}): RecordRestoreOptions => ({
  mode: 'merge',
  backup: memoryView(night),
  target,
  ...more,
});

describe('a hotel whose data was harmed', () => {
  const newer = [record('s6', { room: 2, state: 'booked' }, LATER), record('s2', { room: 1, state: 'paid' }, LATER)];

  it('has its deleted rows back, and keeps newer reservations', async () => {
    const target = hotel({ stays: ['s1', 's4', ...newer], guests: ['cleo'] });
    const { added, replaced, conflicts } = await restoreRecords(merge(target));
    expect({ added, replaced, conflicts }).toEqual({ added: 3, replaced: 0, conflicts: 1 });
    expect(target.content('guests')).toEqual(guests);
    expect(target.content('stays')).toEqual([stays[0], newer[1], ...stays.slice(2), newer[0]]);
  });

  it('has rows back that were overwritten without a new time', async () => {
    const target = hotel({ stays: [record('s3', { room: 99, state: 'lost' }), ...newer] });
    const { replaced, conflictList } = await restoreRecords(merge(target));
    expect(replaced).toBe(1);
    expect(conflictList.map(({ id, action, reason }) => [id, action, reason])).toEqual([
      ['s2', 'keep', 'newer-in-current'],
      ['s3', 'put', 'same-time'],
    ]);
    expect(target.content('stays')).toEqual([stays[0], newer[1], ...stays.slice(2), newer[0]]);
  });

  it('has rows back that were overwritten with a new time, when that time is named', async () => {
    const harmed = ['s3', 's4', 's5'].map((id) => record(id, { room: 99, state: 'lost' }, HARM));
    const target = hotel({ stays: [...harmed, ...newer] });
    const rules = { damaged: { since: HARM, until: HARM + 100 } };
    expect((await planRecordRestore(merge(target))).replaced).toBe(0);
    const { modules } = await restoreRecords(merge(target, { rules }));
    expect(modules[1]?.reasons).toEqual({ same: 1, 'newer-in-current': 1, damaged: 3, 'added-in-current': 1 });
    expect(target.content('stays')).toEqual([stays[0], newer[1], ...stays.slice(2), newer[0]]);
  });

  it('gets back what was found on another line of its history', async () => {
    const tuesday = {
      guests,
      stays: [record('s1', { state: 'moved' }, 2000), ...stays.slice(2), record('s9', {}, 2000)],
    };
    const target = hotel({ stays: [record('s5', { state: 'paid' }, LATER)] });
    const { ways } = await restoreRecords(merge(target, { backup: memoryView(tuesday), base: memoryView(night) }));
    expect(ways).toBe(3);
    // Changed, deleted and made on Tuesday; worked on since.
    expect(target.content('stays').map(({ id, updatedAt }) => [id, updatedAt])).toEqual([
      ['s1', 2000],
      ['s3', 1000],
      ['s4', 1000],
      ['s5', LATER],
      ['s9', 2000],
    ]);
  });

  it('does not see people again who were erased', async () => {
    const target = hotel({ guests: ['ben', 'dora'] });
    const isErased = (module: string, id: string): boolean => module === 'guests' && id === 'ben';
    for (const mode of ['merge', 'full', 'selective'] as const) {
      const { erased } = await restoreRecords({ mode, backup: memoryView(night), target, isErased });
      expect(erased).toBe(1);
      expect(target.content('guests').map(({ id }) => id)).toEqual(['ann', 'cleo', 'dora']);
    }
  });

  it('does not see again what later snapshots know to be deleted, unless that is wanted', async () => {
    const target = hotel({ stays: ['s1', 's2'] });
    const backup = memoryView(night, { deleted: { stays: [{ id: 's1', deletedAt: 3000 }] } });
    expect(await restoreRecords(merge(target, { backup }))).toMatchObject({ added: 1, skipped: 1 });
    expect(await restoreRecords(merge(target, { backup, rules: { restoreDeleted: true } }))).toMatchObject({
      added: 1,
    });
    expect(target.content('stays')).toEqual(stays);
  });
});

describe('modes', () => {
  const changed = { stays: ['s1', record('s2', { state: 'paid' }, LATER), record('s6', {}, LATER)], guests: ['ann'] };

  it('a full restore is the backup, and deletes what is not in it', async () => {
    const target = hotel(changed);
    const result = await restoreRecords({ mode: 'full', backup: memoryView(night), target });
    expect(result).toMatchObject({ added: 2, replaced: 1, deleted: 1, changes: 4 });
    expect([target.content('guests'), target.content('stays')]).toEqual([guests, stays]);
  });

  it('a selective restore brings modules back, and nothing else', async () => {
    const target = hotel(changed);
    await restoreRecords({ mode: 'selective', backup: memoryView(night), target, modules: ['stays'] });
    expect(target.content('stays')).toEqual([...stays, record('s6', {}, LATER)]);
    expect(target.content('guests')).toEqual(guests.slice(1));
  });

  it('a selective restore brings single records back', async () => {
    const target = hotel(changed);
    const records = { stays: ['s2'] };
    const { replaced, added } = await restoreRecords({ mode: 'selective', backup: memoryView(night), target, records });
    expect([replaced, added]).toEqual([1, 0]);
    expect(target.content('stays').map(({ id }) => id)).toEqual(['s2', 's3', 's4', 's5', 's6']);
  });

  it('a merge of single records leaves the others alone', async () => {
    const target = hotel(changed);
    const { added } = await restoreRecords(merge(target, { records: { stays: ['s1', 's2'] } }));
    expect(added).toBe(1);
    expect(target.content('guests')).toHaveLength(3);
  });

  it.each<[string, Partial<RecordRestoreOptions>, string]>([
    ['a module that the backup does not have', { modules: ['rooms'] }, 'MODULE_NOT_FOUND'],
    ['records that the backup does not have', { records: { stays: ['s1', 's7'] } }, 'RECORD_NOT_FOUND'],
    ['records of modules that are left out', { modules: ['guests'], records: { stays: ['s1'] } }, 'INVALID_OPTION'],
    ['rules for a full restore', { mode: 'full', rules: {} }, 'INVALID_OPTION'],
    ['single records for a full restore', { mode: 'full', records: { stays: ['s1'] } }, 'INVALID_OPTION'],
    [
      'a backup with modules that the target lacks',
      { backup: memoryView({ ...night, rooms: [] }) },
      'MODULE_NOT_FOUND',
    ],
  ])('refuse %s, and change nothing', async (_, options, code) => {
    const target = hotel(changed);
    const before = target.modulesNow;
    await expect(planRecordRestore(merge(target, options))).rejects.toMatchObject({ code });
    await expect(restoreRecords(merge(target, options))).rejects.toMatchObject({ code });
    expect(target.modulesNow).toBe(before);
  });

  it('an empty target gets everything, and so does another tenant, whose records are changed on their way', async () => {
    const target = new MemoryTarget({ guests: [], stays: [] });
    const map = (each: DataRecord): DataRecord => ({ ...each, data: { ...(each.data as object), tenant: 'south' } });
    await restoreRecords({ mode: 'full', backup: memoryView(night), target, map });
    expect(target.content('guests')).toEqual(guests.map((each) => map(each)));
  });

  it('another tenant’s people who were erased stay away under their new ids, and others are not touched', async () => {
    const target = new MemoryTarget({ guests: [record('south-eve', {}, LATER)], stays: [] });
    const map = ({ id, ...rest }: DataRecord): DataRecord => ({ ...rest, id: `south-${id}` });
    const isErased = (_: string, id: string): boolean => id === 'ben';
    const chosen = { records: { guests: ['ann', 'ben'] }, rules: { damaged: { since: 0, added: 'delete' } } } as const;
    const result = await restoreRecords(merge(target, { map, isErased, ...chosen }));
    expect(result).toMatchObject({ added: 1, erased: 1, deleted: 0 });
    expect(target.content('guests').map(({ id }) => id)).toEqual(['south-ann', 'south-eve']);
  });

  it('what is mapped to nothing stays away', async () => {
    const target = new MemoryTarget({ guests: [], stays: [] });
    const map = (each: DataRecord, module: string): DataRecord | undefined => (module === 'stays' ? undefined : each);
    expect((await restoreRecords(merge(target, { map }))).added).toBe(4);
  });
});

describe('a plan', () => {
  it('is what the restore does, and can be written as JSON', async () => {
    const target = hotel({ stays: ['s1', record('s2', { state: 'gone' }), record('s3', {}, LATER)] });
    const plan = await planRecordRestore(merge(target));
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    const { changes, ...done } = await restoreRecords(merge(target), { plan });
    expect(done).toEqual(plan);
    expect(changes).toBe(2);
    expect(await restoreRecords(merge(target))).toMatchObject({ changes: 0, added: 0, replaced: 0, deleted: 0 });
  });

  it('still holds when other records have come or changed', async () => {
    const target = hotel({ stays: ['s1'] });
    const plan = await planRecordRestore(merge(target));
    target.beforeApply = () => {
      target.put('stays', record('s7', {}, LATER));
      target.put('stays', record('s2', { state: 'paid' }, LATER));
    };
    expect((await restoreRecords(merge(target), { plan })).added).toBe(1);
    expect(target.content('stays')).toHaveLength(6);
  });

  it.each<[string, (target: MemoryTarget) => void]>([
    ['a record to replace has changed', (target) => target.put('stays', record('s2', { state: 'other' }))],
    ['a missing record is there again', (target) => target.put('stays', record('s1', {}, LATER))],
    ['another record is missing', (target) => target.modulesNow.get('guests')?.delete('ann')],
  ])('does not hold when %s', async (_, meanwhile) => {
    const target = hotel({ stays: ['s1', record('s2', { state: 'lost' })] });
    const plan = await planRecordRestore(merge(target));
    meanwhile(target);
    const before = target.modulesNow;
    await expect(restoreRecords(merge(target), { plan })).rejects.toMatchObject({ code: 'TARGET_CHANGED' });
    expect(target.modulesNow).toBe(before);
  });

  it('lists as many conflicts as are wanted, and counts all', async () => {
    const target = hotel({ stays: stays.map(({ id }) => record(id, { state: 'paid' }, LATER)) });
    const seen: string[] = [];
    const onDecision = ({ id, isConflict }: { id: string; isConflict: boolean }): void => {
      if (isConflict) seen.push(id);
    };
    const plan = await planRecordRestore(merge(target, { maxConflicts: 2, onDecision }));
    expect(plan.conflicts).toBe(5);
    expect(plan.conflictList.map(({ id }) => id)).toEqual(['s1', 's2']);
    expect(seen).toEqual(['s1', 's2', 's3', 's4', 's5']);
  });

  it('ends when it is not wanted any more', async () => {
    const signal = AbortSignal.abort();
    await expect(planRecordRestore(merge(hotel({}), { signal }))).rejects.toMatchObject({ code: 'ABORTED' });
    await expect(restoreRecords(merge(hotel({}), { signal }))).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('changes', () => {
  it('come with what others refer to first, and deletions the other way round', async () => {
    const target = hotel({ guests: ['ann', record('zoe', {})], stays: ['s1', record('s9', {})] });
    const seen: RecordChange[] = [];
    const { apply } = target;
    target.apply = async (changes, options) =>
      await apply(async function* (view) {
        for await (const change of typeof changes === 'function' ? changes(view) : changes) {
          seen.push(change);
          yield change;
        }
      }, options);
    await restoreRecords({ mode: 'full', backup: memoryView(night), target });
    expect(seen.map(({ module, type }) => `${type} ${module}`)).toEqual([
      'put guests',
      'put stays',
      'delete stays',
      'delete guests',
    ]);
  });

  it('are not done when a function decides another way the second time', async () => {
    const target = hotel({ guests: [] });
    const base = memoryView({ guests: [record('eve', 1)], stays });
    target.put('guests', record('eve', 2));
    target.put('guests', record('fay', 2));
    const backup = memoryView({ guests: [...guests], stays });
    let asked = 0;
    const conflict = (): 'backup' | 'current' => (asked++ === 0 ? 'backup' : 'current');
    const before = target.modulesNow;
    await expect(restoreRecords(merge(target, { base, backup, rules: { conflict } }))).rejects.toMatchObject({
      code: 'INVALID_OPTION',
    });
    expect(target.modulesNow).toBe(before);
  });
});

describe('columns that have changed since', () => {
  const before = { columns: { name: 'text', age: 'integer', born: 'text' } };
  const people = { people: [record('ann', { name: 'Ann', age: 30, born: '1990' })] };
  const backup = memoryView(people, { schemas: { people: before } });
  const target = (columns: Record<string, string>, data: SourceDetail): MemoryTarget =>
    new MemoryTarget({ people: [record('ann', data)] }, { schemas: { people: { columns } } });

  it('are refused when they are gone or of another type', async () => {
    const now = target({ name: 'text', age: 'text' }, { name: 'Bob', age: '31' });
    const run = restoreRecords({ mode: 'merge', backup, target: now });
    await expect(run).rejects.toMatchObject({
      code: 'SCHEMA_CHANGED',
      details: ['people.age was integer and is text', 'people.born (text) is not there any more'],
    });
  });

  it('stay as they are when they were added, and are no difference', async () => {
    const now = target({ ...before.columns, vip: 'boolean' }, { name: 'Bob', age: 30, born: '1990', vip: true });
    const { modules } = await restoreRecords({ mode: 'merge', backup, target: now });
    expect(modules[0]?.schemaChanges).toEqual([{ module: 'people', column: 'vip', change: 'added', now: 'boolean' }]);
    expect(now.content('people')[0]?.data).toEqual({ name: 'Ann', age: 30, born: '1990', vip: true });
    expect((await restoreRecords({ mode: 'merge', backup, target: now })).replaced).toBe(0);
  });

  it('stay as they are when they are skipped', async () => {
    const now = target({ name: 'text', age: 'text' }, { name: 'Bob', age: '31' });
    await restoreRecords({ mode: 'merge', backup, target: now, skipColumns: { people: ['age', 'born'] } });
    expect(now.content('people')[0]?.data).toEqual({ name: 'Ann', age: '31' });
  });

  it('can be seen to by a function', async () => {
    const now = target({ name: 'text', age: 'text' }, { name: 'Bob', age: '31' });
    const map = (each: DataRecord): DataRecord => ({ ...each, data: { name: 'Ann', age: '30' } });
    await restoreRecords({ mode: 'merge', backup, target: now, map });
    expect(now.content('people')[0]?.data).toEqual({ name: 'Ann', age: '30' });
  });

  it('are compared where a schema lists them, too', async () => {
    const listed = (type: string): SourceDetail => ({ columns: [{ name: 'name', type }] });
    const old = memoryView(people, { schemas: { people: listed('text') } });
    const now = new MemoryTarget(people, { schemas: { people: listed('integer') } });
    await expect(planRecordRestore({ mode: 'full', backup: old, target: now })).rejects.toMatchObject({
      details: ['people.name was text and is integer'],
    });
  });
});
