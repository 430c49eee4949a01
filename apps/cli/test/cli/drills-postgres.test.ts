import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NO_POSTGRES } from '../../../../tooling/test-servers/postgres.ts';
import { newMachine } from '../support/cli.ts';
import { ownPostgres } from '../support/own-postgres.ts';

describe.skipIf(NO_POSTGRES !== undefined)(`drills of PostgreSQL (${NO_POSTGRES ?? 'a server of its own'})`, () => {
  const server = ownPostgres();
  const databases = (): string => server.sql('postgres', 'select datname from pg_database order by 1');

  it('a database is restored into one of its own on the server that is configured, looked at, measured and dropped', async () => {
    const machine = await newMachine({ inProcess: true });
    server.sql('postgres', 'create database shop');
    server.sql(
      'shop',
      'create table rooms (id int primary key, name text); insert into rooms select n, n::text from generate_series(1, 500) n',
    );
    const env = server.env();
    await machine.run(['init']);
    expect((await machine.run(['backup', 'create', '--source', server.url('shop')], { env })).code).toBe(0);
    const before = databases();
    await writeFile(
      join(machine.cwd, 'holdfast.config.json'),
      JSON.stringify({ drills: { scratch: [server.url('postgres')], keepFree: '1MB' } }),
    );
    const { drills } = await machine.json('DrillRun', ['drill', 'run'], { env });
    expect(drills).toMatchObject([{ kind: 'validate', status: 'passed', proven: { share: 1 } }]);
    const [checks, restoreMs] = [drills[0]?.checks ?? [], drills[0]?.restoreMs ?? 0];
    const tookMs = (name: string): number => checks.find((check) => check.name === name)?.durationMs ?? NaN;
    expect(checks.filter(({ name }) => ['schema', 'data'].includes(name))).toMatchObject([
      { status: 'passed' },
      { status: 'passed' },
    ]);
    // Time to restore is that of files and of the database.
    expect(restoreMs).toBe(tookMs('restore') + tookMs('schema'));
    expect(databases()).toBe(before);
    expect(await readFile(join(machine.cwd, 'holdfast.config.json'), 'utf8')).not.toContain('password');
  });
});
