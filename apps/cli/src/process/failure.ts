import { CommanderError } from 'commander';
import { emitObject } from '../output/emit.ts';
import { CliError } from '../errors.ts';
import { causeLines, failureLines, failureView, type FailureView } from '../render/failure.ts';
import type { Messages } from '../terminal/messages.ts';
import type { Output } from '../terminal/output.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';

/** Where a failure is told, and what is known of signals. */
export interface FailureReport {
  readonly output: Output;
  readonly messages: Messages;
  readonly json: boolean;
  /** The exit code that a signal asked for. */
  readonly interrupted: number | undefined;
}

/** What the argument parser complains of, as an error of the CLI; `undefined` when it only showed help or the version. */
function fromParser(error: CommanderError): CliError | undefined {
  if (error.exitCode === 0) return undefined;
  if (error.code === 'commander.help') {
    return new CliError('USAGE', 'Expected a command, got none', { hint: 'The commands are listed by --help.' });
  }
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const meant = rest.join(' ').replace(/^\((.*)\)$/, '$1');
  const message = `${first.charAt(0).toUpperCase()}${first.slice(1)}`;
  return new CliError('USAGE', message, { hint: meant === '' ? 'See --help of the command.' : meant });
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || ('code' in error && error.code === 'ABORTED'));
}

/** What is said of an end by a signal. What the program itself throws then may have a hint; those of packages name their functions. */
function stopped(error: unknown): FailureView {
  const own = (error as Error).name === 'AbortError' ? failureView(error).hint : undefined;
  const hint = own ?? 'Nothing is damaged. Run the same command again to go on.';
  return { code: 'ABORTED', message: 'Stopped before the end', hint };
}

/** Tells of a failure, and returns the exit code that says the same. */
export async function reportFailure(thrown: unknown, report: FailureReport): Promise<number> {
  const error = thrown instanceof CommanderError ? fromParser(thrown) : thrown;
  if (error === undefined) return EXIT.ok;
  const { output, messages, interrupted } = report;
  const aborted = isAbort(error);
  const failure = aborted ? stopped(error) : failureView(error);
  if (report.json) await emitObject(output, 'Failed', { error: failure });
  else for (const line of failureLines(failure, messages.colors)) messages.warn(line);
  for (const line of causeLines(error)) messages.debug(line);
  return aborted && interrupted !== undefined ? interrupted : exitCodeOf(error);
}
