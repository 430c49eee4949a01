import { runCommand } from '../command/run-command.ts';
import { loadable } from './loadable.ts';
import { mysqlCommand, type MysqlPrograms, SCRIPT } from './programs.ts';
import type { MysqlServer } from './server.ts';

/** Loads a dump, or a script, into a database that is there. @throws {BackupError} `DUMP_INCOMPLETE`, `INVALID_OPTION`; `COMMAND_...`. */
export async function loadDump(
  programs: MysqlPrograms,
  { client }: MysqlServer,
  load: {
    readonly dump: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
    readonly database: string;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const { dump, database, signal } = load;
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield* dump;
  };
  const command = mysqlCommand(programs, client, [...SCRIPT, '--', database]);
  await runCommand({ ...command, stdin: () => loadable(pieces(), database), signal });
}
