import { shown, VersioningError } from '../errors.ts';
import type { CiOptions, CiPackageManager, CiSettings } from './model.ts';

/** Lines of Node that get fixes in 2026. */
const NODE_VERSIONS = ['22', '24', '26'];
/** What has npm 11.5.1, which trusted publishing needs, and is what holdfast itself is tested with most. */
export const PUBLISHING_NODE = '24';
/** Below it holdfast does not run. */
const OLDEST_FOR_HOLDFAST = 22;

const PACKAGE_MANAGERS: readonly CiPackageManager[] = ['npm', 'pnpm', 'yarn', 'yarn-classic'];

/** Puts defaults in, and checks what would end up in YAML and in shells. @throws {VersioningError} `INVALID_OPTION`. */
export function ciSettings(options: CiOptions): CiSettings {
  const { packageManager = 'npm', packageManagerVersion, branch = 'main', scripts = ['build', 'test'] } = options;
  const { nodeVersions = NODE_VERSIONS, isPrivate = false, publish = !isPrivate, backup = true } = options;
  if (!PACKAGE_MANAGERS.includes(packageManager)) {
    throw invalid('a package manager', packageManager, `One of ${PACKAGE_MANAGERS.join(', ')}.`);
  }
  // Filters of branches are patterns, and conditions have quotes: only what means itself in both.
  if (!/^[A-Za-z0-9_](?:[A-Za-z0-9._/@-]*[A-Za-z0-9_])?$/.test(branch) || branch.includes('..')) {
    throw invalid('a branch', branch, 'Letters, digits and . _ / @ - between them.');
  }
  if (nodeVersions.length === 0) throw invalid('versions of Node', 'none', 'As 22, 24.');
  for (const version of nodeVersions) {
    if (!/^\d{2,3}(?:\.\d{1,4}){0,2}$/.test(version)) throw invalid('a version of Node', version, 'As 24, or 22.19.0.');
  }
  if (packageManagerVersion !== undefined && !/^\d+(?:\.\d+){0,2}(?:-[0-9A-Za-z.-]+)?$/.test(packageManagerVersion)) {
    throw invalid('a version of the package manager', packageManagerVersion, 'As 11.19.0.');
  }
  return {
    packageManager,
    packageManagerVersion,
    branch,
    nodeVersions: [...new Set(nodeVersions)],
    releaseNode: releaseNode(nodeVersions),
    hasBuild: scripts.includes('build'),
    hasTests: scripts.includes('test'),
    publish,
    backup,
  };
}

/** A Node that tests ran on, where one of them can run holdfast: what is released was built by it. */
function releaseNode(versions: readonly string[]): string {
  if (versions.includes(PUBLISHING_NODE)) return PUBLISHING_NODE;
  const able = versions.filter((version) => Number.parseInt(version, 10) >= OLDEST_FOR_HOLDFAST);
  return able.at(-1) ?? PUBLISHING_NODE;
}

function invalid(what: string, value: string, hint: string): VersioningError {
  return new VersioningError('INVALID_OPTION', `Expected ${what}, got ${shown(value)}`, { hint });
}
