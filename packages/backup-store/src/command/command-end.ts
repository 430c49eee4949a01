import { BackupError } from '../errors.ts';
import type { CommandOptions } from './command-options.ts';
import { maskOf } from './mask.ts';
import type { Program } from './program.ts';

/** Characters of what a program has said last that an error shows. */
const SHOWN = 600;
/** A shell's exit code for a program that is not there. */
const NOT_FOUND = 127;

/** What a program has said on its way, without secrets. */
export function saidBy(program: Program, { secrets = {} }: CommandOptions): string {
  return maskOf(Object.values(secrets))(program.stderr).trim();
}

/**
 * Waits for a program's end.
 *
 * @throws {BackupError} `COMMAND_NOT_FOUND`, `COMMAND_FAILED`, `COMMAND_TIMEOUT`; what its input has thrown.
 */
export async function successOf(program: Program, options: CommandOptions): Promise<void> {
  const { code, signal, error, isTimedOut } = await program.ended;
  const { command, executor, exitCodes = [0], timeoutMs } = options;
  const what = executor === undefined || executor.name === 'local' ? command : `${command} (${executor.name})`;
  const said = saidBy(program, options);
  const tail = said === '' ? '' : `: ${said.length > SHOWN ? `…${said.slice(-SHOWN)}` : said}`;
  const details = said === '' ? undefined : said.split('\n');
  if (isStartFailure(error) || (code === NOT_FOUND && !exitCodes.includes(code))) {
    throw new BackupError('COMMAND_NOT_FOUND', `Expected to start ${what}, got ${reasonOf(error)}${tail}`, {
      cause: error,
      details,
      hint: 'Install the program where it is to run, or name its path.',
    });
  }
  if (error !== undefined) throw error as Error;
  if (isTimedOut) {
    throw new BackupError('COMMAND_TIMEOUT', `Expected ${what} to end within ${timeoutMs} ms, it was ended${tail}`, {
      details,
    });
  }
  if (signal !== null)
    throw new BackupError('COMMAND_FAILED', `Expected ${what} to end by itself, got ${signal}${tail}`, { details });
  if (code !== null && exitCodes.includes(code)) return;
  throw new BackupError(
    'COMMAND_FAILED',
    `Expected ${what} to end with exit code ${exitCodes.join(' or ')}, got ${code}${tail}`,
    {
      details,
    },
  );
}

const isStartFailure = (error: unknown): error is NodeJS.ErrnoException =>
  String((error as NodeJS.ErrnoException | undefined)?.syscall).startsWith('spawn');

const reasonOf = (error: unknown): string => (isStartFailure(error) ? String(error.code) : 'exit code 127');
