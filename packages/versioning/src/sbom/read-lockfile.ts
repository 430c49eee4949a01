import { glob, readFile, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { VersioningError } from '../errors.ts';
import type { LockfileGraph } from './graph.ts';
import { withLicences } from './installed-licences.ts';
import { parseManifest } from './lockfile/manifest.ts';
import { type Fields, invalidLockfile, isFields, member } from './lockfile/place.ts';
import { nameWorkspaces, parseLockfile } from './parse-lockfile.ts';

/** Options of {@link readLockfile}. */
export interface ReadLockfileOptions {
  /** Which file to read, where a folder has several. */
  readonly file?: string | undefined;
  /** Whether licences are read from what is installed in `node_modules`. Default: `true`. */
  readonly readsLicences?: boolean | undefined;
}

const NAMES = ['npm-shrinkwrap.json', 'package-lock.json', 'pnpm-lock.yaml', 'yarn.lock'];

/** 256 MiB; what is longer than {@link parseLockfile} takes is refused there, with the reason. */
const LONGEST = 256 * 1024 * 1024;

/**
 * Reads the lockfile of a folder, its manifests, and the licences of what is installed there. No package manager is run and nothing is
 * fetched; what is not installed has the licence that the lockfile tells, if any.
 *
 * @throws {VersioningError} `LOCKFILE_NOT_FOUND`; those of {@link parseLockfile}; `INVALID_OPTION` when there are several lockfiles.
 * @example
 * ```ts
 * import { createSbom, readLockfile } from '@x/versioning';
 *
 * const graph = await readLockfile('.');
 * const sbom = createSbom(graph, {
 *   format: 'spdx-2.3',
 *   component: { name: 'shop', version: '1.2.3' },
 *   timestamp: '2026-11-27T12:00:00Z',
 * });
 * console.log(sbom);
 * ```
 */
export async function readLockfile(folder: string, options: ReadLockfileOptions = {}): Promise<LockfileGraph> {
  const file = options.file ?? (await onlyLockfile(folder));
  const text = await textOf(folder, file);
  const isYarn = posix.basename(file) === 'yarn.lock';
  const manifests = isYarn ? await yarnManifests(folder) : {};
  const parsed = parseLockfile(text, { file, manifests });
  const graph = isYarn ? parsed : nameWorkspaces(parsed, await manifestsOf(folder, parsed));
  return options.readsLicences === false ? graph : await withLicences(graph, folder);
}

async function onlyLockfile(folder: string): Promise<string> {
  const found: string[] = [];
  for (const name of NAMES)
    if ((await stat(join(folder, name)).catch(() => undefined))?.isFile() === true) found.push(name);
  // npm itself reads the first of its two.
  const [name, ...others] = found.filter((one) => one !== 'package-lock.json' || found[0] !== 'npm-shrinkwrap.json');
  if (name === undefined) {
    throw new VersioningError('LOCKFILE_NOT_FOUND', `Expected a lockfile in ${folder}, got none`, {
      hint: `One of ${NAMES.join(', ')} is looked for; the package manager writes it.`,
    });
  }
  if (others.length === 0) return name;
  throw new VersioningError('INVALID_OPTION', `Expected one lockfile in ${folder}, got ${found.join(' and ')}`, {
    hint: 'Name the one that counts with `file`.',
  });
}

async function textOf(folder: string, file: string): Promise<string> {
  const path = join(folder, file);
  try {
    const { size } = await stat(path);
    if (size > LONGEST) throw invalidLockfile(file, `at most ${LONGEST} bytes`, size);
    return await readFile(path, 'utf8');
  } catch (cause) {
    if (cause instanceof VersioningError) throw cause;
    throw new VersioningError('LOCKFILE_NOT_FOUND', `Expected a lockfile at ${path} that can be read`, { cause });
  }
}

/** The manifest of a folder; `undefined` when it has none. */
async function manifestAt(folder: string, path: string): Promise<Fields | undefined> {
  const file = posix.join(path, 'package.json');
  const text = await readFile(join(folder, file), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseManifest(text, file);
}

async function manifestsOf(folder: string, graph: LockfileGraph): Promise<Map<string, Fields>> {
  const manifests = new Map<string, Fields>();
  for (const { path } of graph.workspaces) {
    if (path.startsWith('..') || posix.isAbsolute(path)) continue;
    const manifest = await manifestAt(folder, path);
    if (manifest !== undefined) manifests.set(path, manifest);
  }
  return manifests;
}

/** Yarn's workspaces are found by the patterns of the root's manifest: `packages/*`, or `{ packages: [...] }`. */
async function yarnManifests(folder: string): Promise<Record<string, Fields>> {
  const root = await manifestAt(folder, '.');
  if (root === undefined) return {};
  const workspaces = member(root, 'workspaces');
  const list = isFields(workspaces) ? member(workspaces, 'packages') : workspaces;
  const patterns = Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
  const inside = patterns.filter((pattern) => !pattern.split('/').includes('..') && !posix.isAbsolute(pattern));
  const manifests: [string, Fields][] = [['.', root]];
  const wanted = inside
    .filter((pattern) => !pattern.startsWith('!'))
    .map((pattern) => posix.join(pattern, 'package.json'));
  const exclude = [
    '**/node_modules/**',
    ...inside.filter((one) => one.startsWith('!')).map((one) => `${one.slice(1)}/**`),
  ];
  for await (const found of glob(wanted, { cwd: folder, exclude })) {
    const path = posix.dirname(found.replaceAll('\\', '/'));
    const manifest = await manifestAt(folder, path);
    if (manifest !== undefined) manifests.push([path, manifest]);
  }
  return Object.fromEntries(manifests);
}
