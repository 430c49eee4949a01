import { resolve } from 'node:path';
import { shown, VersioningError } from '../errors.ts';
import { type Choice, chosenFiles } from './chosen-files.ts';
import { IgnoreRules } from './ignore-rules.ts';
import type { ArtifactEntry, ArtifactPlan } from './model.ts';
import { inPathOrder } from './path-order.ts';
import { flawOfPath, PathSet } from '@x/integrity/archive';

/** Options of {@link planArtifact}. Patterns are those of `gitignore(5)`, for the folder itself. */
export interface PlanArtifactOptions {
  /** Only what one of these names, or what lies in a folder that one names. Default: everything. */
  readonly include?: readonly string[] | undefined;
  /** Left out, whatever else is said. */
  readonly exclude?: readonly string[] | undefined;
  /**
   * Names of the files whose rules hold in their folder and below, as in git; a later one may take back what an earlier one ignored.
   * Default: `.gitignore`, since what is not in the repository is often a secret or a cache, then `.artifactignore`, which
   * says what is different for releases: `!/dist/`.
   */
  readonly ignoreFiles?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Files that a message names. */
const NAMED = 5;

/**
 * Lists what an artefact of a folder will consist of. Nothing is written.
 *
 * `.git` is always left out. What can't be extracted the same way on every system is refused: links, pipes and sockets,
 * names that are not UTF-8, that Windows does not allow or that differ only in case or Unicode normalisation, names of more than 255
 * bytes and paths of more than 900. Git's settings outside of the folder (`core.excludesFile`, `.git/info/exclude`) do not
 * count: they are different on each machine.
 *
 * @throws {VersioningError} `UNSUITABLE_FILE`, which names the files; `READ_FAILED`.
 * @example
 * ```ts
 * import { planArtifact } from '@x/versioning';
 *
 * const plan = await planArtifact('build', { exclude: ['*.map'] });
 * console.log(plan.entries.map(({ path }) => path), plan.size);
 * ```
 */
export async function planArtifact(folder: string, options: PlanArtifactOptions = {}): Promise<ArtifactPlan> {
  const top = resolve(folder);
  const { entries, unsuitable } = await chosenFiles(top, choiceOf(options));
  refuse(unsuitable);
  const ordered = orderedEntries(entries);
  return { folder: top, entries: ordered, size: ordered.reduce((sum, { size }) => sum + size, 0) };
}

/** The rules that options stand for. */
export function choiceOf(options: PlanArtifactOptions): Choice {
  const { include, exclude = [], ignoreFiles = ['.gitignore', '.artifactignore'], signal } = options;
  return {
    include: include === undefined ? undefined : IgnoreRules.of(include),
    exclude: IgnoreRules.of(exclude),
    ignoreFiles,
    signal,
  };
}

/**
 * The entries in the order that they have in an artefact, when they can be in one.
 *
 * @throws {VersioningError} `UNSUITABLE_FILE`.
 */
export function orderedEntries(entries: readonly ArtifactEntry[]): ArtifactEntry[] {
  const ordered = inPathOrder(entries);
  const paths = new PathSet();
  refuse(
    ordered.flatMap(({ path, kind }) => {
      const flaw = flawOfPath(path) ?? paths.add(path, kind);
      return flaw === undefined ? [] : [{ path, flaw }];
    }),
  );
  return ordered;
}

function refuse(unsuitable: readonly { readonly path: string; readonly flaw: string }[]): void {
  if (unsuitable.length === 0) return;
  const named = unsuitable.slice(0, NAMED).map(({ path, flaw }) => `${shown(path)} ${flaw}`);
  const more = unsuitable.length > NAMED ? `, and ${unsuitable.length - NAMED} more` : '';
  throw new VersioningError(
    'UNSUITABLE_FILE',
    `Expected files that can be extracted on every system, got: ${named.join(', ')}${more}`,
    { hint: 'Leave them out with exclude or an ignore file, rename them, or put files in the place of links.' },
  );
}
