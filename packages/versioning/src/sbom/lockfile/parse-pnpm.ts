import { posix } from 'node:path';
import { VersioningError } from '../../errors.ts';
import type { DependencyKind, LockfileGraph } from '../graph.ts';
import { createGraphBuilder, type GraphBuilder } from './build-graph.ts';
import { type Fields, fieldsAt, invalidLockfile, isFields, member, type Place, textAt, within } from './place.ts';

interface Lockfile {
  readonly place: Place;
  readonly isV6: boolean;
  readonly importers: Fields;
  readonly packages: Fields;
  readonly snapshots: Fields;
}

interface Known extends Lockfile {
  readonly builder: GraphBuilder;
  /** Ids by key of `snapshots`, and by folder of a workspace. */
  readonly ids: ReadonlyMap<string, string>;
}

/**
 * Reads `pnpm-lock.yaml` of version 6 or 9.
 *
 * Its keys are `name@version(peer@version)`: what follows the version is how peers were met, and makes no other package. Version 6
 * has a `/` before, and keeps together what 9 splits into `packages` and `snapshots`.
 */
export function parsePnpmLockfile(document: Fields, file: string): LockfileGraph {
  const lockfile = sectionsOf(document, file);
  const builder = createGraphBuilder('pnpm');
  const ids = new Map<string, string>();
  for (const path of Object.keys(lockfile.importers)) ids.set(path, builder.addWorkspace({ path }));
  for (const key of Object.keys(lockfile.snapshots))
    ids.set(key, addSnapshot(builder, key, { ...lockfile, ids, builder }));
  const known = { ...lockfile, builder, ids };
  for (const path of Object.keys(lockfile.importers)) connectImporter(path, known);
  for (const key of Object.keys(lockfile.snapshots)) connectSnapshot(key, known);
  return builder.build();
}

function sectionsOf(document: Fields, file: string): Lockfile {
  const place = `${file}: `;
  const version = textAt(document, 'lockfileVersion', place) ?? 'none';
  const isV6 = /^6\.\d+$/.test(version);
  if (!isV6 && !/^9(?:\.\d+)?$/.test(version)) {
    throw new VersioningError('UNSUPPORTED_LOCKFILE', `Expected lockfileVersion 6 or 9 in ${file}, got ${version}`, {
      hint: 'pnpm 8 and later write them: run "pnpm install --lockfile-only".',
    });
  }
  const packages = fieldsAt(document, 'packages', place);
  const importers = fieldsAt(document, 'importers', place);
  return {
    place,
    isV6,
    // Version 6 has the needs of a repository without workspaces at the top.
    importers: Object.hasOwn(document, 'importers') ? importers : { '.': document },
    packages,
    snapshots: isV6 ? packages : fieldsAt(document, 'snapshots', place),
  };
}

/** `/@a/b@1.0.0(c@2.0.0)` without slash and peers. */
const bareKey = (key: string): string => key.replace(/^\//, '').replace(/\(.*$/s, '');

function addSnapshot(builder: GraphBuilder, key: string, { place, isV6, packages, ids }: Known): string {
  const bare = bareKey(key);
  const at = within(within(place, 'packages'), isV6 ? key : bare);
  const fields = member(packages, isV6 ? key : bare);
  if (!isFields(fields)) throw invalidLockfile(at, 'a mapping', fields);
  const resolution = fieldsAt(fields, 'resolution', at);
  const where = within(at, 'resolution');
  const folder = textAt(resolution, 'directory', where);
  const workspace = folder === undefined ? undefined : ids.get(posix.normalize(folder));
  if (workspace !== undefined) return workspace;
  const split = bare.indexOf('@', 1);
  const name = textAt(fields, 'name', at) ?? (split < 0 ? bare : bare.slice(0, split));
  const after = split < 0 ? '' : bare.slice(split + 1);
  const version = textAt(fields, 'version', at) ?? (/^\d/.test(after) ? after : undefined);
  return builder.addPackage(
    {
      name,
      version,
      resolved: resolvedOf(resolution, where) ?? folderOf(after),
      integrity: textAt(resolution, 'integrity', where),
      isPatched: key.includes('(patch_hash='),
    },
    at,
  );
}

const folderOf = (version: string): string | undefined => (version.startsWith('file:') ? version : undefined);

function resolvedOf(resolution: Fields, place: Place): string | undefined {
  const folder = textAt(resolution, 'directory', place);
  if (folder !== undefined) return `file:${folder}`;
  const [repo, commit] = [textAt(resolution, 'repo', place), textAt(resolution, 'commit', place)];
  if (repo !== undefined)
    return `${repo.startsWith('git') ? '' : 'git+'}${repo}${commit === undefined ? '' : `#${commit}`}`;
  return textAt(resolution, 'tarball', place);
}

const LISTS: readonly (readonly [list: string, kind: DependencyKind])[] = [
  ['dependencies', 'runtime'],
  ['optionalDependencies', 'optional'],
  ['devDependencies', 'dev'],
];

function connectImporter(path: string, known: Known): void {
  const from = known.ids.get(path) ?? '';
  const place = within(within(known.place, 'importers'), path);
  const fields = fieldsAt(known.importers, path, within(known.place, 'importers'));
  for (const [list, kind] of LISTS) {
    const needs = fieldsAt(fields, list, place);
    for (const [name, need] of Object.entries(needs)) {
      const at = within(within(place, list), name);
      const reference = isFields(need) ? textAt(need, 'version', at) : undefined;
      if (reference === undefined) throw invalidLockfile(at, 'specifier and version', need);
      const to = reference.startsWith('link:') ? linked(path, name, reference, known) : find(name, reference, known);
      if (to !== undefined) known.builder.connect(from, to, kind);
      else if (kind !== 'optional') known.builder.miss(from, name);
    }
  }
}

function connectSnapshot(key: string, known: Known): void {
  const from = known.ids.get(key) ?? '';
  if (from.startsWith('workspace:')) return;
  const place = within(within(known.place, known.isV6 ? 'packages' : 'snapshots'), key);
  const fields = fieldsAt(known.snapshots, key, within(known.place, 'snapshots'));
  const peers = fieldsAt(
    known.isV6 ? fields : fieldsAt(known.packages, bareKey(key), known.place),
    'peerDependencies',
    place,
  );
  for (const [list, listed] of LISTS.slice(0, 2)) {
    const needs = fieldsAt(fields, list, place);
    for (const name of Object.keys(needs)) {
      const reference = textAt(needs, name, within(place, list)) ?? '';
      const kind = Object.hasOwn(peers, name) ? 'peer' : listed;
      const to = reference.startsWith('link:') ? linked('.', name, reference, known) : find(name, reference, known);
      if (to !== undefined) known.builder.connect(from, to, kind);
      else if (kind !== 'optional') known.builder.miss(from, name);
    }
  }
}

/** A reference is a version, or the whole key when name and package differ (an alias, an archive, git). */
function find(name: string, reference: string, { ids, snapshots }: Known): string | undefined {
  const key = [`${name}@${reference}`, `/${name}@${reference}`, reference].find((one) => Object.hasOwn(snapshots, one));
  return key === undefined ? undefined : ids.get(key);
}

/** `link:../b`, from the folder of a workspace, is another workspace, or a folder that no lockfile describes. */
function linked(path: string, name: string, reference: string, { ids, builder, place }: Known): string {
  const folder = posix.join(path, reference.slice('link:'.length));
  return ids.get(folder) ?? builder.addPackage({ name, resolved: `file:${folder}` }, within(place, 'importers'));
}
