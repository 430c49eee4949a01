import { type Hook, OpenFeature, type Provider, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { createFlags, type FlagContext, type FlagDefinitions, memoryFlags } from '../../src/index.ts';
import { openFeatureProvider, type ProvidedFlags } from '../../src/openfeature/index.ts';
import { flagsOf } from '../fixtures.ts';

const definition: FlagDefinitions = {
  metadata: { version: '7' },
  flags: {
    new_ui: { targetTenants: ['acme'], metadata: { team: 'web' } },
    gradual: { rollout: { percentage: 50, unit: 'tenant' } },
    gone: { state: 'DISABLED', variants: { on: true } },
    colour: { variants: { red: 'r', blue: 'b' }, default: 'blue' },
    limit: { state: 'ENABLED', variants: { low: 1, high: 9 }, defaultVariant: 'high' },
    theme: { state: 'ENABLED', variants: { dark: { ink: ['#fff'] } }, defaultVariant: 'dark' },
    broken: { state: 'ENABLED', variants: { on: true }, targeting: { '<': ['a', 1] } },
    unset: { state: 'ENABLED', variants: { on: true } },
  },
};

/** A client of a domain of its own, so that tests don’t meet in the SDK, which there is once. */
async function clientOf(flags: ProvidedFlags, domain: string): Promise<ReturnType<typeof OpenFeature.getClient>> {
  await OpenFeature.setProviderAndWait(domain, openFeatureProvider(flags));
  return OpenFeature.getClient(domain);
}

/** Flags with somebody to tell, and who listens. */
function changing(): {
  readonly flags: ProvidedFlags;
  readonly changes: Set<Parameters<NonNullable<ProvidedFlags['onChange']>>[0]>;
  readonly states: Set<Parameters<NonNullable<ProvidedFlags['onState']>>[0]>;
} {
  const changes = new Set<Parameters<NonNullable<ProvidedFlags['onChange']>>[0]>();
  const states = new Set<Parameters<NonNullable<ProvidedFlags['onState']>>[0]>();
  const fixed = flagsOf(definition);
  const flags: ProvidedFlags = {
    evaluate: (key, fallback, context) => fixed.evaluate(key, fallback, context),
    onChange(listener) {
      changes.add(listener);
      return () => changes.delete(listener);
    },
    onState(listener) {
      states.add(listener);
      return () => states.delete(listener);
    },
  };
  return { flags, changes, states };
}

afterEach(async () => {
  await OpenFeature.close();
  OpenFeature.clearHooks();
  OpenFeature.setContext({});
});

describe('the provider for OpenFeature', () => {
  it('is called holdfast, runs on servers and tracks nothing', async () => {
    const provider: Provider = openFeatureProvider(flagsOf(definition));
    expect(provider).toMatchObject({ metadata: { name: 'holdfast' }, runsOn: 'server' });
    const client = await clientOf(flagsOf(definition), 'tracks');
    expect(() => client.track('bought', { tenant: 'acme' }, { value: 3 })).not.toThrow();
    expect(client.providerStatus).toBe(ProviderStatus.READY);
  });

  it('gives values with their variant, reason and metadata', async () => {
    const client = await clientOf(flagsOf(definition), 'values');
    const flagMetadata = { version: '7' };
    expect(await client.getBooleanDetails('new_ui', false, { tenant: 'acme' })).toEqual({
      flagKey: 'new_ui',
      value: true,
      variant: 'on',
      reason: 'TARGETING_MATCH',
      flagMetadata: { version: '7', team: 'web' },
    });
    expect(await client.getStringDetails('colour', 'x')).toMatchObject({ value: 'b', variant: 'blue', flagMetadata });
    expect(await client.getNumberDetails('limit', 0)).toMatchObject({ value: 9, variant: 'high', reason: 'STATIC' });
    expect(await client.getObjectDetails('theme', {})).toMatchObject({ value: { ink: ['#fff'] }, variant: 'dark' });
  });

  it('is ready when the flags of a store are, and tells of their changes', async () => {
    const store = memoryFlags({ flags: { fresh: {} } });
    await using flags = createFlags({ store });
    const client = await clientOf(flags, 'store');
    expect(await client.getBooleanValue('fresh', false)).toBe(true);
    const changed = new Promise((resolve) => {
      client.addHandler(ProviderEvents.ConfigurationChanged, (event) => resolve(event?.flagsChanged));
    });
    store.replace({ flags: { fresh: { enabled: false } } });
    expect(await changed).toEqual(['fresh']);
    expect(await client.getBooleanDetails('fresh', true)).toMatchObject({ value: false, reason: 'DISABLED' });
  });

  it('is in the state ERROR when there were never any flags', async () => {
    const flags = createFlags({ store: { load: () => Promise.reject(new Error('no store')) } });
    await expect(clientOf(flags, 'none')).rejects.toThrow('no store');
  });

  it('gives the default where a flag says nothing, with the reason', async () => {
    const client = await clientOf(flagsOf(definition), 'defaults');
    const disabled = await client.getBooleanDetails('gone', true);
    expect(disabled).toMatchObject({ value: true, reason: 'DISABLED' });
    expect([disabled.errorCode, disabled.variant]).toEqual([undefined, undefined]);
    expect(await client.getBooleanDetails('unset', true)).toMatchObject({ value: true, reason: 'DEFAULT' });
  });

  it('says UNIT_MISSING in its own words, which is no error', async () => {
    const client = await clientOf(flagsOf(definition), 'unit');
    const details = await client.getBooleanDetails('gradual', true);
    expect(details).toMatchObject({ value: false, variant: 'off', reason: 'UNIT_MISSING' });
    expect(details.errorCode).toBeUndefined();
  });

  it.each([
    ['nowhere', 'FLAG_NOT_FOUND', 'Expected the name of a flag, got "nowhere"'],
    ['colour', 'TYPE_MISMATCH', 'Expected a flag whose values are of the type of the default, got "colour"'],
    ['broken', 'GENERAL', 'Expected a context that the rules of "broken" can be evaluated with, got another one'],
  ])('an evaluation of %s that fails gives the default and %s', async (key, errorCode, errorMessage) => {
    const client = await clientOf(flagsOf(definition), 'errors');
    const details = await client.getBooleanDetails(key, true);
    expect(details).toMatchObject({ value: true, reason: 'ERROR', errorCode, errorMessage });
  });

  it('says PARSE_ERROR of a flag with a mistake, and is ready for the others', async () => {
    const wrong = flagsOf({ flags: { f: { enabled: 'no' as unknown as boolean }, g: {} } });
    const client = await clientOf(wrong, 'one');
    const details = await client.getBooleanDetails('f', true);
    expect(details).toMatchObject({ value: true, reason: 'ERROR', errorCode: 'PARSE_ERROR' });
    expect(details.errorMessage).toBe('Expected a flag without mistakes, got "f", which is refused');
    expect([client.providerStatus, await client.getBooleanValue('g', false)]).toEqual(['READY', true]);
  });

  it('says PARSE_ERROR where there never were flags without mistakes, and PROVIDER_NOT_READY where there were none', async () => {
    const store = memoryFlags({ flags: { f: { enabled: 'no' as unknown as boolean } } });
    await using wrong = createFlags({ store, strict: true });
    await expect(clientOf(wrong, 'wrong')).rejects.toMatchObject({ message: expect.stringContaining('true or false') });
    const details = await OpenFeature.getClient('wrong').getBooleanDetails('f', true);
    expect(details).toMatchObject({ value: true, reason: 'ERROR', errorCode: 'PARSE_ERROR' });
    expect(details.errorMessage).toMatch(/^Expected a flag without mistakes/);
    store.replace({ flags: { f: {} } });
    await wrong.refresh();
    store.replace({ flags: { f: { enabled: 'no' as unknown as boolean } } });
    await wrong.refresh();
    expect(wrong.evaluate('f', false)).toMatchObject({ value: true, errorCode: undefined });
    expect(wrong.evaluate('g', false).errorCode).toBe('FLAG_NOT_FOUND');
    await using none = createFlags({ store: { load: () => Promise.reject(new Error('no store')) } });
    await expect(clientOf(none, 'none')).rejects.toThrow('no store');
    const absent = await OpenFeature.getClient('none').getBooleanDetails('f', true);
    expect(absent).toMatchObject({
      errorCode: 'PROVIDER_NOT_READY',
      errorMessage: expect.stringMatching(/got none yet/),
    });
  });

  it('never says TARGETING_KEY_MISSING: a rollout says UNIT_MISSING, and fractional chooses nothing, as in flagd', async () => {
    const fractional = [
      ['on', 1],
      ['off', 1],
    ];
    const split = {
      state: 'ENABLED',
      variants: { on: true, off: false },
      defaultVariant: 'on',
      targeting: { fractional },
    } as const;
    const client = await clientOf(flagsOf({ flags: { split, half: { rollout: { percentage: 50 } } } }), 'key');
    const details = await client.getBooleanDetails('split', false);
    expect([details.value, details.reason, details.errorCode]).toEqual([true, 'DEFAULT', undefined]);
    expect((await client.getBooleanDetails('half', true)).reason).toBe('UNIT_MISSING');
  });

  it('passes the merged context on as it is, dates included', async () => {
    const seen: (FlagContext | undefined)[] = [];
    const fixed = flagsOf(definition);
    const spy: ProvidedFlags = {
      evaluate(key, fallback, context) {
        seen.push(context);
        return fixed.evaluate(key, fallback, context);
      },
    };
    const client = await clientOf(spy, 'context');
    const since = new Date(0);
    OpenFeature.setContext({ region: 'eu', tenant: 'nobody' });
    client.setContext({ plan: 'paid', tenant: 'nobody' });
    const value = await client.getBooleanValue('new_ui', false, { targetingKey: 'u1', tenant: 'acme', since });
    expect(value).toBe(true);
    expect(seen).toEqual([{ region: 'eu', plan: 'paid', targetingKey: 'u1', tenant: 'acme', since }]);
    expect(seen[0]?.['since']).toBe(since);
  });

  it('hooks see what was decided, and what failed', async () => {
    const seen: unknown[] = [];
    const hook: Hook = {
      before: ({ flagKey, providerMetadata }) => void seen.push(['before', flagKey, providerMetadata.name]),
      after: (_, { reason, variant }) => void seen.push(['after', reason, variant]),
      error: (_, error) => void seen.push(['error', (error as Error).message]),
      finally: (_, { errorCode }) => void seen.push(['finally', errorCode]),
    };
    const client = await clientOf(flagsOf(definition), 'hooks');
    client.addHooks(hook);
    await client.getStringValue('colour', 'x');
    await client.getBooleanValue('nowhere', false);
    expect(seen).toEqual([
      ['before', 'colour', 'holdfast'],
      ['after', 'STATIC', 'blue'],
      ['finally', undefined],
      ['before', 'nowhere', 'holdfast'],
      ['error', 'Expected the name of a flag, got "nowhere"'],
      ['finally', 'FLAG_NOT_FOUND'],
    ]);
  });

  it('tells of changes, and of flags that are stale and ready again', async () => {
    const { flags, changes, states } = changing();
    const client = await clientOf(flags, 'events');
    const seen: unknown[] = [];
    client.addHandler(ProviderEvents.ConfigurationChanged, (details) => void seen.push(details?.flagsChanged));
    client.addHandler(ProviderEvents.Stale, () => void seen.push('stale'));
    for (const listener of changes) listener({ flagsChanged: ['new_ui', 'limit'] });
    for (const listener of states) listener('stale');
    await expect.poll(() => seen).toEqual([['new_ui', 'limit'], 'stale']);
    expect(client.providerStatus).toBe(ProviderStatus.STALE);
    expect(await client.getNumberValue('limit', 0)).toBe(9);
    for (const listener of states) listener('ready');
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.READY);
  });

  it('is ready once the first flags, which could not be read, are mended', async () => {
    const bad = { flags: {}, metadata: 7 } as unknown as FlagDefinitions;
    const store = memoryFlags(bad);
    await expect(clientOf(createFlags({ store }), 'mended')).rejects.toThrow(/metadata/);
    const client = OpenFeature.getClient('mended');
    expect(client.providerStatus).toBe(ProviderStatus.ERROR);
    store.replace(definition);
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.READY);
    expect(await client.getNumberValue('limit', 0)).toBe(9);
  });

  it('is stale where the flags were so before it was used', async () => {
    const store = memoryFlags({ flags: { limit: {} } });
    const flags = createFlags({ store });
    await flags.ready();
    store.replace({ flags: { limit: 7 } } as unknown as FlagDefinitions);
    await flags.refresh();
    const client = await clientOf(flags, 'stale');
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.STALE);
    store.replace({ flags: { limit: {} } });
    await expect.poll(() => client.providerStatus).toBe(ProviderStatus.READY);
  });

  it('listens while it is in use and no longer', async () => {
    const { flags, changes, states } = changing();
    openFeatureProvider(flags);
    expect([changes.size, states.size]).toEqual([0, 0]);
    await clientOf(flags, 'listens');
    expect([changes.size, states.size]).toEqual([1, 1]);
    await clientOf(flagsOf(definition), 'listens');
    await expect.poll(() => [changes.size, states.size]).toEqual([0, 0]);
  });

  it('takes flags with types of their own', () => {
    const typed = createFlags<{ new_ui: boolean; limit: number }>({ definition });
    expectTypeOf(openFeatureProvider).toBeCallableWith(typed);
    expect(openFeatureProvider(typed).metadata.name).toBe('holdfast');
  });
});
