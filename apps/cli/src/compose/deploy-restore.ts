import type { Repository, SnapshotRecord } from '@x/backup-store';
import { CliError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import { deployDatabase } from './deploy-database.ts';
import type { TenantSources } from './deploy-sources.ts';
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

/** Restores files to where they were, and databases into those of the configuration. The rollback has saved what is there now. */
export async function restoreTenant(context: Context, repository: Repository, what: TenantToRestore): Promise<void> {
  const { record, tenant } = what;
  await restoreFiles(repository, what);
  for (const url of tenant.urls) await restoreDatabase(context, repository, { record, url });
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
  readonly url: string;
}

async function restoreDatabase(
  context: Context,
  repository: Repository,
  { record, url }: DatabaseToRestore,
): Promise<void> {
  if (isRecordsUrl(url)) {
    context.messages.warn(`Records are merged, not replaced: ${displayText(shownDatabase(url))} stays as it is.`);
    return;
  }
  const effective = await context.effective();
  const env = deployDatabase(context, effective)?.env ?? context.env;
  const place = { ...context, env, workingDirectory: configFolder(context, effective) };
  if (isSqliteUrl(url)) {
    await restoreIntoSqlite(place, { repository, record, url });
    return;
  }
  const planned = await planInto(place, repository, { record, url, overwrite: true });
  await planned.apply();
}
