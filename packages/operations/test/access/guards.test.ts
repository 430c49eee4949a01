import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRepository, type Repository } from '@x/backup-store';
import { storedFlags } from '@x/feature-flags/stored';
import { createModelRegistry } from '@x/ml-model-registry';
import { fsStore } from '@x/storage';
import { createReleaseManager } from '@x/versioning';
import { createDeployer } from '@x/versioning/deploy';
import { createMigrator, sqliteDriver } from '@x/versioning/migrate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { flagsRules } from '../../src/access/guard-flags.ts';
import { journalRules, keysRules, repositoryRules, tenantsRules } from '../../src/access/guard-repository.ts';
import { tenantHandleRules } from '../../src/access/guard-tenant.ts';
import { migratorRules, releaseRules } from '../../src/access/guard-versions.ts';
import {
  authorizeDeploys,
  authorizeModels,
  createAccess,
  guardFlags,
  guardMigrator,
  guardReleases,
  guardRepository,
} from '../../src/access/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'holdfast-access-'));
const access = createAccess({
  users: { nobody: [], ann: { role: 'operator', tenants: ['a'] }, eve: 'auditor', root: 'master' },
});
const denied = { access, principal: 'nobody' };
let repository: Repository;

beforeAll(async () => {
  mkdirSync(join(folder, 'source'));
  writeFileSync(join(folder, 'source', 'file'), 'content');
  ({ repository } = await createRepository({ store: join(folder, 'store'), encrypted: false }));
  for (const name of ['a', 'b']) await repository.tenant(name).backup({ paths: [join(folder, 'source')] });
});
afterAll(async () => {
  await repository.close();
  rmSync(folder, { recursive: true, force: true });
});

/** All that lies below a folder, as one digest. */
function digestOf(path: string): string {
  const hash = createHash('sha256');
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }).toSorted((a, b) =>
    `${a.parentPath}/${a.name}` < `${b.parentPath}/${b.name}` ? -1 : 1,
  ))
    if (entry.isFile())
      hash.update(`${entry.parentPath}/${entry.name}\n`).update(readFileSync(join(entry.parentPath, entry.name)));
  return hash.digest('hex');
}

/** Names of all members, those of classes too. */
function membersOf(target: object): ReadonlySet<string | symbol> {
  const names = new Set<string | symbol>();
  for (
    let each: object | null = target;
    each !== null && each !== Object.prototype;
    each = Object.getPrototypeOf(each) as object | null
  )
    for (const name of Reflect.ownKeys(each)) if (name !== 'constructor') names.add(name);
  return names;
}

/** Makes a call of any kind, and reads what it gives. */
async function outcomeOf(target: object, name: string | symbol): Promise<unknown> {
  const call = (target as Readonly<Record<string | symbol, (...args: unknown[]) => unknown>>)[name];
  try {
    const result = call?.('latest', { tenant: 'a' }, { tenant: 'a' });
    if (result !== null && typeof result === 'object' && Symbol.asyncIterator in result)
      for await (const item of result as AsyncIterable<unknown>) return item;
    return await result;
  } catch (error) {
    return error;
  }
}

/** Calls of a guarded thing that are asked about. */
const askedCalls = (rules: object): readonly (string | symbol)[] =>
  Reflect.ownKeys(rules).filter(
    (name) => typeof (rules as Readonly<Record<string | symbol, unknown>>)[name] === 'object',
  );

async function expectAllDenied(target: object, rules: object): Promise<void> {
  for (const name of askedCalls(rules))
    expect(await outcomeOf(target, name), String(name)).toMatchObject({ code: 'ACCESS_DENIED' });
}

