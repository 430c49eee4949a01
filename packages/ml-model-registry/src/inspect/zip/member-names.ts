import type { Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A name as it is stored. */
export interface StoredName {
  readonly bytes: Uint8Array;
  /** Whether the header says that it is UTF-8. */
  readonly isUtf8: boolean;
  /** The name in the field of Info-ZIP, which some readers prefer. */
  readonly unicodeName: Uint8Array | undefined;
}

/** Reads the name of a member and reports what is wrong with it. */
export function readName(stored: StoredName, place: { readonly inspection: Inspection; readonly at: number }): string {
  const { inspection, at } = place;
  const name = decoded(stored.bytes);
  if (name === undefined) {
    inspection.find('INVALID_TEXT', 'Expected a name in UTF-8, got other bytes', at);
  } else if (!stored.isUtf8 && stored.bytes.some((byte) => byte >= 0x80)) {
    // Without the flag the character set is that of the old PC, or whatever a reader likes.
    inspection.find('ZIP_UNSAFE_NAME', `Expected a name that says it is UTF-8, got ${quoted(name)}`, at);
  }
  if (stored.unicodeName !== undefined && Buffer.compare(stored.unicodeName, stored.bytes) !== 0)
    inspection.find('ZIP_UNSAFE_NAME', 'Expected one name, got another one in an extra field', at);
  const text = name ?? Buffer.from(stored.bytes).toString('latin1');
  checkName(text, place);
  return text;
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Reports names that an extractor would follow out of its folder, and such as two programs read in two ways. */
function checkName(name: string, place: { readonly inspection: Inspection; readonly at: number }): void {
  const { inspection, at } = place;
  const parts = name.split(/[/\\]/);
  if (/^[/\\]/.test(name) || /^[A-Za-z]:[/\\]/.test(name) || parts.includes('..')) {
    inspection.find('ZIP_PATH_ESCAPE', `Expected a name inside of the archive, got ${quoted(name)}`, at);
  } else if (isUnsafe(name)) {
    inspection.find('ZIP_UNSAFE_NAME', `Expected a plain name, got ${quoted(name)}`, at);
  }
}

function isUnsafe(name: string): boolean {
  if (name === '' || name.includes('\\') || /^[A-Za-z]:/.test(name)) return true;
  if (name.split('/').some((part, i, all) => part === '.' || (part === '' && i < all.length - 1))) return true;
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/.test(name);
}

/** What names that some file system takes for one have in common. */
export function foldedName(name: string): string {
  return name.replace(/\/$/, '').normalize('NFC').toUpperCase().toLowerCase();
}
