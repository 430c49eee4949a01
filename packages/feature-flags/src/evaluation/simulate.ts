import type { FlagContext, FlagDefinitions, Json } from '../definition/model.ts';
import { compileFlags } from '../rules/compile-flags.ts';
import { inForce } from '../rules/in-force.ts';
import { decided } from './evaluate.ts';

/** What a change would do to one context. */
export interface Flip {
  readonly key: string;
  readonly context: FlagContext;
  /** The values before and after; `undefined` where the fallback of the code applies. */
  readonly before: Json | undefined;
  readonly after: Json | undefined;
}

/** What a change would do. */
export interface FlagSimulation {
  readonly contexts: number;
  /** Everybody who gets another value, flag by flag. */
  readonly flips: readonly Flip[];
}

/**
 * Says who would get another value if one set of flags was replaced by another: who flips when 10 % becomes 25 %. Nothing is changed.
 *
 * @param before What is in force: a flag with a mistake gives the fallback.
 * @param after What is to be: all of it has to be good.
 * @throws {FlagError} `INVALID_FLAGS`.
 * @example
 * ```ts
 * import { simulateFlags } from '@x/feature-flags';
 *
 * const at = (percentage: number) => ({ flags: { new_ui: { rollout: { percentage, unit: 'tenant' } } } });
 * const tenants = ['acme', 'globex', 'initech'].map((tenant) => ({ tenant }));
 * for (const { context, after } of simulateFlags(at(10), at(25), tenants).flips) console.log(context.tenant, after);
 * ```
 */
export function simulateFlags(
  before: FlagDefinitions,
  after: FlagDefinitions,
  contexts: readonly FlagContext[],
  options: { readonly nowMs?: number | undefined } = {},
): FlagSimulation {
  const [old, next] = [inForce(before).compiled, compileFlags(after)];
  const { nowMs = 0 } = options;
  const keys = new Set([...old.keys(), ...next.keys()]);
  const flips: Flip[] = [];
  for (const key of keys) {
    const [a, b] = [old.get(key), next.get(key)];
    for (const context of contexts) {
      const values = [a, b].map((flag) => {
        const outcome = flag === undefined ? undefined : decided(flag, context, () => nowMs);
        return outcome === undefined || outcome.usesFallback ? undefined : outcome.evaluation.value;
      });
      const [from, to] = values;
      if (JSON.stringify(from) !== JSON.stringify(to)) flips.push({ key, context, before: from, after: to });
    }
  }
  return { contexts: contexts.length, flips };
}
