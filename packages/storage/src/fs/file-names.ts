import { StorageError } from '../errors.ts';

/** Windows takes these for devices, whatever follows a dot, and drops a dot at the end: `nul.txt` is no file and `a.` is `a`. */
const NOT_ON_WINDOWS = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)|\.$/;

/**
 * Checks that the parts of a key can be file names on this system, and returns the key.
 *
 * @throws {StorageError} `INVALID_KEY` on Windows for names it keeps for itself.
 */
export function checkFileNames(key: string, platform: NodeJS.Platform = process.platform): string {
  if (platform === 'win32' && key.split('/').some((segment) => NOT_ON_WINDOWS.test(segment))) {
    throw new StorageError('INVALID_KEY', `Expected a key that Windows can use as a path, got "${key}"`, {
      key,
      hint: 'avoid segments that end in a dot or are device names such as "con", "nul" and "com1"',
    });
  }
  return key;
}
