import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Dialect, splitSql } from '../../../src/migrate/index.ts';
import { scriptParts } from '../../../src/migrate/sql/statements.ts';

interface Case {
  readonly dialect: Dialect;
  readonly is: string;
  readonly script: string;
  readonly statements: readonly string[];
}

/** What a statement may have in it, by dialect: each of these scripts is one statement, and then another one. */
const WHOLE: readonly (readonly [Dialect | 'all', string, string])[] = [
  ['all', 'a literal', "select 'a;b', 'it''s;'"],
  ['all', 'a comment to the end of the line', 'select 1 -- one; and\n + 2'],
  ['all', 'a comment', 'select /* ; */ 1'],
  ['postgres', 'comments in comments', 'select /* ; /* ; */ ; */ 1'],
  ['postgres', 'a quoted name', 'select 1 as "a;""b;"'],
  ['postgres', 'a literal with backslashes', String.raw`select E'\';', 'a\'`],
  ['postgres', 'dollar quotes', 'do $$ begin perform 1; end $$'],
  [
    'postgres',
    'dollar quotes in others',
    'create function f() returns int as $a$ begin execute $$;$$; end; $a$ language plpgsql',
  ],
  ['postgres', 'dollars in names', 'select 1 as a$b$, 2 as c$b$'],
  ['postgres', 'parameters', 'prepare p as select $1::int + $2'],
  [
    'postgres',
    'a body of SQL',
    'create function f(x int) returns int begin atomic select case when x > 1 then 2 end; select 3; end',
  ],
  ['postgres', 'a rule with several actions', 'create rule r as on insert to t do also (select 1; select 2)'],
  ['postgres', 'a literal that goes on in the next line', String.raw`select E'a' -- b` + '\n' + String.raw`  '\'; c'`],
  ['sqlite', 'names in brackets and backticks', 'select 1 as [a;b], 2 as `c;d`'],
  ['sqlite', 'a trigger', 'create temp trigger t after insert on a begin select case when 1 then 2 end; select 3; end'],
  ['sqlite', 'columns that are called begin and end', 'create table t(begin, end)'],
  ['mysql', 'a text in double quotes', String.raw`select "a;\";b", 'c\';d'`],
  ['mysql', 'a name in backticks', 'select 1 as `a;``b;`'],
  ['mysql', 'a comment of #', 'select 1 # one; and\n + 2'],
  ['mysql', 'two minuses that are no comment', 'select 1--1'],
  ['mysql', 'what only some versions run', "/*!50001 create view v as select ';' ; */"],
  [
    'mysql',
    'a trigger',
    'create trigger t before insert on a for each row begin set new.x = 1; if new.x > 1 then set new.x = 2; end if; end',
  ],
  [
    'mysql',
    'a trigger without a block',
    'create trigger t before insert on a for each row if new.x > 1 then set new.x = 2; end if',
  ],
  [
    'mysql',
    'all kinds of loops',
    "create procedure p() begin declare i int default 0; l: loop set i = i + 1; if i > 3 then leave l; end if; end loop; while i > 0 do set i = if(i > 1, i - 1, 0); end while; repeat set i = i + 1; until i > repeat('1', 1) end repeat; case i when 1 then select 1; else select 2; end case; end",
  ],
  [
    'mysql',
    'functions and statements of the same name',
    'create procedure p(a int) begin if a then if (a > 1) and (a < 3) then select 1; end if; else if (a > 1) then select 2; end if; end if; select case when a then if(a > 1, 2, if(a, 3, 4)) else if (a < 0, 4, 5) end; end',
  ],
  [
    'mysql',
    'a block of MariaDB',
    'begin not atomic declare x int; set x = case when 1 then 2 end; for i in 1..2 do select i; end for; end',
  ],
  [
    'mysql',
    'options of a routine',
    'create or replace definer=root@localhost function if not exists f() returns int deterministic return if(1, 2, 3)',
  ],
];

const CASES: readonly Case[] = WHOLE.flatMap(([of, is, statement]) =>
  (of === 'all' ? (['sqlite', 'postgres', 'mysql'] as const) : [of]).map((dialect) => ({
    dialect,
    is,
    script: `${statement};\n\n  ${statement}\n;;`,
    statements: [statement, statement],
  })),
);

test.each(CASES)('$dialect: $is is not split', ({ dialect, script, statements }) => {
  expect(splitSql(script, { dialect })).toEqual(statements);
});

test('a delimiter is obeyed and is no statement', () => {
  const script = `DELIMITER //
create procedure p() begin select ';'; select '//'; end//
delimiter $$
create procedure q() begin select 1; END$$
DELIMITER ;
select 2; select 3`;
  expect(splitSql(script, { dialect: 'mysql' })).toEqual([
    "create procedure p() begin select ';'; select '//'; end",
    'create procedure q() begin select 1; END',
    'select 2',
    'select 3',
  ]);
});

test('comments stay with the statement below, and alone they are none', () => {
  const script = '-- first\nselect 1; -- second\nselect 2;\n-- the end\n';
  expect(splitSql(script, { dialect: 'postgres' })).toEqual(['-- first\nselect 1', '-- second\nselect 2']);
  expect(splitSql(' ;; /* nothing */ ; ', { dialect: 'sqlite' })).toEqual([]);
});

