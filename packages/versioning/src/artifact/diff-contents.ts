import type { ArtifactContent } from './model.ts';
import { comparePaths, inPathOrder } from './path-order.ts';

/** A path that is in both, as something else. Its sizes are those of `before` and `after`. */
export interface ChangedContent {
  readonly path: string;
  readonly before: ArtifactContent;
  readonly after: ArtifactContent;
  /** Whether nothing changed but the executable bit. */
  readonly onlyExecutable: boolean;
}

/** A file that has another path, and the same content. Its executable bit may be another. */
export interface RenamedContent {
  readonly from: ArtifactContent;
  readonly to: ArtifactContent;
}

/** What became of an artefact. Each list is in bytewise order of paths; renames are by the new one. */
export interface ContentsDiff {
  readonly added: readonly ArtifactContent[];
  readonly removed: readonly ArtifactContent[];
  readonly changed: readonly ChangedContent[];
  readonly renamed: readonly RenamedContent[];
}

/**
 * Tells what differs between the contents of two artefacts, in time that grows with their number.
 *
 * A file is renamed when a removed and an added one have the same digest. Where several have it, those with the same last name
 * are put together first, then the rest, each in bytewise order; what is left over is removed or added. Empty files are never
 * renamed: that they are equal says nothing.
 *
 * @example
 * ```ts
 * import { diffContents } from '@x/versioning';
 *
 * const digest = `sha256:${'5'.repeat(64)}`;
 * const { renamed } = diffContents(
 *   [{ path: 'a.js', kind: 'file', size: 9, executable: false, digest }],
 *   [{ path: 'lib/a.js', kind: 'file', size: 9, executable: false, digest }],
 * );
 * console.log(renamed[0]?.from.path, renamed[0]?.to.path); // a.js lib/a.js
 * ```
 */
export function diffContents(before: readonly ArtifactContent[], after: readonly ArtifactContent[]): ContentsDiff {
  const { added, removed, changed } = compared(inPathOrder(before), inPathOrder(after));
  const origins = originsOf(added, removed);
  const gone = new Set(origins.values());
  return {
    added: added.filter((each) => !origins.has(each)),
    removed: removed.filter((each) => !gone.has(each)),
    changed,
    renamed: added.flatMap((to) => {
      const from = origins.get(to);
      return from === undefined ? [] : [{ from, to }];
    }),
  };
}

interface Compared {
  readonly added: ArtifactContent[];
  readonly removed: ArtifactContent[];
  readonly changed: ChangedContent[];
}

/** Goes through both at the same time. */
function compared(before: readonly ArtifactContent[], after: readonly ArtifactContent[]): Compared {
  const found: Compared = { added: [], removed: [], changed: [] };
  for (let [old, next] = [0, 0]; old < before.length || next < after.length;) {
    const [was, is] = [before[old], after[next]];
    const order = was === undefined ? 1 : is === undefined ? -1 : comparePaths(was.path, is.path);
    if (order <= 0) old++;
    if (order >= 0) next++;
    if (is === undefined || order < 0) found.removed.push(was as ArtifactContent);
    else if (was === undefined || order > 0) found.added.push(is);
    else if (!isSameFile(was, is) || was.executable !== is.executable) {
      found.changed.push({ path: is.path, before: was, after: is, onlyExecutable: isSameFile(was, is) });
    }
  }
  return found;
}

function isSameFile(a: ArtifactContent, b: ArtifactContent): boolean {
  return a.kind === b.kind && a.size === b.size && a.digest === b.digest;
}

/** What the added ones were before, where they are removed ones under another name: first by content and last name, then by content. */
function originsOf(
  added: readonly ArtifactContent[],
  removed: readonly ArtifactContent[],
): ReadonlyMap<ArtifactContent, ArtifactContent> {
  const origins = new Map<ArtifactContent, ArtifactContent>();
  for (const keyOf of [contentAndName, ({ digest }: ArtifactContent) => digest]) {
    const taken = new Set(origins.values());
    const free = Map.groupBy(
      removed.filter((each) => saysSomething(each) && !taken.has(each)),
      keyOf,
    );
    const queues = new Map([...free].map(([key, group]) => [key, group.values()]));
    for (const to of added) {
      if (!saysSomething(to) || origins.has(to)) continue;
      const from = queues.get(keyOf(to))?.next().value;
      if (from !== undefined) origins.set(to, from);
    }
  }
  return origins;
}

function saysSomething({ digest, size }: ArtifactContent): boolean {
  return digest !== undefined && size > 0;
}

function contentAndName({ digest, path }: ArtifactContent): string {
  return `${digest} ${path.slice(path.lastIndexOf('/') + 1)}`;
}
