import type { BackupCounts } from '../repository/contract.ts';

/** {@link BackupCounts} while they are being counted. */
export type MutableCounts = { -readonly [K in keyof BackupCounts]: BackupCounts[K] };

export const newCounts = (): MutableCounts => ({
  filesNew: 0,
  filesChanged: 0,
  filesUnchanged: 0,
  entriesRemoved: 0,
  directories: 0,
  others: 0,
  bytesTotal: 0,
  bytesRead: 0,
  bytesNew: 0,
  bytesStored: 0,
});
