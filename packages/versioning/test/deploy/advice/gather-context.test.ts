import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gatherContext, type GatherContextOptions } from '../../../src/deploy/index.ts';
import { changedSettings } from '../../../src/deploy/advice/changed-settings.ts';
import { type Checkout, newCheckout } from '../../git/checkout.ts';
import { newFolder } from '../folder.ts';
import { HOUR, START } from '../deployments.ts';

const options = (folder: string, more: Partial<GatherContextOptions> = {}): GatherContextOptions => ({
  folder,
  channel: 'prod',
  history: [],
  clock: () => START,
  ...more,
});

/** A shop whose version 1.0.0 is live, with commits since. */
function newShop(): Checkout {
  const shop = newCheckout();
  writeFileSync(join(shop.folder, '.env.example'), 'DATABASE_URL=\nOLD_NAME=1\nPORT=8080\n');
  shop.commit('feat: begin');
  shop.tag('v1.0.0');
  writeFileSync(
    join(shop.folder, '.env.example'),
    'DATABASE_URL=\nexport NEW_NAME="x"\nPORT=8080\nADMIN_PORT=\'9090\'\n',
  );
  mkdirSync(join(shop.folder, 'migrations'));
  writeFileSync(join(shop.folder, 'migrations', '0001_slots.up.sql'), 'create table slots (id int);\n');
  writeFileSync(join(shop.folder, 'migrations', '0001_slots.down.sql'), 'drop table slots;\n');
  writeFileSync(
    join(shop.folder, 'migrations', '0002_phones.sql'),
    '-- kind: contract\nalter table slots drop column id;\n',
  );
  writeFileSync(join(shop.folder, 'migrations', '0003_prices.ts'), 'export const up = async () => undefined;\n');
  shop.commit('feat!: slots');
  shop.commit('fix: rounding', 'models/prices.onnx');
  shop.commit('fix(shop): more rounding');
  shop.commit('constructor: a type like any other');
  shop.commit('Something');
  return shop;
}

test('what is live is compared with what is here', async () => {
  using shop = newShop();
  const context = await gatherContext(options(shop.folder, { liveTag: 'v1.0.0' }));
  expect(context).toMatchObject({
    now: START,
    diff: {
      files: 7,
      migrations: 3,
      contractMigrations: 1,
      configKeys: ['ADMIN_PORT', 'NEW_NAME', 'OLD_NAME'],
      ports: [9090],
      modelFiles: ['models/prices.onnx'],
    },
    commitTypes: { constructor: 1, feat: 1, fix: 2, other: 1 },
    breakingCommits: 1,
    isDirty: false,
    remote: 'none',
    health: 'unknown',
    backupAgeMs: 'unknown',
  });
  expect(context.businessHours.timeZone).not.toBe('');
});

test('a folder of a checkout counts what changed in it', async () => {
  using shop = newShop();
  const { diff, commitTypes } = await gatherContext(options(join(shop.folder, 'models'), { liveTag: 'v1.0.0' }));
  expect(diff).toMatchObject({ files: 1, migrations: 0, modelFiles: ['prices.onnx'] });
  expect(commitTypes).toEqual({ fix: 1 });
});

test('a remote that answers is reachable; one that is gone, refuses or keeps silent is not', async () => {
  using shop = newShop();
  using elsewhere = newFolder();
  const bare = join(elsewhere.path, 'shop.git');
  execFileSync('git', ['init', '--quiet', '--bare', bare]);
  const silent = createServer((socket) => void socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as { port: number };
  shop.git('remote', 'add', 'here', bare);
  shop.git('remote', 'add', 'gone', join(elsewhere.path, 'none.git'));
  shop.git('remote', 'add', 'silent', `git://127.0.0.1:${port}/shop.git`);
  const remote = async (name: string, remoteTimeoutMs = 30_000): Promise<string> =>
    (await gatherContext(options(shop.folder, { remote: name, remoteTimeoutMs }))).remote;
  expect(await remote('here')).toBe('reachable');
  expect(await remote('gone')).toBe('unreachable');
  expect(await remote('silent', 200)).toBe('unreachable');
  silent.close();
  await expect(remote('nowhere')).rejects.toMatchObject({ code: 'INVALID_OPTION' });
});

test('a dirty tree, a disk, backups and health are told', async () => {
  using shop = newShop();
  writeFileSync(join(shop.folder, 'new.txt'), '');
  const latest = (name: string): number | undefined =>
    name === 'none' ? undefined : START - (name === 'far' ? 9 : 2) * HOUR;
  const backups = (...destinations: string[]): Partial<GatherContextOptions> => ({ backups: { destinations, latest } });
  const context = await gatherContext(
    options(shop.folder, { diskPath: shop.folder, neededBytes: 5, health: 'warn', ...backups('near', 'far') }),
  );
  expect(context).toMatchObject({ isDirty: true, health: 'warn', backupAgeMs: 9 * HOUR, disk: { neededBytes: 5 } });
  expect(context.disk?.usedPercent).toBeGreaterThanOrEqual(0);
  expect((await gatherContext(options(shop.folder, backups('near', 'none')))).backupAgeMs).toBeUndefined();
});

test('outside of a checkout nothing is known of changes; a tag that is not here is told', async () => {
  using folder = newFolder();
  expect(await gatherContext(options(folder.path, { liveTag: 'v1.0.0' }))).toMatchObject({
    diff: undefined,
    isDirty: false,
    remote: 'unknown',
  });
  using shop = newShop();
  await expect(gatherContext(options(shop.folder, { liveTag: 'v9.9.9' }))).rejects.toMatchObject({
    code: 'TAG_NOT_FOUND',
  });
});

test('settings that are the same differ in nothing, and what one has more is gone or new in the other', () => {
  const name = fc.stringMatching(/^[A-Z][A-Z_]{0,5}$/);
  const text = fc
    .array(fc.tuple(name, fc.string()), { maxLength: 6 })
    .map((all) => all.map(([key, value]) => `${key}=${value.replaceAll(/\s/g, '')}`).join('\n'));
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(changedSettings(a, a)).toEqual({ keys: [], ports: [] });
      expect(changedSettings(a, b).keys).toEqual(changedSettings(b, a).keys);
    }),
  );
  expect(changedSettings('', '# PORT=1\nAPP_PORT = "8080"\nSUPPORT=9\nBAD_PORT=99999\n')).toEqual({
    keys: ['APP_PORT', 'BAD_PORT', 'SUPPORT'],
    ports: [8080],
  });
});
