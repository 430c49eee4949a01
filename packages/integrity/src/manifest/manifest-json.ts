import { canonicalJson } from '../canonical-json.ts';
import { IntegrityError } from '../errors.ts';
import { checkManifest } from './check-manifest.ts';
import type { Manifest } from './model.ts';

/** More could not become one string: V8 ends at 512 MiB. Enough for about a million entries. */
const MAX_TEXT = 256 * 1024 * 1024;

/**
 * Writes a manifest as canonical JSON (RFC 8785), without a line end: equal manifests give equal bytes, and the SHA-256
 * of the file is `digestManifest` of the manifest. The format is written down in `docs/formats/manifest.md`.
 *
 * @throws {IntegrityError} `INVALID_MANIFEST` or `UNSAFE_PATH` for one that was made or altered by hand.
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
  return canonicalJson(withoutUndefined(manifest));
}

/**
 * Reads a manifest from its JSON; blanks and the order of keys make no difference. Every field is checked, and a path
 * that leads out of the directory refused.
 *
 * @throws {IntegrityError} `INVALID_MANIFEST`; `UNSAFE_PATH`; `TOO_LARGE` above 256 MiB.
 */
export function parseManifest(text: string): Manifest {
  if (text.length > MAX_TEXT) {
    throw new IntegrityError('TOO_LARGE', `Expected a manifest of at most ${MAX_TEXT} characters, got ${text.length}.`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new IntegrityError('INVALID_MANIFEST', 'Expected a manifest in JSON, got something else.', { cause });
  }
  return checkManifest(value).manifest;
}

/** Optional fields that somebody set to `undefined` are as good as absent. */
function withoutUndefined(manifest: Manifest): Manifest {
  const present = <T extends object>(value: T): T =>
    Object.values(value).includes(undefined)
      ? (Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T)
      : value;
  return { ...present(manifest), entries: manifest.entries.map(present), problems: manifest.problems.map(present) };
}
