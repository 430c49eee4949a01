import type { Migration, Migrations } from '../../migrations/model.ts';
import type { Deployment } from './contract.ts';
import { isVersioningError } from './failure.ts';
import { recordedMigrations } from './migration-record.ts';
import type { DeployTools } from './tools.ts';

/** Where the migrations of a database come from: releases, and of some of them only those that were left applied. */
export interface MigrationSource {
  readonly version: string;
  /** Only these ids, which count where they are applied. Default: all. */
  readonly only?: readonly string[] | undefined;
  /** Whether it can be done without, when nobody has it any more. */
  readonly mayBeGone?: boolean | undefined;
}

/** A release that nobody has any more, and nothing was written down of. */
export interface GoneRelease {
  readonly version: string;
  /** What it has left in the database, as far as the history has it. No other release has these. */
  readonly ids: readonly string[];
}

/** What releases know of a database. */
export interface KnownMigrations extends Migrations {
  /** Ids of those that were left by deploys: no release that is asked for has them, and they are not run. */
  readonly left: ReadonlySet<string>;
  readonly gone: readonly GoneRelease[];
}

/**
 * Releases whose migrations the database may have: those named, and those of deploys that have left some applied. Without the latter, the
 * next deploy would find migrations that nobody knows.
 */
export function migrationSources(
  versions: readonly (string | undefined)[],
  history: readonly Deployment[],
): readonly MigrationSource[] {
  const named = versions.filter((version) => version !== undefined).map((version) => ({ version }));
  // A version may have been deployed several times, and each time have left something else.
  const left = new Map<string, Set<string>>();
  for (const { version, migrated = [] } of history) {
    if (migrated.length === 0 || versions.includes(version)) continue;
    left.set(version, new Set([...(left.get(version) ?? []), ...migrated]));
  }
  return [...named, ...[...left].map(([version, ids]) => ({ version, only: [...ids], mayBeGone: true }))];
}

/** The same for a way back: what it leaves may be gone by now. */
export function sourcesOfWayBack(
  { version, from }: { readonly version: string; readonly from?: string | undefined },
  history: readonly Deployment[],
): readonly MigrationSource[] {
  return migrationSources([from, version], history).map((each) =>
    each.version === from ? { ...each, mayBeGone: true } : each,
  );
}

/**
 * Reads them, each id once: the first that has it counts. A release that is gone from where releases come from is known from what was written down when it
 * was deployed here.
 *
 * @throws {VersioningError} `RELEASE_NOT_FOUND` for one that can't be done without, `RELEASE_DAMAGED`, `INVALID_DEPLOY_RECORD`.
 */
export async function knownMigrations(
  tools: Pick<DeployTools, 'releases' | 'place'>,
  sources: readonly MigrationSource[],
  signal?: AbortSignal,
): Promise<KnownMigrations> {
  const forward = new Map<string, Migration>();
  const backward = new Map<string, Migration>();
  const left = new Set<string>();
  const gone: GoneRelease[] = [];
  for (const source of sources) {
    const { version, only } = source;
    const migrations = await migrationsOf(tools, source, signal);
    if (migrations === undefined) gone.push({ version, ids: only ?? [] });
    const back = new Map(migrations?.backward.map((each) => [each.id, each]));
    for (const each of migrations?.forward ?? []) {
      if (forward.has(each.id) || only?.includes(each.id) === false) continue;
      forward.set(each.id, each);
      if (only !== undefined) left.add(each.id);
      const way = back.get(each.id);
      if (way !== undefined) backward.set(each.id, way);
    }
  }
  return {
    forward: [...forward.values()].toSorted(byNumber),
    backward: [...backward.values()].toSorted(byNumber).toReversed(),
    left,
    gone: gone.map(({ version, ids }) => ({ version, ids: ids.filter((id) => !forward.has(id)) })),
  };
}

async function migrationsOf(
  { releases, place }: Pick<DeployTools, 'releases' | 'place'>,
  { version, mayBeGone = false }: MigrationSource,
  signal: AbortSignal | undefined,
): Promise<Migrations | undefined> {
  try {
    return (await releases.getRelease(version, { signal })).migrations;
  } catch (error) {
    signal?.throwIfAborted();
    const code = isVersioningError(error) ? error.code : undefined;
    if (code === 'RELEASE_DAMAGED') throw error;
    // What was run here is known here: a way back needs no store that can be reached.
    const recorded = await recordedMigrations(place.layout, version);
    if (recorded === undefined && !(mayBeGone && code === 'RELEASE_NOT_FOUND')) throw error;
    return recorded;
  }
}

/** What people should know of releases that are gone. */
export function goneWarnings(gone: readonly GoneRelease[]): readonly string[] {
  return gone
    .filter(({ ids }) => ids.length > 0)
    .map(
      ({ version, ids }) =>
        `${version} is gone, and with it the text of ${ids.join(', ')}: what is in the database of that stays, and can't be checked or taken back`,
    );
}

const numberOf = ({ id }: Migration): bigint => BigInt(/^\d+/.exec(id)?.[0] ?? 0);

function byNumber(a: Migration, b: Migration): number {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== right) return left < right ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
