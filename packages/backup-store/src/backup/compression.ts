import { type ChosenProfile, defaultProfile } from '../codec/profile.ts';
import type { BackupOptions } from '../repository/contract.ts';

/** The profile a backup compresses with, and why; pure. What was made elsewhere comes as trees, from archives. */
export function compressionOf({
  compression,
  kind = 'incremental',
  trigger = 'manual',
  trees,
}: Pick<BackupOptions, 'compression' | 'kind' | 'trigger' | 'trees'>): ChosenProfile {
  if (compression !== undefined) return { profile: compression, reason: 'asked' };
  return defaultProfile({ kind, trigger, isArchive: trees !== undefined });
}
