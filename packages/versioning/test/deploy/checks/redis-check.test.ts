import { createServer } from 'node:net';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { redisCheck } from '../../../src/deploy/index.ts';
import { newFolder } from '../folder.ts';
import { freePort } from '../../../../../tooling/test-servers/free-port.ts';
import { NO_REDIS, startRedis } from '../redis-server.ts';

const PASSWORD = 'swordfish-4';

test.skipIf(NO_REDIS !== undefined)(
  'a real server answers those who know its password, and tells others why not',
  async () => {
    using folder = newFolder();
    writeFileSync(join(folder.path, 'password'), `${PASSWORD}\n`);
    await using server = await startRedis(folder.path, PASSWORD);
    const { port } = server;
    const password = { file: join(folder.path, 'password') };
    // It takes a moment to start.
    const first = redisCheck({ port, password, attempts: 200, intervalMs: 50 });
    expect(await first.run({})).toMatchObject({ outcome: 'ok', found: 'PONG', name: `redis 127.0.0.1:${port}` });
    const run = async (options: object): Promise<unknown> =>
      redisCheck({ port, timeoutMs: 30_000, ...options }).run({});
    expect(await run({ password, user: 'default' })).toMatchObject({ outcome: 'ok' });
    expect(await run({})).toMatchObject({
      outcome: 'fail',
      found: 'NOAUTH Authentication required.',
      hint: 'Name where its password is.',
    });
    const wrong = JSON.stringify(await run({ password: () => 'a wrong one' }));
    expect(wrong).toContain('WRONGPASS');
    expect(wrong).not.toContain('a wrong one');
  },
);

test('what is no Redis server is none: it says something else, nothing, or goes away', async () => {
  const answers = ['HTTP/1.1 400 Bad Request\r\n', 'x'.repeat(10_000), '', undefined];
  const found: string[] = [];
  for (const answer of answers) {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      if (answer === '') socket.end();
      else if (answer !== undefined) socket.write(answer);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const result = await redisCheck({ port, timeoutMs: answer === undefined ? 100 : 20_000 }).run({});
    expect(result.outcome).toBe('fail');
    found.push(result.found);
    server.close();
  }
  expect(found).toEqual([
    'HTTP/1.1 400 Bad Request',
    'something that is no Redis server answered',
    'the connection was closed',
    'no answer within 100 ms',
  ]);
  const port = await freePort();
  expect((await redisCheck({ port }).run({})).found).toBe(`connect ECONNREFUSED 127.0.0.1:${port}`);
});
