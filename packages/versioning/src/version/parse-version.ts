import semver from 'semver';
import { shown, VersioningError } from '../errors.ts';

/**
 * Reads a version of SemVer 2.0.0, and no other text.
 *
 * @throws {VersioningError} `INVALID_VERSION`.
 */
export function parseVersion(text: string): semver.SemVer {
  const version = semver.parse(text);
  // Strict: `v1.2.3` and ` 1.2.3` are no versions, though npm reads them.
  if (version !== null && text === written(version)) return version;
  throw new VersioningError('INVALID_VERSION', `Expected a version as 1.2.3, got ${shown(text)}`, {
    hint: 'SemVer 2.0.0: three numbers without leading zeros, then -pre.release and +build if needed.',
  });
}

/** Whether a text is a version of SemVer 2.0.0. */
export function isVersion(text: string): boolean {
  const version = semver.parse(text);
  return version !== null && text === written(version);
}

const written = ({ version, build }: semver.SemVer): string =>
  build.length === 0 ? version : `${version}+${build.join('.')}`;
