import { describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../fixtures/shop.ts';

interface Answer {
  readonly version: string;
  readonly pid: number;
}

const ask = async ({ options }: Shop, path = '/'): Promise<Answer> => {
  const response = await fetch(`http://127.0.0.1:${options.port}${path}`);
  expect(response.status).toBe(200);
  return (await response.json()) as Answer;
};

describe('a service of processes', () => {
  it('starts, answers at its port, and stops', async () => {
    const shop = await openShop();
    const service = shop.of('v1');
    expect((await service.status()).state).toBe('missing');
    await service.run('start');
    const { version, pid } = await ask(shop);
    expect(version).toBe('v1');
    expect(await service.status()).toMatchObject({ state: 'running', pids: [pid], restarts: 0 });
    await service.run('start');
    expect((await ask(shop)).pid).toBe(pid);
    await service.run('stop');
    await service.run('stop');
    expect(await service.status()).toMatchObject({ state: 'stopped', pids: [] });
    await expect(fetch(`http://127.0.0.1:${shop.options.port}`)).rejects.toThrow();
  });

  it('is handed over to another version', async () => {
    const shop = await openShop();
    await shop.of('v1').run('start');
    const { pid } = await ask(shop);
    await shop.of('v2').run('handOver', { version: '2' });
    expect((await ask(shop)).version).toBe('v2');
    expect(() => process.kill(pid, 0)).toThrow();
  });
});
