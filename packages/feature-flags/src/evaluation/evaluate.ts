import type { Clock } from '../clock.ts';
import type { FlagMetadata, Json } from '../definition/model.ts';
import { type CompiledFlag, decide } from '../rules/compiled-flag.ts';
import type { CompiledFlags } from '../rules/compile-flags.ts';
import type { Outcome } from '../rules/outcomes.ts';
import { contextOf } from './context.ts';
import type { Evaluation, FlagEvaluationError } from './evaluation.ts';

/** The outcome of a flag, or `undefined` if its rules can't be evaluated with this context. */
export function decided(flag: CompiledFlag, context: unknown, clock: Clock): Outcome | undefined {
  let outcome: Outcome | undefined;
  let nowMs = 0;
  try {
    if (flag.usesTime) nowMs = clock();
    outcome = decide(flag, contextOf(context), nowMs);
  } catch {
    // Its rules can't be evaluated: the fallback applies.
  }
  flag.observe?.(outcome, nowMs);
  return outcome;
}

/** What is asked. */
export interface Question<Value> {
  readonly key: string;
  readonly fallback: Value;
  readonly context: unknown;
  readonly clock: Clock;
  /** What it means that there is no such flag. */
  readonly absence: FlagEvaluationError;
}

/** The value of a flag, or the fallback and why. Total: it never throws, whatever it is given. */
export function evaluateFlag<Value extends Json>(
  flags: CompiledFlags,
  { key, fallback, context, clock, absence }: Question<Value>,
): Evaluation<Value> {
  const flag = flags.get(key);
  if (flag === undefined) return failed(fallback, absence);
  const outcome = decided(flag, context, clock);
  if (outcome === undefined) return failed(fallback, 'GENERAL', flag.metadata);
  const { evaluation, usesFallback } = outcome;
  if (usesFallback) return { ...evaluation, value: fallback };
  if (!isOfType(evaluation.value, fallback)) return failed(fallback, 'TYPE_MISMATCH', flag.metadata);
  return evaluation as Evaluation<Value>;
}

/** Whether a value can stand where the fallback stands: both are of one type of JSON; lists and objects are one. */
function isOfType(value: Json, fallback: Json): boolean {
  return typeof value === typeof fallback;
}

const NONE: FlagMetadata = Object.freeze({});

function failed<Value>(value: Value, errorCode: FlagEvaluationError, metadata: FlagMetadata = NONE): Evaluation<Value> {
  return { value, variant: undefined, reason: 'ERROR', errorCode, metadata };
}
