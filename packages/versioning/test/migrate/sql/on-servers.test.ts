import { expect, test } from 'vitest';
import { type Dialect, type MigrationDriver, splitSql } from '../../../src/migrate/index.ts';
import { KINDS } from '../servers.ts';

/** A script with all that is hard to split, for each database. */
const SCRIPTS: Readonly<Record<Dialect, string>> = {
  sqlite: `
create table a(x text default ';', "y;z" int, [b;c] int); -- semicolons; everywhere
create table log(t text);
create trigger t after insert on a when new.x <> ';' begin
  insert into log select case when new.x = 'end;' then 'a' else 'b' end;
  delete from log where t = 'end;';
end;
/* ; */ create view v as select x || ';' as x from a;
insert into a(x) values ('it''s; end'), ('begin;');;
`,
  postgres: String.raw`
create table a(x text default ';', "y;z" int);
create function f() returns text language plpgsql as $f$ begin execute $$ select 1; $$; return E'\';'; end; $f$;
create function g(i int) returns int begin atomic select case when i > 1 then 2 else 3 end; select i; end;
create procedure p() language sql begin atomic insert into a(x) values (';'); insert into a(x) values ('end;'); end;
do $$ begin if true then perform f(); end if; end $$;
create rule r as on delete to a do also (insert into a(x) values ('r;'); select 1);
/* a /* nested; */ comment; */ create view v as select 'a\' || ';' as x; -- ; more
create function e(a int, b int) returns int language sql as 'select $1 + $2;';
call p();
`,
  mysql: String.raw`
create table a(x varchar(20) default ';', ${'`y;z`'} int); # semicolons; everywhere
insert into a(x) values ('it\'s;'), ("a;\"b"), ('\\');
/*!50001 create view v as select ';' as x */;
DELIMITER //
create procedure p() begin declare i int default 0; while i < 2 do insert into a(x) values (';//'); set i = i + 1; end while; end //
create trigger t before insert on a for each row begin if new.x = ';' then set new.x = 'end;'; end if; end//
DELIMITER ;
create function f(i int) returns int deterministic return case when i > 1 then 2 else 3 end; -- ; more
create procedure q() select ';';
call p();
`,
};

const linesOf = async (driver: MigrationDriver, rows: string): Promise<unknown> => {
  const connection = await driver.connect('work');
  try {
    const content = (await connection.query(rows)).map((row) => ({ ...row }));
    const lines = (await driver.describe(connection)).map((line) => line.replace(/ DEFINER=\S+/, ''));
    return [lines, content];
  } finally {
    await connection.close();
  }
};

const ROWS = 'select x from a order by x';

test.for(KINDS)('$dialect: statements one by one give what its own client gives', async (kind, { skip }) => {
  const { dialect, missing } = kind;
  skip(missing !== undefined, missing);
  const databases = await kind.start();
  try {
    const [ours, theirs] = [databases.createWithAddress(), databases.createWithAddress()];
    databases.giveToClient(theirs.address, SCRIPTS[dialect]);
    const connection = await ours.driver.connect('work');
    for (const statement of splitSql(SCRIPTS[dialect], { dialect })) await connection.query(statement);
    await connection.close();
    expect(await linesOf(ours.driver, ROWS)).toEqual(await linesOf(theirs.driver, ROWS));
  } finally {
    await databases.end();
  }
});

const mariadb = KINDS.find(({ dialect }) => dialect === 'mysql');

test.skipIf(mariadb?.missing !== undefined)('MariaDB: bodies need no delimiter', async () => {
  const script = `create table a(x int);
create procedure p() begin declare i int default 0; l: loop set i = i + 1; if i > 2 then leave l; end if; insert into a values (i); end loop; end;
create trigger t before insert on a for each row if new.x = 1 then set new.x = 7; end if;
begin not atomic if true then call p(); end if; end;`;
  const databases = await mariadb?.start();
  try {
    const connection = await databases?.create().connect('work');
    for (const statement of splitSql(script, { dialect: 'mysql' })) await connection?.query(statement);
    expect(await connection?.query(ROWS)).toMatchObject([{ x: 2 }, { x: 7 }]);
    await connection?.close();
  } finally {
    await databases?.end();
  }
});
