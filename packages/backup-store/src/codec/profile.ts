/**
 * One compression setting: `none` stores raw, `fast` is zstd 1, `balanced` zstd 3, `maximum` zstd 12. `auto` chooses for each frame by what
 * is in it, checks what that came to, and takes more time where the destination is what is slow.
 */
export type CompressionProfile = 'none' | 'fast' | 'balanced' | 'maximum' | 'auto';

/** A profile that is one level of zstd for all. */
export type FixedProfile = Exclude<CompressionProfile, 'auto'>;

/** Backups that somebody waits for. */
const URGENT: ReadonlySet<string> = new Set(['pre-deploy', 'safety']);

/** The profile of a backup that asks for none. Nobody waits for what a scheduler has begun. */
export const defaultProfile = (kind: string, trigger: string): CompressionProfile =>
  URGENT.has(kind) ? 'fast' : trigger === 'scheduled' ? 'auto' : 'balanced';
