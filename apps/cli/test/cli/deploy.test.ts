import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { parseLines, parseShape } from '../support/cli.ts';
import { type DeployableShop, newDeployableShop, readDeployed } from '../support/shop.ts';

const currentOf = ({ root }: DeployableShop): string => readlinkSync(join(root, 'releases', 'current'));

// The shop is stopped by its process id, and git's hooks are scripts of a shell.
describe.skipIf(process.platform === 'win32')('a deployment', { timeout: 240_000 }, () => {
  test('that was not made yet says so, and then says whether it is in maintenance', async () => {
    const shop = await newDeployableShop();
    const { machine } = shop;
    const run = await machine.run(['deploy', 'run', '1.0.0', '--json']);
    expect([run.code, parseShape('Failed', run.stdout).error.code]).toEqual([4, 'LAYOUT_MISSING']);
    const status = await machine.run(['deploy', 'status']);
    expect([status.code, status.stderr]).toEqual([0, expect.stringContaining('`holdfast deploy init`')]);
    await shop.configure({ root: undefined });
    const rootless = await machine.run(['deploy', 'list']);
    expect([rootless.code, rootless.stderr]).toEqual([2, expect.stringContaining('Expected the root of a deployment')]);
    await shop.configure({ backup: 'none' });
    await machine.json('DeployInitialised', ['deploy', 'init']);
    const on = await machine.run(['deploy', 'maintenance', 'on', '--reason', 'Back at 10']);
    expect([on.code, JSON.parse(readDeployed(shop, 'shared/maintenance.json'))]).toMatchObject([
      0,
      { reason: 'Back at 10' },
    ]);
    expect((await machine.run(['deploy', 'status'])).stdout).toMatch(/maintenance +ON since .*: Back at 10/);
    const off = await machine.json('DeployMaintenance', ['deploy', 'maintenance', 'off']);
    expect([off, existsSync(join(shop.root, 'shared/maintenance.json'))]).toEqual([{ on: false }, false]);
    expect((await machine.run(['deploy', 'maintenance', 'maybe'])).code).toBe(2);
    const { stdout } = await machine.run(['deploy', 'history']);
    expect(stdout).toMatch(/BY HAND[^]*maintenance off +\S+ +-[^]*maintenance on +\S+ +Back at 10/);
  });

  test('goes on by itself, back by itself, back on purpose, and is cleaned', async () => {
    const shop = await newDeployableShop();
    const { machine } = shop;
    const looked = await machine.json('DeployInitialised', ['deploy', 'init', '--dry-run']);
    expect([looked.made.length, existsSync(shop.root)]).toEqual([8, false]);
    const made = await machine.json('DeployInitialised', ['deploy', 'init']);
    expect([made.made, made.left]).toEqual([looked.made, []]);
    await shop.release('1.0.0');
    const planned = await machine.json('DeployPlan', ['deploy', 'run', '1.0.0', '--dry-run']);
    expect([planned.steps.map(({ step }) => step), existsSync(join(shop.root, 'releases', 'current'))]).toEqual([
      ['pre-checks', 'stage', 'switch', 'service', 'post-checks', 'good'],
      false,
    ]);
    const first = await machine.run(['deploy', 'run', '1.0.0']);
    expect([first.code, first.stdout]).toEqual([0, expect.stringMatching(/^deployed 1\.0\.0 in .*\n$/)]);
    expect(first.stderr).toMatch(/^pre-checks +ok .*\nstage +ok .*\nswitch +ok +nothing → 1\.0\.0 [^]*good +ok /);
    await shop.release('1.1.0', {}, 503);
    const failed = await machine.run(['deploy', 'run', '1.1.0']);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toMatch(
      /post-checks +FAILED +.*503[^]*The service has said last:\n[^]*the till of 1\.1\.0 is stuck[^]*switch +undone[^]*service +undone[^]*hint: .*Rolled back to 1\.0\.0 in /,
    );
    expect([await shop.answers(), currentOf(shop)]).toEqual(['1.0.0', 'v1.0.0']);
    await shop.release('1.2.0');
    await machine.json('Deployment', ['deploy', 'run', '1.2.0', '--channel', 'staging']);
    const status = await machine.json('DeployStatus', ['deploy', 'status']);
    expect(status).toMatchObject({
      current: { version: '1.2.0' },
      service: { state: 'running' },
      deployments: [{}, {}, {}],
    });
    const unsure = await machine.run(['deploy', 'rollback']);
    expect([unsure.code, unsure.stderr]).toEqual([2, expect.stringContaining('rollback of 1.0.0 over 1.2.0')]);
    const back = await machine.run(['deploy', 'rollback', '--yes']);
    expect(back.stdout).toMatch(/^rolled back from 1\.2\.0 to 1\.0\.0 in .* \(objective 15 min 0 s: met\)\n$/);
    expect(await shop.answers()).toBe('1.0.0');
    const { releases } = await machine.json('DeployList', ['deploy', 'list']);
    expect(releases.map(({ version, state, isCurrent }) => `${version} ${state} ${isCurrent}`)).toEqual([
      '1.2.0 rolled-back false',
      '1.0.0 good true',
      '1.1.0 bad false',
    ]);
    const { deployments } = await machine.json('DeployHistory', ['deploy', 'history', '--channel', 'staging']);
    expect(deployments.map(({ version }) => version)).toEqual(['1.2.0']);
    // Failed ones are kept for a week.
    const cleaned = await machine.json('DeployCleaned', ['deploy', 'clean', '--dry-run']);
    expect(cleaned.decisions.every(({ keep }) => keep)).toBe(true);
    const logs = await machine.run(['deploy', 'logs', '--lines', '500', '--json']);
    expect(parseLines('DeployLogLine', logs.stdout).map(({ line }) => line)).toContain('shop 1.0.0 listens');
  });

  test('backs its database up, and brings it back past a contract', async () => {
    const shop = await newDeployableShop();
    const { machine, root } = shop;
    const migrate = { database: 'sqlite:../live/shared/db/app.sqlite' };
    await shop.configure({ backup: 'required' }, { migrate, release: { migrations: 'migrations' } });
    await machine.json('Created', ['init']);
    await machine.json('DeployInitialised', ['deploy', 'init']);
    await shop.release('1.0.0', { 'migrations/0001_orders.up.sql': 'create table orders (price integer);' });
    const refused = await machine.run(['deploy', 'run', '1.0.0', '--skip-backup', '--json']);
    expect([refused.code, parseShape('Failed', refused.stdout).error.code]).toEqual([7, 'BACKUP_REQUIRED']);
    const why = ['--reason', 'the shop is empty'];
    const agreed = await machine.run(['deploy', 'run', '1.0.0', '--skip-backup', '--i-accept-no-backup', ...why]);
    expect([agreed.code, agreed.stderr]).toEqual([0, expect.stringContaining('No backup is made before 1 migration:')]);
    for (const command of ['history', 'status']) {
      const { stdout } = await machine.run(['deploy', command]);
      expect(stdout).toMatch(/ALL THE SAME[^]*no backup before 1\.0\.0, with 1 migration +\S+ +the shop is empty/);
    }
    const { overrides } = await machine.json('DeployHistory', ['deploy', 'history']);
    expect(overrides).toMatchObject([{ kind: 'no-backup', version: '1.0.0', reason: 'the shop is empty' }]);
    const database = new DatabaseSync(join(root, 'shared/db/app.sqlite'));
    database.exec('insert into orders values (3), (4)');
    await shop.release('1.1.0', {
      'migrations/0002_no_price.up.sql':
        '-- kind: contract\nalter table orders add cents integer; alter table orders drop price;',
    });
    const { backup } = await machine.json('Deployment', ['deploy', 'run', '1.1.0', '--maintenance']);
    expect((await machine.json('SnapshotList', ['backup', 'list'])).snapshots).toMatchObject([
      { kind: 'pre-deploy', tags: [`deploy=${backup}`] },
    ]);
    const past = await machine.run(['deploy', 'rollback', '--yes', '--no-restore', '--json']);
    expect([past.code, parseShape('Failed', past.stdout).error]).toEqual([
      7,
      expect.objectContaining({
        code: 'ROLLBACK_REFUSED',
        hint: expect.stringContaining(`--restore ${backup}`) as string,
      }),
    ]);
    // Somebody has it open: nothing can be put in its place.
    const held = await machine.run(['deploy', 'rollback', '--yes', '--restore']);
    expect([held.code, held.stderr]).toEqual([1, expect.stringMatching(/hint: .*Going back has stopped .*resume/)]);
    database.close();
    const undone = await machine.run(['deploy', 'resume']);
    expect([undone.code, await shop.answers()]).toEqual([0, '1.1.0']);
    const back = await machine.run(['deploy', 'rollback', '--yes', '--restore']);
    expect([back.code, back.stderr]).toEqual([0, expect.stringMatching(/restore-data +ok /)]);
    expect(await shop.answers()).toBe('1.0.0');
    using restored = new DatabaseSync(join(root, 'shared/db/app.sqlite'));
    expect(restored.prepare('select price from orders').all()).toEqual([{ price: 3 }, { price: 4 }]);
    expect((await machine.run(['backup', 'catalog'])).stdout).toContain('pre-deploy (pre-rollback)');
  });

  test('brings back what a backup has where the deploy itself has made the database, and says what it leaves', async () => {
    const shop = await newDeployableShop();
    const { machine, root } = shop;
    const media = join(root, 'shared/media');
    const deploy = { service: undefined, health: undefined, backup: 'required' };
    const beside = {
      migrate: { database: 'sqlite:../live/shared/db/app.sqlite' },
      sources: { paths: [media] },
    };
    const tenants = { beta: { modules: { files: { paths: ['files'] } } } };
    const release = { migrations: 'migrations' };
    await shop.configure(deploy, { ...beside, tenants });
    await machine.json('Created', ['init']);
    await machine.json('DeployInitialised', ['deploy', 'init']);
    await shop.release('1.0.0', { 'files/a': 'a' });
    await machine.json('Deployment', ['deploy', 'run', '1.0.0']);
    await writeFile(join(media, 'logo'), 'old');
    await shop.configure(deploy, { ...beside, tenants, release });
    await shop.release('1.1.0', {
      'migrations/0001_orders.up.sql': '-- kind: contract\ncreate table orders (price integer);',
    });
    const { backup } = await machine.json('Deployment', ['deploy', 'run', '1.1.0']);
    await writeFile(join(media, 'logo'), 'new');
    await shop.configure(deploy, { ...beside, release });
    const planned = await machine.json('DeployPlan', ['deploy', 'rollback', '--restore', '--dry-run']);
    expect(planned.warnings.join()).toMatch(new RegExp(`Restoring ${backup} drops the database .*app\\.sqlite, which`));
    const back = await machine.run(['deploy', 'rollback', '--yes', '--restore']);
    expect([back.code, back.stderr]).toEqual([
      0,
      expect.stringContaining('Restored only in part: beta is not configured any more'),
    ]);
    const found = readdirSync(join(root, 'shared/db'));
    const aside = found.find((name) => name.startsWith('app.sqlite.aside-')) ?? '';
    expect([found.includes('app.sqlite'), readDeployed(shop, 'shared/media/logo')]).toEqual([false, 'old']);
    using kept = new DatabaseSync(join(root, 'shared/db', aside));
    expect(kept.prepare('select * from orders').all()).toEqual([]);
  });

  test('that was killed is told of, stands in the way, and is gone on with', async () => {
    const shop = await newDeployableShop();
    const { machine, root } = shop;
    await machine.json('DeployInitialised', ['deploy', 'init']);
    await shop.release('1.0.0');
    await machine.json('Deployment', ['deploy', 'run', '1.0.0']);
    await shop.release('1.1.0');
    const once = (signal: string): readonly string[] => [
      'sh',
      '-c',
      `test -e ${root}/${signal} || { touch ${root}/${signal}; kill -${signal} $PPID; }`,
    ];
    await shop.configure({ backup: 'none', checks: [{ kind: 'command', command: once('KILL') }] });
    expect((await machine.run(['deploy', 'run', '1.1.0'])).signal).toBe('SIGKILL');
    const told = await machine.run(['deploy', 'status']);
    expect(told.stdout).toMatch(
      /The deploy of 1\.1\.0, begun .* has not ended\.\n {2}`holdfast deploy resume` goes on/,
    );
    const other = await machine.run(['deploy', 'run', '1.0.0', '--json']);
    expect([other.code, parseShape('Failed', other.stdout).error.code]).toEqual([7, 'DEPLOY_UNFINISHED']);
    const resumed = await machine.run(['deploy', 'resume']);
    expect([resumed.code, resumed.stdout]).toEqual([0, expect.stringMatching(/^deployed 1\.1\.0 over 1\.0\.0 in /)]);
    await shop.release('1.2.0');
    await shop.configure({ backup: 'none', checks: [{ kind: 'command', command: once('INT') }] });
    const stopped = await machine.run(['deploy', 'run', '1.2.0']);
    expect([stopped.code, stopped.stderr]).toEqual([
      130,
      expect.stringContaining('1.2.0 is switched to: `holdfast deploy resume` goes on, with --undo it goes back.'),
    ]);
    const vain = await machine.run(['deploy', 'resume', '--no-restore-data']);
    expect([vain.code, vain.stderr]).toEqual([2, expect.stringContaining('--undo beside --no-restore-data')]);
    const undone = await machine.run(['deploy', 'resume', '--undo']);
    expect([undone.code, undone.stdout]).toEqual([0, 'undone the deploy of 1.2.0: 1.1.0 is current\n']);
    expect(await shop.answers()).toBe('1.1.0');
    const nothing = await machine.run(['deploy', 'resume']);
    expect([nothing.code, nothing.stderr]).toEqual([
      4,
      expect.stringContaining('Expected a deploy that has not ended'),
    ]);
  });
});
