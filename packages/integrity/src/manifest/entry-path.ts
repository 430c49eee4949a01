import { IntegrityError } from '../errors.ts';
import type { EntryPath } from './model.ts';

/**
 * A path as a byte string: one character (U+0000 to U+00FF) per byte. Lossless for names of any encoding, works as a
 * key, and sorts like the bytes.
 */
export type PathKey = string;

/** Longer paths exist on no system that can open them by name; PATH_MAX of Linux is 4096. */
const MAX_PATH_BYTES = 65_536;

const HIGH_BYTE = /[\u0080-\u00ff]/;

/** The bytes of a key. */
export function keyBytes(key: PathKey): Buffer {
  return Buffer.from(key, 'latin1');
}

/** Bytes as text, and in base64 where the text can't say them. */
export function textOf(bytes: Buffer): { readonly text: string; readonly base64?: string } {
  const text = bytes.toString('utf8');
  // Only text with a replacement character can differ from its bytes.
  if (!text.includes('\ufffd') || Buffer.from(text, 'utf8').equals(bytes)) return { text };
  return { text, base64: bytes.toString('base64') };
}

/** The public form of a key. */
export function pathOf(key: PathKey): EntryPath {
  if (!HIGH_BYTE.test(key)) return { path: key };
  const { text, base64 } = textOf(keyBytes(key));
  return base64 === undefined ? { path: text } : { path: text, pathBase64: base64 };
}

/** The key of a public path. */
export function keyOf({ path, pathBase64 }: EntryPath): PathKey {
  return Buffer.from(pathBase64 ?? path, pathBase64 === undefined ? 'utf8' : 'base64').toString('latin1');
}

/** Bytewise order. */
export function compareKeys(a: PathKey, b: PathKey): number {
  return a < b ? -1 : Number(a > b);
}

/** The paths of the directories around an entry, the nearest first. */
export function* foldersAround(key: PathKey): Generator<PathKey, void, undefined> {
  for (let end = key.lastIndexOf('/'); end > 0; end = key.lastIndexOf('/', end - 1)) yield key.slice(0, end);
}

/**
 * Checks that a path stays in the directory that it is relative to, by its text alone.
 *
 * @throws {IntegrityError} `UNSAFE_PATH`.
 */
export function checkSafe(key: PathKey): void {
  const flaw = flawOf(key);
  if (flaw === undefined) return;
  const shown = JSON.stringify(pathOf(key.slice(0, 80)).path);
  throw new IntegrityError('UNSAFE_PATH', `Expected a path inside the directory, got ${shown}, which ${flaw}.`, {
    hint: 'Do not trust this manifest: a directory never gives such a path. Nothing was read.',
  });
}

function flawOf(key: PathKey): string | undefined {
  if (key.length > MAX_PATH_BYTES) return `has more than ${MAX_PATH_BYTES} bytes`;
  if (key.includes('\0')) return 'has a NUL';
  if (key.startsWith('/')) return 'is absolute';
  const names = key.split('/');
  if (names.includes('..')) return 'leads to the directory above';
  if (names.includes('') || names.includes('.')) return 'has an empty name or "."';
  // There a backslash parts names too, and a colon begins a drive or a second stream.
  if (process.platform === 'win32' && /[\\:]/.test(key)) return 'has a backslash or a colon';
  return undefined;
}
