import type { Migration, Migrations } from '../../migrations/model.ts';
import type { Deployment } from './contract.ts';
import type { DeployTools } from './tools.ts';

/** Where the migrations of a database come from: releases, and of some of them only those that were left applied. */
export interface MigrationSource {
  readonly version: string;
  /** Only these ids. Default: all. */
  readonly only?: readonly string[] | undefined;
}

/**
 * Releases whose migrations the database may have: those named, and those of failed deploys that have left some applied. Without the latter, the
 * next deploy would find migrations that nobody knows.
 */
export function migrationSources(
  versions: readonly (string | undefined)[],
  history: readonly Deployment[],
): readonly MigrationSource[] {
  const named = versions.filter((version) => version !== undefined).map((version) => ({ version }));
  const left = history
    .filter(({ version, migrated = [] }) => migrated.length > 0 && !versions.includes(version))
    .map(({ version, migrated }) => ({ version, only: migrated }));
  const seen = new Set<string>();
  const fresh = left.filter(({ version }) => !seen.has(version) && seen.add(version));
  return [...named, ...fresh];
}

/** Reads them, each id once: the first that has it counts. @throws {VersioningError} `RELEASE_NOT_FOUND`, `RELEASE_DAMAGED`. */
export async function knownMigrations(
  { releases }: Pick<DeployTools, 'releases'>,
  sources: readonly MigrationSource[],
  signal?: AbortSignal,
): Promise<Migrations> {
  const forward = new Map<string, Migration>();
  const backward = new Map<string, Migration>();
  for (const { version, only } of sources) {
    const { migrations } = await releases.getRelease(version, { signal });
    const back = new Map(migrations.backward.map((each) => [each.id, each]));
    for (const each of migrations.forward) {
      if (forward.has(each.id) || only?.includes(each.id) === false) continue;
      forward.set(each.id, each);
      const way = back.get(each.id);
      if (way !== undefined) backward.set(each.id, way);
    }
  }
  return {
    forward: [...forward.values()].toSorted(byNumber),
    backward: [...backward.values()].toSorted(byNumber).toReversed(),
  };
}

const numberOf = ({ id }: Migration): bigint => BigInt(/^\d+/.exec(id)?.[0] ?? 0);

function byNumber(a: Migration, b: Migration): number {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== right) return left < right ? -1 : 1;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}
