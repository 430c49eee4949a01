/** Longest name in bytes of UTF-8, as most file systems have it. */
const MAX_NAME_BYTES = 255;
/** Longest path in bytes: macOS takes 1024, the folder that it is extracted to included. */
const MAX_PATH_BYTES = 900;
/** Names that Windows takes for devices, whatever their extension (Microsoft, "Naming Files, Paths, and Namespaces"). */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i;
/** Characters that HFS+ passes over when it compares names. */
const PASSED_OVER = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;

/**
 * Why a path would not arrive as it is on every system, or would lead out of its folder; `undefined` for a good one.
 *
 * The rules are the same everywhere: an archive that was made on one system can be extracted on all.
 */
export function flawOfPath(path: string): string | undefined {
  if (path === '') return 'has no name';
  if (path.startsWith('/')) return 'is absolute';
  if (/^[A-Za-z]:/.test(path)) return 'begins with a drive letter';
  if (path.includes('\\')) return 'has a backslash, which parts names on Windows';
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return `has more than ${MAX_PATH_BYTES} bytes`;
  for (const name of path.split('/')) {
    const flaw = flawOfName(name);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

function flawOfName(name: string): string | undefined {
  if (name === '..') return 'leads to the folder above';
  if (name === '' || name === '.') return 'has an empty name or "."';
  if (/\p{Cc}/u.test(name)) return 'has a NUL or another control character';
  if (/[<>:"|?*]/.test(name)) return 'has one of < > : " | ? *, which Windows does not allow';
  if (/[. ]$/.test(name)) return 'has a name with a dot or a blank at its end, which Windows drops';
  if (DEVICE.test(name)) return 'has a name that is a device on Windows';
  if (Buffer.byteLength(name) > MAX_NAME_BYTES) return `has a name of more than ${MAX_NAME_BYTES} bytes`;
  return undefined;
}

/**
 * What is equal for names that some file system takes for the same: those that differ in case (NTFS, APFS), in their
 * Unicode normalisation (APFS, HFS+), or in characters without a width (HFS+).
 */
function sameName(name: string): string {
  // Up first: "ß" and "SS" are the same then, as where case is folded in full.
  return name.replaceAll(PASSED_OVER, '').normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

/** The paths of one archive, which may not get in each other's way. */
export class PathSet {
  /** By what is the same: the path as it was first written, and what it is. */
  readonly #seen = new Map<string, { readonly path: string; readonly kind: 'file' | 'directory' | 'parent' }>();

  /** Adds a path. Returns why it can't be beside those that were added before. */
  add(path: string, kind: 'file' | 'directory'): string | undefined {
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      const parent = path.slice(0, end);
      const key = sameName(parent);
      const seen = this.#seen.get(key);
      if (seen === undefined) this.#seen.set(key, { path: parent, kind: 'parent' });
      else if (seen.path !== parent) return clash(seen.path);
      else if (seen.kind === 'file') return `lies in "${seen.path}", which is a file`;
    }
    const key = sameName(path);
    const seen = this.#seen.get(key);
    if (seen === undefined || (seen.path === path && seen.kind === 'parent' && kind === 'directory')) {
      this.#seen.set(key, { path, kind });
      return undefined;
    }
    if (seen.path !== path) return clash(seen.path);
    return seen.kind === kind ? 'is there twice' : 'is there as a file and as a folder';
  }
}

function clash(other: string): string {
  return `is the same as "${other}" where case or Unicode normalisation do not count`;
}
