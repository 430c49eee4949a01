import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/** A server of a test's own. */
export interface OwnServer {
  readonly port: number;
  stop(): Promise<void>;
}

const isThere = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

/** Why tests with servers are skipped; `undefined` when they are not. */
export const NO_SERVERS: string | undefined = ['redis-server', 'redis-cli', 'mariadbd', 'mariadb', 'mariadb-dump']
  .filter((program) => !isThere(program))
  .map((program) => `${program} is not installed`)[0];

export const PASSWORD = 'swordfish-4';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => void server.close(resolve));
  return port;
}

async function started(child: ChildProcess, port: number, answers: () => boolean): Promise<OwnServer> {
  for (let tries = 0; !answers(); tries++) {
    if (tries > 400) throw new Error('Expected a server to start within ten seconds, it did not');
    await setTimeout(25);
  }
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return { port, stop };
}

/** Sends one command to a server of {@link startRedis}. */
export const redis = (port: number, ...command: readonly string[]): string =>
  spawnSync('redis-cli', ['-p', String(port), ...command], {
    env: { ...process.env, REDISCLI_AUTH: PASSWORD },
    encoding: 'utf8',
  }).stdout.trim();

/** A Redis server with {@link PASSWORD}. */
export async function startRedis(folder: string): Promise<OwnServer> {
  const port = await freePort();
  const settings = ['--bind', '127.0.0.1', '--requirepass', PASSWORD, '--repl-diskless-sync-delay', '0', '--save', ''];
  const child = spawn('redis-server', ['--port', String(port), '--dir', folder, ...settings], { stdio: 'ignore' });
  return await started(child, port, () => redis(port, 'PING') === 'PONG');
}

const client = (port: number, text: string): ReturnType<typeof spawnSync> =>
  spawnSync('mariadb', ['--no-defaults', '-N', '-uroot', '-h127.0.0.1', `-P${port}`], {
    input: text,
    encoding: 'utf8',
  });

/** Runs SQL on a server of {@link startMariadb}. */
export function mariadb(port: number, text: string): string {
  const { status, stdout, stderr } = client(port, text);
  if (status !== 0) throw new Error(String(stderr));
  return String(stdout).trim();
}

/** A MariaDB server with a user `admin` who has {@link PASSWORD}. */
export async function startMariadb(folder: string): Promise<OwnServer> {
  const port = await freePort();
  const data = join(folder, 'data');
  mkdirSync(data);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const ids = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, 'mysql'], { encoding: 'utf8' }).stdout));
    for (const path of [folder, data]) chownSync(path, ids[0] ?? 0, ids[1] ?? 0);
  }
  const settings = [
    '--no-defaults',
    ...(isRoot ? ['--user=mysql'] : []),
    `--datadir=${data}`,
    '--innodb-log-file-size=4M',
  ];
  execFileSync('mariadb-install-db', [...settings, '--auth-root-authentication-method=normal', '--skip-test-db'], {
    stdio: 'ignore',
  });
  const where = [
    `--port=${port}`,
    `--socket=${join(folder, 'socket')}`,
    '--bind-address=127.0.0.1',
    '--skip-name-resolve',
  ];
  const child = spawn('mariadbd', [...settings, ...where, '--innodb-buffer-pool-size=16M'], { stdio: 'ignore' });
  const server = await started(child, port, () => client(port, 'SELECT 1').status === 0);
  mariadb(port, `GRANT ALL ON *.* TO admin@'127.0.0.1' IDENTIFIED BY '${PASSWORD}'`);
  return server;
}
