import { checkAlgorithm, type LegacyOptions } from '../algorithm.ts';
import { checkManifest } from './check-manifest.ts';
import { compareKeys, foldersAround, keyOf, type PathKey, pathOf } from './entry-path.ts';
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
 * @throws {IntegrityError} `INVALID_MANIFEST` or `UNSAFE_PATH`, before anything is looked at; `LEGACY_ALGORITHM`;
 * `READ_FAILED`; `INVALID_OPTION`.
 */
export async function surveyTree(
  directory: string | URL,
  value: Manifest,
  options: TreeOptions & LegacyOptions,
): Promise<Survey> {
  const { manifest, entries } = checkManifest(value);
  checkAlgorithm(manifest.algorithm, options);
  const expected = included(entries, options.include);
  const only = manifest.scope === 'listed' ? withFolders(expected.keys()) : undefined;
  const tree = await walkTree(directory, { ...options, only });
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

/** Entries that the predicate takes, as it takes those of a tree: with all folders around them. */
function included(
  entries: ReadonlyMap<PathKey, ManifestEntry>,
  include: TreeOptions['include'],
): ReadonlyMap<PathKey, ManifestEntry> {
  if (include === undefined) return entries;
  const left = new Set<PathKey>();
  const taken = new Map<PathKey, ManifestEntry>();
  // Folders come before what is in them.
  for (const [key, entry] of entries) {
    const isOut = [...foldersAround(key)].some((folder) => left.has(folder));
    if (isOut || !include({ ...pathOf(key), kind: entry.kind })) left.add(key);
    else taken.set(key, entry);
  }
  return taken;
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
