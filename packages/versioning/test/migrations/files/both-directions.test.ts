import { expect, test } from 'vitest';
import { planned } from '../scripts.ts';

const DOWN = 'drop table a;\n';

test.each([
  ['dbmate', '-- migrate:up\ncreate table a();\n\n-- migrate:down\n', 4],
  ['dbmate, with options', '-- migrate:up\ncreate table a();\n-- migrate:down transaction:false\n', 3],
  ['goose', '-- +goose Up\ncreate table a();\n-- +goose Down\n', 3],
  ['goose, in lower case', '-- +goose up\ncreate table a();\n-- +goose down\n', 3],
  ['sql-migrate', '-- +migrate Up\ncreate table a();\n-- +migrate Down\n', 3],
  ['node-pg-migrate', '-- Up Migration\ncreate table a();\n-- Down Migration\n', 3],
  ['tern', 'create table a();\n---- create above / drop below ----\n', 2],
])('a file of %s, which undoes what it does, is not run forward as a whole', (_, up, line) => {
  expect(() => planned({ '1_a.sql': up + DOWN })).toThrow(
    expect.objectContaining({ code: 'INVALID_MIGRATION', place: { file: '1_a.sql', line } }),
  );
  expect(() => planned({ '1_a.up.sql': (up + DOWN).replaceAll('\n', '\r\n') })).toThrow(
    expect.objectContaining({ place: { file: '1_a.up.sql', line } }),
  );
});

test('comments that only speak of a way back are no such thing', () => {
  const up = '-- Down migration: see 1_a.down.sql\ncreate table a();\n-- migrate the rest down the road\n';
  const scripts = { '1_a.up.sql': up, '1_a.down.sql': `-- Down migration\n${DOWN}` };
  expect(planned(scripts).backward).toHaveLength(1);
});
