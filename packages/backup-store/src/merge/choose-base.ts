/** A snapshot, and when it was made. Milliseconds since 1970. */
export interface DatedId {
  readonly id: string;
  readonly madeMs: number;
}

/** What a target was last restored from, and when. Milliseconds since 1970. */
export interface RestoredFrom {
  readonly snapshot: string;
  /** When that snapshot was made; absent when it is not there any more. */
  readonly madeMs?: number | undefined;
  readonly at: number;
}

/** Why a merge has the base it has, or none. */
export type BaseReason =
  /** It was named. */
  | 'named'
  /** The data was restored from it, and the backup that is merged was made before that and after it. */
  | 'restored-from'
  /** Nobody has noted a restore into this target. */
  | 'never-restored'
  /** The data comes from the very snapshot that is merged. */
  | 'same-snapshot'
  /** The data comes from a later one, which itself comes from this. */
  | 'restored-later'
  /** The snapshot that is merged was made after the restore: it is of this data. */
  | 'made-since'
  /** What it was restored from was forgotten. */
  | 'base-forgotten';

/** Which base a merge has. */
export interface BaseChoice {
  readonly ways: 2 | 3;
  /** Id of the snapshot. */
  readonly base?: string | undefined;
  readonly reason: BaseReason;
}

/**
 * Finds what both sides of a merge come from. Only a snapshot that is neither of the two tells anything: see
 * `docs/concepts/merge.md`.
 *
 * @param backup The snapshot that is merged.
 * @param known `named`: the id of a base that was asked for; `restored`: what the target was last restored from.
 */
export function chooseBase(
  backup: DatedId,
  known: { readonly named?: string | undefined; readonly restored?: RestoredFrom | undefined },
): BaseChoice {
  const { named, restored } = known;
  // With itself as base, a snapshot would have changed nothing, and everything that was done to current data would stay.
  if (named === backup.id) return { ways: 2, reason: 'same-snapshot' };
  if (named !== undefined) return { ways: 3, base: named, reason: 'named' };
  if (restored === undefined) return { ways: 2, reason: 'never-restored' };
  if (restored.snapshot === backup.id) return { ways: 2, reason: 'same-snapshot' };
  if (backup.madeMs >= restored.at) return { ways: 2, reason: 'made-since' };
  if (restored.madeMs === undefined) return { ways: 2, reason: 'base-forgotten' };
  if (backup.madeMs <= restored.madeMs) return { ways: 2, reason: 'restored-later' };
  return { ways: 3, base: restored.snapshot, reason: 'restored-from' };
}
