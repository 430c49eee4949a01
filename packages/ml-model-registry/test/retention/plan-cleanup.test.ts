import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyState, type ModelState } from '../../src/history/state.ts';
import { planCleanup } from '../../src/retention/plan-cleanup.ts';
import { versionId } from '../../src/versions/known-version.ts';
import type { ModelVersion } from '../../src/versions/version.ts';
import { parentOf, versionOf } from '../support/version.ts';

const DAY = 86_400_000;
const now = Date.UTC(2026, 5, 1, 12);

function stateOf(versions: readonly ModelVersion[], aliases: Readonly<Record<string, string>> = {}): ModelState {
  return {
    ...emptyState,
    versions: new Map(versions.map((version) => [version.version, version])),
    aliases: new Map(Object.entries(aliases)),
  };
}

/** Versions of a model, the first of them the oldest, by their ages in days. */
function aged(model: string, ages: readonly number[]): readonly ModelVersion[] {
  return ages.map((age, index) => versionOf(`${model}@1.${index}.0`, { addedAt: now - age * DAY }));
}

function kept(states: Readonly<Record<string, ModelState>>, damaged: readonly string[] = []): readonly string[] {
  const facts = { states: new Map(Object.entries(states)), damaged: new Set(damaged), now };
  return planCleanup(facts, {}).items.flatMap((item) => (item.keep ? [versionId(item)] : []));
}

describe('a cleanup by the policy that is built in', () => {
  it('keeps all of 7 days, one a day of 30, one a week of 90, and says why each goes', () => {
    const price = stateOf(aged('price', [100, 60, 59.9, 20.1, 20, 3.1, 3]));
    expect(kept({ price })).toEqual(['price@1.6.0', 'price@1.5.0', 'price@1.4.0', 'price@1.2.0']);
    const facts = { states: new Map([['price', price]]), damaged: new Set<string>(), now };
    expect(planCleanup(facts, {}).items.at(-1)).toMatchObject({
      version: '1.0.0',
      keep: false,
      why: expect.stringMatching(/^price@1\.0\.0 is removed: no rule selects it/) as string,
    });
  });

  it('keeps at most 50 of a model', () => {
    const ages = Array.from({ length: 60 }, (_, index) => 6 - index / 20);
    expect(kept({ price: stateOf(aged('price', ages)) })).toHaveLength(50);
  });

  it('keeps what an alias points to and the parents of that, of other models, too; not their parents', () => {
    const base = aged('base', [400, 300, 1]);
    const tuned = versionOf('price@1.0.0', { addedAt: now - 200 * DAY, parents: [parentOf('base@1.1.0')] });
    const [oldest = tuned, parent = tuned, young = tuned] = base;
    const chain = [oldest, { ...parent, parents: [parentOf('base@1.0.0')] }, young];
    const newer = versionOf('price@1.1.0', { addedAt: now - DAY });
    expect(kept({ base: stateOf(chain), price: stateOf([tuned, newer], { prod: '1.0.0' }) })).toEqual([
      'base@1.2.0',
      'base@1.1.0',
      'price@1.1.0',
      'price@1.0.0',
    ]);
  });

  it('keeps the newest that is not damaged', () => {
    const price = stateOf(aged('price', [300, 200, 100]));
    expect(kept({ price })).toEqual(['price@1.2.0']);
    expect(kept({ price }, ['price@1.2.0'])).toEqual(['price@1.1.0']);
  });

  it('never removes all of a model, nor anything that has an alias', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2000), { minLength: 1, maxLength: 30 }), fc.nat(29), (days, pick) => {
        const versions = aged(
          'price',
          days.toSorted((a, b) => b - a),
        );
        const prod = versions[pick % versions.length]?.version ?? '';
        expect(kept({ price: stateOf(versions) })).not.toEqual([]);
        expect(kept({ price: stateOf(versions, { prod }) })).toContain(`price@${prod}`);
      }),
      { numRuns: 30 },
    );
  });
});
