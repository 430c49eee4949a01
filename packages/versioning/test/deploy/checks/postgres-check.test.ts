import { createServer } from 'node:net';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { NO_POSTGRES, PASSWORD, startPostgres } from '../../../../../tooling/test-servers/postgres.ts';
import { postgresCheck, tcpCheck } from '../../../src/deploy/index.ts';
import { newFolder } from '../folder.ts';

test.skipIf(NO_POSTGRES !== undefined)(
  'a real server is asked for its version, and whether it takes writes',
  async () => {
    using folder = newFolder();
    const server = await startPostgres(folder.path);
    try {
      const { host, port, user } = server.connection;
      const where = { host, port, user, database: 'postgres', password: () => PASSWORD, timeoutMs: 30_000 };
      const result = await postgresCheck({ ...where, needsWrites: true }).run({});
      expect(result).toMatchObject({ outcome: 'ok', kind: 'postgres', name: `postgres 127.0.0.1:${port}/postgres` });
      expect(result.found).toMatch(/^PostgreSQL \d.*, reads and writes$/);
      expect(await tcpCheck({ port }).run({})).toMatchObject({ outcome: 'ok', found: 'connected' });

      server.sql('postgres', 'alter database postgres set default_transaction_read_only = on');
      expect(await postgresCheck(where).run({})).toMatchObject({ outcome: 'ok' });
      expect(await postgresCheck({ ...where, needsWrites: true }).run({})).toMatchObject({ outcome: 'fail' });

      const wrong = JSON.stringify(await postgresCheck({ ...where, password: () => 'a wrong one' }).run({}));
      expect(wrong).toContain('password authentication failed for user');
      expect(wrong).not.toContain('a wrong one');
      server.stop();
      expect(await postgresCheck({ ...where, attempts: 2, intervalMs: 1 }).run({})).toMatchObject({
        outcome: 'fail',
        found: `connect ECONNREFUSED 127.0.0.1:${port}`,
        attempts: 2,
      });
    } finally {
      server.end();
    }
  },
);

test('a server that takes the connection and says nothing is not waited for, and its connection is closed', async () => {
  const silent = createServer((socket) => void socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  const check = postgresCheck({ host: '127.0.0.1', port, user: 'shop', password: () => 'x', timeoutMs: 100 });
  expect(await check.run({})).toMatchObject({ outcome: 'fail', found: 'no answer within 100 ms' });
  // It ends only when nobody is connected.
  silent.close();
  await once(silent, 'close');
});
