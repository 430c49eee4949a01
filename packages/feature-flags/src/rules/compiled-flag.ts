import type { FlagContext, FlagMetadata, Json } from '../definition/model.ts';
import type { Finding } from '../evaluation/evaluation.ts';
import type { Outcome } from './outcomes.ts';

/** A flag that can be asked. */
export interface CompiledFlag {
  readonly key: string;
  readonly variants: Readonly<Record<string, Json>>;
  readonly metadata: FlagMetadata;
  /** The variant of those who don't have the flag, where its values are more than true and false. */
  readonly offVariant: string | undefined;
  /** Whether the time matters; reading the clock takes longer than most flags. */
  readonly usesTime: boolean;
  /** Allocates nothing: the outcomes are made beforehand. Rules of a caller's may throw through it: getters of a context can. */
  decide(context: FlagContext, nowMs: number): Outcome;
  /** The same decision, with what led to it: rules that did not speak first, the one that did last. */
  trace(context: FlagContext, nowMs: number): { readonly outcome: Outcome; readonly findings: readonly Finding[] };
}

/** One after another, until one speaks. */
export interface Step {
  readonly rule: string;
  /** `undefined`: it does not speak. */
  decide(context: FlagContext, nowMs: number): Outcome | undefined;
  /** What it looks at, for explanations. */
  facts(context: FlagContext, nowMs: number): Readonly<Record<string, Json>>;
}

/** A flag made of steps, the last of which always speaks. */
export function flagOfSteps(
  flag: Omit<CompiledFlag, 'decide' | 'trace'>,
  steps: readonly Step[],
  last: Outcome,
): CompiledFlag {
  const decide = (context: FlagContext, nowMs: number): Outcome => {
    for (const step of steps) {
      const outcome = step.decide(context, nowMs);
      if (outcome !== undefined) return outcome;
    }
    return last;
  };
  return {
    ...flag,
    decide: steps.length === 0 ? () => last : decide,
    trace(context, nowMs) {
      const findings: Finding[] = [];
      for (const step of steps) {
        const outcome = step.decide(context, nowMs);
        findings.push({ rule: step.rule, facts: step.facts(context, nowMs) });
        if (outcome !== undefined) return { outcome, findings };
      }
      findings.push({ rule: 'default', facts: {} });
      return { outcome: last, findings };
    },
  };
}
