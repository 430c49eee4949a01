import { shown, VersioningError } from '../../errors.ts';
import { failureText, oneLine } from '../checks/failure.ts';
import { lastLines, runProgram } from '../checks/program.ts';
import type { Strategy, StrategyCall, StrategyOutcome } from './contract.ts';

/** Options of {@link commandStrategy}. */
export interface CommandStrategyOptions {
  /** Small letters, digits and dashes. */
  readonly name: string;
  /** The program and its arguments; no shell. `${VERSION}` and `${CHANNEL}` in arguments are what is deployed; the variables of these names, too. */
  readonly command: readonly [string, ...string[]];
  /** Where it runs. Default: here. */
  readonly folder?: string | undefined;
  /** How long it may take, in milliseconds. Default: an hour. */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 3_600_000;
const LAST_LINES = 5;

/**
 * A strategy of one's own: a program that deploys. It ends with 0 when the version is live.
 *
 * `run` throws `STRATEGY_FAILED` with the last lines of what it said, or when its time is over; it and all that it has started are killed then.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a name that is none.
 * @example
 * ```ts
 * import { commandStrategy } from '@x/versioning/deploy';
 *
 * const strategy = commandStrategy({ name: 'blue-green', command: ['node', 'deploy/blue-green.mjs', '${VERSION}'] });
 * console.log(await strategy.plan({ version: '1.0.5', channel: 'prod' }));
 * ```
 */
export function commandStrategy(options: CommandStrategyOptions): Strategy {
  const { name } = options;
  if (!/^[a-z][a-z0-9-]{0,39}$/.test(name)) {
    throw new VersioningError('INVALID_OPTION', `Expected a name of a strategy, got ${shown(name)}`, {
      hint: 'At most 40 small letters, digits and dashes, as blue-green.',
    });
  }
  return {
    name,
    plan: async (call) => [{ kind: 'run', command: commandFor(options, call) }],
    run: async (call) => carriedOut(options, call),
  };
}

function commandFor({ command }: CommandStrategyOptions, call: StrategyCall): readonly [string, ...string[]] {
  const [program, ...args] = command;
  const values = variablesOf(call);
  const filled = args.map((arg) =>
    arg.replaceAll(/\$\{(?<name>VERSION|CHANNEL)\}/g, (_, name: keyof typeof values) => values[name]),
  );
  return [program, ...filled];
}

const variablesOf = ({ version, channel }: StrategyCall): { readonly VERSION: string; readonly CHANNEL: string } => ({
  VERSION: version,
  CHANNEL: channel,
});

async function carriedOut(options: CommandStrategyOptions, call: StrategyCall): Promise<StrategyOutcome> {
  const { name, folder, timeoutMs = TIMEOUT_MS } = options;
  const command = commandFor(options, call);
  const time = AbortSignal.timeout(timeoutMs);
  const signal = call.signal === undefined ? time : AbortSignal.any([call.signal, time]);
  const failed = (said: string, cause?: unknown): VersioningError =>
    new VersioningError('STRATEGY_FAILED', `Expected ${name} to deploy ${call.version}, got: ${said}`, {
      hint: 'See what it said, and how far it came: what it had done is not taken back by Holdfast.',
      cause,
    });
  const environment = variablesOf(call);
  const end = await runProgram({ command, folder, environment, signal, onLine: call.onLine }).catch(
    (error: unknown) => {
      call.signal?.throwIfAborted();
      throw failed(time.aborted ? `no end within ${timeoutMs} ms` : failureText(error), error);
    },
  );
  if (end.code === 0) return { isLive: true, detail: `${name} has deployed ${call.version}` };
  const said = lastLines(end.output, LAST_LINES).map(oneLine).join(' | ');
  throw failed(said === '' ? `an end with ${end.code ?? 'a signal'}` : said);
}
