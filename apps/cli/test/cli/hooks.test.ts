import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { NO_POSTGRES } from '../../../../tooling/test-servers/postgres.ts';
import { newMachine, type Machine } from '../support/cli.ts';
import { ownPostgres } from '../support/own-postgres.ts';
import { writeTree } from '../support/tree.ts';

let machine: Machine;

beforeEach(async () => {
  machine = await newMachine();
  await machine.json('Created', ['init']);
  await writeTree(machine.cwd, { 'files/a': 'a' });
});

const log = async (): Promise<string[]> => (await readFile(join(machine.cwd, 'log'), 'utf8')).trim().split('\n');
const HOOKS = ['--quiesce', 'echo rest >> log', '--resume', 'echo go >> log'];
const two = ['--source-command', 'one=echo one | tee -a log', '--source-command', 'two=echo two | tee -a log'];

test('hooks run once around the reading of all sources', async () => {
  const run = await machine.json('BackupRun', ['backup', 'create', 'files', ...two, ...HOOKS]);
  expect([run.status, await log()]).toEqual(['ok', ['rest', 'one', 'two', 'go']]);
});

test('when what writes can’t be brought to rest, no source is read, and it is let go all the same', async () => {
  const failing = ['--quiesce', 'echo rest >> log; exit 4', '--resume', 'echo go >> log'];
  const { code, stdout } = await machine.run(['backup', 'create', 'files', ...two, ...failing, '--json']);
  expect([code, await log()]).toEqual([3, ['rest', 'go']]);
  const { sources } = JSON.parse(stdout) as { sources: { status: string; error?: { code: string } }[] };
  expect(sources.map(({ status, error }) => [status, error?.code])).toEqual([
    ['failed', 'COMMAND_FAILED'],
    ['failed', 'COMMAND_FAILED'],
    ['ok', undefined],
  ]);
});

test('what a backup that was killed has left at rest is let go by the next call, which says so', async () => {
  const killed = ['--source-command', 'one=kill -9 $PPID; sleep 1'];
  expect((await machine.run(['backup', 'create', ...killed, ...HOOKS])).signal).toBe('SIGKILL');
  expect(await log()).toEqual(['rest']);
  const { stderr } = await machine.run(['status']);
  expect([stderr, await log()]).toEqual([
    expect.stringContaining('started again by `echo go >> log`') as string,
    ['rest', 'go'],
  ]);
  expect([(await machine.run(['status'])).stderr, await log()]).toEqual(['', ['rest', 'go']]);
});

test('hooks of files alone are refused, on the command line and of a module', async () => {
  expect((await machine.run(['backup', 'create', 'files', ...HOOKS])).code).toBe(2);
  const modules = { files: { paths: ['files'], quiesce: 'echo rest >> log' } };
  await writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ tenants: { default: { modules } } }));
  const { code, stderr } = await machine.run(['backup', 'create']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('module files')]);
});

test('what says where programs run is refused where it says nothing', async () => {
  for (const wrong of ['docker=', 'docker=a&ssh=b', 'docker-user=me', 'ssh-option=-v']) {
    const { code } = await machine.run(['backup', 'create', '--source', `postgres://me@localhost/shop?${wrong}`]);
    expect([wrong, code]).toEqual([wrong, 2]);
  }
});

describe.skipIf(NO_POSTGRES !== undefined)(`a PostgreSQL server (${NO_POSTGRES ?? 'of its own'})`, () => {
  const server = ownPostgres();

  test('is dumped and restored by programs of a container or over ssh, with hooks of its module', async () => {
    server.sql('postgres', 'CREATE DATABASE inn');
    server.sql('inn', 'CREATE TABLE rooms (id int); INSERT INTO rooms VALUES (1), (2)');
    // What a client does on the other side: start the program with the variables that were named.
    const client = join(machine.cwd, 'client');
    const start = `named="PATH=$PATH"
while [ "$1" != -- ]; do
  if [ "$1" = --env ]; then eval "value=\\$$2"; named="$named $2=$value"; shift; fi
  shift
done
shift 2
exec env -i $named "$@"`;
    await writeFile(client, `#!/bin/sh\necho "$*" >> '${machine.cwd}/clients'\n${start}\n`);
    const remote = join(machine.cwd, 'remote');
    await writeFile(remote, `#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done\nexec env -i PATH="$PATH" sh -c "$3"\n`);
    for (const each of [client, remote]) await chmod(each, 0o755);
    const docker = `${server.url('inn')}?docker=inn-db&docker-client=${client}&docker-user=postgres`;
    const overSsh = `${server.url('inn')}?ssh=backup@inn&ssh-client=${remote}&ssh-option=-p&ssh-option=2222`;
    const hooks = { quiesce: 'echo rest >> log', resume: 'echo go >> log' };
    const modules = { database: { sources: [docker, `second=${overSsh}`], ...hooks } };
    await writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify({ tenants: { default: { modules } } }));
    const run = await machine.json('BackupRun', ['backup', 'create'], { env: server.env() });
    expect(run.sources).toMatchObject([
      { status: 'ok', module: 'database', details: { executor: `${client} exec inn-db` } },
      { status: 'ok', details: { executor: `${remote} backup@inn` } },
    ]);
    expect(await log()).toEqual(['rest', 'go']);
    const clients = await readFile(join(machine.cwd, 'clients'), 'utf8');
    expect(clients).toMatch(/--user postgres .*-- inn-db .*pg_dump/);
    expect(clients).not.toContain(server.env().PGPASSWORD);
    const into = docker.replace('/inn?', '/back?');
    const args = ['backup', 'restore', 'latest:postgres/inn.sql', '--into', into, '--yes'];
    await machine.json('RestoreRun', args, { env: server.env() });
    expect(server.sql('back', 'SELECT count(*) FROM rooms')).toBe('2');
    const during = (await readFile(join(machine.cwd, 'clients'), 'utf8')).slice(clients.length);
    expect(during).toMatch(/-- inn-db .*psql/);
  });
});
