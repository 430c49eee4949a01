import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import {
  type ChangeableFlags,
  type FlagDefinitions,
  type FlagStore,
  memoryFlags,
  type ShortFlag,
} from '../../src/index.ts';
import { featureFlags, type LegacyFlags, type SetFeatureFlagOptions } from '../../src/legacy/index.ts';
import { NOW } from '../fixtures.ts';

const rich: ShortFlag = {
  enabled: false,
  description: 'A calendar',
  owner: 'web',
  expires: '2027-03-01',
  rollout: { percentage: 10, unit: 'user', salt: 's' },
  targetTenants: ['acme'],
  excludeTenants: ['globex'],
  metadata: { ticket: 'A' },
};

/** Flags of a store, and what it has after a call. */
async function inStore(
  flags: FlagDefinitions['flags'],
): Promise<LegacyFlags & { readonly now: (name: string) => Promise<unknown> }> {
  const store = memoryFlags({ flags });
  const legacy = featureFlags({ store });
  await legacy.ready();
  return { ...legacy, now: async (name) => (await store.load(undefined))?.definitions.flags[name] };
}

describe('isFeatureEnabled', () => {
  it('is about tenants, at once, and off for what there is not', () => {
    const { isFeatureEnabled } = featureFlags({
      definition: { flags: { all: {}, some: { targetTenants: ['acme'] }, half: { rollout: { percentage: 50 } } } },
    });
    expect([isFeatureEnabled('all'), isFeatureEnabled('all', 'acme')]).toEqual([true, true]);
    expect([isFeatureEnabled('some', 'acme'), isFeatureEnabled('some', 'x'), isFeatureEnabled('some')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([isFeatureEnabled('none', 'acme'), isFeatureEnabled('toString')]).toEqual([false, false]);
  });

  it('never throws, whatever it is asked', () => {
    const { isFeatureEnabled } = featureFlags({ definition: { flags: { f: { rollout: { percentage: 50 } } } } });
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (name, tenant) => {
        expect(typeof isFeatureEnabled(name as string, tenant as string)).toBe('boolean');
      }),
    );
  });

  it('goes by the clock', () => {
    const definition = { flags: { f: { schedule: { start: new Date(NOW).toISOString() } } } };
    const at = (nowMs: number): boolean => featureFlags({ definition, clock: () => nowMs }).isFeatureEnabled('f');
    expect([at(NOW - 1), at(NOW)]).toEqual([false, true]);
  });
});

