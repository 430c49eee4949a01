import { expect, test } from 'vitest';
import type { Migration } from '../../../src/index.ts';
import { planned } from '../scripts.ts';

const migrationOf = (sql: string): Migration | undefined => planned({ '1_add_it.up.sql': sql }).forward[0];

test.each([
  ['-- kind: contract\nselect 1;', 'contract', 'add it'],
  ['--kind:data\nselect 1;', 'data', 'add it'],
  ['-- KIND : Contract  \nselect 1;', 'contract', 'add it'],
  ['\n\n  -- kind: data\n\n-- description:  Fill it: quickly \nselect 1;', 'data', 'Fill it: quickly'],
  ['-- SPDX-License-Identifier: MIT\n-- Author: Ann\n--\n-- kind: data\nselect 1;', 'data', 'add it'],
  ['-- see https://example.com\n-- description: Ölçü ✓\nselect 1;', 'expand', 'Ölçü ✓'],
  ['select 1; -- kind: contract\n-- kind: electronics\n-- description: below', 'expand', 'add it'],
])('%j says what it is', (sql, kind, description) => {
  expect(migrationOf(sql)).toMatchObject({ kind, description });
});

test.each([
  ['-- kind: contarct\nselect 1;', 1, 'expand, data or contract', '"contarct"'],
  ['-- kind:\nselect 1;', 1, 'expand, data or contract', '""'],
  ['-- knid: contract\nselect 1;', 1, 'kind as the name of the field', '"knid"'],
  ['-- kind: data\n--\n-- Kind: data\nselect 1;', 3, 'kind once', 'it again'],
  ['-- description: a\n-- description: b\nselect 1;', 2, 'description once', 'it again'],
  ['-- description:\nselect 1;', 1, 'a description', 'nothing'],
  ['-- description: \u001b[31mred\nselect 1;', 1, 'a description in plain text', 'a control character'],
  [`-- description: ${'a'.repeat(501)}\nselect 1;`, 1, 'a description of at most 500 characters', '501'],
  ['/* Acme */\n-- kind: contract\nselect 1;', 2, 'its kind above the first statement', 'it below'],
  ['select 1;\n  -- kind: contract', 2, 'its kind above the first statement', 'it below'],
])('%j is not taken for something else', (sql, line, expectation, got) => {
  expect(() => migrationOf(sql)).toThrow(
    expect.objectContaining({
      code: 'INVALID_MIGRATION',
      message: `Expected ${expectation} in 1_add_it.up.sql:${line}, got ${got}`,
      place: { file: '1_add_it.up.sql', line },
    }),
  );
});

test.each([
  ['', 'nothing'],
  ['\uFEFF \r\n\t\n', 'nothing'],
  ['-- kind: data\n\n-- to be written\n', 'only comments'],
])('%j has no statement', (sql, got) => {
  expect(() => migrationOf(sql)).toThrow(
    expect.objectContaining({ message: `Expected statements in 1_add_it.up.sql, got ${got}` }),
  );
});
