import type { Repository, SnapshotFilter, SnapshotRecord } from '@x/backup-store';
import { hostname } from 'node:os';
import { resolvePath } from '../config/locations.ts';
import { CliError, usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { standingSources } from './sources.ts';

/** `ID[:PATH]` in its parts. */
export interface Reference {
  /** Id, beginning of an id, name, or `latest`. */
  readonly snapshot: string;
  readonly path?: string | undefined;
}

/** Splits `ID[:PATH]` at the first colon (names have none). @throws {CliError} `USAGE`. */
export function parseReference(text: string): Reference {
  const colon = text.indexOf(':');
  const snapshot = colon === -1 ? text : text.slice(0, colon);
  if (snapshot === '')
    throw usageError(`Expected ID[:PATH], got ${JSON.stringify(text)}`, 'Use an id, a name or latest.');
  const path = colon === -1 ? '' : text.slice(colon + 1);
  return path === '' ? { snapshot } : { snapshot, path };
}

/** Filters of the command line, as the argument parser keeps them. */
export interface FilterFlags {
  readonly tenant?: string | undefined;
  readonly host?: string | undefined;
  readonly name?: string | undefined;
  readonly tag?: readonly string[] | undefined;
  readonly root?: readonly string[] | undefined;
  readonly before?: number | undefined;
  readonly after?: number | undefined;
}

/** The filter that the flags ask for. Paths become absolute. */
export function filterOf(flags: FilterFlags, workingDirectory: string): SnapshotFilter {
  return {
    tenant: flags.tenant,
    host: flags.host,
    name: flags.name,
    tags: flags.tag,
    roots: flags.root?.map((path) => resolvePath(path, workingDirectory)),
    before: flags.before,
    after: flags.after,
  };
}

/** The newest that was not made just to be safe before a restore. */
function newest(records: readonly SnapshotRecord[]): SnapshotRecord | undefined {
  return records.findLast((record) => record.kind !== 'safety');
}

/**
 * `latest`: same tenant and host as this call would back up with, and the same roots - those configured, or
 * the checkout's when something was backed up from there. Flags replace each part.
 */
async function latest(context: Context, repository: Repository, flags: FilterFlags): Promise<SnapshotRecord> {
  const effective = await context.effective();
  const asked = filterOf(flags, context.workingDirectory);
  const filter = { ...asked, tenant: effective.settings.tenant, host: flags.host ?? hostname() };
  const standing = asked.roots === undefined ? await standingSources(context, effective) : undefined;
  if (standing !== undefined) {
    const found = newest(await repository.snapshots({ ...filter, roots: standing.paths }));
    if (found !== undefined) return found;
  }
  const found = standing?.from === 'configuration' ? undefined : newest(await repository.snapshots(filter));
  if (found !== undefined) return found;
  const of = [`tenant ${filter.tenant}`, `host ${filter.host}`, ...(filter.roots ?? standing?.paths ?? [])].join(', ');
  throw new CliError('SNAPSHOT_NOT_FOUND', `Expected a snapshot of ${of}, got none`, {
    hint: 'List what there is with `holdfast backup list`, or name another --tenant, --host or --root.',
  });
}

/** The snapshot that an argument names. @throws {BackupError | CliError} `SNAPSHOT_NOT_FOUND`, `SNAPSHOT_AMBIGUOUS`. */
export async function findSnapshot(
  context: Context,
  repository: Repository,
  wanted: { readonly snapshot: string; readonly flags: FilterFlags },
): Promise<SnapshotRecord> {
  if (wanted.snapshot === 'latest') {
    const found = await latest(context, repository, wanted.flags);
    // The engine refuses when a newer one was taken away or can't be read: an older one must not pass for it.
    await repository.snapshot('latest');
    return found;
  }
  return repository.snapshot(wanted.snapshot, filterOf(wanted.flags, context.workingDirectory));
}

/**
 * A path as the snapshot has it. An absolute path below one of its roots is taken for the file that was backed
 * up from there; any other loses its leading slashes. Pure.
 */
export function snapshotPath(record: SnapshotRecord, path: string): string {
  const plain = path.replace(/\/+$/, '');
  for (const source of record.sources) {
    const root = source.root.replace(/\/+$/, '');
    if (plain === root || plain.startsWith(`${root}/`)) {
      const rest = plain.slice(root.length).replace(/^\/+/, '');
      return [source.path, rest].filter((part) => part !== '').join('/');
    }
  }
  return plain.replace(/^\/+/, '').replace(/^(\.\/)+/, '');
}
