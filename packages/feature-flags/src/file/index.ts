/**
 * Flags in a file that is watched.
 *
 * @module
 */
export { fileFlags, type FileFlagsOptions } from './file-flags.ts';