describe('a repository', () => {
  it('has no call that nobody guards', () => {
    // What is open for other parts of the engine, and no part of the contract.
    const own = new Set(['pin', 'announce', 'announceSkipped', 'stats']);
    const guards = [
      [repository, repositoryRules],
      [repository.keys, keysRules],
      [repository.tenants, tenantsRules],
      [repository.journal, journalRules],
      [repository.tenant('a'), tenantHandleRules('a')],
    ] as const;
    for (const [target, rules] of guards)
      expect([...membersOf(target)].filter((name) => !Object.hasOwn(rules, name) && !own.has(name as string))).toEqual(
        [],
      );
    // What was not thought of is not there.
    expect(Reflect.ownKeys(guardRepository(repository, denied))).toEqual(Reflect.ownKeys(repositoryRules));
  });

  it('changes nothing and gives nothing away by any call of somebody who may do nothing', async () => {
    const before = digestOf(join(folder, 'store'));
    const theirs = guardRepository(repository, denied);
    await expectAllDenied(theirs, repositoryRules);
    await expectAllDenied(theirs.keys, keysRules);
    await expectAllDenied(theirs.tenants, tenantsRules);
    await expectAllDenied(theirs.journal, journalRules);
    const handle = theirs.tenant('a');
    await expectAllDenied(handle, tenantHandleRules('a'));
    await expectAllDenied(handle.journal, journalRules);
    expect(digestOf(join(folder, 'store'))).toBe(before);
  });

  it('is one tenant and no other for who is limited to it', async () => {
    const hers = guardRepository(repository, { access, principal: 'ann' });
    const { id: ofB } = await repository.tenant('b').snapshot('latest');
    const { id: ofA } = await hers.tenant('a').snapshot('latest');
    await hers.backup({ tenant: 'a', paths: [join(folder, 'source')] });
    await hers.restore({ snapshot: ofA, to: join(folder, 'out') });
    expect(readdirSync(join(folder, 'out'))).not.toEqual([]);
    for (const call of [
      async () => hers.restore({ snapshot: ofB, to: join(folder, 'out of b') }),
      async () => hers.restore({ snapshot: 'latest', to: join(folder, 'out of b') }),
      async () => hers.snapshot(ofB),
      // As for one that nobody has.
      async () => hers.snapshot('0'.repeat(32)),
      async () => hers.snapshots(),
      async () => hers.tenant('b').backup({ paths: [join(folder, 'source')] }),
      async () => hers.backup({ paths: [join(folder, 'source')] }),
      async () => hers.forget({ snapshots: [ofA, ofB] }),
      async () => hers.tenants.hold('b', { by: 'ann', reason: 'mine' }),
      async () => hers.keys.list(),
    ])
      await expect(call()).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
    expect(readdirSync(folder)).not.toContain('out of b');
    await hers.forget({ snapshots: [ofA], filter: { tenant: 'a' } });
    expect(await hers.snapshots({ tenant: 'a' })).toHaveLength(1);
  });

  it('lets an auditor list and verify, and read no content', async () => {
    const theirs = guardRepository(repository, { access, principal: 'eve' });
    expect((await theirs.snapshots({ tenant: 'b' })).length).toBe(1);
    expect(await theirs.verify({ tenant: 'b' })).toMatchObject({ findings: [] });
    const names: string[] = [];
    for await (const { path } of theirs.tenant('b').entries('latest')) names.push(path);
    expect(names.some((name) => name.endsWith('file'))).toBe(true);
    const read = theirs.tenant('b').read('latest', { path: join(folder, 'source', 'file') });
    await expect(read[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  });
});

it('releases are made, yanked and taken out by nobody who may not', async () => {
  const storage = join(folder, 'releases');
  mkdirSync(storage);
  const manager = createReleaseManager({ storage: fsStore(storage), workspace: join(folder, 'source') });
  expect([...membersOf(manager)].filter((name) => !Object.hasOwn(releaseRules, name))).toEqual([]);
  await expectAllDenied(guardReleases(manager, denied), releaseRules);
  expect(readdirSync(storage)).toEqual([]);
  const read = guardReleases(manager, { access, principal: 'eve' });
  expect(await read.listReleases()).toEqual([]);
  await expect(read.createRelease()).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
});

it('migrations are run by nobody who may not, whichever way they go', async () => {
  const [database, scripts] = [join(folder, 'shop.db'), join(folder, 'scripts')];
  mkdirSync(scripts);
  writeFileSync(join(scripts, '0001_guests.up.sql'), 'CREATE TABLE guests (id INTEGER PRIMARY KEY);\n');
  writeFileSync(join(scripts, '0001_guests.down.sql'), 'DROP TABLE guests;\n');
  const migrator = createMigrator({ driver: sqliteDriver(database), migrations: scripts });
  expect([...membersOf(migrator)].filter((name) => !Object.hasOwn(migratorRules, name))).toEqual([]);
  await expectAllDenied(guardMigrator(migrator, denied), migratorRules);
  const up = createAccess({ roles: { up: ['migrate.read', 'migrate.up'] }, users: { ben: 'up' } });
  const bens = guardMigrator(migrator, { access: up, principal: 'ben' });
  const plan = await bens.plan('up');
  await expect(guardMigrator(migrator, { access, principal: 'eve' }).apply(plan)).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
  });
  expect(await migrator.applied()).toEqual([]);
  await bens.apply(plan);
  await expect(bens.apply(await bens.plan('down'))).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  expect(await migrator.applied()).toHaveLength(1);
});

