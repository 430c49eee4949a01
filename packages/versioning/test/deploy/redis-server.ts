import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../../../tooling/test-servers/free-port.ts';

/** Why tests with a server are skipped; `undefined` when they are not. */
export const NO_REDIS: string | undefined =
  spawnSync('redis-server', ['--version']).status === 0 ? undefined : 'a Redis server (redis-server) is not installed';

/** A Redis server of a test's own, with a password. */
export interface TestRedis extends AsyncDisposable {
  readonly port: number;
}

/** Starts one that keeps nothing. It may take a moment until it answers. */
export async function startRedis(folder: string, password: string): Promise<TestRedis> {
  const port = await freePort();
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', folder, '--requirepass', password];
  const server = spawn('redis-server', args, { stdio: 'ignore' });
  return {
    port,
    async [Symbol.asyncDispose]() {
      const end = once(server, 'exit');
      server.kill('SIGKILL');
      await end;
    },
  };
}
