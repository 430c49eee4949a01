import { existsSync } from 'node:fs';
import type { NotedService, NotedServiceHooks, Repository, SnapshotRecord } from '@x/backup-store';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';
import { commandValidation } from './safety.ts';
import { type ServiceFlags, serviceOf } from './services.ts';
import { parseSqliteUrl } from './sqlite-url.ts';

/** What a restore into a database is to do. */
export interface IntoRequest extends ServiceFlags {
  readonly repository: Repository;
  readonly record: SnapshotRecord;
  /** In the snapshot; default: its only database of the kind. */
  readonly path?: string | undefined;
  readonly url: string;
  /** Looks at the new database where it is. */
  readonly validateCommand?: string | undefined;
  /** Saves what is there, once the service was stopped. */
  readonly save?: ((path: string) => Promise<void>) | undefined;
}

/** What was restored into a database. */
export interface IntoOutcome {
  readonly kind: 'sqlite';
  readonly target: string;
  /** In the snapshot. */
  readonly path: string;
  readonly bytes: number;
  readonly replaced: boolean;
  readonly recovered: 'none' | 'old' | 'new';
}

/** What a restore into a database of SQLite would do. */
export interface SqlitePlan {
  /** The file of the database. */
  readonly target: string;
  /** In the snapshot. */
  readonly path: string;
  /** Whether there is something at `target`. */
  readonly replaces: boolean;
}

/** Where to and what from. @throws {CliError} `USAGE` when that is not clear. */
export function planIntoSqlite(context: Context, { record, path, url }: IntoRequest): SqlitePlan {
  const target = parseSqliteUrl(url, context.workingDirectory).path;
  const replaces = existsSync(target);
  if (path !== undefined) return { target, path, replaces };
  const databases = record.sources.filter(({ kind }) => kind === 'sqlite').map((source) => source.path);
  const [only] = databases;
  if (only !== undefined && databases.length === 1) return { target, path: only, replaces };
  throw usageError(
    `Expected one database of SQLite in the snapshot, got ${databases.length === 0 ? 'none' : databases.map(displayText).join(', ')}`,
    'Say which file it is: ID:PATH.',
  );
}

/** Restores a database of SQLite over the one that is there, if one is, and says what is done as it is done. */
export async function restoreIntoSqlite(context: Context, request: IntoRequest): Promise<IntoOutcome> {
  const { target, path } = planIntoSqlite(context, request);
  const { restoreSqlite } = await import('@x/backup-store/sqlite');
  const { signal, messages, workingDirectory } = context;
  const { repository, record } = request;
  const service = serviceOf(request, workingDirectory);
  const note = await noted(request, { target, service });
  try {
    const done = await restoreSqlite({
      to: target,
      read: repository.read(record.id, { path, signal }),
      stop: service?.stop,
      save: request.save,
      check: validation(request, signal),
      start: service?.start,
      signal,
      onEvent: ({ type }) => messages.detail(type),
    });
    await note?.started();
    const { path: to, bytes, replaced, recovered } = done;
    return { kind: 'sqlite', target: to, path, bytes, replaced, recovered };
  } catch (error) {
    // It was started again, or said why not, unless the old database could not be put back: then whoever comes next ends that.
    const { BackupError } = await import('@x/backup-store');
    if (error instanceof BackupError) await note?.started();
    else await note?.left();
    throw error;
  }
}

/** For whoever comes after this process was killed. */
async function noted(
  { repository, record }: IntoRequest,
  { target, service }: { readonly target: string; readonly service: NotedServiceHooks | undefined },
): Promise<NotedService | undefined> {
  if (service?.startBy === undefined) return undefined;
  const { stopBy, startBy } = service;
  const place = `sqlite:${encodeURI(target)}`;
  const reason = `the restore of ${record.id.slice(0, 8)} into sqlite:${target}`;
  return await repository.noteService({ tenant: record.tenant.name, reason, stopBy, startBy, place });
}

function validation(
  { validateCommand, record }: IntoRequest,
  signal: AbortSignal,
): ((path: string) => Promise<void>) | undefined {
  if (validateCommand === undefined) return undefined;
  const command = commandValidation(validateCommand, signal);
  return async () => await command({ snapshot: record.id });
}
