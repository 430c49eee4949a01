export { BackupError, isBackupError } from './errors.ts';
export type { BackupErrorCode, BackupErrorOptions } from './errors.ts';
export { createRepository } from './repository/create.ts';
export { defaultCacheDirectory } from './repository/settings.ts';
export { openRepository } from './repository/open.ts';
export { verifyErasure } from './tenants/certificate.ts';
export type * from './repository/contract.ts';
export type {
  FollowedSnapshot,
  SnapshotKind,
  SnapshotModule,
  SnapshotRecord,
  SnapshotSoftware,
  SnapshotSource,
} from './snapshots/record.ts';
export { retentionItem, type RetentionItemOptions } from './snapshots/retention-items.ts';
export type { SnapshotCheck, SnapshotFacts, SourceFacts } from './snapshots/facts.ts';
export type {
  BackupSource,
  PreviousFile,
  PreviousSource,
  SourceDetail,
  SourceDetails,
  SourceEntry,
  SourceRun,
} from './source/contract.ts';
export type { BackedUpSoftware, BackupModule } from './source/module-contract.ts';
export type { BackupTree, TreeEntry, TreeEntryContent, TreeOrigin } from './source/tree-contract.ts';
export type { EntryKind } from './catalog/entry.ts';
export { matchGlob } from './source/glob.ts';
export type * from './records/contract.ts';
