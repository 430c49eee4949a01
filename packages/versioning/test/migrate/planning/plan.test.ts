import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ask, migrate, migratorOf, sqliteShop, statesOf } from '../shop.ts';

const up = (name: string, kind = 'expand'): Record<string, string> => ({
  [`${name}.up.sql`]: `-- kind: ${kind}\ncreate table t${name}(x);`,
  [`${name}.down.sql`]: `drop table t${name};`,
});

const DIGEST = expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string;

test('a way back that was edited since is told, and not taken until it is put back or accepted', async () => {
  const { driver, file } = await sqliteShop();
  await migrate(migratorOf(driver, up('1_a')), 'up');
  const edited = migratorOf(driver, { ...up('1_a'), '1_a.down.sql': 'drop table t1_a; select 1;', ...up('2_b') });
  const [status] = await edited.status();
  expect(status).toMatchObject({ state: 'edited', edited: ['down'] });
  // It is in nobody's way forward.
  expect(await migrate(edited, 'up')).toEqual(['2_b']);
  await expect(edited.plan('down', { to: '' })).rejects.toMatchObject({
    code: 'MIGRATION_EDITED',
    message: expect.stringContaining('Expected the way back of 1_a as it was on 2026-01-01') as string,
    hint: expect.stringContaining('`holdfast migrate repair 1_a`') as string,
  });
  expect(await edited.repair('1_a')).toMatchObject({ state: 'applied' });
  expect(await migrate(edited, 'down', { to: '' })).toEqual(['2_b', '1_a']);
  expect(ask(file, "select name from sqlite_schema where name = 't1_a'")).toEqual([]);
});

test('a way back that was added or taken away later is no edited one', async () => {
  const { driver } = await sqliteShop();
  const { '1_a.up.sql': forward = '', ...back } = up('1_a');
  const without = migratorOf(driver, { '1_a.up.sql': forward });
  await migrate(without, 'up');
  const added = migratorOf(driver, { '1_a.up.sql': forward, ...back });
  expect(await statesOf(added)).toEqual({ '1_a': 'applied' });
  await added.repair('1_a');
  expect(await statesOf(without)).toEqual({ '1_a': 'applied' });
  expect(await migrate(added, 'down')).toEqual(['1_a']);
});

test('an edited migration is refused both ways until it is put back or accepted', async () => {
  const { driver } = await sqliteShop();
  await migrate(migratorOf(driver, up('1_a')), 'up');
  const edited = migratorOf(driver, { ...up('1_a'), '1_a.up.sql': 'create table other(x);', ...up('2_b') });
  expect(await statesOf(edited)).toEqual({ '1_a': 'edited', '2_b': 'pending' });
  const refusal = {
    code: 'MIGRATION_EDITED',
    hint: expect.stringContaining("repair('1_a')") as string,
    place: { file: '1_a' },
  };
  await expect(edited.plan('up')).rejects.toMatchObject(refusal);
  await expect(edited.plan('down')).rejects.toMatchObject(refusal);
  expect(await edited.repair('1_a')).toMatchObject({ id: '1_a', state: 'applied' });
  expect(edited.events).toEqual([
    {
      type: 'repaired',
      id: '1_a',
      by: 'ann',
      from: { state: 'applied', checksum: DIGEST, backChecksum: DIGEST },
      to: { state: 'applied', checksum: DIGEST, backChecksum: DIGEST },
    },
  ]);
  expect(await migrate(edited, 'up')).toEqual(['2_b']);
});

test('a migration that is gone stops the way up, and its own way back', async () => {
  const { driver } = await sqliteShop();
  await migrate(migratorOf(driver, { ...up('1_a'), ...up('2_b') }), 'up');
  const without = migratorOf(driver, up('1_a'));
  expect(await statesOf(without)).toEqual({ '1_a': 'applied', '2_b': 'missing' });
  await expect(without.plan('up')).rejects.toMatchObject({ code: 'MIGRATION_MISSING' });
  await expect(without.plan('down')).rejects.toMatchObject({ code: 'MIGRATION_MISSING' });
  await expect(without.repair('2_b')).rejects.toMatchObject({ code: 'MIGRATION_MISSING' });
  expect(await without.repair('2_b', { as: 'pending' })).toMatchObject({ state: 'pending' });
  expect((await without.plan('up')).steps).toEqual([]);
});

