import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { NO_MARIADB, startMariadb } from '../../../../tooling/test-servers/mariadb.ts';
import { NO_POSTGRES, PASSWORD, startPostgres } from '../../../../tooling/test-servers/postgres.ts';
import { type Machine, newMachine } from '../support/cli.ts';

const FILES = {
  '1_rooms.up.sql': 'create table rooms(id integer primary key, name text);',
  '1_rooms.down.sql': 'drop table rooms;',
  '2_names.up.sql': "-- kind: data\ninsert into rooms values (1, 'blue;green'); insert into rooms values (2, null);",
  '2_names.down.sql': 'delete from rooms where id < 3;',
  '3_less.up.sql': '-- kind: contract\nalter table rooms drop column name;',
  '3_less.down.sql': 'alter table rooms add column name text;',
};

interface Shop extends Machine {
  readonly file: string;
  /** Options that name the database and the migrations. */
  readonly named: readonly string[];
}

async function newShop(files: Readonly<Record<string, string>> = FILES): Promise<Shop> {
  const machine = await newMachine({ inProcess: true });
  await mkdir(join(machine.cwd, 'migrations'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(machine.cwd, 'migrations', name), text);
  const named = ['--database', 'sqlite:shop.db', '--migrations', 'migrations'];
  return { ...machine, file: join(machine.cwd, 'shop.db'), named };
}

function rooms(file: string): unknown[] {
  const database = new DatabaseSync(file);
  try {
    return database
      .prepare('select * from rooms')
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

test('up shows its plan, runs what is pending, and status says what is applied', async () => {
  const shop = await newShop();
  const shown = await shop.run(['migrate', 'up', ...shop.named, '--dry-run']);
  expect(shown).toMatchObject({ code: 0, stderr: expect.stringContaining('3_less:2 drops-column') as string });
  expect(shown.stdout).toContain("  insert into rooms values (1, 'blue;green')");
  expect(shown.stdout).toContain('3 migrations would be run.');
  const plan = await shop.json('MigrationPlan', ['migrate', 'up', ...shop.named, '--dry-run', '--phase', 'expand']);
  expect(plan.steps.map(({ id }) => id)).toEqual(['1_rooms']);
  expect(await shop.json('MigrationStatus', ['migrate', 'status', ...shop.named])).toMatchObject({
    pending: 3,
    troubled: 0,
  });
  const run = await shop.json('MigrationRun', ['migrate', 'up', ...shop.named, '--to', '2_names']);
  expect(run.applied.map(({ id, statements }) => [id, statements])).toEqual([
    ['1_rooms', 1],
    ['2_names', 2],
  ]);
  expect(rooms(shop.file)).toEqual([
    { id: 1, name: 'blue;green' },
    { id: 2, name: null },
  ]);
  const { stdout } = await shop.run(['migrate', 'status', ...shop.named]);
  expect(stdout).toMatch(/^1_rooms +expand +applied +\d{4}-.* yes$/m);
  expect(stdout).toMatch(/^3_less +contract +pending +yes$/m);
  expect((await shop.run(['migrate', 'up', ...shop.named])).stdout).toMatch(/^up 3_less: 1 statement, /);
  expect(await shop.run(['migrate', 'up', ...shop.named])).toMatchObject({
    code: 0,
    stdout: '',
    stderr: 'Nothing to run.\n',
  });
});

test('down takes back, and past a contract only with a backup from before it', async () => {
  const shop = await newShop();
  await shop.run(['init']);
  await shop.run(['backup', 'create', 'migrations', '--name', 'before']);
  await shop.json('MigrationRun', ['migrate', 'up', ...shop.named]);
  await shop.run(['backup', 'create', 'migrations', '--name', 'after']);
  const down = ['migrate', 'down', ...shop.named];
  const refused = await shop.run(down);
  expect(refused).toMatchObject({ code: 7, stdout: '' });
  expect(refused.stderr).toContain('--backup ID');
  expect(await shop.run([...down, '--backup', 'after'])).toMatchObject({ code: 7 });
  expect(await shop.run([...down, '--backup', 'never'])).toMatchObject({ code: 4 });
  const back = await shop.json('MigrationRun', [...down, '--to', '1_rooms', '--backup', 'before']);
  expect(back.applied.map(({ id }) => id)).toEqual(['3_less', '2_names']);
  expect((await shop.json('MigrationRun', [...down, '--all'])).applied).toHaveLength(1);
  expect(await shop.run([...down, '--all', '--to', '1_rooms'])).toMatchObject({ code: 2 });
});

test('a module is a migration, in JavaScript and in TypeScript', async () => {
  const shop = await newShop({
    '1_rooms.sql': 'create table rooms(id integer primary key, name text);',
    '2_blue.mjs': "export const up = (database) => database.query('insert into rooms values (?, ?)', [1, 'blue']);",
    '3_green.ts':
      'export const up = (database: { query(sql: string): unknown }) => database.query("update rooms set name = \'green\'");',
  });
  const { applied } = await shop.json('MigrationRun', ['migrate', 'up', ...shop.named]);
  expect(applied.map(({ id }) => id)).toEqual(['1_rooms', '2_blue', '3_green']);
  expect(rooms(shop.file)).toEqual([{ id: 1, name: 'green' }]);
});

test('an edited migration is refused with what to do, and repair accepts it', async () => {
  const shop = await newShop();
  await shop.json('MigrationRun', ['migrate', 'up', ...shop.named, '--to', '1_rooms']);
  await writeFile(join(shop.cwd, 'migrations', '1_rooms.up.sql'), 'create table rooms(id integer primary key, name);');
  expect(await shop.run(['migrate', 'status', ...shop.named])).toMatchObject({ code: 3 });
  const refused = await shop.run(['migrate', 'up', ...shop.named]);
  expect(refused.code).toBe(7);
  expect(refused.stderr).toContain('holdfast migrate repair 1_rooms');
  expect(refused.stderr).not.toMatch(/^ {2,}at /m);
  const { migration } = await shop.json('MigrationRepaired', ['migrate', 'repair', '1_rooms', ...shop.named]);
  expect(migration.state).toBe('applied');
  expect(await shop.run(['migrate', 'status', ...shop.named])).toMatchObject({ code: 0 });
});

test('Ctrl-C stops between two statements, and the migration is taken back', async () => {
  const statements = Array.from({ length: 500 }, (_, index) => `create table t${index}(x);`);
  const shop = await newShop({ '1_many.sql': statements.join('\n') });
  let wasSent = false;
  const { code, stderr } = await shop.run(['migrate', 'up', ...shop.named, '--verbose'], {
    // A second one would end it at once.
    onStderr: (child, text) => {
      if (!wasSent && text.includes('statement 1 is done')) wasSent = child.kill('SIGINT');
    },
  });
  expect({ code, stderr }).toMatchObject({
    code: 130,
    stderr: expect.stringContaining('Stopped before the end') as string,
  });
  expect(await shop.json('MigrationStatus', ['migrate', 'status', ...shop.named])).toMatchObject({ pending: 1 });
});

test('lint names rule and line, and fails where it is told to', async () => {
  const shop = await newShop();
  expect(await shop.run(['migrate', 'lint', ...shop.named])).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^3_less:2 drops-column: /) as string,
  });
  expect(await shop.run(['migrate', 'lint', ...shop.named, '--fail', '--json'])).toMatchObject({ code: 2 });
  const { warnings } = await shop.json('MigrationLint', ['migrate', 'lint', ...shop.named]);
  expect(warnings).toHaveLength(1);
});

