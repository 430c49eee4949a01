import { unsafePath } from './path-error.ts';

/** A path below the root in two parts, as byte strings. The root itself is two empty ones. */
export interface EntryPath {
  readonly whole: string;
  /** Without a slash at its end; empty for the root. */
  readonly directory: string;
  readonly name: string;
}

/** No file system in use takes longer names. */
const MAX_NAME_BYTES = 255;

/** Splits off the last segment. Segments are checked when they are first used, by {@link checkSegments}. */
export function splitPath(path: Uint8Array): EntryPath {
  const whole = Buffer.from(path.buffer, path.byteOffset, path.byteLength).toString('latin1');
  const slash = whole.lastIndexOf('/');
  if (slash < 0) return { whole, directory: '', name: whole };
  // "/x" has an empty first segment: told apart from "x" here, since both have the directory "".
  if (slash === 0) throw unsafePath(whole, 'it is absolute');
  return { whole, directory: whole.slice(0, slash), name: whole.slice(slash + 1) };
}

/** @throws {BackupError} `UNSAFE_PATH` when a segment of the byte string is not a plain name; nothing was touched then. */
export function checkSegments(path: string): void {
  for (const name of path.split('/')) checkName(name, path);
}

/** @throws {BackupError} `UNSAFE_PATH` for a segment that is not the plain name of one entry. */
export function checkName(name: string, path: string): void {
  if (name === '' || name === '.' || name === '..') throw unsafePath(path, `a segment is "${name}"`);
  if (name.length > MAX_NAME_BYTES) throw unsafePath(path, `a segment has ${name.length} bytes`);
  if (name.includes('\0')) throw unsafePath(path, 'it holds a NUL byte');
  if (process.platform === 'win32' && isReservedOnWindows(name))
    throw unsafePath(path, 'a segment means something else on Windows');
}

/** Separators, drives and streams; devices such as `NUL` and `COM1.txt`; dots and blanks that Windows takes off. */
export function isReservedOnWindows(name: string): boolean {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) < 0x20) return true;
  return (
    /[\\/:*?"<>|]|[. ]$/.test(name) || /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(?:\.|$)/i.test(name)
  );
}