test('a migration that nobody has any more stays as it is where that is known, and keeps its place', async () => {
  const { driver } = await sqliteShop();
  await migrate(migratorOf(driver, { ...up('2_b'), ...up('3_c', 'contract') }), 'up');
  const known = migratorOf(driver, { ...up('1_a'), ...up('4_d') }, { gone: ['2_b', '3_c'] });
  await expect(known.plan('up')).rejects.toMatchObject({ code: 'MIGRATION_OUT_OF_ORDER' });
  const after = migratorOf(driver, up('4_d'), { gone: ['2_b', '3_c'] });
  expect(await migrate(after, 'up')).toEqual(['4_d']);
  expect((await after.plan('down', { to: '' })).steps.map(({ id }) => id)).toEqual(['4_d']);
  expect(await migrate(after, 'down', { to: '' })).toEqual(['4_d']);
  expect(await statesOf(after)).toEqual({ '2_b': 'missing', '3_c': 'missing', '4_d': 'pending' });
  const other = migratorOf(driver, up('4_d'), { gone: ['2_b'] });
  await expect(other.plan('up')).rejects.toMatchObject({ code: 'MIGRATION_MISSING' });
});

test('what comes late is refused, unless it is allowed', async () => {
  const { driver } = await sqliteShop();
  await migrate(migratorOf(driver, up('2_b')), 'up');
  const merged = migratorOf(driver, { ...up('1_a'), ...up('2_b') });
  expect(await statesOf(merged)).toEqual({ '1_a': 'out-of-order', '2_b': 'applied' });
  await expect(merged.plan('up')).rejects.toMatchObject({ code: 'MIGRATION_OUT_OF_ORDER' });
  expect(await migrate(merged, 'up', { outOfOrder: true })).toEqual(['1_a']);
});

const PHASES = { ...up('1_a'), ...up('2_b', 'data'), ...up('3_c', 'contract'), ...up('4_d'), ...up('5_e', 'data') };

test('phases are run one by one, in the order of a deploy', async () => {
  const { driver } = await sqliteShop();
  const migrator = migratorOf(driver, PHASES);
  await expect(migrator.plan('up', { phases: ['data'] })).rejects.toMatchObject({
    code: 'MIGRATION_OUT_OF_ORDER',
    hint: 'Run the phase expand first.',
  });
  expect(await migrate(migrator, 'up', { phases: ['expand'] })).toEqual(['1_a', '4_d']);
  expect(await statesOf(migrator)).toMatchObject({ '2_b': 'pending', '3_c': 'pending' });
  await expect(migrator.plan('up', { phases: ['contract'] })).rejects.toMatchObject({ code: 'MIGRATION_OUT_OF_ORDER' });
  expect(await migrate(migrator, 'up', { phases: ['data'] })).toEqual(['2_b', '5_e']);
  expect(await migrate(migrator, 'up', { phases: ['contract'] })).toEqual(['3_c']);
});

test('all phases at once go by number, up to a migration and back to one', async () => {
  const { driver } = await sqliteShop();
  const migrator = migratorOf(driver, PHASES);
  expect(await migrate(migrator, 'up', { to: '4_d' })).toEqual(['1_a', '2_b', '3_c', '4_d']);
  expect(await migrate(migrator, 'down', { to: '3_c' })).toEqual(['4_d']);
  expect(await migrate(migrator, 'down', { to: '3_c' })).toEqual([]);
  await expect(migrator.plan('up', { to: '9_none' })).rejects.toMatchObject({ code: 'MIGRATION_NOT_FOUND' });
  await expect(migrator.plan('down', { to: '9_none' })).rejects.toMatchObject({ code: 'MIGRATION_NOT_FOUND' });
  await expect(migrator.repair('9_none')).rejects.toMatchObject({ code: 'MIGRATION_NOT_FOUND' });
});

