import type { FlagMetadata } from '../definition/model.ts';
import type { FlagFinding } from '../errors.ts';
import type { CompiledFlag } from './compiled-flag.ts';
import { outcomesOf } from './outcomes.ts';

/** The rule that speaks for a flag that is refused. */
export const REFUSED = 'refused';

/** A flag that is refused: it says the fallback of the code to everybody. It is asked like any other, so that the others cost nothing more. */
export function refusedFlag(
  key: string,
  { metadata, finding }: { readonly metadata: FlagMetadata; readonly finding: FlagFinding | undefined },
): CompiledFlag {
  const outcome = outcomesOf({}, { fallback: undefined, metadata }).fallback('ERROR', 'PARSE_ERROR');
  const { message = 'it has a mistake', path = '', line, column } = finding ?? {};
  const place = line === undefined || column === undefined ? {} : { line, column };
  const step = { rule: REFUSED, decide: () => outcome, facts: () => ({ message, path, ...place }) };
  return { key, variants: {}, metadata, offVariant: undefined, usesTime: false, steps: [step], last: outcome };
}

/** Whether a flag has no answer but the fallback, as it is refused. */
export function isRefused({ last }: CompiledFlag): boolean {
  return last.evaluation.errorCode === 'PARSE_ERROR';
}
