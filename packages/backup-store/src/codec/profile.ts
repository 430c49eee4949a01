/**
 * One compression setting: `none` stores raw, `fast` is zstd 1, `balanced` zstd 3, `maximum` zstd 12. `auto` chooses for each frame by what
 * is in it, checks what that came to, and takes more time where the destination is what is slow.
 */
export type CompressionProfile = 'none' | 'fast' | 'balanced' | 'maximum' | 'auto';

/** A profile that is one level of zstd for all. */
export type FixedProfile = Exclude<CompressionProfile, 'auto'>;

/** Backups that somebody waits for. */
const URGENT: ReadonlySet<string> = new Set(['pre-deploy', 'safety']);

/**
 * Why a backup has its profile: it was `asked` for, or nobody asked and somebody waits (`urgent`), a scheduler has begun it (`scheduled`), it is an
 * archive that comes back (`archive`), or none of these (`default`).
 */
export type ProfileReason = 'asked' | 'urgent' | 'scheduled' | 'archive' | 'default';

/** The profile of a backup, and why. */
export interface ChosenProfile {
  readonly profile: CompressionProfile;
  readonly reason: ProfileReason;
}

/** What the profile of a backup that asks for none goes by. */
export interface ProfileFacts {
  readonly kind: string;
  readonly trigger: string;
  /** Whether it is made of an archive. */
  readonly isArchive: boolean;
}

/** The profile of a backup that asks for none. Nobody waits for what a scheduler has begun; what was archived is kept long. Pure. */
export function defaultProfile({ kind, trigger, isArchive }: ProfileFacts): ChosenProfile {
  if (URGENT.has(kind)) return { profile: 'fast', reason: 'urgent' };
  if (isArchive) return { profile: 'maximum', reason: 'archive' };
  if (trigger === 'scheduled') return { profile: 'auto', reason: 'scheduled' };
  return { profile: 'balanced', reason: 'default' };
}
