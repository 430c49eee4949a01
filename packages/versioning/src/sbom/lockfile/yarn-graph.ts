import type { LockfileGraph, LockfileKind } from '../graph.ts';
import { createGraphBuilder, type FoundPackage, type GraphBuilder } from './build-graph.ts';
import { identityOf, type Need, needsOf } from './manifest.ts';
import { type Fields, fieldsAt, type Manifests, type Place, textAt } from './place.ts';

/** One entry of either `yarn.lock`. */
export interface YarnEntry {
  /** What is asked for and met by it: `a@^1.0.0`. */
  readonly patterns: readonly string[];
  readonly fields: Fields;
  readonly place: Place;
}

/** What an entry is: a package, or a workspace by its folder. */
export type YarnPackage = FoundPackage | { readonly workspace: string; readonly name: string };

/** How a generation of yarn writes things. */
export interface YarnDialect {
  readonly kind: LockfileKind;
  packageOf(entry: YarnEntry): YarnPackage;
  /** The patterns that a need may stand under, the likeliest first. */
  patternsOf(name: string, range: string): readonly string[];
}

interface Known {
  readonly builder: GraphBuilder;
  readonly dialect: YarnDialect;
  readonly byPattern: ReadonlyMap<string, string>;
  /** All ids of packages by the name that they are asked for by. */
  readonly byName: ReadonlyMap<string, ReadonlySet<string>>;
  readonly workspaces: ReadonlyMap<string, string>;
  /** What the root's `resolutions` put in place of ranges. */
  readonly resolutions: readonly (readonly [pattern: string, range: string])[];
}

/**
 * Makes the graph of a `yarn.lock`.
 *
 * It does not say what the repository itself asks for (yarn 1), or not which of that is for development (yarn berry): manifests do.
 * Without them the root needs all that nothing else needs.
 */
export function yarnGraph(entries: readonly YarnEntry[], manifests: Manifests, dialect: YarnDialect): LockfileGraph {
  const builder = createGraphBuilder(dialect.kind);
  const ids = new Map<YarnEntry, string>();
  const byPattern = new Map<string, string>();
  const byName = new Map<string, Set<string>>();
  const workspaces = new Map<string, string>();
  for (const entry of entries) {
    const found = dialect.packageOf(entry);
    const id = 'workspace' in found ? workspaceOf(builder, found, manifests) : builder.addPackage(found, entry.place);
    if ('workspace' in found) workspaces.set(found.name, id);
    ids.set(entry, id);
    for (const pattern of entry.patterns) {
      // Two folders may bind the same `file:` each to its own: the first by name, whatever the order of the file.
      if (id < (byPattern.get(pattern) ?? '\uFFFF')) byPattern.set(pattern, id);
      const name = pattern.slice(0, pattern.indexOf('@', 1));
      byName.set(name, (byName.get(name) ?? new Set()).add(id));
    }
  }
  const root = manifests.get('.') ?? {};
  const resolutions = fieldsAt(root, 'resolutions', 'package.json: ');
  const known: Known = {
    builder,
    dialect,
    byPattern,
    byName,
    workspaces,
    resolutions: Object.keys(resolutions).map((key) => [key, textAt(resolutions, key, 'package.json: ') ?? '']),
  };
  addManifests(manifests, workspaces, builder);
  for (const [entry, id] of ids) connectEntry(entry, id, known, manifests);
  connectRoots(manifests, known, ids);
  return builder.build();
}

function workspaceOf(builder: GraphBuilder, found: { workspace: string; name: string }, manifests: Manifests): string {
  const manifest = manifests.get(found.workspace);
  const identity = manifest === undefined ? {} : identityOf(manifest, `${found.workspace}/package.json: `);
  return builder.addWorkspace({ path: found.workspace, name: found.name, version: identity.version });
}

/** Workspaces that the lockfile does not hold: all of yarn 1, and at least the root. */
function addManifests(manifests: Manifests, workspaces: Map<string, string>, builder: GraphBuilder): void {
  const held = new Set(workspaces.values());
  for (const [path, manifest] of new Map<string, Fields>([['.', {}], ...manifests])) {
    if (held.has(`workspace:${path}`)) continue;
    const { name, version } = identityOf(manifest, `${path}/package.json: `);
    const id = builder.addWorkspace({ path, name, version });
    if (name !== undefined) workspaces.set(name, id);
  }
}

function connectEntry(entry: YarnEntry, id: string, known: Known, manifests: Manifests): void {
  // A manifest tells more of a workspace.
  if (id.startsWith('workspace:') && manifests.has(id.slice('workspace:'.length))) return;
  for (const need of needsOf(entry.fields, entry.place, ['dependencies', 'optionalDependencies']))
    connect(id, need, known);
}

function connectRoots(manifests: Manifests, known: Known, ids: ReadonlyMap<YarnEntry, string>): void {
  for (const [path, manifest] of manifests) {
    // Peers of a workspace are for others to provide; yarn installs none.
    const lists = ['dependencies', 'optionalDependencies', 'devDependencies'];
    for (const need of needsOf(manifest, `${path}/package.json: `, lists)) connect(`workspace:${path}`, need, known);
  }
  if (manifests.size > 0 || known.workspaces.size > 0) return;
  const { edges } = known.builder.build();
  const needed = new Set(edges.map(({ to }) => to));
  for (const id of ids.values()) if (!needed.has(id)) known.builder.connect('workspace:.', id, 'runtime');
}

function connect(from: string, need: Need, known: Known): void {
  const to = find(need, known);
  if (to !== undefined) known.builder.connect(from, to, need.kind);
  else if (!need.isOptional) known.builder.miss(from, need.name);
}

function find({ name, range }: Need, known: Known): string | undefined {
  const { dialect, byPattern, byName, workspaces, resolutions } = known;
  const met = (wanted: string): string | undefined =>
    dialect
      .patternsOf(name, wanted)
      .map((pattern) => byPattern.get(pattern))
      .find((id) => id !== undefined);
  const direct = met(range);
  if (direct !== undefined) return direct;
  // `b`, `a/b` and `**/b` of `resolutions` all put their range in place of what was asked for.
  for (const [pattern, wanted] of resolutions) {
    const isFor = pattern === name || pattern.endsWith(`/${name}`) || pattern === `${name}@${range}`;
    const id = isFor ? met(wanted) : undefined;
    if (id !== undefined) return id;
  }
  const named = byName.get(name);
  return workspaces.get(name) ?? (named?.size === 1 ? [...named][0] : undefined);
}