test('past a contract leads only a backup from before it', async () => {
  const { driver } = await sqliteShop();
  const migrator = migratorOf(driver, PHASES);
  await migrate(migrator, 'up', { to: '3_c' });
  const [, , contract] = await migrator.status();
  await expect(migrator.plan('down')).rejects.toMatchObject({
    code: 'BACKUP_NEEDED',
    hint: expect.stringContaining('--backup') as string,
  });
  const late = { id: 'late', createdAt: contract?.appliedAt ?? '' };
  await expect(migrator.plan('down', { backup: late })).rejects.toMatchObject({ code: 'BACKUP_NEEDED' });
  const backup = { id: 'nightly', createdAt: '2025-12-31T00:00:00.000Z' };
  const plan = await migrator.plan('down', { backup, to: '1_a' });
  expect(plan).toMatchObject({ backup: 'nightly', steps: [{ id: '3_c' }, { id: '2_b' }] });
  await migrator.apply(plan);
  expect(migrator.events).toContainEqual(expect.objectContaining({ type: 'begun', id: '3_c', backup: 'nightly' }));
});

test('nor does one phase alone lead past a contract', async () => {
  const { driver } = await sqliteShop();
  const migrator = migratorOf(driver, PHASES);
  await migrate(migrator, 'up', { to: '3_c' });
  const back = { to: '', phases: ['expand'] } as const;
  await expect(migrator.plan('down', back)).rejects.toMatchObject({
    code: 'BACKUP_NEEDED',
    message: expect.stringContaining('3_c') as string,
  });
  const backup = { id: 'nightly' };
  expect(await migrator.plan('down', { ...back, backup })).toMatchObject({ backup: 'nightly', steps: [{ id: '1_a' }] });
});

test('without a way back there is none', async () => {
  const { driver } = await sqliteShop();
  const migrator = migratorOf(driver, { '1_a.sql': 'create table a(x);' });
  await migrate(migrator, 'up');
  await expect(migrator.plan('down')).rejects.toMatchObject({ code: 'IRREVERSIBLE_MIGRATION' });
});

test('a plan is data with warnings, and of another text it is outdated', async () => {
  const { driver, file } = await sqliteShop();
  const migrator = migratorOf(driver, { '1_a.sql': 'drop table if exists a;\ncreate table a(x);' });
  const plan = await migrator.plan('up');
  expect(plan.warnings.map(({ line, rule }) => [line, rule])).toEqual([
    [1, 'no-way-back'],
    [1, 'drops-table'],
    [1, 'contracts-in-expand'],
  ]);
  expect(ask(file, 'select * from sqlite_schema')).toEqual([]);
  const other = migratorOf(driver, { '1_a.sql': 'create table a(y);' });
  await expect(other.apply(JSON.parse(JSON.stringify(plan)))).rejects.toMatchObject({ code: 'PLAN_OUTDATED' });
});

test('what somebody else has done meanwhile is passed over, or told', async () => {
  const { driver } = await sqliteShop();
  const migrator = migratorOf(driver, { ...up('1_a'), ...up('2_b') });
  const plan = await migrator.plan('up');
  await migrate(migratorOf(driver, up('1_a')), 'up');
  expect(await migrator.apply(plan)).toMatchObject([{ id: '2_b' }]);
  const back = await migrator.plan('down', { to: '' });
  await migrate(migrator, 'down');
  expect(await migrator.apply(back)).toMatchObject([{ id: '1_a' }]);
  await migrate(migratorOf(driver, { '1_a.sql': 'create table other(x);' }), 'up');
  await expect(migrator.apply(plan)).rejects.toMatchObject({
    code: 'PLAN_OUTDATED',
    message: expect.stringContaining('ann has applied meanwhile') as string,
  });
});

test('a database that was there before is taken over by saying what is applied', async () => {
  const { driver } = await sqliteShop();
  const migrator = migratorOf(driver, { ...up('1_a'), ...up('2_b') });
  await expect(migrator.repair('1_a')).rejects.toMatchObject({ code: 'MIGRATION_INTERRUPTED' });
  expect(await migrator.repair('1_a', { as: 'applied' })).toMatchObject({ state: 'applied', by: 'ann' });
  expect(await migrate(migrator, 'up')).toEqual(['2_b']);
});

test('a status of a database that is not there does not make it', async () => {
  const { driver, file } = await sqliteShop();
  expect(await statesOf(migratorOf(driver, up('1_a')))).toEqual({ '1_a': 'pending' });
  expect(existsSync(file)).toBe(false);
});