test.each([
  ['postgres', 'select 1;\ncopy a from stdin;\n1\n\\.', 2, 'COPY … FROM STDIN'],
  ['postgres', 'select 1;\n\n\\i other.sql', 3, 'a backslash'],
  ['sqlite', '.read other.sql', 1, 'a dot'],
  ['mysql', "select 'a", 1, "no '"],
  ['mysql', 'select 1; DELIMITER \nselect 2', 1, '""'],
  ['postgres', 'select 1;\nselect $x$ $y$', 2, 'no $x$'],
  ['postgres', 'select /* /* */ 1', 1, 'no */'],
  ['sqlite', 'select [a', 1, 'no ]'],
] as const)('%s refuses %j in line %i', (dialect, script, line, got) => {
  expect(() => splitSql(script, { dialect })).toThrow(
    expect.objectContaining({
      code: 'INVALID_SQL',
      message: expect.stringMatching(new RegExp(` in line ${line}, got `)) as string,
      hint: expect.any(String) as string,
    }) as Error,
  );
  expect(() => splitSql(script, { dialect })).toThrow(got);
});

test('what MySQL calls NULL is no command', () => {
  expect(splitSql(String.raw`select \N; select 1`, { dialect: 'mysql' })).toHaveLength(2);
});

/** What a dialect puts around any text, so that it is never split. */
const QUOTINGS: Readonly<Record<Dialect, readonly ((text: string) => string)[]>> = {
  sqlite: [
    (text) => `'${text.replaceAll("'", "''")}'`,
    (text) => `"${text.replaceAll('"', '""')}"`,
    (text) => `\`${text.replaceAll('`', '``')}\``,
    (text) => `[${text.replaceAll(']', '')}]`,
    (text) => `/*${text.replaceAll('*/', '')}*/`,
    (text) => `--${text.replaceAll('\n', '')}\n`,
  ],
  postgres: [
    (text) => `'${text.replaceAll("'", "''")}'`,
    (text) => `E'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`,
    (text) => `"${text.replaceAll('"', '""')}"`,
    (text) => ` $q$${text.replaceAll('$', '')}$q$`,
    (text) => `/* /*${text.replaceAll(/[*/]/g, '')}*/ */`,
    (text) => `--${text.replaceAll(/[\n\r]/g, '')}\n`,
  ],
  mysql: [
    (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
    (text) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`,
    (text) => `\`${text.replaceAll('`', '``')}\``,
    (text) => `/* ${text.replaceAll(/[*/]/g, '')}*/`,
    (text) => `# ${text.replaceAll('\n', '')}\n`,
    (text) => `-- ${text.replaceAll('\n', '')}\n`,
  ],
};

const anyText = fc.string({ unit: fc.constantFrom(...';\'"`$\\/*-#[]() \na', 'begin', 'end', '$q$') });

test.each(['sqlite', 'postgres', 'mysql'] as const)('%s: whatever is quoted is never split', (dialect) => {
  const piece = fc.tuple(fc.constantFrom(...QUOTINGS[dialect]), anyText).map(([quote, text]) => quote(text));
  const statement = fc.array(piece, { minLength: 1 }).map((pieces) => `select ${pieces.join(' , ')}`);
  fc.assert(
    fc.property(fc.array(statement), (statements) => {
      expect(splitSql(statements.join(' ;\n'), { dialect })).toEqual(statements.map((each) => each.trim()));
    }),
  );
});

test('SQLite itself finds the same ends', () => {
  const database = new DatabaseSync(':memory:');
  database.exec('create table a(x)');
  const [literal, , , , ...comments] = QUOTINGS.sqlite;
  const quoted = (quotings: readonly ((text: string) => string)[]): fc.Arbitrary<string> =>
    fc.constantFrom(...quotings).chain((quote) => anyText.map(quote));
  const select = fc
    .tuple(quoted([literal ?? String]), quoted(comments))
    .map(([text, said]) => `select ${text} as x ${said}`);
  const trigger = fc
    .tuple(fc.array(select, { minLength: 1 }), quoted(comments))
    .map(([selects, said]) => `create temp trigger t insert on a begin ${said} ${selects.join('; ')}; end`);
  fc.assert(
    fc.property(fc.array(fc.oneof(select, trigger), { minLength: 1 }), (statements) => {
      const script = `${statements.join(';')};`;
      const theirs: string[] = [];
      for (let rest = script; rest.trim() !== '';) {
        const { sourceSQL } = database.prepare(rest);
        theirs.push(sourceSQL.trim().replace(/;$/, '').trim());
        rest = rest.slice(sourceSQL.length);
      }
      expect(splitSql(script, { dialect: 'sqlite' })).toEqual(theirs);
    }),
  );
  database.close();
});

test.each(['sqlite', 'postgres', 'mysql'] as const)(
  '%s: parts with what separates them are the whole text',
  (dialect) => {
    const words = fc.constantFrom(
      'create',
      'trigger',
      'procedure',
      'begin',
      'atomic',
      'end',
      'case',
      'if',
      ';',
      '\n',
      "';'",
      '(',
      ')',
      'DELIMITER //\n',
      '//',
    );
    fc.assert(
      fc.property(fc.array(words), (chosen) => {
        const text = chosen.join(' ');
        let parts;
        try {
          parts = scriptParts(text, dialect);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_SQL' });
          return;
        }
        expect(parts.map(({ start, next }) => text.slice(start, next)).join('')).toBe(text);
        const withoutSeparators = parts
          .map(({ start, end }) => text.slice(start, end).trim())
          .filter((part) => part !== '');
        expect(splitSql(text, { dialect })).toEqual(withoutSeparators);
      }),
    );
  },
);