it('flags are changed by nobody who may not; a trial run is reading', async () => {
  const place = join(folder, 'flags');
  mkdirSync(place);
  const flags = storedFlags(fsStore(place));
  expect([...membersOf(flags)].filter((name) => !Object.hasOwn(flagsRules, name))).toEqual([]);
  await expectAllDenied(guardFlags(flags, denied), flagsRules);
  const theirs = guardFlags(flags, { access, principal: 'eve' });
  const edits = [{ kind: 'set', key: 'new_ui', definition: { enabled: true } }] as const;
  const note = { by: 'eve', why: 'try' };
  expect(await theirs.change(edits, note, { dryRun: true })).toMatchObject({ version: 1 });
  await expect(theirs.change(edits, note)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  expect(readdirSync(place)).toEqual([]);
  await guardFlags(flags, { access, principal: 'root' }).change(edits, { by: 'root', why: 'now' });
  expect(readdirSync(place)).not.toEqual([]);
});

it('a machine is set up by nobody who may not, whoever a deployer says it is', async () => {
  const layout = join(folder, 'machine');
  const releases = createReleaseManager({
    storage: fsStore(join(folder, 'releases')),
    workspace: join(folder, 'source'),
  });
  const deployerOf = (principal?: string): ReturnType<typeof createDeployer> =>
    createDeployer({ layout, releases, by: 'eve', authorize: authorizeDeploys({ access, principal }) });
  await expect(deployerOf().init()).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  await expect(deployerOf('nobody').init()).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  expect(readdirSync(folder)).not.toContain('machine');
  await deployerOf('root').init();
  expect(readdirSync(folder)).toContain('machine');
  await expect(deployerOf().clean()).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
});

it('models are added by nobody who may not, and the history says who tried', async () => {
  const storage = join(folder, 'models');
  mkdirSync(storage);
  const before = digestOf(join(folder, 'store'));
  const models = createModelRegistry({
    storage: fsStore(storage),
    repository,
    by: 'eve',
    authorize: authorizeModels({ access }),
  });
  const added = models.add('price', join(folder, 'source', 'file'), { change: 'fix' });
  await expect(added).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  expect(await models.list('price').catch((error: unknown) => error)).toMatchObject({ code: 'MODEL_NOT_FOUND' });
  expect(JSON.stringify(await models.history('price'))).toContain('eve');
  expect(digestOf(join(folder, 'store'))).toBe(before);
});

it('what a newer package asks for, and nobody knows here, is nobody’s to do', async () => {
  const authorize = authorizeDeploys({ access, principal: 'root' });
  const intent = { action: 'reboot', by: 'root', channel: 'prod' } as never;
  await expect(authorize(intent)).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
});
