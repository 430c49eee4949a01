import type { Severity } from '../severity.ts';

/** Findings in folders that are one model. */
export type FolderFindingCode =
  | 'FOLDER_LINK'
  | 'FOLDER_OTHER_FILE'
  | 'FOLDER_SHARD_MISSING'
  | 'FOLDER_SEVERAL_MODELS'
  | 'FOLDER_AUTO_MAP';

/** How bad they are. */
export const folderSeverities: Readonly<Record<FolderFindingCode, Severity>> = {
  FOLDER_LINK: 'suspicious',
  FOLDER_OTHER_FILE: 'unknown',
  FOLDER_SHARD_MISSING: 'suspicious',
  FOLDER_SEVERAL_MODELS: 'unknown',
  FOLDER_AUTO_MAP: 'suspicious',
};
