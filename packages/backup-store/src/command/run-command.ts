import { BackupError } from '../errors.ts';
import { saidBy, successOf } from './command-end.ts';
import { checkCommand, type CommandOptions } from './command-options.ts';
import { Program } from './program.ts';

/** Bytes of output that are kept. */
const MAX_OUTPUT = 64 * 1024 * 1024;

/** What a program has printed. */
export interface CommandResult {
  readonly stdout: Buffer;
  /** The end of it, without secrets. */
  readonly stderr: string;
}

/**
 * Runs a program to its end: for hooks, and for programs that print little.
 *
 * @throws {BackupError} `COMMAND_NOT_FOUND`, `COMMAND_FAILED` (also when it prints more than 64 MiB), `COMMAND_TIMEOUT`.
 *
 * @example
 * ```ts
 * import { commandSource, runCommand, withHooks } from '@x/backup-store/command';
 *
 * const queue = { command: 'queuectl', args: ['pause'], timeoutMs: 10_000 };
 * const jobs = withHooks(commandSource({ name: 'jobs.json', command: 'queuectl', args: ['export'] }), {
 *   quiesce: async ({ signal }) => void (await runCommand({ ...queue, signal })),
 *   resume: async () => void (await runCommand({ ...queue, args: ['resume'] })),
 * });
 * console.log(jobs.name);
 * ```
 */
export async function runCommand(
  options: CommandOptions & { readonly signal?: AbortSignal | undefined },
): Promise<CommandResult> {
  checkCommand(options);
  await using program = new Program(options, options.signal);
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of program.stdout as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_OUTPUT) {
      throw new BackupError(
        'COMMAND_FAILED',
        `Expected ${options.command} to print at most ${MAX_OUTPUT} bytes, got more`,
      );
    }
    pieces.push(piece);
  }
  await successOf(program, options);
  return { stdout: Buffer.concat(pieces), stderr: saidBy(program, options) };
}
