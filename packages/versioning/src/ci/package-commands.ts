import type { CiPackageManager, CiSettings } from './model.ts';
import { PINNED } from './pinned-actions.ts';

/** What a package manager is called with. */
export interface PackageCommands {
  /** Runs the holdfast that the lockfile names; never fetches one. */
  readonly holdfast: string;
  /** Installs what the lockfile says, or fails. */
  readonly install: string;
  readonly build: string;
  readonly test: string;
  /** Packs the project into the folder that `$FOLDER` names. */
  readonly pack: string;
  /** Its name for the cache of setup-node, where that can find it. */
  readonly cache: string | undefined;
}

export const COMMANDS: Readonly<Record<CiPackageManager, PackageCommands>> = {
  npm: {
    holdfast: 'npm exec --no -- holdfast',
    install: 'npm ci',
    build: 'npm run build',
    test: 'npm test',
    pack: 'npm pack --pack-destination "$FOLDER"',
    cache: 'npm',
  },
  pnpm: {
    holdfast: 'pnpm exec holdfast',
    install: 'pnpm install --frozen-lockfile',
    build: 'pnpm run build',
    test: 'pnpm test',
    pack: 'pnpm pack --pack-destination "$FOLDER"',
    cache: 'pnpm',
  },
  yarn: {
    holdfast: 'yarn run holdfast',
    install: 'yarn install --immutable',
    build: 'yarn run build',
    test: 'yarn run test',
    pack: 'yarn pack --out "$FOLDER/%s-%v.tgz"',
    // setup-node asks yarn before corepack has put the right one there.
    cache: undefined,
  },
  'yarn-classic': {
    holdfast: 'yarn --silent run holdfast',
    install: 'yarn install --frozen-lockfile',
    build: 'yarn run build',
    test: 'yarn run test',
    pack: 'yarn pack --filename "$FOLDER/package.tgz"',
    cache: 'yarn',
  },
};

/** What pnpm is used where `package.json` does not say. */
const PNPM = '11';
/** Node has not brought it along since 25. */
const COREPACK = '0.36.0';

/** How Node is chosen: `cached` where a poisoned cache could not do much. */
export interface NodeSetup {
  readonly node: string;
  readonly isCached: boolean;
}

/** The steps from a checkout to installed packages. */
export function setupSteps(settings: CiSettings, { node, isCached }: NodeSetup): string {
  const { packageManager, packageManagerVersion } = settings;
  const { cache, install } = COMMANDS[packageManager];
  const lines: string[] = [];
  if (packageManager === 'pnpm') {
    lines.push(`- uses: ${PINNED.setupPnpm}`);
    if (packageManagerVersion === undefined) lines.push('  with:', `    version: ${PNPM}`);
  }
  lines.push(`- uses: ${PINNED.setupNode}`, '  with:', `    node-version: ${node}`);
  if (isCached && cache !== undefined) lines.push(`    cache: ${cache}`);
  else lines.push('    package-manager-cache: false');
  if (packageManager === 'yarn') {
    lines.push('- name: Bring the yarn of package.json', '  run: |');
    lines.push(`    npm install --global corepack@${COREPACK}`, '    corepack enable yarn');
  }
  lines.push('- name: Install', `  run: ${install}`);
  return lines.join('\n');
}
