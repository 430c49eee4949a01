import { type AnyAlgorithm, checkAlgorithm, type LegacyOptions } from '../algorithm.ts';
import { compareKeys, type PathKey, pathOf, textOf } from './entry-path.ts';
import { includeWithout } from './left-out.ts';
import type { Manifest, ManifestEntry, TreeOptions } from './model.ts';
import { readContents } from './read-contents.ts';
import { type FoundEntry, walkTree } from './walk.ts';

/** Options of {@link createManifest}. */
export interface ManifestOptions extends TreeOptions, LegacyOptions {
  /** What files are digested with. Default `sha256`. */
  readonly algorithm?: AnyAlgorithm | undefined;
}

/**
 * Records what is in a directory: every entry with its kind, size, mode, modification time and digest, symbolic links
 * with their target. Links are never followed, but `directory` itself may be one.
 *
 * What can't be read is listed in `problems`, not thrown. So is a file that changes each of the three times it is
 * read: its digest would be of a content that never was. Of the JavaScript heap, live objects take about 0.6 KiB
 * per entry while files are read, and 0.4 KiB in the manifest; the process has more until garbage is collected.
 *
 * @throws {IntegrityError} `READ_FAILED` when the directory itself can't be listed; `UNKNOWN_ALGORITHM`;
 * `LEGACY_ALGORITHM`; `INVALID_OPTION`.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { createManifest, formatManifest, formatSums } from '@x/integrity';
 *
 * const manifest = await createManifest('dist', { include: ({ path }) => path !== 'tmp' });
 * for (const { path, reason } of manifest.problems) console.warn(`${path} could not be read: ${reason}`);
 * await writeFile('dist.manifest.json', formatManifest(manifest));
 * await writeFile('SHA256SUMS', formatSums(manifest)); // for sha256sum -c
 * ```
 */
export async function createManifest(directory: string | URL, options: ManifestOptions = {}): Promise<Manifest> {
  const algorithm = checkAlgorithm(options.algorithm ?? 'sha256', options);
  const include = await includeWithout(directory, options);
  const tree = await walkTree(directory, { ...options, include });
  const keys = [...tree.entries.keys()].sort(compareKeys);
  const found = keys.map((key) => tree.entries.get(key) as FoundEntry);
  const files = found.filter(({ kind }) => kind === 'file');
  const { read, problems } = await readContents(tree, files, { ...options, algorithm });
  const entries: ManifestEntry[] = [];
  for (const entry of found) {
    const content = read.get(entry.key);
    if (content !== undefined) entries.push(entryOf(content.found, content.digest.toString()));
    else if (entry.kind !== 'file') entries.push(entryOf(entry));
  }
  const all = [...tree.problems, ...problems].sort(([a], [b]) => compareKeys(a, b));
  return {
    format: 'holdfast-manifest',
    version: 1,
    algorithm,
    scope: 'tree',
    entries,
    problems: all.map(([key, reason]: [PathKey, string]) => ({ ...pathOf(key), reason })),
  };
}

/** What a manifest says of an entry. */
export function entryOf({ key, kind, mode, state, target }: FoundEntry, digest?: string): ManifestEntry {
  const path = pathOf(key);
  if (kind === 'symlink') {
    const { text, base64 } = textOf(target ?? Buffer.alloc(0));
    return { ...path, kind, target: text, ...(base64 === undefined ? {} : { targetBase64: base64 }) };
  }
  if (kind !== 'file') return { ...path, kind, mode };
  const file = { ...path, kind, size: Number(state.size), mode, mtimeNs: String(state.mtimeNs) };
  return digest === undefined ? file : { ...file, digest };
}
