import type { Executor } from '@x/backup-store/command';
import { usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { parseDatabase } from './database-url.ts';
import { isRecordsUrl, type LiveRecords, recordsUrlTarget } from './records-url.ts';
import { isSqliteUrl, parseSqliteUrl } from './sqlite-url.ts';

/** A database server as a URL names it. */
export interface LiveServer {
  readonly kind: 'postgres' | 'mysql';
  readonly server: {
    readonly url: string;
    readonly password?: string | undefined;
    readonly executor?: Executor | undefined;
    readonly binDirectory?: string | undefined;
  };
  readonly database?: string | undefined;
}

/** What is live, as a URL names it. */
export type LivePlace =
  | LiveServer
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'records'; readonly open: () => Promise<LiveRecords> };

/**
 * Reads `postgres://…`, `mysql://…`, `sqlite:/path`, `records+postgres://…?table=…`, `records+sqlite:…` or `records+file:…`.
 *
 * @throws {CliError} `USAGE`.
 */
export function parseLive(text: string, place: Pick<Context, 'env' | 'workingDirectory'>): LivePlace {
  if (isRecordsUrl(text)) return { kind: 'records', open: async () => await recordsUrlTarget(text, place) };
  if (isSqliteUrl(text)) return { kind: 'sqlite', path: parseSqliteUrl(text, place.workingDirectory).path };
  const { kind, options, database } = parseDatabase(text, place.env);
  if (kind === 'redis')
    throw usageError('Expected a database with tables, or records, got redis', 'Keys of Redis have no schema.');
  const { url, password, executor, binDirectory } = options;
  return { kind, server: { url, password, executor, binDirectory }, database };
}
