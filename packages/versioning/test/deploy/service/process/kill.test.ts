import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isThere } from '../../../../src/deploy/service/process/process-identity.ts';
import { control, supervisorOf } from '../fixtures/control.ts';
import { openShop, type Shop } from '../fixtures/shop.ts';

const isThorough = process.env['HOLDFAST_THOROUGH'] === '1';

const versionAt = async ({ options }: Shop): Promise<string> =>
  ((await (await fetch(`http://127.0.0.1:${options.port}/`)).json()) as { version: string }).version;

const living = (shop: Shop): number[] => shop.starts().filter(isThere);

describe.skipIf(process.platform === 'win32')('a controller that is killed', () => {
  it('at any action of a hand-over leaves a service that answers, and the next call ends as it would have', async () => {
    const shop = await openShop();
    await control(shop, 'start', { version: 'v0', killAt: 0 });
    let before = 'v0';
    for (let killAt = 1; ; killAt++) {
      const version = `v${killAt}`;
      const told = await control(shop, 'handOver', { version, killAt });
      expect([before, version]).toContain(await versionAt(shop));
      await control(shop, 'handOver', { version, killAt: 0 });
      expect(await versionAt(shop)).toBe(version);
      expect(living(shop)).toHaveLength(1);
      before = version;
      if (told !== undefined) break;
    }
  });

  it('leaves a copy that the hand-over of another version takes away', async () => {
    const shop = await openShop();
    await control(shop, 'start', { version: 'v1', killAt: 0 });
    await control(shop, 'handOver', { version: 'v2', killAt: 2 });
    expect((await shop.of('v1').status()).detail).toContain('taking over');
    await control(shop, 'handOver', { version: 'v3', killAt: 0 });
    expect(await versionAt(shop)).toBe('v3');
    expect(living(shop)).toHaveLength(1);
  });

  it.runIf(isThorough)('at any action of the other verbs does no harm either', async () => {
    const shop = await openShop();
    for (const verb of ['start', 'restart', 'stop', 'start', 'uninstall'] as const)
      for (let killAt = 1; (await control(shop, verb, { version: 'v1', killAt })) === undefined; killAt++) {
        await control(shop, verb, { version: 'v1', killAt: 0 });
        expect(living(shop)).toHaveLength(verb === 'stop' || verb === 'uninstall' ? 0 : 1);
      }
  });
});

describe.skipIf(process.platform === 'win32')('a supervisor that is killed', () => {
  it('leaves a service that goes on, and the next one takes it over without a second copy', async () => {
    const shop = await openShop();
    const service = shop.of('v1');
    await service.run('start');
    const [pid] = shop.starts() as [number];
    const { since } = await service.status();
    process.kill(await supervisorOf(shop), 'SIGKILL');
    await expect
      .poll(() => service.status(), { timeout: 20_000 })
      .toMatchObject({ state: 'running', detail: expect.stringContaining('nobody') });
    expect(await versionAt(shop)).toBe('v1');
    await service.run('start');
    expect(shop.starts()).toEqual([pid]);
    expect(await service.status()).toMatchObject({ state: 'running', since, pids: [pid] });
    // The new one keeps it running, too.
    process.kill(pid, 'SIGKILL');
    await expect.poll(() => shop.starts().length, { timeout: 20_000 }).toBe(2);
    expect(await versionAt(shop)).toBe('v1');
    await service.run('stop');
    expect(living(shop)).toEqual([]);
  });

  it('at any moment of a hand-over does not keep it from its end, and there is never a second copy', async () => {
    const shop = await openShop();
    await shop.of('v0').run('start');
    const rounds = isThorough ? 30 : 4;
    for (let round = 1; round <= rounds; round++) {
      const version = `v${round}`;
      const call = shop.of(version).run('handOver', { version });
      await setTimeout((round * 400) / rounds);
      process.kill(await supervisorOf(shop), 'SIGKILL');
      await call;
      expect(await versionAt(shop)).toBe(version);
      expect(living(shop)).toHaveLength(1);
    }
  }, 300_000);

  it('together with the controller does not keep the next call from ending a hand-over', async () => {
    const shop = await openShop();
    await control(shop, 'start', { version: 'v1', killAt: 0 });
    await control(shop, 'handOver', { version: 'v2', killAt: 3 });
    process.kill(await supervisorOf(shop), 'SIGKILL');
    await shop.of('v2').run('handOver', { version: 'v2' });
    expect(await versionAt(shop)).toBe('v2');
    expect(living(shop)).toHaveLength(1);
  });

  it('and whose service ended, too, is followed by one that starts it', async () => {
    const shop = await openShop();
    const service = shop.of('v1');
    await service.run('start');
    process.kill(await supervisorOf(shop), 'SIGKILL');
    process.kill(shop.starts()[0] as number, 'SIGKILL');
    await expect.poll(() => service.status(), { timeout: 20_000 }).toMatchObject({ state: 'failed' });
    await service.run('start');
    expect(await versionAt(shop)).toBe('v1');
    expect(readFileSync(shop.spec.stdout, 'utf8')).toBe('v1 begins\nv1 begins\n');
  });
});
