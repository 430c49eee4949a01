import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import type { Repository, SnapshotRecord } from '@x/backup-store';
import { now } from '../clock.ts';
import { CliError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { deployDatabase } from './deploy-database.ts';
import type { DatabaseToSave, TenantSources } from './deploy-sources.ts';
import { planInto } from './into.ts';
import { restoreIntoSqlite } from './into-sqlite.ts';
import { isRecordsUrl } from './records-url.ts';
import { isSqliteUrl } from './sqlite-url.ts';
import { configFolder } from './tenant-modules.ts';
import { userName } from './user.ts';

/** A tenant that comes back from a safety backup. */
export interface TenantToRestore {
  readonly record: SnapshotRecord;
  readonly tenant: TenantSources;
  readonly signal: AbortSignal | undefined;
}

/** The URL of a database without what only its server needs to know. */
export function shownDatabase(text: string): string {
  const url = URL.parse(text);
  if (url === null) return text;
  url.search = '';
  return url.href;
}

/** Whether a snapshot has a database. */
export const isIn = ({ sources }: SnapshotRecord, { root }: DatabaseToSave): boolean =>
  sources.some((source) => source.root === root);

/**
 * Restores files to where they were, and databases into those of the configuration. The rollback has saved what is there now.
 *
 * @returns What did not come back, and why.
 */
export async function restoreTenant(
  context: Context,
  repository: Repository,
  what: TenantToRestore,
): Promise<readonly string[]> {
  const { record, tenant } = what;
  await restoreFiles(repository, what);
  const partial: string[] = [];
  for (const database of tenant.databases) {
    const shown = displayText(shownDatabase(database.url));
    if (isRecordsUrl(database.url)) partial.push(`${shown} stays as it is: records are merged, not replaced`);
    else if (isIn(record, database)) await restoreDatabase(context, repository, { record, database });
    else partial.push(`${shown} stays as it is: snapshot ${shortId(record.id)} does not have it`);
  }
  return partial;
}

/** Where the parts of a database of SQLite lie beside it. */
const PARTS = ['', '-wal', '-shm', '-journal'] as const;

/** Moves a database of SQLite aside, so that there is none, and nothing is lost. @returns Where it is, for people. */
export async function moveAside(path: string): Promise<string> {
  const aside = `${path}.aside-${new Date(now()).toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const part of PARTS) if (existsSync(path + part)) await rename(path + part, aside + part);
  return `${displayText(path)} was not there when the backup was made, and is kept as ${displayText(aside)}`;
}

async function restoreFiles(repository: Repository, { record, signal }: TenantToRestore): Promise<void> {
  for (const { kind, path } of record.sources) {
    if (kind !== 'directory') continue;
    const call = { snapshot: record.id, path, overwrite: 'always', safetyBackup: false } as const;
    const { status } = await repository.restoreSafely({ ...call, createdBy: userName(), signal });
    if (status === 'restored') continue;
    throw new CliError(
      'UNWRITABLE',
      `Expected ${displayText(path)} to come back from ${shortId(record.id)}, got ${status}`,
      {
        hint: `See \`holdfast backup restore ${shortId(record.id)} --in-place --overwrite always --dry-run\`.`,
      },
    );
  }
}

interface DatabaseToRestore {
  readonly record: SnapshotRecord;
  readonly database: DatabaseToSave;
}

async function restoreDatabase(
  context: Context,
  repository: Repository,
  { record, database: { url, root } }: DatabaseToRestore,
): Promise<void> {
  const effective = await context.effective();
  const env = deployDatabase(context, effective)?.env ?? context.env;
  const place = { ...context, env, workingDirectory: configFolder(context, effective) };
  if (isSqliteUrl(url)) {
    // There may be several: this is the one of that name.
    const { path } = record.sources.find((source) => source.root === root) ?? {};
    await restoreIntoSqlite(place, { repository, record, path, url });
    return;
  }
  const planned = await planInto(place, repository, { record, url, overwrite: true });
  await planned.apply();
}
