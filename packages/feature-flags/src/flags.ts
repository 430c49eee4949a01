import { type Clock, systemClock } from './clock.ts';
import type { FlagContext, FlagDefinitions, FlagMetadata, Json } from './definition/model.ts';
import type { Evaluation } from './evaluation/evaluation.ts';
import { decided, evaluateFlag } from './evaluation/evaluate.ts';
import { explainFlag, type Explanation } from './evaluation/explain.ts';
import { compileFlags } from './rules/compile-flags.ts';

/** The values of flags by their names, as a generated type has them. */
export type FlagTypes = Readonly<Record<string, Json>>;

/** Options of {@link createFlags}. */
export interface FlagsOptions {
  /** In flagd's format, in the readable form, or mixed. */
  readonly definition: FlagDefinitions;
  /** Milliseconds since 1970. Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** What is known of a flag without asking for anybody. */
export interface FlagSummary {
  readonly key: string;
  readonly variants: Readonly<Record<string, Json>>;
  readonly metadata: FlagMetadata;
}

/** The names of flags whose value is one of a type; where no types are known, all names. */
type KeysOf<Types, Value> = {
  [Key in keyof Types]: Types[Key] extends Value ? Key : Value extends Types[Key] ? Key : never;
}[keyof Types] &
  string;

/** Flags that can be asked. All methods are synchronous and total: they never throw, whatever they are given. */
export interface Flags<Types extends FlagTypes = FlagTypes> {
  /** Whether a flag is `true` for a context; `false` if it is no boolean flag, or none at all. Allocates nothing. */
  isEnabled(key: KeysOf<Types, boolean>, context?: FlagContext): boolean;
  /** The value of a flag and why, or the fallback where the flag says nothing or has another type. */
  evaluate<Key extends keyof Types & string>(
    key: Key,
    fallback: Types[Key],
    context?: FlagContext,
  ): Evaluation<Types[Key]>;
  boolean(key: KeysOf<Types, boolean>, fallback: boolean, context?: FlagContext): boolean;
  string<Key extends KeysOf<Types, string>>(key: Key, fallback: Types[Key] & string, context?: FlagContext): string;
  number(key: KeysOf<Types, number>, fallback: number, context?: FlagContext): number;
  object<Key extends keyof Types & string>(key: Key, fallback: Types[Key], context?: FlagContext): Types[Key];
  /** Which rule decided, by which bucket and threshold, and what it looked at. */
  explain(key: keyof Types & string, context?: FlagContext): Explanation;
  /** All flags, in the order of the file. */
  list(): readonly FlagSummary[];
}

/**
 * Makes flags from their definitions.
 *
 * @throws {FlagError} `INVALID_FLAGS` with all that is wrong, and where.
 * @example
 * ```ts
 * import { createFlags } from '@x/feature-flags';
 *
 * const flags = createFlags({
 *   definition: { flags: { new_ui: { rollout: { percentage: 25, unit: 'tenant' }, excludeTenants: ['globex'] } } },
 * });
 * if (flags.isEnabled('new_ui', { tenant: 'acme' })) console.log('the new one');
 * console.log(flags.explain('new_ui', { tenant: 'acme' }).sentence);
 * ```
 */
export function createFlags<Types extends FlagTypes = FlagTypes>(options: FlagsOptions): Flags<Types> {
  const compiled = compileFlags(options.definition);
  const clock = options.clock ?? systemClock;
  const valueOf = <Value extends Json>(key: string, fallback: Value, context: unknown): Evaluation<Value> =>
    evaluateFlag(compiled, { key, fallback, context, nowMs: clock() });
  const flags: Flags = {
    isEnabled(key, context) {
      const flag = compiled.get(key);
      if (flag === undefined) return false;
      const outcome = decided(flag, context, clock());
      return outcome !== undefined && !outcome.usesFallback && outcome.evaluation.value === true;
    },
    evaluate: valueOf,
    boolean: (key, fallback, context) => valueOf(key, fallback, context).value,
    string: (key, fallback, context) => valueOf(key, fallback as string, context).value,
    number: (key, fallback, context) => valueOf(key, fallback, context).value,
    object: (key, fallback, context) => valueOf(key, fallback, context).value,
    explain: (key, context) => explainFlag(compiled, key, { context, nowMs: clock() }),
    list: () => [...compiled.values()].map(({ key, variants, metadata }) => ({ key, variants, metadata })),
  };
  return flags as unknown as Flags<Types>;
}