describe('setFeatureFlag', () => {
  it('makes a flag that is not there, for everybody unless it says for whom', async () => {
    const { setFeatureFlag, isFeatureEnabled, now } = await inStore({});
    await setFeatureFlag('a', true);
    await setFeatureFlag('b', true, { description: 'B', rolloutPercentage: 25, targetTenants: ['acme'] });
    expect([await now('a'), await now('b')]).toEqual([
      { enabled: true },
      { enabled: true, description: 'B', rollout: { percentage: 25, unit: 'tenant' }, targetTenants: ['acme'] },
    ]);
    expect(isFeatureEnabled('a', 'anybody')).toBe(true);
  });

  it.each<[SetFeatureFlagOptions, Partial<ShortFlag>]>([
    [{}, {}],
    [{ description: 'New' }, { description: 'New' }],
    [{ rolloutPercentage: 25 }, { rollout: { percentage: 25, unit: 'user', salt: 's' } }],
    [{ targetTenants: ['x', 'y'] }, { targetTenants: ['x', 'y'] }],
  ])('with %j changes what is named and keeps the rest', async (options, changed) => {
    const { setFeatureFlag, now } = await inStore({ f: rich });
    await setFeatureFlag('f', true, options);
    expect(await now('f')).toEqual({ ...rich, enabled: true, ...changed });
  });

  it.each([[null], [[]]])('with the target tenants %j is for everybody', async (targetTenants) => {
    const { setFeatureFlag, isFeatureEnabled, now } = await inStore({ f: { targetTenants: ['acme'], owner: 'web' } });
    await setFeatureFlag('f', true, { targetTenants });
    expect(await now('f')).toEqual({ enabled: true, owner: 'web' });
    expect(isFeatureEnabled('f', 'other')).toBe(true);
  });

  it('raising a percentage moves no tenant out', async () => {
    const { setFeatureFlag, isFeatureEnabled } = featureFlags({ definition: { flags: {} } });
    const tenants = Array.from({ length: 200 }, (_, index) => `t${index}`);
    const inside: string[][] = [];
    for (const rolloutPercentage of [10, 25, 100]) {
      await setFeatureFlag('f', true, { rolloutPercentage });
      inside.push(tenants.filter((tenant) => isFeatureEnabled('f', tenant)));
    }
    const [ten = [], quarter = [], all = []] = inside;
    expect(ten.length).toBeGreaterThan(0);
    expect(quarter).toEqual(expect.arrayContaining(ten));
    expect([quarter.length < 200, all]).toEqual([true, tenants]);
  });

  it('calls that are made at once don’t undo each other', async () => {
    const { setFeatureFlag, now } = await inStore({});
    await Promise.all([
      setFeatureFlag('f', true, { description: 'D' }),
      setFeatureFlag('f', true, { rolloutPercentage: 5 }),
      setFeatureFlag('f', false, { targetTenants: ['acme'] }),
    ]);
    expect(await now('f')).toEqual({
      enabled: false,
      description: 'D',
      rollout: { percentage: 5, unit: 'tenant' },
      targetTenants: ['acme'],
    });
  });

  it('turns flags in flagd’s format on and off, and leaves their rules alone', async () => {
    const flagd = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' } as const;
    const { setFeatureFlag, isFeatureEnabled, now } = await inStore({ f: flagd });
    await setFeatureFlag('f', false, { description: 'D' });
    expect(await now('f')).toEqual({ ...flagd, state: 'DISABLED', metadata: { description: 'D' } });
    expect(isFeatureEnabled('f')).toBe(false);
    await expect(setFeatureFlag('f', true, { rolloutPercentage: 5 })).rejects.toMatchObject({
      code: 'INVALID_FLAGS',
      problems: [{ path: '/flags/f' }],
    });
  });

  it.each<[ShortFlag, SetFeatureFlagOptions, string]>([
    [{}, { rolloutPercentage: 101 }, '/flags/f/rollout/percentage'],
    [{}, { targetTenants: [''] }, '/flags/f/targetTenants/0'],
    [
      { schedule: { ramp: [{ at: '2027-01-01T00:00:00Z', percentage: 1 }] } },
      { rolloutPercentage: 5 },
      '/flags/f/schedule/ramp',
    ],
    [
      { variants: { a: 1, b: 2 }, default: 'a', rollout: { unit: 'user', ranges: { b: [0, 5] } } },
      { rolloutPercentage: 5 },
      '/flags/f/rollout',
    ],
  ])('of %j with %j is refused, and nothing changes', async (flag, options, path) => {
    const { setFeatureFlag, now } = await inStore({ f: flag });
    await expect(setFeatureFlag('f', true, options)).rejects.toMatchObject({
      code: 'INVALID_FLAGS',
      problems: [{ path }],
    });
    expect(await now('f')).toEqual(flag);
    await setFeatureFlag('f', false);
    expect(await now('f')).toEqual({ ...flag, enabled: false });
  });

  it('refuses names that reach into what all objects share', async () => {
    const { setFeatureFlag } = await inStore({});
    await expect(setFeatureFlag('__proto__', true)).rejects.toMatchObject({ code: 'INVALID_FLAGS' });
    expect(({} as Record<string, unknown>)['enabled']).toBeUndefined();
  });

  it('says who and why to the store, and that one that can’t be changed can’t be', async () => {
    const said: unknown[] = [];
    const store = memoryFlags({ flags: {} });
    const noting: ChangeableFlags = { ...store, change: async (_, about) => void said.push(about) };
    const { setFeatureFlag } = featureFlags({ store: noting });
    await setFeatureFlag('f', true);
    await setFeatureFlag('f', true, { by: 'ann', why: 'The pilot is over' });
    expect(said).toEqual([
      { by: 'setFeatureFlag', why: 'f is set to true' },
      { by: 'ann', why: 'The pilot is over' },
    ]);
    const readOnly: FlagStore = { load: (known) => store.load(known) };
    await expect(featureFlags({ store: readOnly }).setFeatureFlag('f', true)).rejects.toMatchObject({
      code: 'READ_ONLY_FLAGS',
    });
  });
});

it('the types are those that older systems call', () => {
  expectTypeOf<LegacyFlags['isFeatureEnabled']>().toBeCallableWith('f', 'acme');
  expectTypeOf<LegacyFlags['setFeatureFlag']>().toBeCallableWith('f', true, {
    rolloutPercentage: 5,
    targetTenants: [],
  });
});

it('a percentage without a unit is one of tenants for who knows tenants only', () => {
  const { isFeatureEnabled } = featureFlags({ definition: { flags: { f: { rollout: { percentage: 50 } } } } });
  const inside = Array.from({ length: 1000 }, (_, index) => isFeatureEnabled('f', `t${index}`)).filter(Boolean).length;
  expect(inside).toBeGreaterThan(400);
  expect(inside).toBeLessThan(600);
});
