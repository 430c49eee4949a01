import { type CompressionProfile, defaultProfile } from '../codec/profile.ts';
import type { BackupOptions } from '../repository/contract.ts';

/** The profile a backup compresses with; pure. Nobody waits for what a scheduler has begun. */
export function compressionOf({
  compression,
  kind = 'incremental',
  trigger = 'manual',
}: Pick<BackupOptions, 'compression' | 'kind' | 'trigger'>): CompressionProfile {
  const urgent = defaultProfile(kind);
  return compression ?? (urgent === 'fast' ? urgent : defaultProfile(trigger));
}
