import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackupResult, DataRecord, RecordChange, RecordModule } from '../../src/index.ts';
import { listModules, postgresRecords, type PostgresTable, recordsSource } from '../../src/records/index.ts';
import { createAt, failureOf, listOf, newPlace, tempFolder } from '../fixtures/place.ts';
import { NO_POSTGRES, startPostgres, type TestServer } from '../../../../tooling/test-servers/postgres.ts';

const signal = new AbortController().signal;

const TYPES = `CREATE TYPE mood AS ENUM ('calm', 'wild'); CREATE DOMAIN code AS text CHECK (value <> 'no');
CREATE TABLE types (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, small smallint, whole integer, big bigint, num numeric,
  money numeric(12, 2), f4 real, f8 double precision, yes boolean, txt text, chr char(5), bin bytea, at timestamptz,
  local timestamp, day date, tod time, ttz timetz, span interval, doc json, docb jsonb, list int[], texts text[][], uid uuid,
  net inet, spot point, feel mood, dom code, rng int4range, bits bit varying(9), mark xml, words tsvector,
  twice integer GENERATED ALWAYS AS (whole - 1) STORED)`;

const ROWS = `INSERT INTO types OVERRIDING SYSTEM VALUE VALUES
  (9223372036854775807, -32768, 2147483647, -9223372036854775808, 12345678901234567890.12345678901234567890, 0.10, 0.1, 0.1,
   true, E'it''s\\n☃ \\\\ "', 'ab', '\\x00ff', '2026-03-29 01:59:59.123456+00', '2026-03-29 02:30:00.000001', '0044-03-15 BC',
   '23:59:59.999999', '10:00:00+05:30', '1 year 2 mons -3 days 04:05:06.789', '{"b": 1,  "a": 1.10}', '{"n": 1e400, "x": 1.10}',
   '{1,NULL,3}', '{{a,"b c"},{NULL,"\\"q\\""}}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '10.0.0.1/8', '(1.5,2)', 'wild', 'ok',
   '[1,5)', B'10101', '<a>x</a>', 'a fat cat'),
  (2, NULL, 0, 0, 'NaN', NULL, 'Infinity', '-Infinity', false, '', '', '', 'infinity', '-infinity', 'infinity', '00:00',
   '00:00+00', '-1 day', 'null', 'null', '{}', '{}', NULL, '::1', '(NaN,-Infinity)', NULL, NULL, 'empty', B'', NULL, ''),
  (3, 1, 1, 1, 1, 1, 3.4e38, 5e-324, NULL, 'NULL', 'x', NULL, '2026-01-01', NULL, NULL, NULL, NULL, NULL, NULL, '[]', '[2:3]={7,8}',
   NULL, NULL, NULL, NULL, 'calm', NULL, '(,)', NULL, '', NULL)`;

const MIDDLE = 'TABLE middle (id int PRIMARY KEY, at timestamptz);';

