/**
 * Flags in a store that many processes share, or in a file, with the history of their changes.
 *
 * @module
 */
export type { FlagSeal } from '../history/seal.ts';
export { type FlagSignal, localSignal } from './signal.ts';
export { storedFlags, type StoredFlagsOptions } from './stored-flags.ts';
export { trackedFile, type TrackedFileOptions } from './tracked-file.ts';
