import { type CompressionProfile, defaultProfile } from '../codec/profile.ts';
import type { BackupOptions } from '../repository/contract.ts';

/** The profile a backup compresses with; pure. */
export function compressionOf({
  compression,
  kind = 'incremental',
  trigger = 'manual',
}: Pick<BackupOptions, 'compression' | 'kind' | 'trigger'>): CompressionProfile {
  return compression ?? defaultProfile(kind, trigger);
}
