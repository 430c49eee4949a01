import { monotonicClock } from '../../clock.ts';
import { commandEnd } from './command-check.ts';
import type { Check } from './contract.ts';
import { type Attempt, type CheckTiming, type Finding, measuredCheck } from './measured-check.ts';

/** Options of {@link modelCheck}. */
export interface ModelCheckOptions extends CheckTiming {
  /** How the model is called, as `fraud@production`. */
  readonly model: string;
  /**
   * Loads it: a function, whose text is told and whose exception is a `fail`; or a program with its arguments and no shell, which ends with 0 when the model is loaded and finds its name in
   * `HOLDFAST_MODEL` and the version that is deployed in `HOLDFAST_VERSION`.
   */
  readonly load: ((attempt: Attempt) => unknown) | readonly [string, ...string[]];
  /** Where a program runs. Default: where this process does. */
  readonly folder?: string | undefined;
  /** Of a program, beside the variables of this process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** How long loading may take, in milliseconds. Default: 120,000: models are large. */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 120_000;

/**
 * Whether a model can be loaded: by what the service loads it with, so that a file that is missing, cut short or made for another version of a library is found out by the deploy. How long it may take is `slowMs` (a `warn`)
 * and `timeoutMs` (a `fail`).
 *
 * @example
 * ```ts
 * import { modelCheck } from '@x/versioning/deploy';
 *
 * const check = modelCheck({ model: 'fraud@production', load: async () => '41 features', slowMs: 10_000 });
 * const { outcome, found } = await check.run({ version: '1.0.5' });
 * console.log(outcome, found); // ok loaded in 0 ms: 41 features
 * ```
 */
export function modelCheck(options: ModelCheckOptions): Check {
  const { model } = options;
  return measuredCheck(
    {
      kind: 'model',
      name: `model ${model}`,
      limit: 'can be loaded',
      hint: `Check that the files of ${model} are there and whole, and that its libraries have the versions that it was made with.`,
      measure: async (attempt) => loaded(options, attempt),
    },
    { timeoutMs: TIMEOUT_MS, ...options },
  );
}

async function loaded(options: ModelCheckOptions, attempt: Attempt): Promise<Finding> {
  const { load, model, folder, environment } = options;
  const begun = monotonicClock();
  if (typeof load === 'function') {
    const said = await load(attempt);
    const more = typeof said === 'string' && said !== '' ? `: ${said}` : '';
    return { outcome: 'ok', found: `loaded in ${Math.round(monotonicClock() - begun)} ms${more}` };
  }
  const own = { HOLDFAST_MODEL: model, ...environment };
  const end = await commandEnd({ command: load, folder, environment: own }, attempt);
  if (end.outcome !== 'ok') return { ...end, found: `not loaded: ${end.found}` };
  return { outcome: 'ok', found: `loaded in ${Math.round(monotonicClock() - begun)} ms` };
}
