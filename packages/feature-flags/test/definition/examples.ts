/** A file with one flag. */
export const one = (flag: unknown): unknown => ({ flags: { f: flag } });
/** A file with one flag in flagd's format. */
export const flagd = (changes: object): unknown =>
  one({ state: 'ENABLED', variants: { on: true, off: false }, ...changes });

/** Files that are sound, by what is about them. */
export const ACCEPTED: Readonly<Record<string, unknown>> = {
  'no flags': { flags: {} },
  'a flag that says nothing': one({}),
  'both forms, with everything else': {
    $schema: './flags.schema.json',
    flags: {
      a: { state: 'DISABLED', variants: { on: true }, defaultVariant: null, targeting: {}, metadata: { team: 'web' } },
      b: { segments: ['beta'], requires: ['a'], owner: 'web', description: 'b', expires: '2028-02-29', enabled: true },
      c: { killSwitch: { tenants: ['acme'] }, excludeTenants: [], targetTenants: ['x'], metadata: { level: 3 } },
    },
    $evaluators: { paying: { '===': [{ var: 'plan' }, 'paid'] } },
    segments: { beta: { description: 'first ones', tenants: ['acme'], users: ['ann'], rule: { $ref: 'paying' } } },
    bucketing: 'unleash',
    metadata: { version: 3, sound: true },
  },
  'variants of each type': {
    flags: Object.fromEntries(
      [true, 'x', 7, null, { a: [1] }, ['x']].map((value, index) => [
        `f${index}`,
        { variants: { a: value, b: value }, default: 'a' },
      ]),
    ),
  },
  'an object and a list as variants': one({ variants: { a: {}, b: [] }, default: 'a' }),
  'ranges of variants': one({
    variants: { red: 'r', blue: 'b' },
    default: 'blue',
    rollout: { unit: 'tenant', ranges: { red: [0, 12.5] }, salt: 's', bucketing: 'growthbook', hashVersion: 2 },
  }),
  'ranges of on and off': one({ rollout: { ranges: { on: [0, 50], off: [50, 100] } } }),
  'a ramp without a rollout': one({ schedule: { ramp: [{ at: '2027-01-01T00:00:00.5+01:00', percentage: 0.0001 }] } }),
  'a ramp with a unit': one({
    rollout: { unit: 'user' },
    schedule: {
      start: '2027-01-01T00:00Z',
      end: '2027-02-01T24:00:00Z',
      ramp: [{ at: '2027-01-01T00:00Z', percentage: 1 }],
    },
  }),
  'names of the rules': flagd({ targeting: { if: [{ in: ['a', { var: '' }] }, 'on', null] } }),
  'weights that are computed': flagd({ targeting: { fractional: [['on', { var: 'weight' }], ['off']] } }),
};

/** Files with one mistake, by what it is. */
export const REFUSED: Readonly<Record<string, unknown>> = {
  'a list': [],
  'no flags': {},
  'a misspelt member': { flags: {}, segment: {} },
  'flags in a list': { flags: [{}] },
  'a flag that is none': one(true),
  'a flag without a name': { flags: { '': {} } },
  'a name that objects have': JSON.parse('{"flags": {"__proto__": {}}}'),
  'a misspelt field': one({ enabeld: true }),
  'a text for true': one({ enabled: 'yes' }),
  'an empty text': one({ owner: '' }),
  'a day that no month has': one({ expires: '2027-02-30' }),
  'a time without an offset': one({ schedule: { start: '2027-01-01T00:00' } }),
  'a time at 25 o’clock': one({ schedule: { end: '2027-01-01T25:00Z' } }),
  'more than 100 %': one({ rollout: { percentage: 101 } }),
  'less than 0 %': one({ schedule: { ramp: [{ at: '2027-01-01T00:00Z', percentage: -1 }] } }),
  'a rollout that says nothing': one({ rollout: { unit: 'tenant' } }),
  'a percentage and ranges': one({ rollout: { percentage: 1, ranges: { on: [0, 1] } } }),
  'a unit with a dot': one({ rollout: { percentage: 1, unit: 'a.b' } }),
  'ranges of unknown variants': one({ rollout: { ranges: { red: [0, 1] } } }),
  'a range without an end': one({ rollout: { ranges: { on: [0] } } }),
  'a range of three': one({ rollout: { ranges: { on: [0, 1, 2] } } }),
  'unknown buckets': one({ rollout: { percentage: 1, bucketing: 'split' } }),
  'a third hash': one({ rollout: { percentage: 1, hashVersion: 3 } }),
  'an empty ramp': one({ schedule: { ramp: [] } }),
  'a step without a percentage': one({ schedule: { ramp: [{ at: '2027-01-01T00:00Z' }] } }),
  'a ramp beside ranges': one({
    rollout: { ranges: { on: [0, 1] } },
    schedule: { ramp: [{ at: '2027-01-01T00:00Z', percentage: 1 }] },
  }),
  'a ramp beside variants': one({
    variants: { a: 1 },
    default: 'a',
    schedule: { ramp: [{ at: '2027-01-01T00:00Z', percentage: 1 }] },
  }),
  'a percentage of variants': one({ variants: { a: 1 }, default: 'a', rollout: { percentage: 1 } }),
  'variants without a default': one({ variants: { a: 1 } }),
  'a default without variants': one({ default: 'on' }),
  'no variants in variants': one({ variants: {}, default: 'a' }),
  'variants of two types': one({ variants: { a: 1, b: 'x' }, default: 'a' }),
  'null and another variant': one({ variants: { a: null, b: {} }, default: 'a' }),
  'a tenant that is a number': one({ targetTenants: [7] }),
  'a kill switch of nobody': one({ killSwitch: {} }),
  'a kill switch of users': one({ killSwitch: { tenants: [], users: ['ann'] } }),
  'metadata that nest': one({ metadata: { a: {} } }),
  'another state': flagd({ state: 'ON' }),
  'a state without variants': one({ state: 'ENABLED' }),
  'both forms in one flag': flagd({ rollout: { percentage: 1 } }),
  'a rule that is a text': flagd({ targeting: 'on' }),
  'an unknown operator': flagd({ targeting: { matches: ['a', 'b'] } }),
  'an unknown operator in a rule': flagd({ targeting: { if: [{ and: [{ regex: [1] }] }, 'on'] } }),
  'two operators': flagd({ targeting: { var: 'a', '!': 'b' } }),
  'too few operands': flagd({ targeting: { in: ['a'] } }),
  'a weight that is no whole number': flagd({ targeting: { fractional: [['on', 12.5]] } }),
  'a weight without a variant': flagd({ targeting: { fractional: [[]] } }),
  'a segment that is a list': { flags: {}, segments: { beta: ['acme'] } },
  'a misspelt field of a segment': { flags: {}, segments: { beta: { tenant: ['acme'] } } },
  'an unknown operator in an evaluator': { flags: {}, $evaluators: { a: { matches: 1 } } },
};
