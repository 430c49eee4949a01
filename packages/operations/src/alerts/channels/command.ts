import { spawn } from 'node:child_process';
import { OperationsError } from '../../errors.ts';
import { type Channel, ChannelError } from '../channel.ts';
import type { Severity } from '../rule.ts';
import type { Notice } from '../state.ts';
import { bodyOf } from './webhook.ts';

/** Options of {@link commandChannel}. */
export interface CommandChannelOptions {
  readonly name: string;
  /** The program and its arguments; no shell is asked. It gets the notice as one line of JSON on its standard input. */
  readonly command: readonly string[];
  readonly cwd?: string | undefined;
  /** Variables that it has beside `PATH`, `HOME`, `LANG` and `TZ`: nothing else of this process's environment is handed on. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds until it is ended; default 20,000. */
  readonly timeoutMs?: number | undefined;
  /** Nothing less is sent. */
  readonly least?: Severity | undefined;
}

const HANDED_ON = ['PATH', 'HOME', 'LANG', 'TZ', 'SystemRoot'];

/**
 * Gives notices to a program. Exit code 0 means that it has taken one.
 *
 * @throws {OperationsError} `INVALID_ALERTS`
 */
export function commandChannel(options: CommandChannelOptions): Channel {
  const { name, command, least } = options;
  if (command.length === 0 || command.some((word) => typeof word !== 'string') || command[0] === '')
    throw new OperationsError('INVALID_ALERTS', `Expected a program and its arguments for the channel ${name}`);
  return { name, least, send: async (notice, signal) => run(options, notice, signal) };
}

async function run(options: CommandChannelOptions, notice: Notice, signal: AbortSignal): Promise<void> {
  const { name, command, cwd, timeoutMs = 20_000 } = options;
  const [program = '', ...args] = command;
  const handedOn = Object.fromEntries(
    HANDED_ON.flatMap((key) => (process.env[key] === undefined ? [] : [[key, process.env[key]]])),
  );
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  const child = spawn(program, args, {
    cwd,
    env: { ...handedOn, ...options.env },
    stdio: ['pipe', 'ignore', 'ignore'],
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    killSignal: 'SIGKILL',
  });
  child.on('error', (error: NodeJS.ErrnoException) => {
    if (error.name === 'AbortError') resolve('no end in time');
    else
      reject(new ChannelError(`Expected the program of the channel ${name} to start, got ${error.code ?? 'an error'}`));
  });
  child.on('close', (code, ended) => resolve(code === 0 ? undefined : (ended ?? `exit code ${code}`)));
  // A program that does not read is its own business: its exit code counts.
  child.stdin.on('error', () => undefined).end(`${JSON.stringify(bodyOf(notice))}\n`);
  const failure = await promise;
  if (failure !== undefined)
    throw new ChannelError(`Expected the program of the channel ${name} to take a notice, got ${failure}`);
}
