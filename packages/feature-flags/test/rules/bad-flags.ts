import fc from 'fast-check';

const flagd = (targeting: unknown): unknown => ({ state: 'ENABLED', variants: { on: true, off: false }, targeting });

/** As deep as one likes. */
const deep = (levels: number): unknown => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`);

/** Flags with a mistake each, by what it is. */
export const BAD_FLAGS: Readonly<Record<string, unknown>> = {
  'a wrong type': { enabled: 'yes' },
  'an unknown field': { enabeld: true },
  'no flag at all': 7,
  nothing: null,
  'a list': [{}],
  'a percentage above 100': { rollout: { percentage: 101, unit: 'tenant' } },
  'ranges that overlap': {
    variants: { a: 1, b: 2 },
    default: 'a',
    rollout: { unit: 'tenant', ranges: { a: [0, 60], b: [50, 100] } },
  },
  'an unknown operator': flagd({ matches: [{ var: 'email' }, '^(a+)+$'] }),
  'a regular expression': flagd({ regex: ['(a+)+$', { var: 'email' }] }),
  'weights that are no whole numbers': flagd({ fractional: [['on', 12.5]] }),
  'weights that add up to nothing': flagd({
    fractional: [
      ['on', 0],
      ['off', 0],
    ],
  }),
  'weights that add up to too much': flagd({
    fractional: [
      ['on', 2 ** 31 - 1],
      ['off', 1],
    ],
  }),
  'no variants': { state: 'ENABLED' },
  'an unknown evaluator': flagd({ $ref: 'nobody' }),
  'an unknown segment': { segments: ['nobody'] },
  'an unknown flag': { requires: ['nobody'] },
  'a rule that is nested deep': flagd({ '!': deep(30_000) }),
  'a value that is nested deep': { variants: { a: deep(30_000) }, default: 'a' },
  'a name of objects': JSON.parse('{"variants": {"__proto__": 1}, "default": "__proto__"}'),
  'a field of objects': JSON.parse('{"__proto__": {"enabled": false}}'),
};

/** Some flags with mistakes, under names that no other flag has; some of them require each other in a circle. */
export const anyBadFlags: fc.Arbitrary<readonly (readonly [string, unknown])[]> = fc
  .record({
    flags: fc.array(fc.constantFrom(...Object.values(BAD_FLAGS)), { minLength: 1, maxLength: 4 }),
    names: fc.subarray(['__proto__', 'constructor', '']),
    circle: fc.nat(3),
  })
  .map(({ flags, names, circle }) => [
    ...flags.map((flag, index): [string, unknown] => [`bad${index}`, flag]),
    ...names.map((name): [string, unknown] => [name, {}]),
    ...Array.from({ length: circle }, (_, index): [string, unknown] => [
      `circle${index}`,
      { requires: [`circle${(index + 1) % circle}`] },
    ]),
  ]);
