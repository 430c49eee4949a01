import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planMigrations, type VersioningError } from '../../src/index.ts';
import { filesOf, planned, type Scripts } from './scripts.ts';

const ids = (migrations: readonly { readonly id: string }[]): string[] => migrations.map(({ id }) => id);

/** What is thrown, with all that is asked of it. */
function failure(scripts: Scripts): Pick<VersioningError, 'code' | 'message' | 'place' | 'hint'> {
  try {
    planned(scripts);
  } catch (error) {
    const { code, message, place, hint } = error as VersioningError;
    return { code, message, place, hint };
  }
  throw new Error('nothing was thrown');
}

const invalid = (message: string, file: string, line?: number): unknown => ({
  code: 'INVALID_MIGRATION',
  message,
  place: line === undefined ? { file } : { file, line },
  hint: expect.stringMatching(/\.$/) as unknown,
});

test('a migration has its text, its kind and its description in both directions', () => {
  const up = '-- kind: contract\n-- description: Drop phone numbers: nobody needs them\nalter table a drop column p;\n';
  const down = 'alter table a add column p text;\n';
  expect(planned({ '0007_drop_phone.up.sql': up, '0007_drop_phone.down.sql': down })).toEqual({
    forward: [
      { id: '0007_drop_phone', kind: 'contract', description: 'Drop phone numbers: nobody needs them', sql: up },
    ],
    backward: [
      { id: '0007_drop_phone', kind: 'contract', description: 'Drop phone numbers: nobody needs them', sql: down },
    ],
  });
});

test('without a header it is an expand, described by its name', () => {
  const { forward } = planned({ '1_add-slots__and_rooms.sql': 'select 1;' });
  expect(forward).toEqual([
    { id: '1_add-slots__and_rooms', kind: 'expand', description: 'add slots and rooms', sql: 'select 1;' },
  ]);
});

test('numbers are compared as numbers, whatever their length; the way back is the other way round', () => {
  const names = ['9_i', '10_j', '0011_k', '20260131093000_l', '00000000000000000000000000000000012_b', '2_c'];
  const scripts = Object.fromEntries(
    names.flatMap((name) => [
      [`${name}.up.sql`, 'select 1;'],
      [`${name}.down.sql`, 'select 2;'],
    ]),
  );
  const expected = ['2_c', '9_i', '10_j', '0011_k', '00000000000000000000000000000000012_b', '20260131093000_l'];
  const { forward, backward } = planned(scripts);
  expect(ids(forward)).toEqual(expected);
  expect(ids(backward)).toEqual(expected.toReversed());
});

test('timestamps that no number can tell apart are two', () => {
  const scripts = { '90071992547409931_b.sql': 'select 1;', '90071992547409930_a.sql': 'select 1;' };
  expect(ids(planned(scripts).forward)).toEqual(['90071992547409930_a', '90071992547409931_b']);
});

test('what can not be undone is missing on the way back', () => {
  const { forward, backward } = planned({
    '1_a.up.sql': 'select 1;',
    '1_a.down.sql': 'select 1;',
    '2_b.up.sql': 'select 1;',
    '3_c.sql': 'select 1;',
  });
  expect([ids(forward), ids(backward)]).toEqual([['1_a', '2_b', '3_c'], ['1_a']]);
});

test('other files are passed over', () => {
  const others = ['README.md', '1_a.sql.bak', '1_a.SQL~', '.1_a.sql.swp', '._1_a.sql', '.#1_a.sql', '1_a.ts'];
  expect(planned(Object.fromEntries(others.map((name) => [name, 'x'])))).toEqual({ forward: [], backward: [] });
});

