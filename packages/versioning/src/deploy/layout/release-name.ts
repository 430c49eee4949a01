import { join } from 'node:path';
import { parse } from 'semver';
import { shown, VersioningError } from '../../errors.ts';
import type { DeployLayout } from './model.ts';

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._+-]*[A-Za-z0-9])?$/;
const LONGEST = 128;
/** What else lies in `releases/`, and what Windows takes for devices. */
const TAKEN = /^(?:current(?:\..*)?|con|prn|aux|nul|com\d|lpt\d)$/i;

/**
 * The version as releases name it: SemVer without a `v`, or another name as it is.
 *
 * @throws {VersioningError} `INVALID_VERSION` for what can't be the name of a folder on every system.
 */
export function versionName(version: string): string {
  if (NAME.test(version) && version.length <= LONGEST && !TAKEN.test(version)) {
    return parse(version)?.raw.replace(/^v/, '') ?? version;
  }
  throw new VersioningError('INVALID_VERSION', `Expected a version that can name a folder, got ${shown(version)}`, {
    hint: 'Such as 1.0.5: up to 128 letters, digits, `.`, `_`, `+` and `-`, but no names that are taken, such as `current`.',
  });
}

/** The name of a release's folder: `v1.0.5` for 1.0.5 and v1.0.5; what is no SemVer as it is. @throws {VersioningError} `INVALID_VERSION`. */
export function folderName(version: string): string {
  const name = versionName(version);
  return parse(name) === null ? name : `v${name}`;
}

/** The version whose folder has the name; `undefined` for a name that no release has. */
export function versionOf(name: string): string | undefined {
  try {
    const version = versionName(name);
    return folderName(version) === name ? version : undefined;
  } catch {
    return undefined;
  }
}

/** The folder of a release, there or not. @throws {VersioningError} `INVALID_VERSION`. */
export function releaseFolder(layout: DeployLayout, version: string): string {
  return join(layout.releases, folderName(version));
}

/** Where a release is built. No version begins with a dot. */
export function buildingFolder(layout: DeployLayout, version: string): string {
  return join(layout.releases, `.${folderName(version)}.building`);
}

/** Whether the name is one of a folder where a release was built, or from which it was removed. */
export const isBuilding = (name: string): boolean => /^\..+\.(?:building|removing)$/.test(name);
