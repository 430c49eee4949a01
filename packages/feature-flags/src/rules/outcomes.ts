import type { FlagMetadata, Json } from '../definition/model.ts';
import type { Evaluation, FlagReason } from '../evaluation/evaluation.ts';

/** How a flag answered: a value, or that the fallback in the code applies. */
export interface Outcome {
  readonly evaluation: Evaluation;
  readonly usesFallback: boolean;
}

/** The outcomes that a flag can have. They are made when it is compiled, so that evaluating makes nothing. */
export interface Outcomes {
  /** A variant for a reason. */
  of(variant: string, reason: FlagReason): Outcome;
  /** The variant that applies where nothing else does, or the fallback in the code if there is none. */
  fallbackVariant(reason: FlagReason): Outcome;
  /** The fallback in the code. */
  fallback(reason: FlagReason, errorCode?: Evaluation['errorCode']): Outcome;
}

/** Every flag that is on or off can have the same outcomes, as long as its metadata are the same. */
export const ON_OFF: Readonly<Record<string, Json>> = Object.freeze({ on: true, off: false });

/** A copy that nobody can change, as all who ask get the same one. */
function frozen(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return Object.freeze((value as readonly Json[]).map(frozen));
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, each]) => [name, frozen(each)])));
}

/** Outcomes of a flag with these variants. */
export function outcomesOf(
  variants: Readonly<Record<string, Json>>,
  { fallback: name, metadata }: { readonly fallback: string | undefined; readonly metadata: FlagMetadata },
): Outcomes {
  const made = new Map<FlagReason, Map<string, Outcome>>();
  const of: Outcomes['of'] = (variant, reason) => {
    const ofReason = made.get(reason) ?? new Map<string, Outcome>();
    const known = ofReason.get(variant);
    if (known !== undefined) return known;
    const value = frozen(variants[variant] as Json);
    const evaluation = Object.freeze({ value, variant, reason, errorCode: undefined, metadata });
    const outcome: Outcome = { usesFallback: false, evaluation };
    made.set(reason, ofReason.set(variant, outcome));
    return outcome;
  };
  const fallback: Outcomes['fallback'] = (reason, errorCode) => ({
    usesFallback: true,
    evaluation: Object.freeze({ value: null, variant: undefined, reason, errorCode, metadata }),
  });
  return { of, fallback, fallbackVariant: (reason) => (name === undefined ? fallback(reason) : of(name, reason)) };
}