test.each([
  'add_slots.sql',
  '1.sql',
  '1_.sql',
  '1_a.undo.sql',
  '1_a.UP.sql',
  '1_a.sql.sql',
  '1_a.SQL',
  '1-a.sql',
  '1_añadir.sql',
  '1_a b.sql',
  '-1_a.sql',
  '1_a/2_b.sql',
  'V1__add_slots.sql',
  `1_${'a'.repeat(250)}.sql`,
])('%s is a name that tells no place, and an error says which would', (file) => {
  const { code, message, hint, place } = failure({ '1_good.up.sql': 'select 1;', [file]: 'select 1;' });
  expect({ code, place }).toEqual({ code: 'INVALID_MIGRATION', place: { file } });
  expect(message).toContain('0007_add_slots.up.sql');
  expect(hint).toContain('Rename it');
});

describe('what does not fit together', () => {
  const some = 'select 1;';
  test.each<[string, Scripts, string, string]>([
    ['a number twice', { '1_a.up.sql': some, '001_b.up.sql': some }, '1_a.up.sql', 'that of "001_b.up.sql"'],
    ['two ways forward', { '1_a.up.sql': some, '1_a.sql': some }, '1_a.up.sql', 'that of "1_a.sql"'],
    [
      'two ways back',
      { '1_a.up.sql': some, '1_a.down.sql': some, '1_b.down.sql': some },
      '1_b.down.sql',
      'that of "1_a.down.sql"',
    ],
  ])('%s is an error that names both files', (_, scripts, file, got) => {
    expect(failure(scripts)).toEqual(invalid(`Expected a number of its own in ${file}, got ${got}`, file));
  });

  test.each<[string, Scripts, string]>([
    ['nothing', { '1_a.down.sql': some }, 'none'],
    ['what is not meant to be undone', { '1_a.down.sql': some, '1_a.sql': some }, '"1_a.sql"'],
    ['another name', { '1_a.down.sql': some, '1_b.up.sql': some }, '"1_b.up.sql"'],
    ['a number that is written otherwise', { '1_a.down.sql': some, '01_a.up.sql': some }, '"01_a.up.sql"'],
  ])('what undoes %s is an error', (_, scripts, got) => {
    const message = `Expected 1_a.up.sql beside what undoes it in 1_a.down.sql, got ${got}`;
    expect(failure(scripts)).toEqual(invalid(message, '1_a.down.sql'));
  });

  test('a way back of another kind is an error, of the same kind none; it may have its own description', () => {
    const up = '-- kind: data\nselect 1;';
    const other = { '1_a.up.sql': up, '1_a.down.sql': '-- kind: contract\nselect 1;' };
    expect(failure(other)).toEqual(invalid('Expected the kind data in 1_a.down.sql, got contract', '1_a.down.sql'));
    const same = { '1_a.up.sql': up, '1_a.down.sql': '-- kind: data\n-- description: Empty it again\nselect 1;' };
    expect(planned(same).backward[0]).toMatchObject({ kind: 'data', description: 'Empty it again' });
  });
});

test('a plan depends on no order of files, and is in order of numbers', () => {
  const entry = fc.record({ digits: fc.stringMatching(/^\d{1,20}$/), hasDown: fc.boolean() });
  const entries = fc.uniqueArray(entry, { selector: ({ digits }) => BigInt(digits), maxLength: 12 });
  const shuffled = entries.chain((all) => {
    const scripts = all.flatMap(({ digits, hasDown }) => [
      [`${digits}_x.up.sql`, 'select 1;'],
      ...(hasDown ? [[`${digits}_x.down.sql`, 'select 2;']] : []),
    ]);
    const files = filesOf(Object.fromEntries(scripts) as Scripts);
    return fc.tuple(fc.constant(all), fc.shuffledSubarray(files, { minLength: files.length }));
  });
  fc.assert(
    fc.property(shuffled, ([all, files]) => {
      const byNumber = all.toSorted((a, b) => (BigInt(a.digits) < BigInt(b.digits) ? -1 : 1));
      const { forward, backward } = planMigrations(files);
      expect(ids(forward)).toEqual(byNumber.map(({ digits }) => `${digits}_x`));
      const undone = byNumber.filter(({ hasDown }) => hasDown).toReversed();
      expect(ids(backward)).toEqual(undone.map(({ digits }) => `${digits}_x`));
    }),
  );
});
