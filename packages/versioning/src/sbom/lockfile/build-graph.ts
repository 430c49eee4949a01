import { digestsOf, strongestFirst } from '../digests.ts';
import {
  byCodeUnits,
  type ComponentDigest,
  type DependencyKind,
  type LockfileComponent,
  type LockfileGraph,
  type LockfileKind,
  type LockfileWorkspace,
  type MissingDependency,
} from '../graph.ts';
import { originOf } from '../origin.ts';
import { judged } from '../reach.ts';
import { invalidLockfile, type Place } from './place.ts';

/** A package as a parser found it. */
export interface FoundPackage {
  readonly name: string;
  readonly version?: string | undefined;
  /** As the lockfile has it: a URL, or `file:…`. */
  readonly resolved?: string | undefined;
  /** Subresource Integrity. */
  readonly integrity?: string | undefined;
  readonly licence?: string | undefined;
  readonly path?: string | undefined;
  readonly isBundled?: boolean | undefined;
  readonly isPatched?: boolean | undefined;
}

/** Gathers what a parser finds, and makes the graph of it. */
export interface GraphBuilder {
  /** Gives the id. */
  addWorkspace(workspace: Omit<LockfileWorkspace, 'id'>): string;
  /** Gives the id, which is the same for the same package found again. */
  addPackage(found: FoundPackage, place: Place): string;
  connect(from: string, to: string, kind: DependencyKind): void;
  miss(from: string, name: string): void;
  build(): LockfileGraph;
}

type Draft = { -readonly [K in keyof LockfileComponent]: LockfileComponent[K] } & { readonly paths: string[] };

const ROOT = 'workspace:.';
/** More packages than any repository has; what follows holds a few hundred bytes for each. */
const MOST = 200_000;
/** The strongest kind counts when one package needs another in several ways. */
const STRENGTH: readonly DependencyKind[] = ['runtime', 'peer', 'optional', 'dev'];

/** A name becomes a path below `node_modules`, so it must not lead out of there. npm's rules for old names are met. */
const NAME = /^(?:@[^/\\@\s\p{Cc}]+\/)?[^/\\@\s\p{Cc}]+$/u;

function checkName(name: string, place: Place): void {
  const isPlain = NAME.test(name) && name.length <= 214 && !name.split('/').some((part) => /^\.{1,2}$/.test(part));
  if (!isPlain) throw invalidLockfile(place, 'the name of a package', name);
}

export function createGraphBuilder(kind: LockfileKind): GraphBuilder {
  const workspaces = new Map<string, LockfileWorkspace>();
  const drafts = new Map<string, Draft>();
  const edges = new Map<string, Map<string, DependencyKind>>();
  const missing = new Map<string, MissingDependency>();
  return {
    addWorkspace(workspace) {
      const id = `workspace:${workspace.path}`;
      workspaces.set(id, { id, ...workspace });
      return id;
    },
    addPackage(found, place) {
      checkName(found.name, place);
      const { id, purl, resolved } = originOf(found.name, found.version, found.resolved);
      const draft = drafts.get(id) ?? newDraft({ id, purl, resolved, name: found.name, version: found.version });
      draft.resolved = least(draft.resolved, resolved);
      complete(draft, found, place);
      drafts.set(id, draft);
      if (drafts.size > MOST) throw invalidLockfile(place, `at most ${MOST} packages`, 'more');
      return id;
    },
    connect(from, to, edgeKind) {
      const targets = edges.get(from) ?? new Map<string, DependencyKind>();
      const before = targets.get(to);
      const isStronger = before === undefined || STRENGTH.indexOf(edgeKind) < STRENGTH.indexOf(before);
      if (isStronger) targets.set(to, edgeKind);
      edges.set(from, targets);
    },
    miss: (from, name) => void missing.set(`${from}\n${name}`, { from, name }),
    build() {
      // No manifest says it, but whoever has the repository has its workspaces.
      for (const id of workspaces.keys()) if (id !== ROOT) this.connect(ROOT, id, 'runtime');
      const list = [...edges].flatMap(([from, targets]) =>
        [...targets].map(([to, edge]) => ({ from, to, kind: edge })),
      );
      return {
        kind,
        root: ROOT,
        workspaces: [...workspaces.values()].toSorted((a, b) => byCodeUnits(a.path, b.path)),
        components: judged(
          [...drafts.values()]
            .map((draft) => ({ ...draft, paths: draft.paths.toSorted(byCodeUnits) }))
            .toSorted((a, b) => byCodeUnits(a.id, b.id)),
          list,
          [...workspaces.keys()],
        ),
        edges: list.toSorted((a, b) => byCodeUnits(a.from, b.from) || byCodeUnits(a.to, b.to)),
        missing: [...missing.values()].toSorted((a, b) => byCodeUnits(a.from, b.from) || byCodeUnits(a.name, b.name)),
      };
    },
  };
}

const newDraft = (identity: Pick<Draft, 'id' | 'purl' | 'resolved' | 'name' | 'version'>): Draft => ({
  ...identity,
  integrity: [],
  dev: false,
  optional: false,
  peer: false,
  bundled: false,
  patched: false,
  licence: undefined,
  paths: [],
});

function complete(draft: Draft, found: FoundPackage, place: Place): void {
  draft.licence = least(draft.licence, found.licence);
  draft.patched ||= found.isPatched === true;
  draft.bundled ||= found.isBundled === true;
  if (found.path !== undefined) draft.paths.push(found.path);
  if (found.integrity === undefined) return;
  const digests = digestsOf(found.integrity);
  if (digests === undefined) throw invalidLockfile(place, 'integrity as "sha512-BASE64"', found.integrity);
  const agreed = agreedBy(draft.integrity, digests);
  if (agreed === undefined) {
    throw invalidLockfile(place, `the same integrity wherever ${draft.id} stands`, found.integrity);
  }
  draft.integrity = agreed;
}

/** Of two texts the first by code units, so that the order of a file does not matter. */
const least = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b < a) ? b : a;

/**
 * The digests that two places agree on. A text may hold several of one algorithm, any of which is good; but an archive has only one,
 * so it is among those that both places have. `undefined` when there is none.
 */
function agreedBy(
  one: readonly ComponentDigest[],
  other: readonly ComponentDigest[],
): readonly ComponentDigest[] | undefined {
  const allows = (digests: readonly ComponentDigest[], { algorithm, hex }: ComponentDigest): boolean => {
    const same = digests.filter((digest) => digest.algorithm === algorithm);
    return same.length === 0 || same.some((digest) => digest.hex === hex);
  };
  const fromOne = one.filter((digest) => allows(other, digest));
  const more = other.filter(({ algorithm }) => !one.some((digest) => digest.algorithm === algorithm));
  const isLost = one.some(({ algorithm }) => !fromOne.some((digest) => digest.algorithm === algorithm));
  return isLost ? undefined : [...fromOne, ...more].toSorted(strongestFirst);
}
