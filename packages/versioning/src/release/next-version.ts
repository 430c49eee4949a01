import semver from 'semver';
import { shown, VersioningError } from '../errors.ts';
import { type BumpLevel, type ChangeTypes, levelIfKnown } from '../version/change-types.ts';
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
 * @throws {VersioningError} `INVALID_VERSION` for one that is none, or is not after the latest; `INVALID_OPTION` for a channel or build
 * metadata that no version can have, or not that one; `UNKNOWN_CHANGE_TYPE`; `NOTHING_TO_RELEASE`.
 */
export function nextVersion(question: VersionQuestion): NextVersion {
  const { latest, version, bump, causes, channel, build, preMajor, types } = question;
  checkParts(question);
  const asks: readonly BumpCause[] =
    bump === undefined ? causes : [{ level: levelOf(bump, types), reason: `asked for: ${bump}` }];
  if (version !== undefined) return asked(version, question);
  if (latest === undefined) return first(question);
  const { to, level, reason } = planBump(latest, { causes: asks, channel, build, preMajor });
  if (level === 'none' && to === latest) throw nothingToRelease(latest);
  return { version: to, reason };
}

/** Whoever asks for a version is told, too, when the channel beside it is none. */
function checkParts({ channel, build }: VersionQuestion): void {
  if (channel === undefined && build === undefined) return;
  planBump('0.0.0', { causes: [{ level: 'patch', reason: '' }], channel, build });
}

function levelOf(bump: string, types: ChangeTypes | undefined): BumpLevel {
  if (LEVELS.includes(bump)) return bump as BumpLevel;
  const level = levelIfKnown(bump, types);
  if (level !== undefined) return level;
  throw new VersioningError('UNKNOWN_CHANGE_TYPE', `Expected what the version raises, got ${shown(bump)}`, {
    hint: `${LEVELS.join(', ')}; or a type of change, as feature, fix or breaking, in English or Portuguese, or of your own table.`,
  });
}

function asked(version: string, { latest, channel, build }: VersionQuestion): NextVersion {
  if (!isVersion(version)) {
    throw new VersioningError('INVALID_VERSION', `Expected a version as 1.2.3, got ${shown(version)}`, {
      hint: 'SemVer 2.0.0: three numbers without leading zeros, then -pre.release and +build if needed. No v before it.',
    });
  }
  const own = preReleaseOf(version);
  if (channel !== undefined && own !== undefined && own !== channel) {
    throw new VersioningError('INVALID_OPTION', `Expected a version of the channel ${shown(channel)}, got ${version}`, {
      hint: 'Leave the channel out, or name the same in both.',
    });
  }
  if (latest !== undefined && semver.lte(version, latest)) {
    throw new VersioningError('INVALID_VERSION', `Expected a version after ${latest}, got ${version}`, {
      hint: 'To release from an older line, check out a branch that has no later tags.',
    });
  }
  const whole = withBuild(version, build);
  return { version: whole, reason: `${whole}: asked for.` };
}

function withBuild(version: string, build: string | undefined): string {
  if (build === undefined || version.endsWith(`+${build}`)) return version;
  if (!version.includes('+')) return `${version}+${build}`;
  throw new VersioningError('INVALID_OPTION', `Expected a version with the build metadata ${build}, got ${version}`, {
    hint: 'Leave the build metadata out, or say the same in both.',
  });
}

function first({ channel, build, written }: VersionQuestion): NextVersion {
  const isUsable = written !== undefined && isVersion(written) && semver.gt(written, '0.0.0');
  // Build metadata there is that of another build.
  const [core = FIRST] = (isUsable ? written : FIRST).split('+');
  const own = preReleaseOf(core);
  const isOfChannel = channel === undefined || own === channel;
  const [target = core] = core.split('-');
  const version = withBuild(isOfChannel ? core : `${target}-${channel}.1`, build);
  const from = isUsable ? ', as the workspace says' : '';
  return { version, reason: `${version}: the first release${from}.` };
}

function nothingToRelease(latest: string): VersioningError {
  return new VersioningError('NOTHING_TO_RELEASE', `Expected something to release after ${latest}, got nothing`, {
    hint: 'No commit since then raises a version. Name one with --version, or what it raises with --bump.',
  });
}

/** Whether a version says of itself that it is not for everybody. A hyphen in build metadata says nothing. */
export const isPreReleaseVersion = (version: string): boolean => semver.prerelease(version) !== null;

/** The channel of a version: `stable`, or the name in its pre-release. */
export function channelOf(version: string): string {
  return preReleaseOf(version) ?? 'stable';
}

/** The channel that a pre-release says; `pre` where it is no name, and none in a version for everybody. */
function preReleaseOf(version: string): string | undefined {
  const [name] = semver.prerelease(version) ?? [];
  // A pre-release is never for everybody, whatever it is called.
  return name === undefined || (typeof name === 'string' && name !== 'stable') ? name : 'pre';
}
