import { shown, StorageError } from './errors.ts';

/** The longest key, in bytes (a key character is one byte). */
export const MAX_KEY_BYTES = 200;

const KEY_CHARACTERS = /^[a-z0-9._/-]*$/;
const SEGMENT = /^[a-z0-9._-]+$/;
/** A segment between slashes that no key may have. */
const NO_SEGMENT = /\/\.{0,2}\//;
const RULE = 'use a-z, 0-9, ".", "_", "-" and "/", at most 200 bytes, with no segment that is empty, "." or ".."';

/**
 * Checks that `key` may name an object, and returns it: characters `[a-z0-9._/-]`, 1 to 200 bytes, no segment that is
 * empty, `.` or `..`. The rule is the part that every store and file system has in common, lower case included.
 * This is the only place where it is written down; all adapters call it.
 *
 * @throws {StorageError} `INVALID_KEY`
 *
 * @example
 * ```ts
 * import { checkKey } from '@x/storage';
 *
 * checkKey('packs/3f/3fa2c1');
 * ```
 */
export function checkKey(key: string): string {
  if (typeof key !== 'string' || key === '' || !hasKeyCharacters(key) || NO_SEGMENT.test(`/${key}/`)) {
    throw new StorageError('INVALID_KEY', `Expected a key, got ${shown(key)}`, { key, hint: RULE });
  }
  return key;
}

/**
 * Checks that some key may start with `prefix`, and returns it: as {@link checkKey}, but it may be empty and its last segment
 * may be incomplete.
 *
 * @throws {StorageError} `INVALID_KEY`
 */
export function checkPrefix(prefix: string): string {
  if (typeof prefix !== 'string' || !hasKeyCharacters(prefix) || NO_SEGMENT.test(`/${prefix}`)) {
    throw new StorageError('INVALID_KEY', `Expected the start of a key, got ${shown(prefix)}`, {
      key: prefix,
      hint: RULE,
    });
  }
  return prefix;
}

/** Whether `name` may stand between two slashes of a key. */
export function isKeySegment(name: string): boolean {
  return SEGMENT.test(name) && name !== '.' && name !== '..';
}

/** The folders above a key, outermost first, each with its closing slash: `a/b/c` gives `a/`, `a/b/`. */
export function foldersOf(key: string): string[] {
  const folders: string[] = [];
  for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1))
    folders.push(key.slice(0, slash + 1));
  return folders;
}

/** The folder that a key or prefix lies in, with its closing slash; empty for the root. */
export function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/') + 1);
}

function hasKeyCharacters(text: string): boolean {
  return text.length <= MAX_KEY_BYTES && KEY_CHARACTERS.test(text);
}
