import semver from 'semver';
import { shown, VersioningError } from '../errors.ts';
import { type BumpLevel, type ChangeTypes, levelOfType } from '../version/change-types.ts';
import { isVersion } from '../version/parse-version.ts';
import { type BumpCause, planBump } from '../version/plan-bump.ts';

/** What decides about a version. */
export interface VersionQuestion {
  /** The highest version released so far; none before the first release. */
  readonly latest: string | undefined;
  /** What has changed since. */
  readonly causes: readonly BumpCause[];
  /** The version that somebody wants. */
  readonly version?: string | undefined;
  /** `major`, `minor`, `patch`, or a type of change such as `feature` or `melhoria`. */
  readonly bump?: string | undefined;
  readonly channel?: string | undefined;
  readonly build?: string | undefined;
  readonly preMajor?: 'minor' | 'major' | undefined;
  readonly types?: ChangeTypes | undefined;
  /** The version that the workspace says it has, as in `package.json`. */
  readonly written?: string | undefined;
}

/** A version, and why it is this one. */
export interface NextVersion {
  readonly version: string;
  readonly reason: string;
}

/** Of a first release, when nobody says another one. */
const FIRST = '0.1.0';
const LEVELS: readonly string[] = ['major', 'minor', 'patch'];

/**
 * The version of the next release, and the reason for it.
 *
 * @throws {VersioningError} `INVALID_VERSION` for one that is none, or is not after the latest; `UNKNOWN_CHANGE_TYPE`;
 * `NOTHING_TO_RELEASE`; those of `planBump`.
 */
export function nextVersion(question: VersionQuestion): NextVersion {
  const { latest, version, bump, causes, channel, build, preMajor, types, written } = question;
  if (version !== undefined) return asked(version, question);
  const asks: readonly BumpCause[] =
    bump === undefined ? causes : [{ level: levelOf(bump, types), reason: `asked for: ${bump}` }];
  if (latest === undefined) return first({ channel, build, written });
  const { to, level, reason } = planBump(latest, { causes: asks, channel, build, preMajor });
  if (level === 'none' && to === latest) throw nothingToRelease(latest);
  return { version: to, reason };
}

function levelOf(bump: string, types: ChangeTypes | undefined): BumpLevel {
  return LEVELS.includes(bump) ? (bump as BumpLevel) : levelOfType(bump, types);
}

function asked(version: string, { latest, channel }: VersionQuestion): NextVersion {
  if (!isVersion(version)) {
    throw new VersioningError('INVALID_VERSION', `Expected a version as 1.2.3, got ${shown(version)}`, {
      hint: 'SemVer 2.0.0: three numbers without leading zeros, then -pre.release and +build if needed. No v before it.',
    });
  }
  const own = channelOf(version);
  if (channel !== undefined && own !== 'stable' && own !== channel) {
    throw new VersioningError('INVALID_OPTION', `Expected a version of the channel ${shown(channel)}, got ${version}`, {
      hint: 'Leave the channel out, or name the same in both.',
    });
  }
  if (latest !== undefined && semver.lte(version, latest)) {
    throw new VersioningError('INVALID_VERSION', `Expected a version after ${latest}, got ${version}`, {
      hint: `To release from an older line, check out a branch that has no later tags.`,
    });
  }
  return { version, reason: `${version}: asked for.` };
}

function first({ channel, build, written }: Pick<VersionQuestion, 'channel' | 'build' | 'written'>): NextVersion {
  const isUsable = written !== undefined && isVersion(written) && semver.gt(written, '0.0.0');
  const core = isUsable ? written : FIRST;
  const pre = channel === undefined || core.includes('-') ? core : `${core}-${channel}.1`;
  const version = build === undefined ? pre : `${pre}+${build}`;
  const from = isUsable ? ', as the workspace says' : '';
  return { version, reason: `${version}: the first release${from}.` };
}

function nothingToRelease(latest: string): VersioningError {
  return new VersioningError('NOTHING_TO_RELEASE', `Expected something to release after ${latest}, got nothing`, {
    hint: 'No commit since then raises a version. Name one with --version, or what it raises with --bump.',
  });
}

/** The channel of a version: `stable`, or the name in its pre-release. */
export function channelOf(version: string): string {
  const [name] = semver.prerelease(version) ?? [];
  return name === undefined ? 'stable' : typeof name === 'string' ? name : 'pre';
}
