/**
 * Snapshots as portable archives: exported to ZIP, verified and imported, and single files as `.gz`.
 *
 * @module
 */
export type * from './contract.ts';
export { exportFile } from './export-file.ts';
export { exportZip } from './export-zip.ts';
export { gzipped } from './gzip.ts';
export { importZip } from './import-zip.ts';
export { verifyZip } from './verify-zip.ts';
export { readIdentityFile } from '../keyring/identity-file.ts';
