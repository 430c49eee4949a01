import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { driverMissing } from '../../../src/migrate/drivers/database-failure.ts';
import { loadPeer } from '../../../src/migrate/drivers/database-url.ts';
import { mysqlDriver, postgresDriver, sqliteDriver } from '../../../src/migrate/index.ts';
import { freePort } from '../../../../../tooling/test-servers/free-port.ts';
import { failureOf, temporaryFolder } from '../shop.ts';

test.each([postgresDriver, mysqlDriver])('nobody answers: $name', async (open) => {
  const scheme = open === mysqlDriver ? 'mysql' : 'postgres';
  const driver = open(`${scheme}://ann:swordfish@127.0.0.1:${await freePort()}/shop`);
  expect(driver.place).toMatch(/^\w+:\/\/ann@127\.0\.0\.1:\d+\/shop$/);
  const { code, shown } = await failureOf(driver);
  expect(code).toBe('DATABASE_UNREACHABLE');
  expect(shown).not.toContain('swordfish');
});

test('a file that is none of SQLite is refused, and a folder that is not there', async () => {
  const file = join(await temporaryFolder(), 'shop.db');
  await writeFile(file, 'x'.repeat(8192));
  expect((await failureOf(sqliteDriver(file))).code).toBe('DATABASE_REFUSED');
  expect((await failureOf(sqliteDriver(join(file, 'below.db')))).code).toBe('DATABASE_UNREACHABLE');
});

test.each([
  ['a database in memory', () => sqliteDriver(':memory:')],
  ['another scheme', () => postgresDriver('mysql://ann:swordfish@h/shop')],
  ['no URL', () => postgresDriver('ann:swordfish@h/shop')],
  ['no database', () => mysqlDriver('mysql://ann:swordfish@h')],
])('%s is an invalid option, and nothing of a password is repeated', (_, open) => {
  expect(open).toThrow(expect.objectContaining({ code: 'INVALID_OPTION' }) as Error);
  expect(open).not.toThrow(/swordfish/);
});

test('a package that is not installed is told with how to', async () => {
  const name = 'no-such-package-of-anybody';
  const loaded = loadPeer(
    () => import(name),
    (cause) => driverMissing(name, cause),
  );
  await expect(loaded).rejects.toMatchObject({ code: 'DRIVER_MISSING', hint: `npm install ${name}` });
});
