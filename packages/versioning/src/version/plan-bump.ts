import semver from 'semver';
import { shown, VersioningError } from '../errors.ts';
import { type BumpLevel, greater } from './change-types.ts';
import { parseVersion } from './parse-version.ts';

/** One change that a version is raised for. */
export interface BumpCause {
  readonly level: BumpLevel;
  /** For people: `feat: add offline mode (3f2a91b)`. */
  readonly reason: string;
  /** The commit that made the change, where one is known. */
  readonly hash?: string | undefined;
}

/** Options of {@link planBump}. */
export interface BumpOptions {
  /** Why; the greatest level counts. */
  readonly causes: readonly BumpCause[];
  /** A channel such as `beta` makes a pre-release: `1.3.0-beta.1`. Default: a version for everybody. */
  readonly channel?: string | undefined;
  /** Build metadata, without `+`: it says where a version comes from and counts for no order. */
  readonly build?: string | undefined;
  /**
   * What a breaking change raises before 1.0.0. `minor` (default): the second number, as SemVer's item 4 allows and most do, and
   * features then the third; `major`: as later on.
   */
  readonly preMajor?: 'minor' | 'major' | undefined;
}

/** A version, and how it came about. */
export interface BumpPlan {
  readonly from: string;
  /** The same as `from` when there is nothing to release. */
  readonly to: string;
  readonly level: BumpLevel;
  /** One sentence: which part was raised and why. */
  readonly reason: string;
}

const LOWERED: Readonly<Record<BumpLevel, BumpLevel>> = {
  major: 'minor',
  minor: 'patch',
  patch: 'patch',
  none: 'none',
};

/**
 * The version after another one (SemVer 2.0.0).
 *
 * A pre-release already carries the level of its causes: further fixes count up its last number (`1.3.0-beta.1`, `1.3.0-beta.2`), a
 * greater change raises the version itself, and without a channel it becomes the version that it was for.
 *
 * @throws {VersioningError} `INVALID_VERSION`; `INVALID_OPTION` for a channel or build metadata that SemVer does not allow, and for a
 * channel whose version would be before `from`, as `alpha` after `1.3.0-beta.1`.
 * @example
 * ```ts
 * import { planBump } from '@x/versioning';
 *
 * const { to, reason } = planBump('1.2.3', { causes: [{ level: 'minor', reason: 'feat: offline mode' }] });
 * console.log(to, reason); // 1.3.0
 * ```
 */
export function planBump(from: string, options: BumpOptions): BumpPlan {
  const version = parseVersion(from);
  const { causes, channel, build, preMajor = 'minor' } = options;
  checkParts(channel, build);
  const asked = causes.reduce<BumpLevel>((level, cause) => greater(level, cause.level), 'none');
  if (asked === 'none' && (channel !== undefined || version.prerelease.length === 0)) {
    return { from, to: from, level: 'none', reason: 'Nothing that is released has changed.' };
  }
  const isEarly = version.major === 0 && preMajor === 'minor';
  const level = isEarly ? LOWERED[asked] : asked;
  const target = targetOf(version, level);
  const core = channel === undefined ? target : `${target}-${channel}.${numberOf(version, target, channel)}`;
  if (!semver.gt(core, version)) throw wouldGoBack(core, from);
  const to = build === undefined ? core : `${core}+${build}`;
  return { from, to, level, reason: reasonOf({ causes, asked, level, to }) };
}

function checkParts(channel: string | undefined, build: string | undefined): void {
  if (channel !== undefined && !/^[A-Za-z][0-9A-Za-z-]*$/.test(channel)) {
    throw new VersioningError('INVALID_OPTION', `Expected a channel, got ${shown(channel)}`, {
      hint: 'A letter, then letters, digits and hyphens, as "beta".',
    });
  }
  if (build !== undefined && !/^[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*$/.test(build)) {
    throw new VersioningError('INVALID_OPTION', `Expected build metadata, got ${shown(build)}`, {
      hint: 'Letters, digits and hyphens, in parts that dots separate.',
    });
  }
}

/** SemVer orders channels by their letters (item 11.4). */
function wouldGoBack(to: string, from: string): VersioningError {
  return new VersioningError('INVALID_OPTION', `Expected a version after ${from}, got ${to} from the channel`, {
    hint: 'Name a channel that comes later in the alphabet, as "beta" after "alpha", or the same.',
  });
}

/** The version without pre-release that a release is for. */
function targetOf({ major, minor, patch, prerelease }: semver.SemVer, level: BumpLevel): string {
  if (prerelease.length > 0) {
    // 2.0.0-beta.1 is for a major change, 1.3.0-beta.1 for a minor one, 1.3.1-beta.1 for a patch.
    const held: BumpLevel = patch > 0 ? 'patch' : minor > 0 ? 'minor' : 'major';
    if (greater(held, level) === held) return `${major}.${minor}.${patch}`;
  }
  if (level === 'major') return `${major + 1}.0.0`;
  if (level === 'minor') return `${major}.${minor + 1}.0`;
  return level === 'patch' ? `${major}.${minor}.${patch + 1}` : `${major}.${minor}.${patch}`;
}

/** The next number of a channel: 1 for the first of a version. */
function numberOf(version: semver.SemVer, target: string, channel: string): number {
  const [name, number] = version.prerelease;
  const isSame = `${version.major}.${version.minor}.${version.patch}` === target && name === channel;
  return isSame && typeof number === 'number' ? number + 1 : 1;
}

interface Reasons {
  readonly causes: readonly BumpCause[];
  readonly asked: BumpLevel;
  readonly level: BumpLevel;
  readonly to: string;
}

function reasonOf({ causes, asked, level, to }: Reasons): string {
  if (asked === 'none') return `${to}: the pre-release becomes the version that it was for.`;
  const because = causes.filter((cause) => cause.level === asked);
  const [first] = because;
  const more = because.length > 1 ? ` and ${because.length - 1} more` : '';
  const early = level === asked ? '' : ` (before 1.0.0 a ${asked} change counts as ${level})`;
  return `${to}: ${level}, because of "${first?.reason ?? ''}"${more}${early}.`;
}