describe.skipIf(NO_POSTGRES !== undefined)(`tables of PostgreSQL (${NO_POSTGRES ?? 'of its own'})`, () => {
  let server: TestServer;
  const folder = tempFolder(afterAll);
  const clients: Client[] = [];
  afterAll(async () => {
    for (const client of clients) await client.end();
    server.end();
  });
  const connect = async (database: string, options: object = {}): Promise<Client> => {
    const { host, port, user, password } = server.connection;
    const client = new Client({ host, port, user, password, database, ...options });
    await client.connect();
    clients.push(client);
    return client;
  };
  beforeAll(async () => {
    server = await startPostgres(folder);
    server.sql('postgres', 'CREATE DATABASE one; CREATE DATABASE two;');
  });

  const copyOf = (records: readonly DataRecord[]): DataRecord[] => JSON.parse(JSON.stringify(records)) as DataRecord[];

  async function* puts(module: string, records: readonly DataRecord[]): AsyncGenerator<RecordChange> {
    for (const record of records) yield { module, type: 'put', record };
  }

  async function read(module: RecordModule | undefined, since?: number): Promise<DataRecord[]> {
    return await listOf(module?.read({ signal, since }) as AsyncIterable<DataRecord>);
  }

  it('of some rows refuse to put a record over a row that is none of them, and change nothing', async () => {
    server.sql(
      'one',
      "CREATE TABLE shared (id int PRIMARY KEY, tenant int, room text); INSERT INTO shared VALUES (1, 1, 'of one'), (2, 2, 'old')",
    );
    const where = { sql: '"tenant"::text = $1', values: ['2'] };
    const { target } = postgresRecords({ client: await connect('one'), tables: [{ table: 'shared', where }] });
    const record = (id: string): DataRecord => ({ id, data: { id: Number(id), tenant: 2, room: 'new' } });
    const refused = target.apply(puts('shared', [record('2'), record('1')]), { signal });
    expect(await failureOf(refused)).toMatchObject({ code: 'INVALID_RECORD' });
    const rooms = (): string => server.sql('one', "SELECT string_agg(room, ' ' ORDER BY id) FROM shared");
    expect(rooms()).toBe('of one old');
    expect(await target.apply(puts('shared', [record('2'), record('3')]), { signal })).toBe(2);
    expect(rooms()).toBe('of one new new');
  });

  it('give every value so that it comes back exactly, whatever the settings of both connections', async () => {
    server.sql('one', `${TYPES}; ${ROWS}`);
    server.sql('two', TYPES);
    const tables: PostgresTable[] = [{ table: 'types' }];
    const from = await connect('one', { options: '-c datestyle=German -c timezone=Asia/Tokyo -c bytea_output=escape' });
    const to = await connect('two', {
      options: '-c datestyle=SQL,DMY -c timezone=America/Lima -c intervalstyle=sql_standard',
    });
    const { source, target } = postgresRecords({ client: from, tables });
    await source.open?.({ signal });
    const records = copyOf(await read(source.modules[0]));
    await source.close?.();
    expect(records.map(({ id }) => id)).toEqual(['2', '3', '9223372036854775807']);
    expect(records[2]?.data).toMatchObject({
      whole: 2_147_483_647,
      big: '-9223372036854775808',
      num: '12345678901234567890.12345678901234567890',
      yes: true,
      bin: String.raw`\x00ff`,
      list: '{1,NULL,3}',
    });
    expect(records[2]?.data).not.toHaveProperty('twice');
    const { target: copy } = postgresRecords({ client: to, tables });
    for (let i = 0; i < 2; i++) expect(await copy.apply(puts('types', records), { signal })).toBe(3);
    const state = 'SELECT string_agg(t::text, chr(10) ORDER BY id) FROM types t';
    expect(server.sql('two', state)).toBe(server.sql('one', state));
    expect(await listOf(copy.read('types', { signal }))).toEqual(records);
    expect(await listOf(target.read('types', { signal }))).toEqual(records);
    // The settings are those of the user again.
    expect((await from.query('SHOW datestyle')).rows).toEqual([{ DateStyle: 'German, DMY' }]);
  });

  it('have ids of several columns, in the order of their bytes, and only the rows that were asked for', async () => {
    server.sql(
      'one',
      `CREATE SCHEMA app; CREATE TABLE app."Odd ""Name" (tenant text, "n o" int, v text, PRIMARY KEY (tenant, "n o"));
      INSERT INTO app."Odd ""Name" SELECT t, i, t || i FROM unnest(ARRAY['a', 'B', 'é"\\', '☃']) t, generate_series(9, 11) i`,
    );
    const client = await connect('one');
    const table = { table: 'Odd "Name', schema: 'app', module: 'odd' };
    const { target } = postgresRecords({ client, tables: [table] });
    const ids = (await listOf(target.read('odd', { signal }))).map(({ id }) => id);
    expect(ids).toHaveLength(12);
    expect(ids).toEqual(ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
    expect(ids.every((id) => JSON.stringify(JSON.parse(id)) === id)).toBe(true);
    const where = { sql: 'tenant = $1 AND "n o" > $2', values: ['é"\\', 9] };
    const some = postgresRecords({ client, tables: [{ ...table, where, columns: ['v'] }] });
    const found = await listOf(some.target.read('odd', { signal }));
    expect(found.map(({ data }) => data)).toEqual([10, 11].map((n) => ({ tenant: 'é"\\', 'n o': n, v: `é"\\${n}` })));
    const gone = async function* (): AsyncGenerator<RecordChange> {
      for (const { id } of found) yield { module: 'odd', type: 'delete', id };
    };
    expect(await some.target.apply(gone(), { signal })).toBe(2);
    expect(await listOf(target.read('odd', { signal }))).toHaveLength(10);
  });

  it('give what has changed since, missing no transaction that was under way', async () => {
    server.sql(
      'one',
      `CREATE TABLE booking (id int PRIMARY KEY, at timestamptz DEFAULT now(), gone timestamptz, n int);
      INSERT INTO booking SELECT i, '2026-01-01', NULL, 1 FROM generate_series(1, 5000) i;`,
    );
    const late = await connect('one');
    await late.query('BEGIN');
    await late.query('UPDATE booking SET n = 2, at = now() WHERE id = 7');
    server.sql('one', 'UPDATE booking SET n = 3, at = now() WHERE id = 8');
    const client = await connect('one');
    const { source } = postgresRecords({ client, tables: [{ table: 'booking', updatedAt: 'at', deletedAt: 'gone' }] });
    const [module] = source.modules;
    await source.open?.({ signal });
    const moment = (await module?.moment?.({ signal })) as number;
    expect(await read(module)).toHaveLength(5000);
    // What is committed now is not seen: it is one moment for all.
    await late.query('COMMIT');
    expect((await read(module)).find(({ id }) => id === '7')?.data).toMatchObject({ n: 1 });
    await source.close?.();
    server.sql('one', 'UPDATE booking SET gone = now() WHERE id = 9; INSERT INTO booking VALUES (6000, NULL)');
    await source.open?.({ signal });
    const ids = (await read(module, moment)).map(({ id }) => id);
    expect(ids.toSorted()).toEqual(['6000', '7', '8']);
    const deleted = await listOf(module?.deleted?.({ signal, since: moment }) as AsyncIterable<{ id: string }>);
    expect(deleted).toMatchObject([{ id: '9' }]);
    expect(module).not.toHaveProperty('ids');
    await source.close?.();
    await source.close?.();
  });

  it('do not tell a moment to those who are not told what others do', async () => {
    server.sql(
      'one',
      `CREATE TABLE plain (id int PRIMARY KEY, at timestamptz); CREATE ROLE small LOGIN PASSWORD 'x'; GRANT SELECT ON plain TO small`,
    );
    await connect('one');
    const client = await connect('one', { user: 'small', password: 'x' });
    const { source } = postgresRecords({ client, tables: [{ table: 'plain', updatedAt: 'at' }] });
    await source.open?.({ signal });
    expect(await source.modules[0]?.moment?.({ signal })).toBeUndefined();
    expect(await read(source.modules[0], 0)).toEqual([]);
    expect(await listOf(source.modules[0]?.ids?.({ signal }) as AsyncIterable<string>)).toEqual([]);
    await source.close?.();
  });

  it.each([
    [
      'rights that were revoked',
      'REVOKE SELECT ON middle FROM reader',
      'GRANT SELECT ON middle TO reader',
      'DATABASE_REFUSED',
    ],
    ['a table that was dropped', 'DROP TABLE middle', `CREATE ${MIDDLE}`, 'DATABASE_NOT_FOUND'],
    [
      'a schema that has changed',
      'ALTER TABLE middle DROP COLUMN at',
      `DROP TABLE middle; CREATE ${MIDDLE}`,
      'DATABASE_NOT_FOUND',
    ],
  ])(
    'with %s in the middle of a backup, the others are kept, and the next one heals',
    async (_what, harm, heal, code) => {
      const database = `harm_${harm.length}`;
      server.sql(
        'postgres',
        `CREATE DATABASE ${database}; DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'x'`,
      );
      const tables = ['first', 'last'].map((name) => `CREATE TABLE ${name} (id int PRIMARY KEY, at timestamptz);`);
      server.sql(
        database,
        `${tables.join(' ')} CREATE ${MIDDLE} GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader`,
      );
      const client = await connect(database, { user: 'reader', password: 'x' });
      const { source } = postgresRecords({
        client,
        tables: ['first', 'middle', 'last'].map((table) => ({ table, updatedAt: 'at' })),
      });
      const [first, ...others] = source.modules as [RecordModule, ...RecordModule[]];
      let isHarmed = false;
      const harming: RecordModule = {
        ...first,
        async *read(options) {
          yield* first.read(options);
          if (!isHarmed) server.sql(database, harm);
          isHarmed = true;
        },
      };
      await using repository = await createAt(newPlace());
      const backUp = async (): Promise<BackupResult> =>
        await repository.backup({ sources: [recordsSource({ ...source, modules: [harming, ...others] })] });
      const { status, problems } = await backUp();
      expect([status, problems.map((problem) => [problem.path, problem.code])]).toEqual([
        'partial',
        [['records/middle/module.json', code]],
      ]);
      const stored = async (): Promise<string[]> => (await listModules(repository, 'latest')).map(({ name }) => name);
      expect(await stored()).toEqual(['first', 'last']);
      server.sql(database, `${heal}; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader`);
      expect((await backUp()).status).toBe('ok');
      expect(await stored()).toEqual(['first', 'last', 'middle']);
      await client.end();
      server.sql('postgres', `DROP DATABASE ${database}`);
    },
  );

  it('are changed in one transaction, in which references may be broken on the way, or not at all', async () => {
    server.sql(
      'one',
      `CREATE TABLE room (id int PRIMARY KEY); INSERT INTO room VALUES (1);
      CREATE TABLE stay (id int PRIMARY KEY, room int REFERENCES room DEFERRABLE)`,
    );
    const client = await connect('one');
    const { target } = postgresRecords({ client, tables: [{ table: 'stay' }, { table: 'room' }] });
    expect(await target.modules({ signal })).toEqual(['room', 'stay']);
    expect(await target.schema?.('stay', { signal })).toEqual({
      columns: { id: 'integer', room: 'integer' },
      id: ['id'],
    });
    const stay: RecordChange = { module: 'stay', type: 'put', record: { id: '1', data: { id: 1, room: 2 } } };
    const room: RecordChange = { module: 'room', type: 'put', record: { id: '2', data: { id: 2 } } };
    const list = async function* (...changes: RecordChange[]): AsyncGenerator<RecordChange> {
      yield* changes;
    };
    expect(await failureOf(target.apply(list(stay), { signal }))).toMatchObject({ code: 'DATABASE_REFUSED' });
    expect(await target.apply(list(stay, room), { signal })).toBe(2);
    const throwing = target.apply(
      async function* (view) {
        for await (const { id } of view.read('stay', { signal })) yield { module: 'stay', type: 'delete', id };
        throw new Error('no');
      },
      { signal },
    );
    expect((await failureOf(throwing)).message).toBe('no');
    expect(await listOf(target.read('stay', { signal }))).toHaveLength(1);
  });

  it.each([
    [{ table: 'none' }, 'DATABASE_NOT_FOUND'],
    [{ table: 'bare' }, 'INVALID_OPTION'],
    [{ table: 'bare', id: 'y' }, 'INVALID_OPTION'],
  ])('that are not as was said are refused (%o)', async (table, code) => {
    server.sql('one', 'CREATE TABLE IF NOT EXISTS bare (x int)');
    const { target } = postgresRecords({ client: await connect('one'), tables: [table] });
    expect(await failureOf(listOf(target.read(table.table, { signal })))).toMatchObject({ code });
  });
});
