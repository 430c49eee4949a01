import { type Clock, systemClock } from './clock.ts';
import type { FlagContext, FlagDefinitions, FlagMetadata, Json } from './definition/model.ts';
import type { Evaluation } from './evaluation/evaluation.ts';
import { decided, evaluateFlag } from './evaluation/evaluate.ts';
import { explainFlag, type Explanation } from './evaluation/explain.ts';
import { absenceIn, type FlagsChange, type FlagsState, liveOf, LiveStore } from './store/live-flags.ts';
import type { FlagStore } from './store/store.ts';
import type { FlagFinding } from './errors.ts';
import { type InForce, inForce } from './rules/in-force.ts';
import { Counter } from './counts/counter.ts';
import type { FlagCounts } from './counts/counts.ts';

/** The values of flags by their names, as a generated type has them. */
export type FlagTypes = Readonly<Record<string, Json>>;

/** Types of flags, as a type or as an interface, which has no index of its own. */
export type FlagTypesOf<Types> = { readonly [Key in keyof Types]: Json | object };

/** Options of {@link createFlags}: where the flags come from, once or again and again. */
export type FlagsOptions = (
  | { readonly definition: FlagDefinitions; readonly store?: undefined }
  | { readonly store: FlagStore; readonly definition?: undefined }
) & {
  /** Milliseconds since 1970. Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Whether evaluations are counted, for `counts()`. Each costs 50 to 100 ns, most of it to read the clock; without it, nothing. Default: false. */
  readonly counts?: boolean | undefined;
  /**
   * Whether one mistake refuses all flags, as `parseFlags` and `holdfast flags lint` do when they are strict. Default: false - only the flag with the mistake is
   * refused, the others work, and `findings` lists what is wrong.
   */
  readonly strict?: boolean | undefined;
};

/** What is known of a flag without asking for anybody. */
export interface FlagSummary {
  readonly key: string;
  readonly variants: Readonly<Record<string, Json>>;
  readonly metadata: FlagMetadata;
  /**
   * Whether it, or a segment or an evaluator that it uses, is refused because of a mistake: it goes by what last was good, or answers `PARSE_ERROR` where that never was, and then has
   * no variants.
   */
  readonly isRefused: boolean;
}

/** The names of flags whose value is one of a type; where no types are known, all names. */
export type FlagNames<Types, Value> = {
  [Key in keyof Types]: Types[Key] extends Value ? Key : Value extends Types[Key] ? Key : never;
}[keyof Types] &
  string;

/** Flags that can be asked. What evaluates is synchronous and total: it never throws, whatever it is given. */
export interface Flags<Types extends FlagTypesOf<Types> = FlagTypes> extends AsyncDisposable {
  /** Whether a flag is `true` for a context; `false` if it is no boolean flag, or none at all. Allocates nothing, but for rules in JsonLogic and times. */
  isEnabled(key: FlagNames<Types, boolean>, context?: FlagContext): boolean;
  /** The value of a flag and why, or the fallback where the flag says nothing or has another type. */
  evaluate<Key extends keyof Types & string>(
    key: Key,
    fallback: Types[Key],
    context?: FlagContext,
  ): Evaluation<Types[Key]>;
  /** The value of a flag that is true or false. */
  boolean(key: FlagNames<Types, boolean>, fallback: boolean, context?: FlagContext): boolean;
  /** The value of a flag that is a text. */
  string<Key extends FlagNames<Types, string>>(
    key: Key,
    fallback: Extract<Types[Key], string>,
    context?: FlagContext,
  ): Extract<Types[Key], string>;
  /** The value of a flag that is a number. */
  number(key: FlagNames<Types, number>, fallback: number, context?: FlagContext): number;
  /** The value of a flag that is an object or a list. */
  object<Key extends keyof Types & string>(key: Key, fallback: Types[Key], context?: FlagContext): Types[Key];
  /** Which rule decided, by which bucket and threshold, and what it looked at. */
  explain(key: keyof Types & string, context?: FlagContext): Explanation;
  /** All flags, in the order of the file. */
  list(): readonly FlagSummary[];
  /** Evaluations by variant since they are counted, explanations left out; `undefined` if they are not (see the option `counts`). */
  counts(): FlagCounts | undefined;
  /** The same, and counts from 0 from now on: to be sent on regularly, and added up with {@link mergeCounts}. */
  takeCounts(): FlagCounts | undefined;
  /** Resolves when flags of the store were read for the first time; until then every value is the fallback. */
  ready(): Promise<void>;
  readonly state: FlagsState;
  /**
   * Why the last attempt to read the store failed, the flags before it staying in force; or an `INVALID_FLAGS` with the mistakes because of which some flags are
   * refused.
   */
  readonly problem: unknown;
  /** All mistakes in the flags that were read last, with the flags that are refused because of them; none if all is well. */
  readonly findings: readonly FlagFinding[];
  /** Reads the store now, if it has changed. */
  refresh(): Promise<void>;
  /** Calls back with the names of flags that changed, until what it returns is called. */
  onChange(listener: (change: FlagsChange) => void): () => void;
  /** Calls back when the flags become ready or stale, until what it returns is called. */
  onState(listener: (state: FlagsState) => void): () => void;
  /** Calls back with all findings when they are not what they were, also when there are none any more, until what it returns is called. */
  onFindings(listener: (findings: readonly FlagFinding[]) => void): () => void;
}

