import { randomBytes } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { successOf } from '../command/command-end.ts';
import type { CommandOptions } from '../command/command-options.ts';
import { Program } from '../command/program.ts';
import { BackupError } from '../errors.ts';
import { postgresFailure } from './failure.ts';
import { postgresCommand, type PostgresPrograms } from './programs.ts';
import { csvRecords, withValues } from './psql-text.ts';

const SUCCESS = '00000';

/** Options of {@link psqlClient}. */
export interface PsqlClientOptions extends PostgresPrograms {
  /** Default: what the URL or libpq says. */
  readonly database?: string | undefined;
}

/** A connection that is a running `psql`: what `postgresRecords` takes as its client. */
export interface PsqlClient extends AsyncDisposable {
  /** Runs one statement; `$1` in `text` is the first of `values`. What a row has is text, or `null`. */
  query(
    text: string,
    values?: unknown[],
  ): Promise<{ readonly rows: readonly Record<string, string | null>[]; readonly rowCount: number | null }>;
}

/**
 * A client of PostgreSQL that needs no network connection of this process: statements go to a `psql` that runs here, in a container or on
 * another machine, and reaches the server as dumps and restores do. It is started by the first statement; an open transaction ends
 * with it, also when this process is killed. `psql` has to be 12 or later.
 *
 * @throws {BackupError} `INVALID_OPTION`, at once. From `query`: errors with the `code` that the server gave (SQLSTATE);
 * `DATABASE_...`, `COMMAND_...` when the connection can't be made, or breaks.
 *
 * @example
 * ```ts
 * import { dockerExec } from '@x/backup-store/command';
 * import { psqlClient } from '@x/backup-store/postgres';
 * import { postgresRecords } from '@x/backup-store/records';
 *
 * await using client = psqlClient({ database: 'hotel', user: 'postgres', executor: dockerExec('hotel-db') });
 * const { target } = postgresRecords({ client, tables: [{ table: 'stays', updatedAt: 'updated_at' }] });
 * console.log(await target.modules({ signal: AbortSignal.timeout(60_000) }));
 * ```
 */
export function psqlClient(options: PsqlClientOptions): PsqlClient {
  const mark = randomBytes(16).toString('hex');
  const settings = ['--no-psqlrc', '--no-password', '--quiet', '--csv', `--pset=null=${mark}`];
  const command = postgresCommand(options, 'psql', settings, options.database);
  let session: Session | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return {
    query: async (text, values = []) => {
      const statement = withValues(text, values);
      session ??= new Session(command, mark);
      const answer = last.then(async () => await (session as Session).run(statement));
      // The next one waits for its end, whatever that is.
      last = answer.catch(() => undefined);
      return await answer;
    },
    [Symbol.asyncDispose]: async () => await session?.[Symbol.asyncDispose](),
  };
}

interface Answer {
  readonly rows: readonly Record<string, string | null>[];
  readonly rowCount: number;
}

class Session implements AsyncDisposable {
  readonly #command: CommandOptions;
  readonly #mark: string;
  readonly #input = new PassThrough();
  readonly #program: Program;
  #said: Buffer[] = [];
  #wake: () => void = () => undefined;

  constructor(command: CommandOptions, mark: string) {
    const env = { ...command.env, PGCLIENTENCODING: 'UTF8' };
    this.#command = { ...command, env, stdin: () => this.#input };
    this.#mark = mark;
    this.#program = new Program(this.#command);
    this.#program.stdout.on('data', (piece: Buffer) => {
      this.#said.push(piece);
      this.#wake();
    });
    this.#input.write('SET standard_conforming_strings = on;\n');
  }

  async run(statement: string): Promise<Answer> {
    const end = `${this.#mark}.\n`;
    const tell = `\\echo ${this.#mark} :SQLSTATE\n\\echo :LAST_ERROR_MESSAGE\n\\echo ${this.#mark}.\n`;
    this.#input.write(`${statement}\n;\n${tell}`);
    const text = await this.#until(end);
    const at = text.lastIndexOf(`${this.#mark} `);
    const [, state = '', message = ''] = /^\S+ (\S*)\n([^]*)\n$/.exec(text.slice(at, -end.length)) ?? [];
    if (state === SUCCESS) return this.#answer(text.slice(0, at));
    throw Object.assign(new Error(message), { code: state });
  }

  #answer(csv: string): Answer {
    const [names = [], ...records] = csvRecords(csv);
    const valueOf = (field: string | undefined): string | null =>
      field === undefined || field === this.#mark ? null : field;
    const rows = records.map((record) => Object.fromEntries(names.map((name, i) => [name, valueOf(record[i])])));
    return { rows, rowCount: rows.length };
  }

  /** All that was said up to these characters, which end a piece: nothing is asked behind them yet. */
  async #until(end: string): Promise<string> {
    for (;;) {
      const woken = new Promise<'said'>((resolve) => {
        this.#wake = () => resolve('said');
      });
      const tail = Buffer.concat(this.#said.slice(-2)).subarray(-end.length);
      if (tail.toString('latin1') === end) {
        const text = Buffer.concat(this.#said).toString('utf8');
        this.#said = [];
        return text;
      }
      const what = await Promise.race([woken, this.#program.ended]);
      if (what !== 'said') throw await this.#ended();
    }
  }

  async #ended(): Promise<unknown> {
    try {
      await successOf(this.#program, this.#command);
    } catch (error) {
      return postgresFailure(error);
    }
    return new BackupError('DATABASE_UNREACHABLE', 'Expected psql to go on, it has ended');
  }

  /** What is under way ends with the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#input.end('\\q\n');
    await this.#program[Symbol.asyncDispose]();
  }
}
