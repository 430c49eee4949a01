import type { Repository } from '@x/backup-store';
import type { ModelState } from '../history/state.ts';
import { inLanes } from '../lanes.ts';
import type { ModelVersion } from '../versions/version.ts';
import { type Addition, ADDITIONS, additionTag, claimLeft, endAddition } from './additions.ts';
import type { Histories } from './histories.ts';
import type { RegistryParts } from './parts.ts';

type Snapshots = Awaited<ReturnType<Repository['snapshots']>>;

/** What a repository may have that is of no version. */
interface LeftoverFacts {
  readonly states: ReadonlyMap<string, ModelState>;
  /** Additions that did not come to their end. */
  readonly additions: readonly Addition[];
  readonly snapshots: Snapshots;
}

/**
 * Ids of snapshots that no version names, because somebody was killed: between storing a file and writing its version, or between writing that a version
 * is gone and letting its content go. Those that this registry knows nothing of are not its own: others may keep models in the same repository.
 */
function planLeftovers({ states, additions, snapshots }: LeftoverFacts): readonly string[] {
  const all = [...states.values()];
  const named = new Set(all.flatMap(({ versions }) => [...versions.values()].map(({ snapshot }) => snapshot)));
  const deleted = new Set(
    all.flatMap(({ deleted: gone }) => [...gone.values()].map(({ version }) => version.snapshot)),
  );
  const tags = new Set(additions.map(additionTag));
  return snapshots
    .filter(({ id, tags: its }) => !named.has(id) && (deleted.has(id) || its.some((tag) => tags.has(tag))))
    .map(({ id }) => id);
}

/** Lets content go that no version names, and tells which snapshots it was in. */
export async function releaseLeftovers(histories: Histories, parts: RegistryParts): Promise<readonly string[]> {
  const models = await histories.namesWith(ADDITIONS);
  const additions = (await inLanes(models, async (model) => await claimLeft(parts, model))).flat();
  // Read after the claim: a version that was written before it is seen, and one that would be written after it is refused.
  const states = await histories.states();
  const isAnyDeleted = [...states.values()].some(({ deleted }) => deleted.size > 0);
  if (additions.length === 0 && !isAnyDeleted) return [];
  const { repository, tenant } = parts;
  const snapshots = await repository.snapshots({ tenant, tags: ['kept-by=models'] });
  const ids = planLeftovers({ states, additions, snapshots });
  await letGo(repository, ids);
  for (const addition of additions) await endAddition(parts, addition);
  return ids;
}

/** Whether the content of a version is no longer there. */
export async function isGone(
  { snapshot }: Pick<ModelVersion, 'snapshot'>,
  { repository, tenant }: Pick<RegistryParts, 'repository' | 'tenant'>,
): Promise<boolean> {
  const there = await repository.snapshots({ tenant, tags: ['kept-by=models'] });
  return !there.some(({ id }) => id === snapshot);
}

/** Forgets snapshots, except those that somebody else has forgotten meanwhile. */
export async function letGo(repository: Repository, snapshots: readonly string[]): Promise<void> {
  if (snapshots.length === 0) return;
  try {
    await repository.forget({ snapshots });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'SNAPSHOT_NOT_FOUND')) throw error;
    // Nothing was forgotten because of one of them.
    if (snapshots.length > 1) for (const each of snapshots) await letGo(repository, [each]);
  }
}
