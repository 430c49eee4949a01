import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { shown, VersioningError } from '../errors.ts';
import { isThere } from '../files/is-there.ts';
import { runGit } from '../git/run-git.ts';
import type { CiPackageManager, CiProject } from './model.ts';

/** What {@link readCiProject} found. */
export interface FoundCiProject {
  /** Where `.github` belongs: the top of the checkout, or the folder itself outside of one. */
  readonly root: string;
  readonly project: CiProject;
}

/** What {@link readCiProject} is told instead of finding it out. */
export interface ReadCiProjectOptions {
  /** What installs packages in CI, whatever `package.json` and lockfiles say. */
  readonly packageManager?: 'npm' | 'pnpm' | 'yarn' | undefined;
}

type PackageManagerName = NonNullable<ReadCiProjectOptions['packageManager']>;

/** Lockfiles and whose they are, in the order in which they count where several lie about. */
const LOCKFILES: readonly (readonly [file: string, of: 'npm' | 'pnpm' | 'yarn'])[] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['yarn.lock', 'yarn'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

interface Manifest {
  readonly private?: unknown;
  readonly packageManager?: unknown;
  readonly scripts?: unknown;
  readonly dependencies?: unknown;
  readonly devDependencies?: unknown;
}

/**
 * Finds out what {@link planCi} needs to know of a project: from `package.json`, the lockfile, and git for the branch.
 *
 * @param folder A folder of the checkout.
 * @throws {VersioningError} `READ_FAILED` without a readable `package.json` at the top of the checkout; `INVALID_OPTION` for a package
 * manager that is none of npm, pnpm and yarn.
 */
export async function readCiProject(folder: string, options: ReadCiProjectOptions = {}): Promise<FoundCiProject> {
  const root = resolve((await gitLine(folder, 'rev-parse', '--show-toplevel')) ?? folder);
  const manifest = await readManifest(root);
  const locks = await lockfilesIn(root);
  const asked = options.packageManager;
  const named = namedManager(manifest.packageManager, asked);
  const kind = asked ?? named?.name ?? locks[0]?.[1] ?? 'npm';
  const lockfile = locks.find(([, of]) => of === kind)?.[0];
  const version = named?.name === kind ? named.version : undefined;
  return {
    root,
    project: {
      packageManager: kind === 'yarn' ? await yarnOf(root, version, lockfile) : kind,
      packageManagerVersion: version,
      branch: await mainBranch(root),
      scripts: namesIn(manifest.scripts),
      isPrivate: manifest.private === true,
      hasHoldfast: [manifest.dependencies, manifest.devDependencies].some((each) => namesIn(each).includes('holdfast')),
      hasLockfile: lockfile !== undefined,
    },
  };
}

async function readManifest(root: string): Promise<Manifest> {
  const path = join(root, 'package.json');
  try {
    // Windows' editors put a byte order mark before it.
    const value: unknown = JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''));
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    const got =
      cause instanceof SyntaxError ? 'what is no JSON' : ((cause as NodeJS.ErrnoException).code ?? 'an error');
    throw new VersioningError('READ_FAILED', `Expected a package.json in ${root}, got ${got}`, {
      cause,
      hint: 'Workflows belong to the top of a checkout, and the package there is the one that is released.',
    });
  }
  throw new VersioningError('READ_FAILED', `Expected an object in ${path}, got another value`);
}

const namesIn = (value: unknown): readonly string[] =>
  typeof value === 'object' && value !== null ? Object.keys(value) : [];

async function lockfilesIn(root: string): Promise<typeof LOCKFILES> {
  const there = await Promise.all(
    LOCKFILES.map(async (entry) => ((await isThere(join(root, entry[0]))) ? [entry] : [])),
  );
  return there.flat();
}

/** `pnpm@11.19.0+sha512.abc`, as corepack writes it. Another one does no harm where something else was asked for. */
function namedManager(
  text: unknown,
  asked?: string,
): { readonly name: PackageManagerName; readonly version: string } | undefined {
  if (text === undefined) return undefined;
  const [, name, version] = /^(npm|pnpm|yarn)@([^+]+)/.exec(typeof text === 'string' ? text : '') ?? [];
  if (name !== undefined && version !== undefined) return { name: name as PackageManagerName, version };
  if (asked !== undefined) return undefined;
  throw new VersioningError('INVALID_OPTION', `Expected npm, pnpm or yarn as packageManager, got ${shown(text)}`, {
    hint: 'Say which of them installs the packages in CI, as "pnpm@11.19.0", or with --package-manager.',
  });
}

/** Yarn 1 takes other options, and is known by its version or its lockfile. */
async function yarnOf(root: string, version?: string, lockfile?: string): Promise<CiPackageManager> {
  if (version !== undefined) return version.startsWith('1.') ? 'yarn-classic' : 'yarn';
  if (lockfile === undefined) return 'yarn';
  const text = await readFile(join(root, lockfile), 'utf8');
  return /^# yarn lockfile v1$/m.test(text.slice(0, 1000).replaceAll('\r', '')) ? 'yarn-classic' : 'yarn';
}

/** The branch that the remote has for its main one; else main or master; else the one that is checked out. */
async function mainBranch(root: string): Promise<string | undefined> {
  const remote = await gitLine(root, 'symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD');
  if (remote !== undefined) return remote.replace(/^origin\//, '');
  for (const name of ['main', 'master']) {
    if ((await gitLine(root, 'rev-parse', '--quiet', '--verify', `refs/heads/${name}`)) !== undefined) return name;
  }
  return gitLine(root, 'symbolic-ref', '--quiet', '--short', 'HEAD');
}

/** What git says in one line, or nothing: outside of a checkout, and where there is no git, defaults will do. */
async function gitLine(folder: string, ...args: readonly string[]): Promise<string | undefined> {
  try {
    return (await runGit(args, { folder })).trim() || undefined;
  } catch (error) {
    if (error instanceof VersioningError) return undefined;
    throw error;
  }
}
