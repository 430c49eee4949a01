import { expect, it } from 'vitest';
import { control, supervisorOf } from '../fixtures/control.ts';
import { load } from '../fixtures/load.ts';
import { openShop } from '../fixtures/shop.ts';

it.skipIf(process.platform === 'win32')(
  '10,000 requests on kept connections are answered, none lost, while four versions follow each other and those who see to it are killed',
  async () => {
    // Requests may wait for as long as a busy machine takes to start the next copy.
    const shop = await openShop({ holdMs: 120_000 });
    await shop.of('v1').run('start');
    let isOver = false;
    const underLoad = load(shop.options.port as number, { atLeast: 10_000, isOver: () => isOver });
    await shop.of('v2').run('handOver', { version: 'v2' });
    // The controller dies just before the switch, and after it; the supervisor with it.
    for (const [version, killAt] of [
      ['v3', 2],
      ['v4', 3],
    ] as const) {
      await control(shop, 'handOver', { version, killAt });
      process.kill(await supervisorOf(shop), 'SIGKILL');
      await shop.of(version).run('handOver', { version });
    }
    isOver = true;
    const { answers, lost, connections } = await underLoad;
    expect(lost).toEqual([]);
    expect([...answers.keys()].toSorted()).toEqual(['v1', 'v2', 'v3', 'v4']);
    expect([...answers.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(10_000);
    // Clients do not even have to connect anew.
    expect(connections).toBe(8);
  },
  300_000,
);
