import { expect, test } from 'vitest';
import { factLines, tableLines } from '../../src/render/table.ts';

test('columns are as wide as their widest cell, and the last one is not padded', () => {
  const lines = tableLines(
    [{ title: 'NAME' }, { title: 'SIZE', align: 'right' }, { title: 'PATH' }],
    [
      ['a', '1 B', '/x'],
      ['longer', '100 KiB', '/much/longer'],
    ],
  );
  expect(lines).toEqual(['NAME       SIZE  PATH', 'a           1 B  /x', 'longer  100 KiB  /much/longer']);
});

test('labels of facts are padded', () => {
  expect(
    factLines(
      [
        ['a', '1'],
        ['long', '2'],
      ],
      '  ',
    ),
  ).toEqual(['  a     1', '  long  2']);
});
