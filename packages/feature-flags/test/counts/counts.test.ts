import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFlags, type FlagCounts, type FlagDefinitions, memoryFlags, mergeCounts } from '../../src/index.ts';
import { anyContext, anyDefinitions, flagsOf, NOW } from '../fixtures.ts';

const definition: FlagDefinitions = {
  flags: {
    new_ui: { targetTenants: ['acme'] },
    needs: { requires: ['new_ui'] },
    text: { variants: { a: 'A' }, default: 'a' },
    none: { state: 'ENABLED', variants: { on: true } },
    failing: { state: 'ENABLED', variants: { on: true }, targeting: { '<': [{ var: 'text' }, 1] } },
    timed: { schedule: { start: '2020-01-01T00:00:00Z' } },
  },
};

describe('counts of flags', () => {
  it('are there only if they were asked for', () => {
    const flags = flagsOf(definition);
    flags.isEnabled('new_ui');
    expect([flags.counts(), flags.takeCounts()]).toEqual([undefined, undefined]);
  });

  it('say how often each variant was chosen, and when last', () => {
    let now = NOW;
    const flags = createFlags({ definition, counts: true, clock: () => now });
    flags.isEnabled('new_ui', { tenant: 'acme' });
    now += 1000;
    flags.evaluate('new_ui', false, { tenant: 'globex' });
    flags.boolean('new_ui', false, { tenant: 'globex' });
    now += 1000;
    flags.isEnabled('timed');
    expect(flags.counts()).toEqual({
      sinceMs: NOW,
      untilMs: NOW + 2000,
      flags: {
        new_ui: { variants: { on: 1, off: 2 }, fallbacks: 0, lastAtMs: NOW + 1000 },
        timed: { variants: { on: 1 }, fallbacks: 0, lastAtMs: NOW + 2000 },
      },
    });
  });

  it('count fallbacks apart: where no variant was chosen, and where a rule failed', () => {
    const flags = createFlags({ definition, counts: true, clock: () => NOW });
    flags.isEnabled('none');
    flags.boolean('none', true);
    flags.isEnabled('failing', { text: 'x' });
    flags.evaluate('text', 7);
    const { none, failing, text } = flags.counts()?.flags ?? {};
    expect([none?.fallbacks, failing?.fallbacks]).toEqual([2, 1]);
    // The flag chose; that the code wanted a number is another matter.
    expect(text?.variants).toEqual({ a: 1 });
  });

  it('leave out explanations, required flags and names that are none', () => {
    const flags = createFlags({ definition, counts: true, clock: () => NOW });
    flags.explain('new_ui');
    flags.isEnabled('no_such');
    flags.list();
    flags.isEnabled('needs', { tenant: 'acme' });
    expect(Object.keys(flags.counts()?.flags ?? {})).toEqual(['needs']);
  });

  it('are taken once, and counted on from 0', () => {
    let now = NOW;
    const flags = createFlags({ definition, counts: true, clock: () => now });
    flags.isEnabled('new_ui');
    now += 5;
    expect(flags.takeCounts()).toMatchObject({ sinceMs: NOW, untilMs: NOW + 5, flags: { new_ui: {} } });
    expect(flags.counts()).toEqual({ sinceMs: NOW + 5, untilMs: NOW + 5, flags: {} });
    flags.isEnabled('new_ui');
    expect(flags.counts()?.flags['new_ui']?.variants).toEqual({ off: 1 });
  });

  it('go on when the definitions change', async () => {
    const store = memoryFlags({ flags: { f: {} } });
    await using flags = createFlags({ store, counts: true, clock: () => NOW });
    await flags.ready();
    flags.isEnabled('f');
    store.replace({ flags: { f: { enabled: false } } });
    await flags.refresh();
    flags.isEnabled('f');
    expect(flags.counts()?.flags['f']?.variants).toEqual({ on: 1, off: 1 });
  });

  it('change no answer', () => {
    fc.assert(
      fc.property(anyDefinitions, anyContext, (definitions, context) => {
        const [plain, counted] = [false, true].map((counts) =>
          createFlags({ definition: definitions, counts, clock: () => NOW }),
        );
        for (const key of Object.keys(definitions.flags))
          expect(counted?.evaluate(key, 'x', context)).toEqual(plain?.evaluate(key, 'x', context));
      }),
    );
  });
});

const numbers = fc.nat(1_000_000);
const names = fc.constantFrom('on', 'off', 'a', '__proto__');
const anyCounts: fc.Arbitrary<FlagCounts> = fc.record({
  sinceMs: numbers,
  untilMs: numbers,
  flags: fc.dictionary(
    names,
    fc.record({ variants: fc.dictionary(names, numbers), fallbacks: numbers, lastAtMs: numbers }),
  ),
});

/** As text, as `toEqual` overlooks names such as `__proto__`. */
const text = (counts: FlagCounts): string =>
  JSON.stringify(counts, (_, value: unknown) =>
    typeof value === 'object' && value !== null
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

describe('mergeCounts', () => {
  it('adds up evaluations, and takes the earliest beginning and the latest end', () => {
    const a: FlagCounts = { sinceMs: 1, untilMs: 5, flags: { f: { variants: { on: 2 }, fallbacks: 1, lastAtMs: 4 } } };
    const b: FlagCounts = {
      sinceMs: 3,
      untilMs: 9,
      flags: { f: { variants: { on: 1, off: 7 }, fallbacks: 0, lastAtMs: 8 } },
    };
    expect(mergeCounts(a, b)).toEqual({
      sinceMs: 1,
      untilMs: 9,
      flags: { f: { variants: { on: 3, off: 7 }, fallbacks: 1, lastAtMs: 8 } },
    });
  });

  it('gives the same in any order and grouping, and survives JSON', () => {
    fc.assert(
      fc.property(anyCounts, anyCounts, anyCounts, (a, b, c) => {
        const all = text(mergeCounts(a, b, c));
        expect(text(mergeCounts(c, b, a))).toBe(all);
        expect(text(mergeCounts(a, mergeCounts(b, c)))).toBe(all);
        expect(text(mergeCounts(JSON.parse(JSON.stringify(a)) as FlagCounts, b, c))).toBe(all);
        expect(text(mergeCounts(a))).toBe(text(a));
      }),
    );
  });
});
