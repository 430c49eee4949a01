import type { Check } from './contract.ts';
import { oneLine } from './failure.ts';
import { type Attempt, type CheckTiming, type Finding, measuredCheck } from './measured-check.ts';
import { lastLines, type ProgramEnd, runProgram } from './program.ts';

/** Options of {@link commandCheck}. */
export interface CommandCheckOptions extends CheckTiming {
  /** The program and its arguments; no shell. Secrets never stand here: others see arguments. */
  readonly command: readonly [string, ...string[]];
  /** Where it runs. Default: where this process does. */
  readonly folder?: string | undefined;
  /** Beside the variables of this process. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** The code that says that all is well. Default: 0. */
  readonly exitCode?: number | undefined;
  /** Codes that are a `warn`. Default: none. */
  readonly warnExitCodes?: readonly number[] | undefined;
  /** How many of the last lines that it printed are told. Default: 5. */
  readonly lines?: number | undefined;
  /** How long it may take, in milliseconds; then it is killed with all that it has started. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 60_000;

/**
 * Whether a program ends as it should. It finds the version that is being deployed in `HOLDFAST_VERSION`.
 *
 * @example
 * ```ts
 * import { commandCheck } from '@x/versioning/deploy';
 *
 * const check = commandCheck({ name: 'model loads', command: ['node', 'load-model.js'], timeoutMs: 30_000 });
 * const { outcome, found } = await check.run({ version: '1.0.5' });
 * console.log(outcome, found); // ok ended with 0
 * ```
 */
export function commandCheck(options: CommandCheckOptions): Check {
  const { command, exitCode = 0, warnExitCodes = [] } = options;
  const warns = warnExitCodes.length === 0 ? '' : ` (warns at ${warnExitCodes.join(', ')})`;
  return measuredCheck(
    {
      kind: 'command',
      name: `command ${command[0]}`,
      limit: `ends with ${exitCode}${warns}`,
      hint: 'Check that the program is installed and may be run.',
      measure: async (attempt) => commandEnd(options, attempt),
    },
    { timeoutMs: TIMEOUT_MS, ...options },
  );
}

/** Runs a program, and says what its end means. */
export async function commandEnd(options: CommandCheckOptions, { version, signal }: Attempt): Promise<Finding> {
  const { command, folder, environment } = options;
  const own = version === undefined ? {} : { HOLDFAST_VERSION: version };
  return judged(await runProgram({ command, folder, environment: { ...own, ...environment }, signal }), options);
}

function judged({ code, output }: ProgramEnd, options: CommandCheckOptions): Finding {
  const { exitCode = 0, warnExitCodes = [], lines = 5 } = options;
  const how = code === null ? 'was killed' : `ended with ${code}`;
  if (code === exitCode) return { outcome: 'ok', found: how };
  const said = lastLines(output, lines).map(oneLine).join(' | ');
  const isWarning = code !== null && warnExitCodes.includes(code);
  return {
    outcome: isWarning ? 'warn' : 'fail',
    found: said === '' ? `${how}, and said nothing` : `${how}: ${said}`,
    hint: 'Run it by hand to see more.',
  };
}
