import type { Repository, SnapshotFilter, SnapshotRecord } from '@x/backup-store';
import { hostname } from 'node:os';
import { resolvePath } from '../config/locations.ts';
import type { Effective } from '../config/merge.ts';
import { CliError, usageError } from '../errors.ts';
import type { Context } from '../program/context.ts';
import { shortId } from '../render/snapshot.ts';
import { formatDuration, formatTime } from '../render/time.ts';
import { standingSources } from './sources.ts';
import { tenantConfig } from './tenant-modules.ts';

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

/** Whether a snapshot was made to be restored, and not just to be safe, or to know what there was. Pure. */
export function isPlainBackup({ kind }: Pick<SnapshotRecord, 'kind'>): boolean {
  return kind !== 'safety' && kind !== 'checkpoint';
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
  /** Milliseconds since 1970: the newest snapshot at or before it is meant. */
  readonly at?: number | undefined;
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

/** The newest that was not made just to be safe before a restore, and has all content; with a moment, at or before it. */
async function newestOf(
  repository: Repository,
  filter: SnapshotFilter,
  at: number = Infinity,
): Promise<SnapshotRecord | undefined> {
  const all = await repository.timeline(filter);
  return all.findLast(({ record, madeMs }) => isPlainBackup(record) && madeMs <= at)?.record;
}

/** Whether what is configured has roots that are not paths, or is chosen by modules: then tenant and host decide. */
function hasStreams(effective: Effective): boolean {
  return effective.settings['sources.databases'].length > 0 || tenantConfig(effective).modules !== undefined;
}

/**
 * `latest`: same tenant and host as this call would back up with, and the same roots - those configured, or
 * the checkout's when something was backed up from there. Flags replace each part.
 */
async function latest(context: Context, repository: Repository, flags: FilterFlags): Promise<SnapshotRecord> {
  const effective = await context.effective();
  const asked = filterOf(flags, context.workingDirectory);
  const filter = { ...asked, tenant: effective.settings.tenant, host: flags.host ?? hostname() };
  const standing =
    asked.roots === undefined && !hasStreams(effective) ? await standingSources(context, effective) : undefined;
  if (standing !== undefined) {
    const found = await newestOf(repository, { ...filter, roots: standing.paths }, flags.at);
    if (found !== undefined) return found;
  }
  const found = standing?.from === 'configuration' ? undefined : await newestOf(repository, filter, flags.at);
  if (found !== undefined) return found;
  const when = flags.at === undefined ? [] : [`made at or before ${formatTime(flags.at)}`];
  const of = [
    `tenant ${filter.tenant}`,
    `host ${filter.host}`,
    ...(filter.roots ?? standing?.paths ?? []),
    ...when,
  ].join(', ');
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
  const { snapshot, flags } = wanted;
  if (flags.at !== undefined) return await findAt(context, repository, { snapshot, flags, at: flags.at });
  if (snapshot === 'latest') {
    const found = await latest(context, repository, flags);
    // The engine refuses when a newer one was taken away or can't be read: an older one must not pass for it.
    await repository.snapshot('latest');
    return found;
  }
  return repository.snapshot(snapshot, filterOf(flags, context.workingDirectory));
}

/** The snapshot of a moment; says which one it is. */
async function findAt(
  context: Context,
  repository: Repository,
  { snapshot, flags, at }: { readonly snapshot: string; readonly flags: FilterFlags; readonly at: number },
): Promise<SnapshotRecord> {
  const named = { ...filterOf(flags, context.workingDirectory), name: snapshot };
  const found =
    snapshot === 'latest' ? await latest(context, repository, flags) : await newestOf(repository, named, at);
  if (found === undefined) {
    throw new CliError(
      'SNAPSHOT_NOT_FOUND',
      `Expected a snapshot named ${JSON.stringify(snapshot)} at or before ${formatTime(at)}, got none`,
      { hint: 'With --at, say latest or a name; an id means one snapshot already.' },
    );
  }
  const lost = await repository.damaged();
  if (lost.length > 0)
    context.messages.warn('Some snapshots are missing or can not be read: one of them may be nearer to that moment.');
  const before = formatDuration(Math.max(0, at - Date.parse(found.startedAt)));
  context.messages.note(
    `Snapshot ${shortId(found.id)} of ${formatTime(found.startedAt)}, ${before} before ${formatTime(at)}.`,
  );
  return found;
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
