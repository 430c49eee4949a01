import type { BackupSource, SourceRun } from '../source/contract.ts';
import { saidBy, successOf } from './command-end.ts';
import { checkCommand, type CommandOptions } from './command-options.ts';
import { local } from './executor.ts';
import { Program } from './program.ts';
import { Tail } from './tail.ts';

/** Last bytes of the output that a check gets. */
const TAIL_BYTES = 4096;

/** What a program has printed, for a check to look at. */
export interface PrintedOutput {
  readonly bytes: number;
  /** The last bytes of it, at most 4 KiB. */
  readonly tail: Buffer;
  /** The end of what it has said beside its output, without secrets. */
  readonly stderr: string;
}

/** Options of {@link commandOutput}. */
export interface CommandOutputOptions extends CommandOptions {
  /** Looks at what was printed when the program has ended well, and throws if it is not what it should be. */
  readonly check?: ((output: PrintedOutput) => void | Promise<void>) | undefined;
}

/** Options of {@link commandSource}. */
export interface CommandSourceOptions extends CommandOutputOptions {
  /** Path of the file that its output becomes, below a restore folder. */
  readonly name: string;
  /** Default `command`. */
  readonly kind?: string | undefined;
}

/**
 * What a program prints, as a stream: it is started when the stream is first asked, and ended with all that it has started when
 * nobody wants more of it or the signal is given. The stream throws unless the program ends well.
 *
 * @throws {BackupError} `COMMAND_NOT_FOUND`, `COMMAND_FAILED`, `COMMAND_TIMEOUT`; what `check` throws.
 */
export async function* commandOutput(
  options: CommandOutputOptions,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  checkCommand(options);
  await using program = new Program(options, signal);
  const tail = new Tail(TAIL_BYTES);
  let bytes = 0;
  for await (const piece of program.stdout as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (options.check !== undefined) tail.add(piece);
    yield piece;
  }
  await successOf(program, options);
  await options.check?.({ bytes, tail: tail.bytes, stderr: saidBy(program, options) });
}

/**
 * A source that is what a program prints: one file. Nothing of it is kept unless the program ends with an exit code that means
 * success.
 *
 * @throws {BackupError} `INVALID_OPTION`, at once; in a backup what {@link commandOutput} throws, as the source's status.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { commandSource, dockerExec } from '@x/backup-store/command';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const ldap = commandSource({
 *   name: 'ldap.ldif',
 *   command: 'slapcat',
 *   executor: dockerExec('ldap'),
 *   secrets: { LDAP_ADMIN_PASSWORD: process.env['LDAP_ADMIN_PASSWORD'] ?? '' },
 *   timeoutMs: 600_000,
 * });
 * const { sources } = await repository.backup({ sources: [ldap] });
 * for (const { path, status, error } of sources) console.log(path, status, error?.message);
 * ```
 */
export function commandSource(options: CommandSourceOptions): BackupSource {
  checkCommand(options);
  const { name, kind = 'command', command, executor = local() } = options;
  return {
    name,
    kind,
    async *read({ signal, describe }: SourceRun) {
      describe({ command, executor: executor.name });
      yield { path: '', content: commandOutput(options, signal) };
    },
  };
}
