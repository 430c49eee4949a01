import { commandOutput } from '../command/command-source.ts';
import { CopyRows } from '../dump/copy-rows.ts';
import type { IntoPlace, PlaceCheck, PlaceRun } from '../repository/contract.ts';
import { postgresFailure } from './failure.ts';
import { postgresPlace } from './postgres-place.ts';
import { postgresCommand } from './programs.ts';
import { restorePostgres, type RestorePostgresOptions, type RestorePostgresResult } from './restore-postgres.ts';
import { countRows } from './row-counts.ts';

/** Options of {@link intoPostgres}. */
export interface IntoPostgresOptions extends Omit<RestorePostgresOptions, 'repository' | 'snapshot' | 'signal'> {
  /** What the place's `address` is to be. Without secrets. */
  readonly address?: string | undefined;
}

/**
 * A dump into a database of PostgreSQL, for `Repository.restoreInto`: {@link restorePostgres} with a safety snapshot before, a
 * validation after, and a way back. The dump is read once more for the validation: each table that it has as `COPY` has to be there with as many
 * rows, so nobody else should write to it meanwhile. Foreign keys are looked at by the server, which makes them when the rows are there.
 */
export function intoPostgres({ address, ...options }: IntoPostgresOptions): IntoPlace<RestorePostgresResult> {
  return {
    place: postgresPlace({ ...options, address }),
    restore: async ({ repository, snapshot, signal, replacing }) => {
      if (options.singleTransaction === false) replacing();
      return await restorePostgres({ ...options, repository, snapshot: snapshot.id, signal });
    },
    check: async (result, run) => await checkRows(options, result, run),
  };
}

async function checkRows(
  options: Omit<IntoPostgresOptions, 'address'>,
  { format }: RestorePostgresResult,
  { repository, snapshot, signal }: PlaceRun & { readonly snapshot: { readonly id: string } },
): Promise<PlaceCheck> {
  const copied = new CopyRows();
  const dump = (): AsyncIterable<Uint8Array> => repository.read(snapshot.id, { path: options.path, signal });
  const print = postgresCommand(options, 'pg_restore', [...(options.options ?? []), '--file=-']);
  const text = format === 'plain' ? dump() : commandOutput({ ...print, stdin: dump }, signal);
  try {
    for await (const piece of text) copied.push(piece);
    const counts = await countRows(options, [...copied.rows.keys()], { database: options.database, signal });
    return { checked: copied.rows.size, problems: differencesOf(copied.rows, counts) };
  } catch (error) {
    throw postgresFailure(error);
  }
}

/** Pure. */
function differencesOf(dumped: ReadonlyMap<string, number>, counts: ReadonlyMap<string, number | undefined>): string[] {
  const problems: string[] = [];
  for (const [table, rows] of dumped) {
    const found = counts.get(table);
    // More are those of a service that writes already.
    if (!counts.has(table) || (found !== undefined && found !== null && found >= rows)) continue;
    problems.push(`Expected ${rows} rows in ${table}, got ${found ?? 'no such table'}`);
  }
  return problems;
}
