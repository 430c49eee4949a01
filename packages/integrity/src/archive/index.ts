/**
 * ZIP archives: records to write, and a reader that trusts nothing.
 *
 * @module
 */
export { type RandomAccess } from './block-reader.ts';
export { flawOfPath, PathSet } from './portable-path.ts';
export { type ReadableZip, type ReadableZipEntry, readZip, type ReadZipOptions, type ZipPlace } from './read-zip.ts';
export { type ZipEntry } from './zip-entry.ts';
export { type ZipLimits } from './zip-limits.ts';
export {
  dataDescriptor,
  directoryHeader,
  type DirectoryPlace,
  endOfArchive,
  localHeader,
  type ZipRecord,
} from './zip-records.ts';
