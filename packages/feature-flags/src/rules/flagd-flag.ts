import type { FlagContext, FlagdFlag, FlagMetadata, Json } from '../definition/model.ts';
import { compileLogic, type Evaluators, logicUsesTime } from '../logic/compile-logic.ts';
import { asText } from '../logic/value.ts';
import type { CompiledFlag, Step } from './compiled-flag.ts';
import { type Outcome, outcomesOf } from './outcomes.ts';

/** Compiles a flag in flagd's format. */
export function compileFlagdFlag(
  key: string,
  flag: FlagdFlag,
  { metadata, evaluators }: { readonly metadata: FlagMetadata; readonly evaluators: Evaluators },
): CompiledFlag {
  const { state, variants, targeting } = flag;
  const defaultVariant = flag.defaultVariant ?? undefined;
  const outcomes = outcomesOf(variants, { fallback: defaultVariant, metadata });
  const usesTime = targeting !== undefined && logicUsesTime(targeting);
  const flagOf = (steps: readonly Step[], last: Outcome): CompiledFlag => ({
    key,
    variants,
    metadata,
    offVariant: undefined,
    usesTime,
    steps,
    last,
  });
  if (state === 'DISABLED') return flagOf([], outcomes.fallback('DISABLED'));
  const hasRules = targeting !== undefined && targeting !== null && Object.keys(targeting).length > 0;
  if (!hasRules) return flagOf([], outcomes.fallbackVariant(defaultVariant === undefined ? 'DEFAULT' : 'STATIC'));
  const rule = compileLogic(targeting, evaluators);
  const byName = new Map(Object.keys(variants).map((name) => [name, outcomes.of(name, 'TARGETING_MATCH')]));
  const unknown = outcomes.fallback('ERROR', 'GENERAL');
  const chosen = (context: FlagContext, nowMs: number): unknown => rule(context, { flagKey: key, context, nowMs });
  const step: Step = {
    rule: 'targeting',
    decide(context, nowMs): Outcome | undefined {
      const name = chosen(context, nowMs);
      if (name === null || name === undefined) return undefined;
      // Rules may say true and false where the variants are called so.
      return byName.get(asText(name)) ?? unknown;
    },
    facts: (context, nowMs): Record<string, Json> => ({ chosen: (chosen(context, nowMs) ?? null) as Json }),
  };
  return flagOf([step], outcomes.fallbackVariant('DEFAULT'));
}
