import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newMachine } from '../support/cli.ts';
import { newDeployableShop } from '../support/shop.ts';

describe('holdfast metrics', () => {
  it('says where nothing is known that nothing is, and makes nothing to find out', async () => {
    const machine = await newMachine({ inProcess: true });
    const env = { HOLDFAST_REPO: '' };
    await expect(machine.json('Dashboard', ['metrics'], { env })).resolves.toMatchObject({
      tenant_backups: { total_count: 0, last_success: null },
      releases: { total_count: 0, active_version: null },
      storage: { total_bytes: null, destinations: [] },
    });
    expect(await readdir(machine.cwd)).toEqual([]);
  });

  it('counts backups by tenant, remembers how much is stored, and tells it as text, as gauges and in a file', async () => {
    const machine = await newMachine({ inProcess: true });
    await mkdir(join(machine.cwd, 'data'));
    await writeFile(join(machine.cwd, 'data', 'a.txt'), 'a'.repeat(1000));
    await machine.run(['init']);
    for (const tenant of ['one', 'two', 'two']) await machine.run(['backup', 'create', 'data', '--tenant', tenant]);
    // One that was forgotten was made all the same.
    const { snapshots } = await machine.json('SnapshotList', ['backup', 'list', '--tenant', 'two']);
    await machine.run(['backup', 'forget', snapshots[0]?.id ?? '', '--yes']);
    const dashboard = await machine.json('Dashboard', ['metrics']);
    expect(dashboard).toMatchObject({
      tenant_backups: { total_count: 3, last_24h: 3, failed_count: 0, avg_size_bytes: 1000 },
      storage: { destinations: [{ destination: machine.repository, samples: 1, full: { status: 'unknown' } }] },
    });
    expect(dashboard.tenants.map(({ tenant, tenant_backups: { total_count: count } }) => [tenant, count])).toEqual([
      ['one', 1],
      ['two', 2],
    ]);
    expect((await machine.run(['metrics'])).stdout).toMatch(/^backups +3 \(0 failed, 3 in the last 24 hours\)/);
    const { stdout } = await machine.run(['metrics', '--prometheus']);
    expect(stdout).toContain('holdfast_backups{tenant="two",result="success"} 2\n');
    expect(stdout).toContain('holdfast_objective_met{tenant="one",objective="rpo-full"} 1\n');
    expect(stdout).toContain('holdfast_snapshots{tenant="two",restorability="unproven"} 1\n');
    await machine.run(['metrics', '--write', 'holdfast.prom']);
    const names = (text: string): string[] => text.split('\n').map((line) => line.replace(/ [^ ]+$/, ''));
    expect(names(await readFile(join(machine.cwd, 'holdfast.prom'), 'utf8'))).toEqual(names(stdout));
    const hours = await readdir(join(machine.cwd, '.holdfast', 'operations', 'samples'), { recursive: true });
    // A folder, and the sample of an hour or, at the turn of one, of two.
    expect(hours.length).toBeLessThanOrEqual(3);
    for (const flags of [
      ['--json', '--prometheus'],
      ['--listen', 'x'],
      ['--listen', '1:99999'],
      ['--write', 'a', '--prometheus'],
    ])
      expect((await machine.run(['metrics', ...flags])).code).toBe(2);
    expect((await machine.run(['metrics', '--write', join('none', 'a.prom')])).stderr).toContain('a.prom');
  });

  it('listens until it is told to stop, and ends well', async () => {
    const machine = await newMachine();
    await machine.run(['init']);
    let answered: Promise<string> | undefined;
    const ended = await machine.run(['metrics', '--listen', '127.0.0.1:0'], {
      onStdout: (child, text) => {
        answered ??= fetch(text.trim())
          .then(async (response) => response.text())
          .finally(() => child.kill('SIGTERM'));
      },
    });
    expect(ended).toMatchObject({ code: 0, signal: null });
    expect(ended.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics\n$/);
    await expect(answered).resolves.toContain('holdfast_stored_bytes{destination=');
  });

  it(
    'knows what was released, deployed and rolled back, and holds the rollback against its objective',
    { timeout: 240_000 },
    async () => {
      const shop = await newDeployableShop();
      const { machine } = shop;
      await machine.run(['init']);
      await expect(machine.json('Dashboard', ['metrics'])).resolves.toMatchObject({
        releases: { active_version: null },
      });
      await machine.run(['deploy', 'init']);
      for (const version of ['1.0.0', '1.1.0']) {
        await shop.release(version);
        expect((await machine.run(['deploy', 'run', version])).code).toBe(0);
      }
      expect((await machine.run(['deploy', 'rollback', '--yes'])).code).toBe(0);
      expect(await shop.answers()).toBe('1.0.0');
      const { releases } = await machine.json('Dashboard', ['metrics']);
      expect(releases).toMatchObject({ total_count: 2, active_version: '1.0.0', rollback_count: 1 });
      expect(releases.last_deploy).not.toBeNull();
      const { judgements } = await machine.json('DrillStatus', ['drill', 'status']);
      expect(judgements.at(-1)).toMatchObject({ tenant: null, objective: 'rollback', status: 'met', limitMs: 900_000 });
    },
  );
});
