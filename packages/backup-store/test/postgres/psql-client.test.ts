import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_POSTGRES, startPostgres, type TestServer } from '../../../../tooling/test-servers/postgres.ts';
import { dockerExec, ssh } from '../../src/command/index.ts';
import { psqlClient, type PsqlClient } from '../../src/postgres/index.ts';
import { csvRecords, withValues } from '../../src/postgres/psql-text.ts';
import { failureOf, tempFolder } from '../fixtures/place.ts';
import { dockerStandIn, sshStandIn } from '../fixtures/remote-clients.ts';

it('parameters are put where they are none of a text, a name or a comment', () => {
  const text = `SELECT $1::text, 'a $1', E'\\'$1', "b$1", c$1, $x$ $1 $x$, $2 -- $1\n/* $1 */ + $10`;
  expect(withValues(text, ["it's", null])).toBe(
    `SELECT 'it''s'::text, 'a $1', E'\\'$1', "b$1", c$1, $x$ $1 $x$, NULL -- $1\n/* $1 */ + NULL`,
  );
  expect(() => withValues('SELECT $1', [{}])).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }));
});

it('records of comma-separated values are read as they were', () => {
  const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'é') });
  fc.assert(
    fc.property(fc.array(fc.array(field, { minLength: 2, maxLength: 3 })), (records) => {
      const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
      const text = records.map((record) => `${record.map(cell).join(',')}\n`).join('');
      expect(csvRecords(text)).toEqual(records);
    }),
  );
});

describe.skipIf(NO_POSTGRES !== undefined)(`a PostgreSQL server (${NO_POSTGRES ?? 'of its own'})`, () => {
  const folder = tempFolder(afterAll);
  let server: TestServer;
  beforeAll(async () => {
    server = await startPostgres(folder);
  });
  afterAll(() => server.stop());

  it.each([
    ['here', undefined],
    ['in a container', dockerExec('db', { client: dockerStandIn(folder, `${folder}/docker.log`) })],
    ['over ssh', ssh('db.example', { client: sshStandIn(folder, `${folder}/ssh.log`) })],
  ])('answers a psql %s with texts as they are, and with what is wrong', async (_where, executor) => {
    await using client: PsqlClient = psqlClient({ ...server.connection, executor, database: 'postgres' });
    const odd = `"q", 'a'\n\\x \\. é;\n`;
    const { rows } = await client.query('SELECT $1::text AS a, $2::text AS b, $3::int[]::text AS c, true AS d', [
      odd,
      '',
      '{1,2}',
    ]);
    expect(rows).toEqual([{ a: odd, b: '', c: '{1,2}', d: 't' }]);
    expect((await client.query('SELECT NULL AS n, 1 AS m WHERE $1', [false])).rows).toEqual([]);
    expect((await client.query('SELECT NULL AS n')).rows).toEqual([{ n: null }]);
    await client.query('BEGIN');
    expect(await failureOf(client.query('SELECT * FROM nowhere'))).toMatchObject({
      code: '42P01',
      message: expect.stringContaining('nowhere') as string,
    });
    await client.query('ROLLBACK');
    const all = client.query('SELECT generate_series(1, 5000) AS n');
    expect([(await all).rows.length, (await client.query('SELECT 2 AS two')).rows]).toEqual([5000, [{ two: '2' }]]);
  });

  it('refuses a wrong password by its code', async () => {
    await using client = psqlClient({ ...server.connection, password: 'wrong', database: 'postgres' });
    expect(await failureOf(client.query('SELECT 1'))).toMatchObject({ code: 'DATABASE_REFUSED' });
  });
});
