import type { FlagContext, FlagMetadata, Json } from '../definition/model.ts';
import type { Finding } from '../evaluation/evaluation.ts';
import type { Outcome } from './outcomes.ts';

/** A flag that can be asked: steps, and what applies where none of them speaks. */
export interface CompiledFlag {
  readonly key: string;
  readonly variants: Readonly<Record<string, Json>>;
  readonly metadata: FlagMetadata;
  /** The variant of those who don't have the flag, where its values are more than true and false. */
  readonly offVariant: string | undefined;
  /** Whether the time matters; reading the clock takes longer than most flags. */
  readonly usesTime: boolean;
  readonly steps: readonly Step[];
  readonly last: Outcome;
  /** Is told of each decision that somebody asked for; `undefined`: its rules could not be evaluated. */
  readonly observe?: ((outcome: Outcome | undefined, nowMs: number) => void) | undefined;
}

/** One after another, until one speaks. */
export interface Step {
  readonly rule: string;
  /** `undefined`: it does not speak. */
  decide(context: FlagContext, nowMs: number): Outcome | undefined;
  /** What it looks at, for explanations. */
  facts(context: FlagContext, nowMs: number): Readonly<Record<string, Json>>;
}

/** Allocates nothing, but for rules in JsonLogic: the outcomes are made beforehand. What a caller passes may throw through it: getters of a context can. */
export function decide({ steps, last }: CompiledFlag, context: FlagContext, nowMs: number): Outcome {
  for (const step of steps) {
    const outcome = step.decide(context, nowMs);
    if (outcome !== undefined) return outcome;
  }
  return last;
}

/** The same decision, with what led to it: rules that did not speak first, the one that did last. */
export function trace(
  { steps, last }: CompiledFlag,
  context: FlagContext,
  nowMs: number,
): { readonly outcome: Outcome; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  for (const step of steps) {
    const outcome = step.decide(context, nowMs);
    findings.push({ rule: step.rule, facts: step.facts(context, nowMs) });
    if (outcome !== undefined) return { outcome, findings };
  }
  findings.push({ rule: 'default', facts: {} });
  return { outcome: last, findings };
}
