import { type ChangeTypes, greater } from '../version/change-types.ts';
import { formatIntent } from './format-intent.ts';
import { type Intent, type IntentRelease, PRE } from './intent.ts';

/** What becomes of intent files when something is released. Paths are from the folder of the repository. */
export interface IntentRemoval {
  /** Files to delete: all that they name is released. */
  readonly remove: readonly string[];
  /** Files to move, for a pre-release: they count again for the version for everybody. */
  readonly move: readonly { readonly from: string; readonly to: string }[];
  /** Files to write, of which only a part is released. */
  readonly write: readonly { readonly file: string; readonly text: string }[];
  /** Files that stay as they are, and what they wait for. */
  readonly keep: readonly { readonly file: string; readonly waitsFor: readonly string[] }[];
}

/** Options of {@link planIntentRemoval}. */
export interface IntentRemovalOptions {
  /** The packages that are released. Default: all that there are. */
  readonly packages?: readonly string[] | undefined;
  /** The channel of a pre-release: files go to `pre` instead of away, where changesets puts them, too. */
  readonly channel?: string | undefined;
  /** What types of one's own raise. */
  readonly types?: ChangeTypes | undefined;
}

/**
 * Which intents a release uses up, as data: the release deletes, moves and writes these files in its own commit.
 *
 * A file that names only packages that are not released stays. One that names others as well is written again without those that are, so
 * that no package is raised twice for one change and none misses it: in a monorepo packages are released when they are ready. A package
 * with `none` is waited for only where it has a section of its own; a file that releases nothing goes with the next release of anything.
 *
 * @example
 * ```ts
 * import { rm } from 'node:fs/promises';
 * import { planIntentRemoval, readIntents } from '@x/versioning';
 *
 * const { remove } = planIntentRemoval(await readIntents({ folder: '.' }), { packages: ['@acme/shop'] });
 * for (const file of remove) await rm(file);
 * ```
 */
export function planIntentRemoval(intents: readonly Intent[], options: IntentRemovalOptions = {}): IntentRemoval {
  const { packages, channel, types } = options;
  const released = packages === undefined ? undefined : new Set(packages);
  const isReleased = ({ package: name }: IntentRelease): boolean =>
    released === undefined || (name === undefined ? released.size > 0 : released.has(name));
  const earlier = new Map(intents.map((intent) => [intent.id, intent]));
  const plan = {
    remove: [] as string[],
    move: [] as IntentRemoval['move'][number][],
    write: [] as IntentRemoval['write'][number][],
    keep: [] as IntentRemoval['keep'][number][],
  };
  for (const intent of intents) {
    // The version for everybody is still to come.
    if (channel !== undefined && intent.isPreReleased) continue;
    const { file, releases, summary } = intent;
    const left = releases.filter((release) => !isReleased(release));
    const waiting = left.filter(({ level, section }) => level !== 'none' || section !== undefined);
    const isNothing = released?.size === 0 || (waiting.length > 0 && left.length === releases.length);
    if (isNothing) {
      plan.keep.push({ file, waitsFor: namesOf(waiting) });
      continue;
    }
    const target = channel === undefined ? undefined : fileIn(intent, PRE);
    const before = earlier.get(`${PRE}${intent.id}`);
    if (waiting.length > 0) plan.write.push({ file, text: formatIntent({ releases: left, summary }, types) });
    else if (target === undefined || before !== undefined) plan.remove.push(file);
    else plan.move.push({ from: file, to: target });
    if (target !== undefined && (waiting.length > 0 || before !== undefined)) {
      const gone = releases.filter((release) => !left.includes(release));
      plan.write.push({ file: target, text: formatIntent(united(before, { releases: gone, summary }), types) });
    }
  }
  return plan;
}

const namesOf = (releases: readonly IntentRelease[]): readonly string[] =>
  releases.map(({ package: name }) => name ?? '.');

function fileIn({ file }: Intent, folder: string): string {
  const at = file.lastIndexOf('/') + 1;
  return `${file.slice(0, at)}${folder}${file.slice(at)}`;
}

/** What pre-releases had of a file, one after the other, and has it now. A file that is new under an old name adds its words. */
function united(
  before: Intent | undefined,
  { releases, summary }: Pick<Intent, 'releases' | 'summary'>,
): Pick<Intent, 'releases' | 'summary'> {
  if (before === undefined) return { releases, summary };
  const all = new Map(before.releases.map((release) => [release.package, release]));
  for (const release of releases) {
    const earlier = all.get(release.package);
    const isLess = earlier !== undefined && greater(earlier.level, release.level) === earlier.level;
    if (!isLess) all.set(release.package, release);
  }
  const words = new Set([before.summary, summary].filter((text) => text !== ''));
  return { releases: [...all.values()], summary: [...words].join('\n\n') };
}
