import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { successOf } from '../command/command-end.ts';
import type { CommandOptions } from '../command/command-options.ts';
import { Program } from '../command/program.ts';
import { runCommand } from '../command/run-command.ts';
import { BackupError, isBackupError } from '../errors.ts';
import { askServer, type RedisServer } from './server.ts';

/** Between two looks whether it has the file, in milliseconds; then longer ones. */
const PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 1000;
/** Lines of a server's log that an error shows. */
const SHOWN = 5;

/**
 * Starts a program, and ends it when the own input ends: a server would go on without whoever has started it. The input of what runs in
 * the background is none, so it is taken along under another number.
 */
const LEASHED = '"$@" & server=$!; exec 3<&0; (cat <&3 >/dev/null; kill -9 $server 2>/dev/null) & wait $server';

/** Which programs of Redis are used. */
export interface ScratchServerOptions {
  /** Name or path of the server. Default `redis-server`; of Valkey, `valkey-server`. */
  readonly server?: string | undefined;
  /** Name or path of the client. Default `redis-cli`. */
  readonly client?: string | undefined;
  /** More arguments of the server, such as `['--loadmodule', '/usr/lib/redis/modules/rejson.so']`, for files that need a module. */
  readonly options?: readonly string[] | undefined;
}

/** A Redis server that has loaded a file, and is thrown away. Nobody reaches it but by a socket in a folder of its own. */
export class ScratchServer implements AsyncDisposable {
  readonly socket: string;
  readonly #program: Program;
  readonly #client: string | undefined;
  readonly #release: () => void;

  private constructor(parts: { socket: string; program: Program; client: string | undefined; release: () => void }) {
    this.socket = parts.socket;
    this.#program = parts.program;
    this.#client = parts.client;
    this.#release = parts.release;
  }

  /**
   * Starts a server with a file, and waits until it has loaded it.
   *
   * @param at `folder`: a private one, for the socket.
   * @throws {BackupError} `COMMAND_NOT_FOUND`; `DUMP_INCOMPLETE` when the server does not take the file; `COMMAND_...`; `ABORTED`.
   */
  static async start(
    file: string,
    at: ScratchServerOptions & { readonly folder: string; readonly signal?: AbortSignal | undefined },
  ): Promise<ScratchServer> {
    const { server = 'redis-server', client, options = [], folder, signal } = at;
    // Both programs have to be there, whatever the shell between says.
    await runCommand({ command: server, args: ['--version'], signal });
    await runCommand({ command: client ?? 'redis-cli', args: ['--version'], signal });
    const socket = join(folder, 's');
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const place = ['--port', '0', '--unixsocket', socket, '--dir', dirname(file), '--dbfilename', basename(file)];
    // It must write nothing: not to the file that it has read, either.
    const quiet = ['--save', '', '--appendonly', 'no', '--logfile', ''];
    const command: CommandOptions = {
      command: 'sh',
      args: ['-c', LEASHED, 'sh', server, ...place, ...quiet, ...options],
      async *stdin() {
        await released;
        yield* [];
      },
    };
    const program = new Program(command, signal);
    const started = new ScratchServer({ socket, program, client, release });
    try {
      await started.#loaded(command);
      return started;
    } catch (error) {
      await started[Symbol.asyncDispose]();
      signal?.throwIfAborted();
      throw error;
    }
  }

  /** What it says of itself. */
  async ask(): Promise<RedisServer> {
    return await askServer({ socket: this.socket, client: this.#client });
  }

  /** It answers when it has the file, and ends when it can't read it. */
  async #loaded(command: CommandOptions): Promise<void> {
    const log = new LastLines();
    this.#program.stdout.on('data', (piece: Buffer) => log.add(piece));
    let hasEnded = false;
    const ended = successOf(this.#program, command).then(
      () => log.text,
      (error: unknown) => (log.text === '' ? (error as Error).message : log.text),
    );
    void ended.then(() => (hasEnded = true));
    for (let pauseMs = PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      if (hasEnded)
        throw new BackupError('DUMP_INCOMPLETE', `Expected the server to load the file, it ended: ${await ended}`, {
          details: log.lines,
          hint: 'It may be of a later version of Redis, or need a module.',
        });
      try {
        await this.ask();
        return;
      } catch (error) {
        // Not there yet, or still loading.
        if (!isBackupError(error, 'DATABASE_UNREACHABLE') && !isBackupError(error, 'COMMAND_FAILED')) throw error;
      }
      await setTimeout(pauseMs);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#release();
    await this.#program[Symbol.asyncDispose]();
  }
}

/** The end of what a server has logged. */
class LastLines {
  #lines: string[] = [''];

  add(piece: Buffer): void {
    const [first = '', ...rest] = piece.toString('utf8').split('\n');
    this.#lines = [...this.#lines.slice(0, -1), `${this.#lines.at(-1) ?? ''}${first}`, ...rest].slice(-4 * SHOWN);
  }

  get lines(): readonly string[] {
    return this.#lines.filter((line) => line.trim() !== '').slice(-SHOWN);
  }

  get text(): string {
    return this.lines.at(-1)?.trim() ?? '';
  }
}
