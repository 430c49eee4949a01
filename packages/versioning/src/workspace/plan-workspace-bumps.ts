import semver from 'semver';
import type { ChangelogEntry, ReleaseNotes } from '../changelog/changelog.ts';
import type { SectionTitles } from '../changelog/sections.ts';
import { shown, VersioningError } from '../errors.ts';
import { type Intent, invalidIntent } from '../intents/intent.ts';
import { mergeNotes } from '../intents/merge-notes.ts';
import { notesOfIntents, titleOf } from '../intents/notes.ts';
import type { ChangeTypes } from '../version/change-types.ts';
import { type BumpCause, type BumpOptions, type BumpPlan, planBump } from '../version/plan-bump.ts';
import { groupCauses, greatest, type Member, type Members, type Needs, settledNeeds, type Targets } from './settle.ts';
import { versionGroups } from './groups.ts';
import { internalRanges, isRaisable, raisedRange } from './internal-range.ts';
import type { DependencyField, WorkspacePackage } from './workspace-package.ts';

/** Options of {@link planWorkspaceBumps}. */
export interface WorkspaceBumpOptions extends Pick<BumpOptions, 'channel' | 'preMajor'> {
  readonly packages: readonly WorkspacePackage[];
  readonly intents: readonly Intent[];
  /** Groups whose packages are always released together, with one version. */
  readonly fixed?: readonly (readonly string[])[] | undefined;
  /** Groups whose packages have one version whenever they are released. */
  readonly linked?: readonly (readonly string[])[] | undefined;
  /** The commits that brought intents, as `readIntentCommits` has them. */
  readonly commits?: ReadonlyMap<string, string> | undefined;
  /** Titles and their types. Default: those of Keep a Changelog. */
  readonly titles?: SectionTitles | undefined;
  /** What types of one's own raise. */
  readonly types?: ChangeTypes | undefined;
}

/** A range to write into a manifest. */
export interface RangeUpdate {
  readonly field: DependencyField;
  /** The key in the manifest. */
  readonly dependency: string;
  readonly from: string;
  readonly to: string;
}

/** What becomes of one package. */
export interface WorkspaceBump extends BumpPlan {
  readonly name: string;
  /** What its changelog says of `to`, with every cause; empty when nothing is released. */
  readonly notes: ReleaseNotes;
  /** Also of packages that are not released: what only development needs. */
  readonly ranges: readonly RangeUpdate[];
}

/**
 * The next version of every package of a monorepo, with reasons, sorted by name.
 *
 * A package is released for its intents and commits; by `patch` when what it depends on leaves the range that users have, as `^1.2.0` is
 * left by 2.0.0 and `workspace:*` by anything; and with its group. A dependency of development alone releases nothing.
 *
 * `ranges` are to be written: those that are left, and in packages that are released also those that a new version still meets, since
 * the new code was tried with no other. Ranges of peers, and ranges of more than one version, are raised only when they are left.
 *
 * @throws {VersioningError} `INVALID_INTENT` for an intent of a package that is not there; `INVALID_OPTION`, `INVALID_VERSION`.
 * @example
 * ```ts
 * import { planWorkspaceBumps, readIntents } from '@x/versioning';
 *
 * const packages = [
 *   { name: '@acme/store', version: '1.4.0' },
 *   { name: '@acme/shop', version: '2.0.1', dependencies: { '@acme/store': 'workspace:^' } },
 * ];
 * const intents = await readIntents({ folder: '.' });
 * for (const { name, reason } of planWorkspaceBumps({ packages, intents })) console.log(name, reason);
 * ```
 */
export function planWorkspaceBumps(options: WorkspaceBumpOptions): readonly WorkspaceBump[] {
  const members = membersOf(options);
  const { needs, targets } = settledNeeds(members, options);
  return [...members.values()].map((member) => bumpOf(member, { members, needs, targets, options }));
}

