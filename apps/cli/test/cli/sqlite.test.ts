import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, expect, test } from 'vitest';
import { newMachine, type Machine } from '../support/cli.ts';

let machine: Machine;
let path: string;

beforeEach(async () => {
  machine = await newMachine();
  await machine.json('Created', ['init']);
  path = join(machine.cwd, 'app.db');
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = wal; CREATE TABLE orders (note TEXT); INSERT INTO orders VALUES ('one')");
  database.close();
});

/** The notes of all orders. */
function notes(): unknown[] {
  const database = new DatabaseSync(path);
  try {
    return database
      .prepare('SELECT note FROM orders')
      .all()
      .map(({ note }) => note);
  } finally {
    database.close();
  }
}

function write(sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

test('a database is backed up and restored over the live one, whose service is stopped and started', async () => {
  const run = await machine.json('BackupRun', ['backup', 'create', '--source', 'shop/main=sqlite:app.db?check=quick']);
  expect(run.sources).toMatchObject([
    {
      kind: 'sqlite',
      path: 'shop/main',
      status: 'ok',
      files: 1,
      details: { journalMode: 'wal', check: 'quick', problems: 0 },
    },
  ]);
  write("DELETE FROM orders; INSERT INTO orders VALUES ('lost')");
  const hooks = ['--stop-command', 'echo stopped >>log', '--start-command', 'echo started >>log'];
  const into = ['backup', 'restore', 'latest', '--into', `sqlite://${path}`];
  const plan = await machine.run([...into, '--dry-run']);
  expect(plan).toMatchObject({ code: 0, stdout: `shop/main would replace ${path}\n` });
  const asked = await machine.run(into);
  expect([asked.code, notes()]).toEqual([2, ['lost']]);
  const restored = await machine.json('RestoreRun', [...into, '--yes', ...hooks]);
  expect(restored).toMatchObject({
    status: 'ok',
    sqlite: { kind: 'sqlite', path: 'shop/main', replaced: true, recovered: 'none' },
  });
  expect(notes()).toEqual(['one']);
  expect(await readFile(join(machine.cwd, 'log'), 'utf8')).toBe('stopped\nstarted\n');
});

test('a database that is replaced was saved first, and comes back from that', async () => {
  await machine.json('BackupRun', ['backup', 'create', '--source', 'sqlite:app.db']);
  write("INSERT INTO orders VALUES ('newer')");
  const into = ['--into', 'sqlite:app.db', '--yes'];
  // What a service writes until it has ended is saved, too.
  await writeFile(
    join(machine.cwd, 'stop.mjs'),
    `import { DatabaseSync } from 'node:sqlite'; new DatabaseSync('app.db').exec("INSERT INTO orders VALUES ('last')")`,
  );
  const stop = ['--stop-command', `'${process.execPath}' --no-warnings stop.mjs`];
  const { code, stderr } = await machine.run(['backup', 'restore', 'latest', ...into, ...stop]);
  expect([code, notes()]).toEqual([0, ['one']]);
  const [, id = ''] = /^ {2}holdfast backup restore ([0-9a-f]{8}) --into sqlite:app\.db$/m.exec(stderr) ?? [];
  const back = await machine.json('RestoreRun', ['backup', 'restore', id, ...into, '--no-safety-backup']);
  expect([back.safetySnapshot, notes()]).toEqual([undefined, ['one', 'newer', 'last']]);
});

test('what is no database is only replaced without a safety snapshot', async () => {
  await machine.json('BackupRun', ['backup', 'create', '--source', 'sqlite:app.db']);
  const other = join(machine.cwd, 'other.db');
  const into = ['backup', 'restore', 'latest', '--into', 'sqlite:other.db'];
  expect(await machine.run([...into, '--dry-run'])).toMatchObject({ stdout: `app.db would become ${other}\n` });
  expect((await machine.json('RestoreRun', into)).safetySnapshot).toBeUndefined();
  await writeFile(other, 'no database at all, but long enough to be taken for one'.repeat(100));
  const refused = await machine.run([...into, '--yes']);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('--no-safety-backup')]);
  expect(await readFile(other, 'utf8')).toContain('no database');
  await machine.json('RestoreRun', [...into, '--yes', '--no-safety-backup']);
  expect((await readFile(other, 'latin1')).startsWith('SQLite format 3')).toBe(true);
});

test('the old database is back when the service does not start with the new one', async () => {
  await machine.json('BackupRun', ['backup', 'create', '--source', `sqlite:${path}`]);
  write("INSERT INTO orders VALUES ('newer')");
  await writeFile(join(machine.cwd, 'start.sh'), 'test -e tried || { touch tried; echo no such column >&2; exit 1; }');
  const into = [
    'backup',
    'restore',
    'latest:app.db',
    '--into',
    'sqlite:app.db',
    '--yes',
    '--start-command',
    'sh start.sh',
  ];
  const { code, stderr } = await machine.run(into);
  expect([code, stderr]).toEqual([1, expect.stringContaining('the old one is back')]);
  expect(notes()).toEqual(['one', 'newer']);
  expect(
    (await readdir(machine.cwd)).filter((name) => name.startsWith('.app.db') || name.startsWith('app.db')),
  ).toEqual(['app.db']);
});

test('the service of a restore that was killed is started by the next call, with the old database', async () => {
  await machine.json('BackupRun', ['backup', 'create', '--source', 'sqlite:app.db']);
  write("INSERT INTO orders VALUES ('newer')");
  const hooks = ['--stop-command', 'echo stopped >>log', '--start-command', 'echo started >>log'];
  const kill = ['--validate-command', 'kill -9 $PPID; sleep 1'];
  const killed = await machine.run([
    'backup',
    'restore',
    'latest',
    '--into',
    'sqlite:app.db',
    '--yes',
    ...hooks,
    ...kill,
  ]);
  expect([killed.signal, notes()]).toEqual(['SIGKILL', ['one']]);
  expect((await machine.run(['status'])).stderr).toContain('started again');
  expect(notes()).toEqual(['one', 'newer']);
  expect(await readFile(join(machine.cwd, 'log'), 'utf8')).toBe('stopped\nstopped\nstarted\n');
});

test('a database that somebody has open is not replaced', async () => {
  await machine.json('BackupRun', ['backup', 'create', '--source', 'sqlite:app.db']);
  const open = new DatabaseSync(path);
  open.exec('SELECT * FROM orders');
  const { code, stderr } = await machine.run(['backup', 'restore', 'latest', '--into', 'sqlite:app.db', '--yes']);
  open.close();
  expect([code, stderr]).toEqual([1, expect.stringMatching(/to be free, got (process \d+|"database is locked")/)]);
});

test('a snapshot without a database, or with two, is asked which file is meant', async () => {
  await machine.json('BackupRun', ['backup', 'create', '--source-command', 'a=echo x']);
  const into = ['--into', 'sqlite:app.db', '--yes'];
  const none = await machine.run(['backup', 'restore', 'latest', ...into]);
  await machine.json('BackupRun', ['backup', 'create', '--source', 'a=sqlite:app.db', '--source', 'b=sqlite:app.db']);
  const two = await machine.run(['backup', 'restore', 'latest', ...into]);
  expect([none.code, none.stderr, two.code, two.stderr]).toEqual([
    2,
    expect.stringContaining('got none'),
    2,
    expect.stringContaining('got a, b'),
  ]);
});
