import { describe, expect, it } from 'vitest';
import { createFlags, mergeCounts, parseCounts } from '../../src/index.ts';
import { NOW } from '../fixtures.ts';

const counted = () => {
  const flags = createFlags({ definition: { flags: { f: {}, g: {} } }, counts: true, clock: () => NOW });
  flags.isEnabled('f');
  return flags;
};

describe('parseCounts', () => {
  it('reads what flags counted', () => {
    const counts = counted().counts();
    expect(parseCounts(`\uFEFF${JSON.stringify(counts, null, 2)}\n`)).toEqual(counts);
  });

  it('adds up JSON Lines', () => {
    const [a, b] = [counted().takeCounts(), counted().takeCounts()];
    if (a === undefined || b === undefined) throw new Error('expected counts');
    expect(parseCounts(`${JSON.stringify(a)}\n\n${JSON.stringify(b)}\r\n`)).toEqual(mergeCounts(a, b));
  });

  it.each([
    ['', /^Expected counts of flags, got nothing$/],
    ['[]', /^Expected counts of flags, got a list of 0$/],
    ['{"sinceMs": 1}', /^Expected milliseconds since 1970, got nothing at \/untilMs; and 1 more$/],
    ['{"sinceMs": 1, "untilMs": 1e99, "flags": {}}', /^Expected milliseconds since 1970, got 1e\+99 at \/untilMs$/],
    [
      '{"sinceMs": 1, "untilMs": 2, "flags": {"f": {"variants": {"on": -1}, "fallbacks": 0, "lastAtMs": 1}}}',
      /^Expected a whole number, got -1 at \/flags\/f\/variants\/on$/,
    ],
    ['{"sinceMs": 1, "untilMs": 2, "flags": {"f": 1}}', /^Expected the counts of a flag, got 1 at \/flags\/f$/],
    [
      '{"sinceMs": 1, "untilMs": 2, "flags": {}}\n{"sinceMs": 1, "untilMs": 2}',
      /^Expected an object, got nothing at \/flags, line 2$/,
    ],
    ['{"sinceMs": 1, "untilMs": 2, "flags": {}}\nhello', /^Expected counts of flags, got nothing, line 2$/],
  ])('%j is refused where it is wrong', (text, message) => {
    expect(() => parseCounts(text)).toThrow(
      expect.objectContaining({ code: 'INVALID_COUNTS', message: expect.stringMatching(message) }),
    );
  });
});
