import { readdir, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { inLanes } from '../lanes.ts';
import { byCodeUnits, type LockfileComponent, type LockfileGraph } from './graph.ts';
import { licenceOf, parseManifest } from './lockfile/manifest.ts';
import { member } from './lockfile/place.ts';

/** Longer than any manifest of a package. */
const LONGEST = 4 * 1024 * 1024;

/**
 * Gives each component the licence that its installed manifest declares.
 *
 * A manifest counts only when it has the name and the version of the component: a folder may hold another version than the
 * lockfile, or a package that is not up to date.
 */
export async function withLicences(graph: LockfileGraph, folder: string): Promise<LockfileGraph> {
  const places = await candidates(graph, folder);
  const licences = new Map<string, string>();
  await inLanes(graph.components, async (component) => {
    const licence = await installedLicence(component, places(component), folder);
    if (licence !== undefined) licences.set(component.id, licence);
  });
  const components = graph.components.map((component) => ({
    ...component,
    licence: licences.get(component.id) ?? component.licence,
  }));
  return { ...graph, components };
}

async function installedLicence(
  { name, version }: LockfileComponent,
  paths: Iterable<string>,
  folder: string,
): Promise<string | undefined> {
  for (const path of paths) {
    const file = join(folder, path, 'package.json');
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined || text.length > LONGEST) continue;
    try {
      const manifest = parseManifest(text, file);
      if (member(manifest, 'name') === name && member(manifest, 'version') === version) return licenceOf(manifest);
    } catch {
      // A manifest that can't be read declares nothing.
    }
  }
  return undefined;
}

/** The folders where a component may be, the likeliest first. Names have been checked, so none leads out of `node_modules`. */
async function candidates(
  graph: LockfileGraph,
  folder: string,
): Promise<(component: LockfileComponent) => Iterable<string>> {
  const virtual = await virtualStore(folder);
  const names = new Map(graph.components.map(({ id, name }) => [id, name]));
  const users = new Map<string, string[]>();
  for (const { from, to } of graph.edges) {
    const list = users.get(to);
    if (list === undefined) users.set(to, [from]);
    else list.push(from);
  }
  const workspaces = graph.workspaces.map(({ path }) => path).filter(isInside);
  return function* ({ id, name, version, paths }) {
    yield* paths.filter(isInside);
    for (const path of virtual.get(`${name}@${version}`) ?? []) yield posix.join(path, 'node_modules', name);
    for (const path of workspaces) yield posix.join(path, 'node_modules', name);
    for (const user of users.get(id) ?? []) {
      const by = names.get(user);
      if (by !== undefined) yield posix.join('node_modules', by, 'node_modules', name);
    }
  };
}

const isInside = (path: string): boolean => !path.split('/').includes('..') && !posix.isAbsolute(path);

/** pnpm keeps packages in `node_modules/.pnpm/@scope+name@version_peers`. */
async function virtualStore(folder: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const root = 'node_modules/.pnpm';
  const entries = await readdir(join(folder, root)).catch(() => []);
  const places = new Map<string, string[]>();
  for (const entry of entries.toSorted(byCodeUnits)) {
    const [, name, version] = /^(@?[^@]+)@([^_(]+)/.exec(entry) ?? [];
    if (name === undefined || version === undefined) continue;
    const key = `${name.replace(/^(@[^+]+)\+/, '$1/')}@${version}`;
    places.set(key, [...(places.get(key) ?? []), posix.join(root, entry)]);
  }
  return places;
}
