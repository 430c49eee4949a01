import { VersioningError } from '../errors.ts';
import type { LockfileGraph, LockfileKind } from './graph.ts';
import { identityOf, parseManifest } from './lockfile/manifest.ts';
import { parseNpmLockfile } from './lockfile/parse-npm.ts';
import { parsePnpmLockfile } from './lockfile/parse-pnpm.ts';
import { invalidLockfile, isFields, type Manifests } from './lockfile/place.ts';
import { yamlFields } from './lockfile/yaml-fields.ts';
import { parseYarnBerryLockfile } from './lockfile/yarn-berry.ts';
import { parseYarnClassicLockfile } from './lockfile/yarn-classic.ts';

/** Options of {@link parseLockfile}. */
export interface ParseLockfileOptions {
  /** What messages call the text. Default: the name that its package manager gives it. */
  readonly file?: string | undefined;
  /**
   * Manifests by folder, `.` for the root: `{ '.': {…}, 'packages/a': {…} }`. `yarn.lock` needs them, which does not hold what the
   * repository itself asks for; `pnpm-lock.yaml` lacks only the names of workspaces.
   */
  readonly manifests?: Readonly<Record<string, unknown>> | undefined;
}

const FILES: Readonly<Record<LockfileKind, string>> = {
  npm: 'package-lock.json',
  pnpm: 'pnpm-lock.yaml',
  'yarn-classic': 'yarn.lock',
  'yarn-berry': 'yarn.lock',
};

/** 64 Mi characters: about 200,000 packages. */
const LONGEST = 64 * 1024 * 1024;

/**
 * Reads the text of a lockfile: `package-lock.json` and `npm-shrinkwrap.json` (version 2 and 3), `pnpm-lock.yaml` (6 and 9),
 * `yarn.lock` of yarn 1, and of yarn 3 and later. Which it is, the text says itself. Nothing is run and nothing fetched.
 *
 * Packages that are installed several times, in other folders or with other peers, are one component. Licences and paths are there
 * as far as the lockfile has them; {@link readLockfile} reads the installed manifests as well.
 *
 * @throws {VersioningError} `INVALID_LOCKFILE` with the place; `UNSUPPORTED_LOCKFILE` for other versions and other files.
 * @example
 * ```ts
 * import { parseLockfile } from '@x/versioning';
 *
 * const { components } = parseLockfile(`
 * lockfileVersion: '9.0'
 * importers:
 *   .:
 *     dependencies:
 *       ms: { specifier: ^2.1.0, version: 2.1.3 }
 * packages:
 *   ms@2.1.3:
 *     resolution: {}
 * snapshots:
 *   ms@2.1.3: {}
 * `);
 * console.log(components.map(({ purl }) => purl)); // pkg:npm/ms@2.1.3
 * ```
 */
export function parseLockfile(text: string, options: ParseLockfileOptions = {}): LockfileGraph {
  const kind = kindOf(text, options.file);
  const file = options.file ?? FILES[kind];
  if (text.length > LONGEST) throw invalidLockfile(file, `at most ${LONGEST} characters`, text.length);
  const manifests = checkedManifests(options.manifests ?? {});
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (kind === 'npm') return nameWorkspaces(parseNpmLockfile(parseManifest(body, file), file), manifests);
  if (kind === 'yarn-classic') return parseYarnClassicLockfile(body, file, manifests);
  const document = yamlFields(body, file);
  if (kind === 'yarn-berry') return parseYarnBerryLockfile(document, file, manifests);
  return nameWorkspaces(parsePnpmLockfile(document, file), manifests);
}

/** Workspaces with names and versions from their manifests, where the lockfile has none. */
export function nameWorkspaces(graph: LockfileGraph, manifests: Manifests): LockfileGraph {
  const workspaces = graph.workspaces.map(({ id, path, ...own }) => {
    const manifest = manifests.get(path);
    const identity = manifest === undefined ? {} : identityOf(manifest, `${path}/package.json: `);
    return { id, path, name: own.name ?? identity.name, version: own.version ?? identity.version };
  });
  return { ...graph, workspaces };
}

function kindOf(text: string, file: string | undefined): LockfileKind {
  if (/^\uFEFF?\s*\{/.test(text)) return 'npm';
  if (/^__metadata:/m.test(text)) return 'yarn-berry';
  if (/^lockfileVersion:/m.test(text)) return 'pnpm';
  if (/^# yarn lockfile v1$/m.test(text.slice(0, 1000).replaceAll('\r', ''))) return 'yarn-classic';
  throw new VersioningError(
    'UNSUPPORTED_LOCKFILE',
    `Expected a lockfile of npm, pnpm or yarn, got ${file ?? 'another text'}`,
    {
      hint: 'package-lock.json, npm-shrinkwrap.json, pnpm-lock.yaml and yarn.lock are read.',
    },
  );
}

function checkedManifests(manifests: Readonly<Record<string, unknown>>): Manifests {
  const checked = Object.entries(manifests).map(([path, manifest]) => {
    if (!isFields(manifest)) throw invalidLockfile(`${path}/package.json`, 'a mapping', manifest);
    return [path, manifest] as const;
  });
  return new Map(checked);
}
