import type { LockfileComponent, LockfileEdge, LockfileGraph, LockfileWorkspace, MissingDependency } from './graph.ts';
import { shown, VersioningError } from '../errors.ts';
import { judged, reachable } from './reach.ts';

/** What a bill of materials is about. */
export interface SbomSubject {
  readonly name: string;
  readonly version?: string | undefined;
  /** Default: `application`. */
  readonly type?: 'application' | 'library' | 'container' | 'firmware' | undefined;
  readonly description?: string | undefined;
  /** SPDX expression, or a name. */
  readonly licence?: string | undefined;
  /** Default: that of an npm package of this name and version. */
  readonly purl?: string | undefined;
}

/** The part of a graph that goes into a bill, whatever its format. */
export interface Bill {
  readonly subject: SbomSubject;
  /** The id that the subject has in the graph. */
  readonly root: string;
  /** The others, without the root. */
  readonly workspaces: readonly LockfileWorkspace[];
  readonly components: readonly LockfileComponent[];
  readonly edges: readonly LockfileEdge[];
  readonly missing: readonly MissingDependency[];
  /** `2026-11-27T12:00:00Z` */
  readonly timestamp?: string | undefined;
}

/** What to take of a graph. */
export interface Selection {
  readonly omitDev: boolean;
  /** Path or name of one workspace. */
  readonly workspace?: string | undefined;
}

/** Takes what belongs to the whole repository or to one workspace, with or without what is for development. */
export function selectBill(
  graph: LockfileGraph,
  { omitDev, workspace }: Selection,
): Omit<Bill, 'subject' | 'timestamp'> {
  const root = workspace === undefined ? graph.root : workspaceId(graph, workspace);
  const roots = workspace === undefined ? graph.workspaces.map(({ id }) => id) : [root];
  const wanted = graph.edges.filter(({ kind }) => !(omitDev && kind === 'dev'));
  const taken = reachable(wanted, roots);
  // What nothing needs is installed all the same, so it is in the bill of the whole.
  const needed = workspace === undefined ? reachable(graph.edges, roots) : undefined;
  const isTaken = (id: string): boolean => taken.has(id) || needed?.has(id) === false;
  const edges = wanted.filter(({ from }) => isTaken(from));
  const components = graph.components.filter(({ id }) => isTaken(id));
  return {
    root,
    workspaces: graph.workspaces.filter(({ id }) => id !== root && taken.has(id)),
    components: workspace === undefined ? components : judged(components, edges, roots),
    edges,
    missing: graph.missing.filter(({ from }) => isTaken(from)),
  };
}

function workspaceId(graph: LockfileGraph, wanted: string): string {
  const found = graph.workspaces.find(({ path, name }) => path === wanted || name === wanted);
  if (found !== undefined) return found.id;
  throw new VersioningError('INVALID_OPTION', `Expected the path or name of a workspace, got ${shown(wanted)}`, {
    hint: `These are there: ${graph.workspaces.map(({ path }) => path).join(', ')}.`,
  });
}
