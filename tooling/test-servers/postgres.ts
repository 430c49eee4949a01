import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { onceInFolder } from './once-in-folder.ts';
import { systemUser } from './system-user.ts';

const DEBIAN = '/usr/lib/postgresql';

/** The folder with the newest server, and why there is none. */
function binaries(): { readonly folder: string } | { readonly missing: string } {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  const folder = folders.find((each) =>
    ['initdb', 'pg_ctl', 'psql', 'pg_dump'].every((name) => existsSync(join(each, name))),
  );
  return folder === undefined ? { missing: 'a PostgreSQL server (initdb) is not installed' } : { folder };
}

const found = binaries();

/** Why tests with a server are skipped; `undefined` when they are not. */
export const NO_POSTGRES: string | undefined = 'missing' in found ? found.missing : undefined;
/** Folder of the programs. */
const POSTGRES_BIN: string = 'folder' in found ? found.folder : '';

/** A server of a test's own, with a superuser whose password is {@link PASSWORD}, on a port of its own. */
export interface TestServer {
  readonly connection: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly binDirectory: string;
  };
  /** `postgres://…` of its database `postgres`, password included. */
  readonly url: string;
  start(): void;
  /** At once, as if the power failed. */
  stop(): void;
  /** The same, unless it is stopped. */
  end(): void;
  sql(database: string, text: string): string;
}

export const PASSWORD = 'swordfish-1';

type RunProgram = (program: string, args: readonly string[]) => void;

/** Runs programs of the server in a folder, as the user that it runs as. */
const programsIn =
  (folder: string): RunProgram =>
  (program, args) =>
    void execFileSync(join(POSTGRES_BIN, program), args, {
      ...systemUser('postgres'),
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });

/** The data of a server that was never started, made once in a process: others begin as copies of it. */
const newCluster = onceInFolder((folder) => {
  const owner = systemUser('postgres');
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, PASSWORD);
  mkdirSync(data);
  if (owner !== undefined) for (const path of [folder, data, passwordFile]) chownSync(path, owner.uid, owner.gid);
  const secret = ['--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const options = ['-D', data, '-U', 'admin', ...secret, '--no-sync', '-E', 'UTF8', '--locale=C'];
  programsIn(folder)('initdb', options);
  return data;
});

/** Makes a server in an empty folder and starts it. It is quick, keeps nothing safe, and has to be ended. */
export async function startPostgres(folder: string): Promise<TestServer> {
  const port = await freePort();
  const data = join(folder, 'data');
  const owner = systemUser('postgres');
  const run = programsIn(folder);
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  execFileSync('cp', ['-a', newCluster(), data]);
  // Nothing of it has to outlive the machine, and what compiles or cleans up costs more than it saves here.
  const quick = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off', 'jit=off'];
  const small = ['shared_buffers=16MB', 'max_connections=20'];
  const set = [...quick, ...small].map((each) => `-c ${each}`).join(' ');
  const settings = `-p ${port} -k ${folder} -h 127.0.0.1 ${set}`;
  const stop = (): void => run('pg_ctl', ['-D', data, '-w', '-m', 'immediate', 'stop']);
  const server: TestServer = {
    url: `postgres://admin:${PASSWORD}@127.0.0.1:${port}/postgres`,
    connection: { host: '127.0.0.1', port, user: 'admin', password: PASSWORD, binDirectory: POSTGRES_BIN },
    start: () => run('pg_ctl', ['-D', data, '-w', '-l', join(folder, 'log'), '-o', settings, 'start']),
    stop,
    end() {
      if (existsSync(join(data, 'postmaster.pid'))) stop();
    },
    sql(database, text) {
      const args = ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-h', '127.0.0.1', '-p', String(port), '-U', 'admin', database];
      return execFileSync(join(POSTGRES_BIN, 'psql'), args, {
        input: text,
        encoding: 'utf8',
        env: { ...process.env, PGPASSWORD: PASSWORD },
        stdio: ['pipe', 'pipe', 'pipe'],
      }).trim();
    },
  };
  server.start();
  return server;
}
