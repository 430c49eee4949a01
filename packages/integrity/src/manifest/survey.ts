import { checkAlgorithm, type LegacyOptions } from '../algorithm.ts';
import type { CheckedManifest } from './check-manifest.ts';
import { compareKeys, foldersAround, keyOf, type PathKey, pathOf } from './entry-path.ts';
import { includeWithout } from './left-out.ts';
import type { Manifest, ManifestEntry, TreeOptions } from './model.ts';
import { type FoundEntry, type FoundTree, walkTree } from './walk.ts';

/** What is where, by the names alone: the ground for comparing. */
export interface Survey {
  readonly manifest: Manifest;
  readonly tree: FoundTree;
  /** The entries of the manifest that count. */
  readonly expected: ReadonlyMap<PathKey, ManifestEntry>;
  /** In the manifest but not in the tree, and not for want of access. */
  readonly missing: readonly PathKey[];
  /** In the tree but not in the manifest, which says that all is in it. */
  readonly extra: readonly PathKey[];
  /** What could not be looked at, and why; also what should be below it. */
  readonly unreadable: ReadonlyMap<PathKey, string>;
  /** Files the content of which may be what it should be: the size is. In bytewise order. */
  readonly comparable: readonly FoundEntry[];
}

/** What vanished before it could be looked at is missing, not unreadable. */
const VANISHED: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/**
 * Lists a directory beside a manifest. What the manifest names is only ever looked up in the listing, so no path in it
 * leads anywhere else, through a link neither.
 *
 * @throws {IntegrityError} `LEGACY_ALGORITHM`; `READ_FAILED`; `INVALID_OPTION`.
 */
export async function surveyTree(
  directory: string | URL,
  { manifest, entries }: CheckedManifest,
  options: TreeOptions & LegacyOptions,
): Promise<Survey> {
  checkAlgorithm(manifest.algorithm, options);
  const include = await includeWithout(directory, options, (key) => !entries.has(key));
  const expected = included(entries, include);
  const only = manifest.scope === 'listed' ? withFolders(expected.keys()) : undefined;
  const tree = await walkTree(directory, { ...options, include, only });
  const [missing, unreadable] = absentIn(tree, expected);
  const comparable: FoundEntry[] = [];
  for (const [key, { kind, size }] of expected) {
    const found = tree.entries.get(key);
    const mayBeSame = size === undefined || BigInt(size) === found?.state.size;
    if (kind === 'file' && found?.kind === 'file' && mayBeSame) comparable.push(found);
  }
  const unknown = new Set(manifest.problems.map(keyOf));
  const isKnown = (key: PathKey): boolean =>
    !unknown.has(key) && ![...foldersAround(key)].some((folder) => unknown.has(folder));
  for (const [key, reason] of tree.problems) if (!VANISHED.has(reason) && isKnown(key)) unreadable.set(key, reason);
  const isExtra = (key: PathKey): boolean => !entries.has(key) && isKnown(key);
  const extra = manifest.scope === 'tree' ? [...tree.entries.keys()].filter(isExtra).sort(compareKeys) : [];
  return { manifest, tree, expected, missing, extra, unreadable, comparable };
}

/**
 * Entries that the predicate takes, as it takes those of a tree: it is asked about the folders around an entry first, the
 * outermost before all, whether the manifest lists them or not. A `SHA256SUMS` lists none.
 */
function included(
  entries: ReadonlyMap<PathKey, ManifestEntry>,
  include: TreeOptions['include'],
): ReadonlyMap<PathKey, ManifestEntry> {
  if (include === undefined) return entries;
  const answers = new Map<PathKey, boolean>();
  const takes = (key: PathKey): boolean => {
    const answer = answers.get(key) ?? include({ ...pathOf(key), kind: entries.get(key)?.kind ?? 'directory' });
    answers.set(key, answer);
    return answer;
  };
  return new Map([...entries].filter(([key]) => [key, ...foldersAround(key)].toReversed().every(takes)));
}

function withFolders(keys: Iterable<PathKey>): Set<PathKey> {
  const all = new Set(keys);
  // What is added meanwhile is gone through too, and adds nothing new.
  for (const key of all) for (const folder of foldersAround(key)) all.add(folder);
  return all;
}

function absentIn(
  { entries, problems }: FoundTree,
  expected: ReadonlyMap<PathKey, ManifestEntry>,
): [PathKey[], Map<PathKey, string>] {
  const missing: PathKey[] = [];
  const unreadable = new Map<PathKey, string>();
  for (const key of expected.keys()) {
    if (entries.has(key)) continue;
    const around = [key, ...foldersAround(key)].map((each) => problems.get(each) ?? 'ENOENT');
    const reason = around.find((each) => !VANISHED.has(each));
    if (reason === undefined) missing.push(key);
    else unreadable.set(key, reason);
  }
  return [missing, unreadable];
}
