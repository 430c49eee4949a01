import type { SnapshotRecord } from '../snapshots/record.ts';
import { isMajor } from './plan-version.ts';
import { INVENTORY } from './stored-inventory.ts';

/** Key of the tag that says which version a snapshot is. */
export const TAG = 'structure';

/** The version of the structure that a snapshot is. */
export const versionOf = ({ tags, sources }: Pick<SnapshotRecord, 'tags' | 'sources'>): string | undefined =>
  sources.some((source) => source.kind === INVENTORY)
    ? tags.find((tag) => tag.startsWith(`${TAG}=`))?.slice(TAG.length + 1)
    : undefined;

/**
 * The major version of the structure that a snapshot is, such as `2.0.0`: no policy of `SharedStructure.forget` removes it. `Repository.forget`
 * does what it is told, so ask before. Pure.
 */
export function majorVersionOf(snapshot: Pick<SnapshotRecord, 'tags' | 'sources'>): string | undefined {
  const version = versionOf(snapshot);
  return version !== undefined && isMajor(version) ? version : undefined;
}