test('verify tries all of it elsewhere, and says what differs', async () => {
  const shop = await newShop();
  const verified = await shop.json('MigrationVerification', ['migrate', 'verify', ...shop.named]);
  expect(verified.migrations.map(({ outcome }) => outcome)).toEqual(['same', 'same', 'same']);
  await writeFile(join(shop.cwd, 'migrations', '4_x.up.sql'), 'create table if not exists x(a);');
  await writeFile(join(shop.cwd, 'migrations', '4_x.down.sql'), 'alter table x add column b;');
  const { code, stdout } = await shop.run(['migrate', 'verify', ...shop.named]);
  expect({ code, stdout }).toMatchObject({ code: 1, stdout: expect.stringContaining('  + table x: b') as string });
  expect(await shop.json('MigrationStatus', ['migrate', 'status', ...shop.named])).toMatchObject({ pending: 4 });
});

test('the configuration names database and migrations, and has no password', async () => {
  const shop = await newShop();
  const config = (migrate: object): Promise<void> =>
    writeFile(join(shop.cwd, 'holdfast.config.json'), JSON.stringify({ migrate }));
  await config({ database: 'sqlite:shop.db', migrations: 'migrations', lockTimeout: '5s' });
  const cwd = join(shop.cwd, 'migrations');
  expect(await shop.json('MigrationStatus', ['migrate', 'status'], { cwd })).toMatchObject({
    database: `sqlite:${shop.file}`,
  });
  await config({ database: 'postgres://ann:swordfish@127.0.0.1/shop', migrations: 'migrations' });
  const refused = await shop.run(['migrate', 'status']);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).not.toContain('swordfish');
});

