import { join } from 'node:path';
import { createFlags, type FlagDefinitions } from '@x/feature-flags';
import { beforeAll, describe, expect, it } from 'vitest';
import { resolveVersion } from '../../src/canary/resolve-version.ts';
import type { ModelRegistry } from '../../src/registry/contract.ts';
import { ownRegistry, writeWeights } from '../support/registry.ts';

let registry: ModelRegistry;
const tenants = Array.from({ length: 200 }, (_, at) => `tenant-${at}`);

beforeAll(async () => {
  const own = await ownRegistry();
  ({ registry } = own);
  for (const value of [1, 2]) {
    await registry.add('price', writeWeights(join(own.folder, `${value}.safetensors`), value), { change: 'retrain' });
  }
  await registry.promote('price', 'prod', '1.0.0');
  await registry.promote('price', 'canary', '1.1.0');
});

/** Tenants that get the canary at a percentage. */
async function tried(rollout: number, more: object = {}): Promise<readonly string[]> {
  const flag = { rollout: { percentage: rollout, unit: 'tenant' as const }, ...more };
  const definition: FlagDefinitions = { flags: { 'model-canary-price': flag } };
  const flags = createFlags({ definition });
  const found: string[] = [];
  for (const tenant of tenants) {
    const { version, isCanary } = await resolveVersion(registry, 'price@prod', { tenant, flags });
    expect(version.version).toBe(isCanary ? '1.1.0' : '1.0.0');
    if (isCanary) found.push(tenant);
  }
  return found;
}

describe('a canary', () => {
  it('reaches the share of tenants that its flag says, and those who have it keep it as the share grows', async () => {
    const [none, few, same, many, all] = [
      await tried(0),
      await tried(10),
      await tried(10),
      await tried(40),
      await tried(100),
    ];
    expect(few).toEqual(same);
    expect([none.length, all.length]).toEqual([0, tenants.length]);
    expect(few.length).toBeGreaterThan(5);
    expect(few.length).toBeLessThan(40);
    expect(few.every((tenant) => many.includes(tenant))).toBe(true);
  });

  it('reaches named tenants only, and nobody when the flag is off or there is none', async () => {
    expect(await tried(100, { targetTenants: ['tenant-7'] })).toEqual(['tenant-7']);
    expect(await tried(100, { killSwitch: true })).toEqual([]);
    const flags = createFlags({ definition: { flags: {} } });
    expect((await resolveVersion(registry, 'price@prod', { tenant: 'a', flags })).isCanary).toBe(false);
  });

  it('that has no alias is what everybody else gets', async () => {
    const flags = { isEnabled: () => true };
    const found = await resolveVersion(registry, 'price@prod', { tenant: 'a', flags, canary: 'none' });
    expect([found.isCanary, found.version.version]).toEqual([false, '1.0.0']);
  });
});
