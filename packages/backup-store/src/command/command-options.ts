import { BackupError } from '../errors.ts';
import type { Executor } from './executor.ts';

/** What a program reads from its standard input; a function is called for each start. */
export type CommandInput = string | Uint8Array | (() => AsyncIterable<Uint8Array>);

/** A program and how it is started. There is no shell: arguments are given as they are. */
export interface CommandOptions {
  readonly command: string;
  /** Everybody on the machine can see them: no secrets here. */
  readonly args?: readonly string[] | undefined;
  /** Added to the environment. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Added to the environment too; wherever one of these values would be shown, `***` is. */
  readonly secrets?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  /** Default: none, so that what asks for a password fails. */
  readonly stdin?: CommandInput | undefined;
  /** Where it runs. Default `local()`. */
  readonly executor?: Executor | undefined;
  /** Exit codes that mean success. Default 0 alone. */
  readonly exitCodes?: readonly number[] | undefined;
  /** Milliseconds from start to end, after which it is ended. Default: none. */
  readonly timeoutMs?: number | undefined;
}

/** Shorter ones are found in too much. */
const MIN_SECRET = 4;

/** @throws {BackupError} `INVALID_OPTION` for what can't be started, or would show a secret. */
export function checkCommand({ command, args = [], env = {}, secrets = {}, timeoutMs }: CommandOptions): void {
  if (command === '') throw new BackupError('INVALID_OPTION', 'Expected a program to start, got an empty name');
  const shown = [command, ...args];
  if (
    Object.values(secrets).some((value) => value.length >= MIN_SECRET && shown.some((each) => each.includes(value)))
  ) {
    throw new BackupError('INVALID_OPTION', `Expected arguments of ${command} without secrets, got one of them`, {
      hint: 'Everybody on the machine can see arguments. Have the program read its environment, its standard input or a file.',
    });
  }
  for (const name of [...Object.keys(env), ...Object.keys(secrets)]) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new BackupError(
        'INVALID_OPTION',
        `Expected the name of an environment variable, got ${JSON.stringify(name)}`,
      );
  }
  if (timeoutMs !== undefined && !(timeoutMs > 0))
    throw new BackupError('INVALID_OPTION', `Expected a time in milliseconds above 0, got ${timeoutMs}`);
}
