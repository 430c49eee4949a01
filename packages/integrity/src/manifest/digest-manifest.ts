import { digest } from '../digest.ts';
import type { Digest } from '../digest-value.ts';
import { IntegrityError } from '../errors.ts';
import type { Ignored } from './compare.ts';
import { createManifest, type ManifestOptions } from './create-manifest.ts';
import { formatManifest } from './manifest-json.ts';
import type { Manifest, ManifestEntry } from './model.ts';

/** What of the entries does not count. */
export interface DigestManifestOptions {
  /** Default: nothing, all counts. */
  readonly ignore?: Ignored | undefined;
}

/** Options of {@link digestTree}. */
export interface DigestTreeOptions extends ManifestOptions {
  /** `mode` leaves out the permission bits, for trees that come from systems without them. Default: they count. */
  readonly ignore?: readonly 'mode'[] | undefined;
}

/**
 * The one digest of a manifest: SHA-256 of its canonical JSON, without the fields to be ignored. With none ignored it
 * is the digest of the file that `formatManifest` gives.
 *
 * @throws {IntegrityError} `INVALID_MANIFEST`, `UNSAFE_PATH`; `TOO_LARGE` above 256 MiB of JSON.
 */
export async function digestManifest(manifest: Manifest, options: DigestManifestOptions = {}): Promise<Digest> {
  const ignore = options.ignore ?? [];
  const stripped = (entry: ManifestEntry): ManifestEntry => ({
    ...entry,
    ...(ignore.includes('mode') ? { mode: undefined } : {}),
    ...(ignore.includes('mtime') ? { mtimeNs: undefined } : {}),
  });
  const counted = ignore.length === 0 ? manifest : { ...manifest, entries: manifest.entries.map(stripped) };
  return await digest(Buffer.from(formatManifest(counted), 'utf8'));
}

/**
 * One digest of a whole tree: names, kinds, contents, link targets and modes of all below a directory, but no times,
 * owners, nor the directory's own name. Two trees have the same digest exactly if they have the same of these, on
 * whatever machine, and regardless of the order in which their file systems list them.
 *
 * It is `digestManifest` with `ignore: ['mtime']` of the tree's manifest, so it can be computed again from a manifest
 * that was kept, without the tree. The `algorithm` is for the files; the tree's digest is SHA-256 always.
 *
 * @throws {IntegrityError} `INCOMPLETE_TREE` when something can't be read, or changes meanwhile; what
 * `createManifest` throws.
 * @example
 * ```ts
 * import { digestsEqual, digestTree } from '@x/integrity';
 *
 * console.log(digestsEqual(await digestTree('dist'), await digestTree('/srv/app/current')));
 * ```
 */
export async function digestTree(directory: string | URL, options: DigestTreeOptions = {}): Promise<Digest> {
  const manifest = await createManifest(directory, options);
  const [first] = manifest.problems;
  if (first !== undefined) {
    throw new IntegrityError(
      'INCOMPLETE_TREE',
      `Expected a tree that can be read, got ${manifest.problems.length} problems, the first ${first.reason} at ${JSON.stringify(first.path)}.`,
      { hint: 'Make it readable, let writers rest meanwhile, or leave it out with include.' },
    );
  }
  return await digestManifest(manifest, { ignore: ['mtime', ...(options.ignore ?? [])] });
}