test.each([
  ['no database', ['--migrations', 'migrations'], 'a database, got none'],
  ['no migrations', ['--database', 'sqlite:shop.db'], 'a folder of migrations, got none'],
  [
    'a password in the URL',
    ['--database', 'mysql://ann:swordfish@h/shop', '--migrations', 'migrations'],
    'without a password',
  ],
  ['another kind', ['--database', 'redis://h', '--migrations', 'migrations'], 'a database like sqlite:app.db'],
  [
    'a variable that is not set',
    ['--database', 'NOT_SET', '--migrations', 'migrations'],
    'environment variable NOT_SET',
  ],
])('%s is a mistake of the command line', async (_, options, said) => {
  const shop = await newShop();
  const { code, stderr } = await shop.run(['migrate', 'status', ...options]);
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(said) as string });
  expect(stderr).not.toContain('swordfish');
});

async function withServer(start: (folder: string) => Promise<() => Promise<void> | void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'migrate-'));
  const end = await start(folder);
  await end();
  await rm(folder, { recursive: true, force: true });
}

const SERVER_FILES = {
  '1_rooms.up.sql': 'create table rooms(id int primary key, name varchar(20));',
  '1_rooms.down.sql': 'drop table rooms;',
};

test.skipIf(NO_POSTGRES !== undefined)(
  'PostgreSQL: all of it, with the password in a file, a variable, or the URL of one',
  async () => {
    await withServer(async (folder) => {
      const server = await startPostgres(folder);
      const index = { '2_index.sql': 'create index concurrently rooms_name on rooms (name);' };
      const shop = await newShop({ ...SERVER_FILES, ...index });
      const { host, port, user } = server.connection;
      const url = `postgres://${user}@${host}:${port}/postgres`;
      await writeFile(join(shop.cwd, 'password'), `${PASSWORD}\n`);
      const migrations = ['--migrations', 'migrations'];
      const up = await shop.json('MigrationRun', [
        'migrate',
        'up',
        '--database',
        url,
        '--password-file',
        'password',
        ...migrations,
      ]);
      expect(up.applied.map(({ id }) => id)).toEqual(['1_rooms', '2_index']);
      expect(up.database).toBe(url);
      const env = { SHOP: server.url, PGPASSWORD: '' };
      const named = ['--database', 'SHOP', ...migrations];
      expect((await shop.json('MigrationStatus', ['migrate', 'status', ...named], { env })).pending).toBe(0);
      const verified = await shop.json('MigrationVerification', ['migrate', 'verify', ...named], { env });
      expect(verified).toMatchObject({ isSame: true, place: expect.stringContaining('/holdfast_verify_') as string });
      const wrong = await shop.run(['migrate', 'status', '--database', `${url}?password-env=WRONG`, ...migrations], {
        env: { WRONG: 'perch' },
      });
      expect(wrong).toMatchObject({ code: 1, stdout: '' });
      expect(wrong.stderr).not.toMatch(/perch|swordfish/);
      return () => server.end();
    });
  },
);

test.skipIf(NO_MARIADB !== undefined)('MariaDB: up and down with the password in the environment', async () => {
  await withServer(async (folder) => {
    const server = await startMariadb(folder);
    server.sql('mysql', 'create database shop');
    const shop = await newShop(SERVER_FILES);
    const { host, port, user, password } = server.connection;
    const named = ['--database', `mariadb://${user}@${host}:${port}/shop`, '--migrations', 'migrations'];
    const env = { MYSQL_PWD: password };
    expect((await shop.json('MigrationRun', ['migrate', 'up', ...named], { env })).applied).toHaveLength(1);
    expect((await shop.json('MigrationRun', ['migrate', 'down', ...named], { env })).applied).toHaveLength(1);
    return () => server.stop();
  });
});
