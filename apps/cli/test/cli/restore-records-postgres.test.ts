import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { NO_POSTGRES } from '../../../../tooling/test-servers/postgres.ts';
import { newMachine } from '../support/cli.ts';
import { ownPostgres } from '../support/own-postgres.ts';

describe.skipIf(NO_POSTGRES !== undefined)(`a PostgreSQL server (${NO_POSTGRES ?? 'of its own'})`, () => {
  const server = ownPostgres();

  test('rows are backed up as records, and merged back without losing newer ones', async () => {
    const machine = await newMachine();
    await machine.json('Created', ['init']);
    server.sql(
      'postgres',
      `CREATE SCHEMA hotel; CREATE TABLE hotel.stays (id text PRIMARY KEY, room int, updated_at timestamptz);
      INSERT INTO hotel.stays VALUES ('s1', 1, '2026-01-01Z'), ('s2', 2, '2026-01-01Z'), ('s3', 3, '2026-01-01Z')`,
    );
    const env = server.env();
    const url = `${server.url('postgres')}?schema=hotel`;
    const source = `records+${url}&table=stays&updated-at=updated_at`;
    const { snapshot } = await machine.json('BackupRun', ['backup', 'create', '--source', source], { env });
    expect(snapshot?.sources).toMatchObject([{ kind: 'records', status: 'ok' }]);
    server.sql(
      'postgres',
      `DELETE FROM hotel.stays WHERE id = 's1'; UPDATE hotel.stays SET room = 99, updated_at = '2026-02-01Z' WHERE id = 's2';
      UPDATE hotel.stays SET room = 30, updated_at = '2026-02-02Z' WHERE id = 's3'; INSERT INTO hotel.stays VALUES ('s4', 4, '2026-02-02Z')`,
    );
    const merge = ['backup', 'restore', 'latest', '--mode', 'merge', '--into', url];
    const damage = ['--damaged-since', '2026-02-01T00:00:00Z', '--damaged-until', '2026-02-01T12:00:00Z'];
    const dry = await machine.run([...merge, ...damage, '--dry-run'], { env });
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining('stays: 1 to add, 1 to replace, 0 to delete')]);
    const { records, safetySnapshot } = await machine.json('RestoreRun', [...merge, ...damage, '--yes'], { env });
    expect(records?.changes).toBe(2);
    expect(safetySnapshot).toBeDefined();
    const rooms = "SELECT string_agg(id || '=' || room, ' ' ORDER BY id) FROM hotel.stays";
    expect(server.sql('postgres', rooms)).toBe('s1=1 s2=2 s3=30 s4=4');
    // What a server says whose disk is full.
    server.sql(
      'postgres',
      `CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no space left' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER no_room BEFORE INSERT ON hotel.stays FOR EACH ROW EXECUTE FUNCTION no_room(); DELETE FROM hotel.stays WHERE id = 's1'`,
    );
    const full = await machine.run([...merge, '--yes', '--no-safety-backup'], { env });
    expect([full.code, full.stderr]).toEqual([1, expect.stringMatching(/no space left.*Make room/s)]);
    expect(full.stderr).not.toContain('    at ');
    expect(server.sql('postgres', rooms)).toBe('s2=2 s3=30 s4=4');
    const wrong = await machine.run([...merge, '--yes'], { env: { ...env, PGPASSWORD: 'wrong' } });
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/DATABASE_REFUSED|password authentication/)]);
    expect(wrong.stderr).not.toContain('    at ');
    const nowhere = await machine.run([...merge.slice(0, -1), 'postgres://admin@127.0.0.1:1/x', '--yes'], { env });
    expect([nowhere.code, nowhere.stderr]).toEqual([
      1,
      expect.stringContaining('Expected a PostgreSQL server to answer'),
    ]);
  });

  test('rows are backed up and restored through psql in a container, one module by its name alone', async () => {
    const machine = await newMachine();
    await machine.json('Created', ['init']);
    server.sql(
      'postgres',
      `CREATE SCHEMA inn; CREATE TABLE inn.rooms (id int PRIMARY KEY, name text, is_free bool GENERATED ALWAYS AS (true) STORED);
      INSERT INTO inn.rooms VALUES (1, 'it''s "one"'), (2, NULL); CREATE TABLE inn.guests (id int PRIMARY KEY)`,
    );
    const client = join(machine.cwd, 'client');
    const start = `named="PATH=$PATH"
while [ "$1" != -- ]; do
  if [ "$1" = --env ]; then eval "value=\\$$2"; named="$named $2=$value"; shift; fi
  shift
done
shift 2
exec env -i $named "$@"`;
    await writeFile(client, `#!/bin/sh\necho "$*" >> '${machine.cwd}/clients'\n${start}\n`, { mode: 0o755 });
    const env = server.env();
    const url = `${server.url('postgres')}?schema=inn&docker=inn-db&docker-client=${client}`;
    const create = ['backup', 'create', '--source', `records+${url}&table=rooms&table=guests`];
    expect((await machine.json('BackupRun', create, { env })).status).toBe('ok');
    server.sql('postgres', 'DELETE FROM inn.rooms; INSERT INTO inn.guests VALUES (1)');
    const back = ['backup', 'restore', 'latest', '--module', 'rooms', '--into', url, '--yes'];
    const { records, safetySnapshot, validation } = await machine.json('RestoreRun', back, { env });
    expect([records?.plan.mode, records?.changes, validation?.status]).toEqual(['selective', 2, 'passed']);
    expect(safetySnapshot).toBeDefined();
    const state =
      "SELECT string_agg(concat(id, name, is_free), '|' ORDER BY id), (SELECT count(*) FROM inn.guests) FROM inn.rooms";
    expect(server.sql('postgres', state)).toBe('1it\'s "one"t|2t|1');
    expect(await readFile(join(machine.cwd, 'clients'), 'utf8')).toMatch(/-- inn-db .*psql.*\n[^]*-- inn-db .*pg_dump/);
  });

  test('rows of SQLite are backed up as records, too', async () => {
    const machine = await newMachine();
    await machine.json('Created', ['init']);
    const database = new DatabaseSync(join(machine.cwd, 'hotel.db'));
    database.exec("CREATE TABLE stays (id text PRIMARY KEY, room integer); INSERT INTO stays VALUES ('s1', 1)");
    const create = ['backup', 'create', '--source', 'records+sqlite:hotel.db?table=stays'];
    await machine.json('BackupRun', create);
    database.exec('DELETE FROM stays');
    const back = ['backup', 'restore', 'latest', '--mode', 'full', '--into', 'sqlite:hotel.db', '--yes'];
    await machine.json('RestoreRun', back);
    expect(database.prepare('SELECT id, room FROM stays').all()).toEqual([{ id: 's1', room: 1 }]);
    database.close();
    expect((await machine.run(['backup', 'create', '--source', 'records+sqlite:hotel.db'])).code).toBe(2);
  });
});
