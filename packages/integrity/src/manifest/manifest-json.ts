import { canonicalJson } from '../canonical-json.ts';
import { IntegrityError } from '../errors.ts';
import { checkManifest } from './check-manifest.ts';
import type { Manifest } from './model.ts';

/** Of UTF-8. V8 has no strings of 512 MiB or more. Enough for about a million entries. */
const MAX_BYTES = 256 * 1024 * 1024;

/** Takes a byte order mark away. */
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Writes a manifest as canonical JSON (RFC 8785), without a line end: equal manifests give equal bytes, and the SHA-256
 * of the file is `digestManifest` of the manifest. The format is written down in `docs/formats/manifest.md`.
 *
 * @throws {IntegrityError} `INVALID_MANIFEST` or `UNSAFE_PATH` for one that was made or altered by hand; `TOO_LARGE` above
 * 256 MiB, which `parseManifest` would not read.
 * @example
 * ```ts
 * import { createManifest, formatManifest, parseManifest } from '@x/integrity';
 *
 * const text = formatManifest(await createManifest('dist'));
 * console.log(parseManifest(text).entries.length);
 * ```
 */
export function formatManifest(manifest: Manifest): string {
  checkManifest(manifest);
  let text: string;
  try {
    text = canonicalJson(withoutUndefined(manifest));
  } catch (error) {
    // What V8 throws when a string gets too long.
    if (error instanceof RangeError) throw tooLarge('more than a string can hold', error);
    throw error;
  }
  checkSize(text);
  return text;
}

/**
 * Reads a manifest from its JSON, as text or as bytes in UTF-8; blanks, the order of keys and a byte order mark make no
 * difference. Every field is checked, and a path that leads out of the directory refused.
 *
 * @throws {IntegrityError} `INVALID_MANIFEST`; `UNSAFE_PATH`; `TOO_LARGE` above 256 MiB.
 */
export function parseManifest(source: string | Uint8Array): Manifest {
  checkSize(source);
  let value: unknown;
  try {
    const text = typeof source === 'string' ? source.replace(/^\ufeff/, '') : decoder.decode(source);
    value = JSON.parse(text);
  } catch (cause) {
    throw new IntegrityError('INVALID_MANIFEST', 'Expected a manifest in JSON, got something else.', { cause });
  }
  return checkManifest(value).manifest;
}

function checkSize(source: string | Uint8Array): void {
  // A UTF-16 unit takes at least one byte, so most of what is too long is seen without counting.
  const isLong = source.length > MAX_BYTES;
  const bytes = typeof source === 'string' && !isLong ? Buffer.byteLength(source, 'utf8') : source.length;
  if (bytes > MAX_BYTES) throw tooLarge(isLong && typeof source === 'string' ? `${bytes} characters` : `${bytes}`);
}

function tooLarge(found: string, cause?: unknown): IntegrityError {
  return new IntegrityError('TOO_LARGE', `Expected a manifest of at most ${MAX_BYTES} bytes, got ${found}.`, {
    cause,
    hint: 'Make several: one for each folder in it.',
  });
}

/** Optional fields that somebody set to `undefined` are as good as absent. */
function withoutUndefined(manifest: Manifest): Manifest {
  const present = <T extends object>(value: T): T =>
    Object.values(value).includes(undefined)
      ? (Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T)
      : value;
  return { ...present(manifest), entries: manifest.entries.map(present), problems: manifest.problems.map(present) };
}
