import type { Repository, SnapshotRecord } from '@x/backup-store';
import type { DataDiffOptions, DataDifference } from '@x/backup-store/merge';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { findDump } from './into.ts';
import { planIntoSqlite } from './into-sqlite.ts';
import { type LiveServer, parseLive } from './live-url.ts';

/** Before anything is opened. @throws {CliError} `USAGE`. */
export function checkLiveData(context: Context, request: Pick<LiveDataRequest, 'url' | 'scratch'>): void {
  scratchOf(context, request, parseLive(request.url, context).kind);
}

/** What is compared. */
export interface LiveDataRequest {
  readonly repository: Repository;
  readonly record: SnapshotRecord;
  /** Of the dump, database or source of records, as it was given. */
  readonly path?: string | undefined;
  /** What is live. */
  readonly url: string;
  /** Where dumps are loaded. Default: the live server. */
  readonly scratch?: string | undefined;
  readonly options: DataDiffOptions;
}

/** What differs between a dump, database or source of records and what is live. @throws {CliError} `USAGE`. */
export async function* liveData(
  context: Context,
  request: LiveDataRequest,
): AsyncGenerator<DataDifference, void, undefined> {
  const { repository, record, path, url, options } = request;
  const live = parseLive(url, context);
  const what = { repository, snapshot: record.id, tenant: record.tenant.name, ...options };
  const scratch = scratchOf(context, request, live.kind);
  if (live.kind === 'records') {
    const { diffRecords } = await import('@x/backup-store/merge');
    await using open = await live.open();
    yield* diffRecords({ ...what, source: path, live: open.target });
  } else if (live.kind === 'sqlite') {
    const { diffSqlite } = await import('@x/backup-store/sqlite');
    yield* diffSqlite({ ...what, path: planIntoSqlite(context, request).path, live: live.path });
  } else {
    const { kind, server, database } = live;
    const dump = await findDump(repository, { record, path }, { kind, database });
    if (kind === 'postgres') {
      const { diffPostgres } = await import('@x/backup-store/postgres');
      yield* diffPostgres({ ...what, path: dump.path, live: server, scratch });
    } else {
      const { diffMysql } = await import('@x/backup-store/mysql');
      yield* diffMysql({ ...what, path: dump.path, live: { ...server, database }, scratch });
    }
  }
}

/** @throws {CliError} `USAGE` for one that is of another kind, or of no use. */
function scratchOf(
  context: Context,
  { scratch }: Pick<LiveDataRequest, 'scratch'>,
  kind: string,
): LiveServer['server'] | undefined {
  if (scratch === undefined) return undefined;
  const named = parseLive(scratch, context);
  if (named.kind === kind && (named.kind === 'postgres' || named.kind === 'mysql')) return named.server;
  throw usageError(
    `Expected a server of the kind ${kind} as --scratch, got ${named.kind}`,
    'Dumps of PostgreSQL and MariaDB are loaded there; leave it out for what needs no server.',
  );
}