function membersOf(options: WorkspaceBumpOptions): Members {
  const sorted = options.packages.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const versions = new Map(sorted.map(({ name, version }) => [name, version]));
  const twice = sorted.find(({ name }, index) => sorted[index + 1]?.name === name);
  if (twice !== undefined) {
    throw new VersioningError('INVALID_OPTION', `Expected every package once, got ${shown(twice.name)} again`);
  }
  // What is no version is one for no range either: it is told first.
  for (const version of versions.values()) planBump(version, { causes: [] });
  checkIntents(options.intents, versions);
  const groups = versionGroups(new Set(versions.keys()), options);
  const about = byPackage(options.intents);
  const members = sorted.map((each): Member => {
    const { name, version } = each;
    // The only package need not be named.
    const intents = sorted.length === 1 ? options.intents : (about.get(name) ?? []);
    const told = notesOfIntents(intents, { ...options, package: name });
    const notes = each.notes === undefined ? told : mergeNotes(each.notes, told, options);
    return {
      name,
      version,
      notes,
      own: greatest(notes.causes),
      ranges: internalRanges(each, versions),
      group: groups.get(name),
    };
  });
  return new Map(members.map((member) => [member.name, member]));
}

function byPackage(intents: readonly Intent[]): ReadonlyMap<string, readonly Intent[]> {
  const about = new Map<string, Intent[]>();
  for (const intent of intents) {
    for (const { package: name = '' } of intent.releases) {
      const found = about.get(name);
      if (found === undefined) about.set(name, [intent]);
      else found.push(intent);
    }
  }
  return about;
}

/** Nothing that someone wrote down is passed over. */
function checkIntents(intents: readonly Intent[], versions: ReadonlyMap<string, string>): void {
  for (const { file, releases } of intents) {
    for (const { package: name, line } of releases) {
      const place = `${file}:${line}`;
      if (name === undefined && versions.size !== 1) {
        throw invalidIntent(place, { expected: 'the name of a package', got: 'none' });
      }
      if (name !== undefined && !versions.has(name)) {
        const hint = `Correct the name, or remove the file: there are ${[...versions.keys()].join(', ')}.`;
        throw invalidIntent(place, { expected: 'a package of the repository', got: shown(name), hint });
      }
    }
  }
}

interface Settled {
  readonly members: Members;
  readonly needs: Needs;
  readonly targets: Targets;
  readonly options: WorkspaceBumpOptions;
}

function bumpOf(member: Member, { members, needs, targets, options }: Settled): WorkspaceBump {
  const { name, version } = member;
  const { base, to } = targets.get(name) ?? { base: version, to: version };
  const isReleased = to !== version;
  const versionOf = (dependency: string): string => targets.get(dependency)?.to ?? '';
  const needed = [...(needs.get(name) ?? [])].toSorted().map((dependency) => `${dependency} ${versionOf(dependency)}`);
  const causes: BumpCause[] = [
    ...member.notes.causes,
    ...needed.map((dependency) => ({ level: 'patch' as const, reason: `depends on ${dependency}` })),
    ...groupCauses(member, members, needs),
  ];
  const plan = planBump(base, { ...options, causes });
  return {
    ...plan,
    name,
    from: version,
    notes: isReleased ? { ...withDependencies(member.notes, needed, options), version: to, causes } : NOTHING,
    ranges: rangeUpdates(member, isReleased, versionOf),
  };
}

const NOTHING: ReleaseNotes = { version: undefined, tag: undefined, dateMs: undefined, sections: [], causes: [] };

/** A line of its own, beside what the package says itself. */
function withDependencies(notes: ReleaseNotes, needed: readonly string[], options: WorkspaceBumpOptions): ReleaseNotes {
  if (needed.length === 0) return notes;
  const title = titleOf({ level: 'patch', type: 'changed', section: undefined }, options) ?? 'Changed';
  const text = `Depends on ${needed.join(', ')}.`;
  const entry: ChangelogEntry = {
    type: 'changed',
    scope: undefined,
    text,
    hash: undefined,
    isBreaking: false,
    commit: undefined,
  };
  return mergeNotes({ ...notes, sections: [{ title, entries: [entry] }], causes: [] }, notes, options);
}

/** The ranges to write into one manifest. */
function rangeUpdates(
  { ranges }: Member,
  isReleased: boolean,
  versionOf: (dependency: string) => string,
): readonly RangeUpdate[] {
  return ranges.flatMap((range) => {
    const { field, key, written, published, prefix, follows } = range;
    const version = versionOf(range.dependency);
    const isLeft = !semver.satisfies(version, published);
    // Publishing puts the version in.
    if (follows || !(isLeft || (isReleased && isRaisable(range)))) return [];
    const to = `${prefix}${raisedRange(published, version)}`;
    return to === written ? [] : [{ field, dependency: key, from: written, to }];
  });
}
