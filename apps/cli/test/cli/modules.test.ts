import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { type Machine, newMachine, parseShape } from '../support/cli.ts';
import { writeTree } from '../support/tree.ts';

/** A configuration with the modules of a hotel, beside what it is about. */
async function hotel(more: object = {}): Promise<Machine> {
  const machine = await newMachine({ inProcess: true });
  const database = new DatabaseSync(join(machine.cwd, 'hotel.db'));
  database.exec('CREATE TABLE rooms (id INTEGER); INSERT INTO rooms VALUES (7)');
  database.close();
  await writeTree(join(machine.cwd, 'uploads'), { 'logo.svg': '<svg/>', 'a.tmp': 'x' });
  await writeTree(join(machine.cwd, 'other'), { 'file.txt': 'of nobody' });
  const modules = {
    database: { sources: ['hotel/hotel.db=sqlite:hotel.db'] },
    assets: { paths: ['uploads'], exclude: ['*.tmp'] },
  };
  const software = { name: 'hotel', command: 'echo 4.2.0; echo more' };
  const content = { sources: { paths: ['other'] }, tenants: { property1: { modules, software } }, ...more };
  await writeFile(join(machine.cwd, 'holdfast.config.json'), JSON.stringify(content));
  await machine.json('Created', ['init']);
  return machine;
}

const CREATE = ['backup', 'create', '--tenant', 'property1'];

test('the configured modules of a tenant are backed up, shown with their digests, and restored one by one', async () => {
  const machine = await hotel();
  const cwd = join(machine.cwd, 'uploads');
  const { snapshot } = await machine.json('BackupRun', CREATE, { cwd });
  expect(snapshot).toMatchObject({
    modules: [
      { name: 'assets', sources: 1, files: 1, bytes: 6 },
      { name: 'database', sources: 1, files: 1 },
    ],
    software: { name: 'hotel', version: '4.2.0' },
  });
  const digests = (snapshot?.modules ?? []).map(({ sha256 }) => sha256);
  const reference = ['latest', '--tenant', 'property1'];
  const shown = (await machine.run(['backup', 'show', ...reference])).stdout;
  for (const text of [...digests, 'module assets', 'module database', 'hotel 4.2.0, digest '])
    expect(shown).toContain(text);
  const table = await machine.run(['backup', 'catalog', '--tenant', 'property1', '--module', 'data*']);
  expect(table.stdout).toContain(`assets:${digests[0]?.slice(0, 12)} database:${digests[1]?.slice(0, 12)}`);
  const { entries } = await machine.json('BackupCatalog', ['backup', 'catalog', '--module', 'assets']);
  expect(entries).toMatchObject([{ id: snapshot?.id, modules: snapshot?.modules }]);

  const restored = await machine.run(['backup', 'restore', ...reference, '--module', 'assets', '--to', 'one']);
  expect(restored.code).toBe(0);
  expect(existsSync(join(machine.cwd, 'one/hotel'))).toBe(false);
  const [assets] = snapshot?.sources.filter(({ module }) => module === 'assets') ?? [];
  expect(await readFile(join(machine.cwd, 'one', assets?.path ?? '', 'logo.svg'), 'utf8')).toBe('<svg/>');
  await machine.run(['backup', 'restore', ...reference, '--module', 'database', '--to', 'two']);
  const database = new DatabaseSync(join(machine.cwd, 'two/hotel/hotel.db'), { readOnly: true });
  expect(database.prepare('SELECT id FROM rooms').all()).toEqual([{ id: 7 }]);
  database.close();
  const dump = await machine.run([
    'backup',
    'restore',
    ...reference,
    '--module',
    'database',
    '--into',
    'sqlite:hotel.db',
  ]);
  expect([dump.code, dump.stderr]).toEqual([2, expect.stringMatching(/a dump of sqlite[\s\S]*Leave --module out/)]);
  const missing = await machine.run(['backup', 'restore', ...reference, '--module', 'mail', '--to', 'three']);
  expect([missing.code, missing.stderr]).toEqual([4, expect.stringContaining('It has assets, database.')]);
  expect(existsSync(join(machine.cwd, 'three'))).toBe(false);
});

test('--module backs up only what it names; another tenant gets what is configured for all', async () => {
  const machine = await hotel();
  const one = (await machine.json('BackupRun', [...CREATE, '--module', 'assets'])).snapshot;
  const all = (await machine.json('BackupRun', CREATE)).snapshot;
  expect(one?.modules).toEqual(all?.modules?.filter(({ name }) => name === 'assets'));
  const other = (await machine.json('BackupRun', ['backup', 'create'])).snapshot;
  expect(other?.sources).toMatchObject([{ root: join(machine.cwd, 'other') }]);
  expect([other?.modules, other?.software]).toEqual([undefined, undefined]);
  const refused = [
    [...CREATE, '--module', 'mail'],
    ['backup', 'create', '--module', 'assets'],
    [...CREATE, 'other', '--module', 'assets'],
  ];
  for (const args of refused) expect((await machine.run(args)).code, args.join(' ')).toBe(2);
});

test('databases of the configuration are backed up with its paths, or alone, relative to its folder', async () => {
  const machine = await hotel({ sources: { databases: ['sqlite:hotel.db'] } });
  const { snapshot } = await machine.json('BackupRun', ['backup', 'create'], { cwd: join(machine.cwd, 'other') });
  expect(snapshot?.sources).toMatchObject([{ kind: 'sqlite', status: 'ok' }]);
  expect((await machine.json('Snapshot', ['backup', 'show', 'latest'])).id).toBe(snapshot?.id);
});

test('the version of the software comes from a package.json too, with the commit; what tells none stops the backup', async () => {
  const modules = { assets: { paths: ['uploads'] } };
  const machine = await hotel({ tenants: { property1: { modules, software: { packageJson: 'app/package.json' } } } });
  await writeTree(join(machine.cwd, 'app'), { 'package.json': '{"name": "hotel", "version": "5.0.1"}' });
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', ...args], {
      cwd: join(machine.cwd, 'app'),
      encoding: 'utf8',
    }).trim();
  expect((await machine.json('BackupRun', CREATE)).snapshot?.software).not.toHaveProperty('commit');
  git('init', '--quiet');
  git('add', '.');
  git('commit', '--quiet', '-m', 'first');
  const software = { name: 'hotel', version: '5.0.1', commit: git('rev-parse', 'HEAD') };
  expect((await machine.json('BackupRun', CREATE)).snapshot?.software).toMatchObject(software);
  await writeTree(join(machine.cwd, 'app'), { 'package.json': '{"name": "hotel"}' });
  const failed = await machine.run([...CREATE, '--json']);
  expect([failed.code, parseShape('Failed', failed.stdout).error.code]).toEqual([1, 'UNREADABLE']);
});

test('a password in a URL of the configuration is refused by every command, and not repeated', async () => {
  const secret = 'hunter2';
  const sources = [`shop=postgres://me:${secret}@db/shop`, `mysql://db/x?password=${secret}`, 'redis://cache'];
  const machine = await newMachine({ inProcess: true });
  await writeFile(
    join(machine.cwd, 'holdfast.config.json'),
    JSON.stringify({ sources: { databases: sources }, tenants: { a: { modules: { database: { sources } } } } }),
  );
  for (const args of [['config', 'validate'], ['config', 'show'], CREATE]) {
    const { code, stdout, stderr } = await machine.run(args);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain('got a password in the URL at sources.databases[0]');
    expect(stdout + stderr).toContain('tenants.a.modules.database.sources[1]');
    expect(stdout + stderr).not.toContain(secret);
  }
});
