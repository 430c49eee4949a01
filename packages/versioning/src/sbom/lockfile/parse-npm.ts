import { posix } from 'node:path';
import { VersioningError } from '../../errors.ts';
import type { LockfileGraph } from '../graph.ts';
import { createGraphBuilder, type GraphBuilder } from './build-graph.ts';
import { licenceOf, needsOf } from './manifest.ts';
import { type Fields, fieldsAt, invalidLockfile, isFields, member, type Place, textAt, within } from './place.ts';

interface Entry {
  readonly path: string;
  readonly fields: Fields;
  readonly place: Place;
}

const FOLDER = 'node_modules/';

/**
 * Reads `package-lock.json` or `npm-shrinkwrap.json` of npm 7 and later (version 2 or 3).
 *
 * Its `packages` maps folders to what is installed there. A need is looked for as Node does: in `node_modules` of the folder, then of
 * each folder above.
 */
export function parseNpmLockfile(lockfile: Fields, file: string): LockfileGraph {
  const place = `${file}: `;
  const version = member(lockfile, 'lockfileVersion');
  if (version !== 2 && version !== 3) {
    throw new VersioningError(
      'UNSUPPORTED_LOCKFILE',
      `Expected lockfileVersion 2 or 3 in ${file}, got ${JSON.stringify(version) ?? 'none'}`,
      { hint: 'npm 7 and later write them: run "npm install --package-lock-only".' },
    );
  }
  const entries = entriesOf(lockfile, place);
  const builder = createGraphBuilder('npm');
  const ids = new Map<string, string>();
  const folders = { local: localFolders(entries), names: linkNames(entries) };
  for (const entry of entries.values()) {
    ids.set(entry.path, addEntry(builder, isLink(entry) ? targetOf(entry, entries) : entry, folders));
  }
  for (const entry of entries.values()) connectEntry(builder, entry, { entries, ids });
  return builder.build();
}

function entriesOf(lockfile: Fields, place: Place): ReadonlyMap<string, Entry> {
  const packages = fieldsAt(lockfile, 'packages', place);
  const entries = new Map<string, Entry>();
  for (const [path, fields] of Object.entries(packages)) {
    const at = within(within(place, 'packages'), path);
    if (!isFields(fields)) throw invalidLockfile(at, 'a mapping', fields);
    entries.set(path, { path, fields, place: at });
  }
  if (!entries.has('')) throw invalidLockfile(within(place, 'packages'), 'the entry "" of the root', undefined);
  return entries;
}

const isLink = ({ fields }: Entry): boolean => member(fields, 'link') === true;

/** Where a link leads to. */
function targetOf(entry: Entry, entries: ReadonlyMap<string, Entry>): Entry {
  const path = textAt(entry.fields, 'resolved', entry.place) ?? '';
  const target = entries.get(path);
  if (target !== undefined && !isLink(target)) return target;
  throw invalidLockfile(within(entry.place, 'resolved'), 'the folder of another entry', path);
}

/** The name by which a folder is asked for; another than the package's own for aliases. */
const folderName = (path: string): string => path.slice(path.lastIndexOf(FOLDER) + FOLDER.length);

interface Folders {
  /** Those beside `node_modules` that are no workspaces. */
  readonly local: ReadonlySet<string>;
  /** What the folders that links lead to are called by these. */
  readonly names: ReadonlyMap<string, string>;
}

function addEntry(builder: GraphBuilder, { fields, path, place }: Entry, { local, names }: Folders): string {
  const name = textAt(fields, 'name', place);
  const version = textAt(fields, 'version', place);
  const isInstalled = path.includes(FOLDER);
  if (!isInstalled && !local.has(path)) {
    return builder.addWorkspace({ path: path === '' ? '.' : path, name: name ?? names.get(path), version });
  }
  const found = {
    name: name ?? (isInstalled ? folderName(path) : (names.get(path) ?? posix.basename(path))),
    version,
  };
  if (!isInstalled)
    return builder.addPackage({ ...found, licence: licenceOf(fields), resolved: `file:${path}` }, place);
  return builder.addPackage(
    {
      ...found,
      resolved: textAt(fields, 'resolved', place),
      integrity: textAt(fields, 'integrity', place),
      licence: licenceOf(fields),
      path,
      isBundled: member(fields, 'inBundle') === true,
    },
    place,
  );
}

/** Folders beside `node_modules` are workspaces, but for those outside of the repository and those that `file:` leads to. */
function localFolders(entries: ReadonlyMap<string, Entry>): ReadonlySet<string> {
  const local = new Set<string>();
  for (const { path, fields, place } of entries.values()) {
    if (path.includes(FOLDER)) continue;
    if (path.startsWith('..')) local.add(path);
    for (const { range } of needsOf(fields, place)) {
      if (/^(?:file|link):/.test(range)) local.add(posix.join(path, range.slice(range.indexOf(':') + 1)));
    }
  }
  return local;
}

/** A workspace without a name in its manifest is called as the link to it, and as the first by code units of several. */
function linkNames(entries: ReadonlyMap<string, Entry>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const link of entries.values()) {
    const path = member(link.fields, 'resolved');
    if (!isLink(link) || typeof path !== 'string' || path === '') continue;
    const name = folderName(link.path);
    if (name < (names.get(path) ?? '\uFFFF')) names.set(path, name);
  }
  return names;
}

interface Known {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly ids: ReadonlyMap<string, string>;
}

function connectEntry(builder: GraphBuilder, entry: Entry, { entries, ids }: Known): void {
  const from = ids.get(entry.path);
  if (from === undefined || isLink(entry)) return;
  // Development dependencies of what comes from a registry are not installed.
  const isInstalled = entry.path.includes(FOLDER);
  const { devDependencies: _, ...published } = entry.fields;
  for (const { name, kind, isOptional } of needsOf(isInstalled ? published : entry.fields, entry.place)) {
    const path = foldersAbove(entry.path).find((folder) => entries.has(folder + FOLDER + name));
    const to = path === undefined ? undefined : ids.get(path + FOLDER + name);
    if (to !== undefined) builder.connect(from, to, kind);
    else if (!isOptional) builder.miss(from, name);
  }
}

/** `a/node_modules/b` gives `a/node_modules/b/`, `a/` and the root; what lies outside of the root never sees the root's. */
function foldersAbove(path: string): string[] {
  const folders: string[] = [];
  for (let folder = path; folder !== '' && !folder.endsWith('..');) {
    if (!folder.endsWith('/node_modules') && folder !== 'node_modules') folders.push(`${folder}/`);
    folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')));
  }
  return path.startsWith('..') ? folders : [...folders, ''];
}