/**
 * Makes flags from their definitions, or from a store that is read again when it changes. A flag with a mistake is refused, and no other: it answers the fallback
 * with `PARSE_ERROR`, or as it last was good, and `findings` says what is wrong and where. What belongs to no flag, or anything when `strict`, refuses all.
 *
 * @throws {FlagError} `INVALID_FLAGS` with all that is wrong, and where, in definitions that are refused as a whole; of a store, that is the
 * `problem` of the flags, and rejects `ready()` where there are none before.
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
export function createFlags<Types extends FlagTypesOf<Types> = FlagTypes>(options: FlagsOptions): Flags<Types> {
  const clock = options.clock ?? systemClock;
  const counter = options.counts === true ? new Counter(clock) : undefined;
  // What is counted is wrapped when it is compiled, so that nothing is in the way of what is not.
  const bring = (definitions: FlagDefinitions, last?: InForce): InForce => {
    const made = inForce(definitions, { strict: options.strict, last });
    return counter === undefined ? made : { ...made, compiled: counter.counting(made.compiled) };
  };
  const live = options.store === undefined ? fixed(bring(options.definition)) : new LiveStore(options.store, bring);
  const first = live instanceof LiveStore ? live.refresh() : Promise.resolve();
  const valueOf = <Value extends Json>(key: string, fallback: Value, context: unknown): Evaluation<Value> => {
    const { compiled } = live.live;
    return evaluateFlag(compiled, { key, fallback, context, clock, absence: absenceIn(live.live) });
  };
  const flags: Flags = {
    isEnabled(key, context) {
      const flag = live.live.compiled.get(key);
      if (flag === undefined) return false;
      const outcome = decided(flag, context, clock);
      return outcome !== undefined && !outcome.usesFallback && outcome.evaluation.value === true;
    },
    evaluate: valueOf,
    boolean: (key, fallback, context) => valueOf(key, fallback, context).value,
    string: (key, fallback, context) => valueOf(key, fallback, context).value,
    number: (key, fallback, context) => valueOf(key, fallback, context).value,
    object: (key, fallback, context) => valueOf(key, fallback, context).value,
    explain: (key, context) => explainFlag(live.live, key, { context, nowMs: clock() }),
    list() {
      const { compiled, findings } = live.live;
      const refused = new Set(findings.map(({ flag }) => flag));
      return [...compiled.values()].map(({ key, variants, metadata }) => {
        return { key, variants, metadata, isRefused: refused.has(key) };
      });
    },
    counts: () => counter?.counts,
    takeCounts: () => counter?.take(),
    async ready() {
      await first;
      const { state, problem } = live.live;
      if (state === 'loading') throw problem;
    },
    get state() {
      return live.live.state;
    },
    get problem() {
      return live.live.problem;
    },
    get findings() {
      return live.live.findings;
    },
    refresh: () => live.refresh(),
    onChange: (listener) => live.onChange(listener),
    onState: (listener) => live.onState(listener),
    onFindings: (listener) => live.onFindings(listener),
    [Symbol.asyncDispose]: () => live.close(),
  };
  return flags as unknown as Flags<Types>;
}

/** Definitions that never change. */
function fixed(flags: InForce): Pick<LiveStore, keyof LiveStore> {
  const unsubscribe = (): void => undefined;
  return {
    live: liveOf(flags),
    refresh: () => Promise.resolve(),
    onChange: () => unsubscribe,
    onState: () => unsubscribe,
    onFindings: () => unsubscribe,
    close: () => Promise.resolve(),
  };
}
