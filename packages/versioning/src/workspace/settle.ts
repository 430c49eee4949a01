import semver from 'semver';
import type { ReleaseNotes } from '../changelog/changelog.ts';
import { type BumpLevel, greater } from '../version/change-types.ts';
import { type BumpCause, type BumpOptions, planBump } from '../version/plan-bump.ts';
import type { VersionGroup } from './groups.ts';
import type { InternalRange } from './internal-range.ts';

/** What is known of a package before the plan is made. */
export interface Member {
  readonly name: string;
  readonly version: string;
  readonly notes: ReleaseNotes;
  /** The level of its own causes. */
  readonly own: BumpLevel;
  readonly ranges: readonly InternalRange[];
  readonly group: VersionGroup | undefined;
}

export type Members = ReadonlyMap<string, Member>;
/** Which dependencies leave the ranges of a package. */
export type Needs = ReadonlyMap<string, ReadonlySet<string>>;
/** The version that each package gets, and the one that is raised for it: that of its group, perhaps. */
export type Targets = ReadonlyMap<string, { readonly base: string; readonly to: string }>;

/** The greatest level of some causes. */
export const greatest = (causes: readonly BumpCause[]): BumpLevel =>
  causes.reduce<BumpLevel>((level, cause) => greater(level, cause.level), 'none');

/**
 * Finds out who has to follow whom. Versions are planned; whoever has a range that one of them leaves needs a release; versions are planned
 * again, until nobody is added. Each round looks at all packages at once, so that their order makes no difference, and needs only
 * grow, so that it ends.
 */
export function settledNeeds(
  members: Members,
  options: Pick<BumpOptions, 'channel' | 'preMajor'>,
): { readonly needs: Needs; readonly targets: Targets } {
  const needs = new Map<string, Set<string>>();
  for (;;) {
    const targets = targetsOf(members, needs, options);
    let isSettled = true;
    for (const { name, ranges } of members.values()) {
      for (const { field, dependency, published } of ranges) {
        const { to = '' } = targets.get(dependency) ?? {};
        if (field === 'devDependencies' || semver.satisfies(to, published) || needs.get(name)?.has(dependency) === true)
          continue;
        needs.set(name, (needs.get(name) ?? new Set()).add(dependency));
        isSettled = false;
      }
    }
    if (isSettled) return { needs, targets };
  }
}

function targetsOf(members: Members, needs: Needs, options: Pick<BumpOptions, 'channel' | 'preMajor'>): Targets {
  const planned = new Map<string, string>();
  const toOf = (base: string, level: BumpLevel): string => {
    const key = `${base} ${level}`;
    const to = planned.get(key) ?? planBump(base, { ...options, causes: [{ level, reason: '' }] }).to;
    planned.set(key, to);
    return to;
  };
  return new Map(
    [...members.values()].map((member) => {
      const level = levelOf(member, members, needs);
      const base = level === 'none' ? member.version : baseOf(member, members);
      return [member.name, { base, to: toOf(base, level) }];
    }),
  );
}

/** Its own level, or that of whoever it follows. */
const alone = ({ name, own }: Member, needs: Needs): BumpLevel => (needs.has(name) ? greater(own, 'patch') : own);

function levelOf(member: Member, members: Members, needs: Needs): BumpLevel {
  const level = alone(member, needs);
  const { kind, names } = member.group ?? { kind: 'linked', names: [] };
  if (kind === 'linked' && level === 'none') return level;
  return names.reduce<BumpLevel>((most, name) => {
    const other = members.get(name);
    return other === undefined ? most : greater(most, alone(other, needs));
  }, level);
}

/** The highest version of a group, released or not, so that versions of it never meet a second time. */
function baseOf({ version, group }: Member, members: Members): string {
  const versions = (group?.names ?? []).map((name) => members.get(name)?.version ?? version);
  return versions.reduce((highest, each) => (semver.gt(each, highest) ? each : highest), version);
}

/** Why a package gets more than it asks for itself. */
export function groupCauses(member: Member, members: Members, needs: Needs): readonly BumpCause[] {
  const { group } = member;
  const level = levelOf(member, members, needs);
  if (group === undefined || level === alone(member, needs)) return [];
  const first = group.names.toSorted().find((name) => {
    const other = members.get(name);
    return other !== undefined && alone(other, needs) === level;
  });
  const reason = group.kind === 'fixed' ? `is released together with ${first}` : `has the same versions as ${first}`;
  return [{ level, reason }];
}
