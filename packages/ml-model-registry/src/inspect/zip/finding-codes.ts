import type { Severity } from '../severity.ts';

/** Findings in zip archives. */
export type ZipFindingCode =
  | 'ZIP_HEADERS_DIFFER'
  | 'ZIP_CONTENT_MISMATCH'
  | 'ZIP_OVERLAP'
  | 'ZIP_DUPLICATE_NAME'
  | 'ZIP_PATH_ESCAPE'
  | 'ZIP_UNSAFE_NAME'
  | 'ZIP_ENCRYPTED'
  | 'ZIP_SPECIAL_FILE'
  | 'ZIP_SEVERAL_ENDS'
  | 'ZIP_COMMENT';

/** How bad each is. */
export const zipSeverities: Readonly<Record<ZipFindingCode, Severity>> = {
  ZIP_HEADERS_DIFFER: 'suspicious',
  ZIP_CONTENT_MISMATCH: 'suspicious',
  ZIP_OVERLAP: 'suspicious',
  ZIP_DUPLICATE_NAME: 'suspicious',
  ZIP_PATH_ESCAPE: 'malicious',
  ZIP_UNSAFE_NAME: 'suspicious',
  ZIP_ENCRYPTED: 'unknown',
  ZIP_SPECIAL_FILE: 'suspicious',
  ZIP_SEVERAL_ENDS: 'suspicious',
  ZIP_COMMENT: 'note',
};
