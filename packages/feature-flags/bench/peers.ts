import { createRequire } from 'node:module';
import { join } from 'node:path';

/** A client that answers whether a flag is on for a user. */
export interface Client {
  readonly name: string;
  /** For all, half of the users, those in a list of tenants and half of them; `undefined` where it has no such thing. */
  readonly cases: Readonly<Partial<Record<Case, (user: string, tenant: string) => boolean>>>;
}

export type Case = 'static' | 'percentage' | 'tenants, then percentage';

/** Tenants of the list that a flag is for. */
export const TENANTS: readonly string[] = Array.from({ length: 50 }, (_, index) => `tenant-${index}`);

/* oxlint-disable typescript/no-unsafe-assignment, typescript/no-unsafe-call, typescript/no-unsafe-member-access -- peers are loaded by path, without their types */

/** The clients of other systems that are synchronous, from a folder that has them installed. */
export function peersIn(folder: string): readonly Client[] {
  const load = createRequire(join(folder, 'package.json'));
  return [flagdIn(load), unleashIn(load), growthBookIn(load)];
}

// oxlint-disable-next-line typescript/no-explicit-any -- see above
type Load = (name: string) => any;

const quiet = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };

function flagdIn(load: Load): Client {
  const { FlagdCore } = load('@openfeature/flagd-core');
  const core = new FlagdCore(undefined, quiet);
  const flag = { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'on' };
  const half = {
    fractional: [
      ['on', 50],
      ['off', 50],
    ],
  };
  core.setConfigurations(
    JSON.stringify({
      flags: {
        all: flag,
        half: { ...flag, targeting: half },
        some: { ...flag, targeting: { if: [{ in: [{ var: 'tenant' }, TENANTS] }, half, 'off'] } },
      },
    }),
  );
  const ask = (key: string) => (targetingKey: string, tenant: string) =>
    core.resolveBooleanEvaluation(key, false, { targetingKey, tenant }, quiet).value;
  return {
    name: 'flagd-core',
    cases: { static: ask('all'), percentage: ask('half'), 'tenants, then percentage': ask('some') },
  };
}

function unleashIn(load: Load): Client {
  const { default: UnleashClient } = load('unleash-client/lib/client.js');
  const { defaultStrategies } = load('unleash-client/lib/strategy/index.js');
  const rollout = (constraints: readonly object[]): object => ({
    name: 'flexibleRollout',
    parameters: { rollout: '50', stickiness: 'default', groupId: 'half' },
    constraints,
  });
  const features: Readonly<Record<string, object>> = {
    all: { name: 'all', enabled: true, strategies: [{ name: 'default', parameters: {}, constraints: [] }] },
    half: { name: 'half', enabled: true, strategies: [rollout([])] },
    some: {
      name: 'some',
      enabled: true,
      strategies: [rollout([{ contextName: 'tenant', operator: 'IN', values: TENANTS, inverted: false }])],
    },
  };
  const client = new UnleashClient(
    { getToggle: (name: string) => features[name], getSegment: () => undefined },
    defaultStrategies,
  );
  const fallback = (): boolean => false;
  const ask = (key: string) => (userId: string, tenant: string) =>
    client.isEnabled(key, { userId, tenant, properties: { tenant } }, fallback);
  return {
    name: 'Unleash',
    cases: { static: ask('all'), percentage: ask('half'), 'tenants, then percentage': ask('some') },
  };
}

function growthBookIn(load: Load): Client {
  const { GrowthBookClient } = load('@growthbook/growthbook');
  const client = new GrowthBookClient();
  const half = { force: true, coverage: 0.5, hashVersion: 2 };
  client.initSync({
    payload: {
      features: {
        all: { defaultValue: true },
        half: { defaultValue: false, rules: [half] },
        some: { defaultValue: false, rules: [{ ...half, condition: { tenant: { $in: TENANTS } } }] },
      },
    },
  });
  const ask = (key: string) => (id: string, tenant: string) => client.isOn(key, { attributes: { id, tenant } });
  return {
    name: 'GrowthBook',
    cases: { static: ask('all'), percentage: ask('half'), 'tenants, then percentage': ask('some') },
  };
}

/** LaunchDarkly's client, which answers with promises only. */
export async function launchDarklyIn(folder: string): Promise<{
  readonly name: string;
  readonly ask: (key: 'all' | 'half', user: string) => Promise<boolean>;
  readonly close: () => void;
}> {
  const load = createRequire(join(folder, 'package.json')) as Load;
  const { init } = load('@launchdarkly/node-server-sdk');
  const { TestData } = load('@launchdarkly/node-server-sdk/integrations');
  const data = new TestData();
  const flag = { version: 1, salt: 'x', on: true, variations: [true, false], offVariation: 1 };
  await data.usePreconfiguredFlag({ ...flag, key: 'all', fallthrough: { variation: 0 } });
  const variations = [0, 1].map((variation) => ({ variation, weight: 50_000 }));
  await data.usePreconfiguredFlag({ ...flag, key: 'half', fallthrough: { rollout: { variations } } });
  const client = init('sdk', { updateProcessor: data.getFactory(), sendEvents: false, logger: quiet });
  await client.waitForInitialization({ timeout: 5 });
  return {
    name: 'LaunchDarkly',
    ask: (key, user) => client.boolVariation(key, { kind: 'user', key: user }, false) as Promise<boolean>,
    close: () => client.close(),
  };
}
