import { describe, expect, it } from 'vitest';

import { chooseBase } from '../../src/merge/choose-base.ts';

const tuesday = { id: 'tuesday', madeMs: 2000 };
const fromMonday = { snapshot: 'monday', madeMs: 1000, at: 3000 };

describe('the base of a merge', () => {
  it.each([
    [
      'is what the data was restored from, when the backup was made in between',
      { restored: fromMonday },
      'monday',
      'restored-from',
    ],
    ['is the one that is named', { named: 'sunday', restored: fromMonday }, 'sunday', 'named'],
    ['is none when nothing was ever restored', {}, undefined, 'never-restored'],
    ['is not the backup itself, if named', { named: 'tuesday' }, undefined, 'same-snapshot'],
    [
      'is not the backup itself, if restored',
      { restored: { ...fromMonday, snapshot: 'tuesday' } },
      undefined,
      'same-snapshot',
    ],
    [
      'is none when a later one was restored',
      { restored: { snapshot: 'wednesday', madeMs: 2500, at: 3000 } },
      undefined,
      'restored-later',
    ],
    [
      'is none when the backup was made after the restore',
      { restored: { ...fromMonday, at: 1500 } },
      undefined,
      'made-since',
    ],
    ['is none when it was forgotten', { restored: { snapshot: 'monday', at: 3000 } }, undefined, 'base-forgotten'],
  ])('%s', (_, known, base, reason) => {
    expect(chooseBase(tuesday, known)).toEqual({ ways: base === undefined ? 2 : 3, ...(base && { base }), reason });
  });
});
