import type { BackupOptions, CompressionProfile } from '../repository/contract.ts';

/** The profile a backup compresses with; pure. What is made before something happens is not to be waited for. */
export function compressionOf({ compression, kind }: Pick<BackupOptions, 'compression' | 'kind'>): CompressionProfile {
  return compression ?? (kind === 'pre-deploy' || kind === 'safety' ? 'fast' : 'balanced');
}
