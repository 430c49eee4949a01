import { ModelError } from '../errors.ts';
import { type KnownVersion, versionId } from '../versions/known-version.ts';
import type { Code, Dataset, ModelVersion } from '../versions/version.ts';
import type { Lineage, LineageEdge, LineageNode, LineageOptions } from './lineage.ts';

/** Steps that are followed when nobody says how many: retrained models are long rows. */
const DEPTH = 10;

/** Id of a data set: by its digest where there is one, as names change. */
export function dataId({ name, digest }: Dataset): string {
  return `data:${digest ?? name}`;
}

/** Id of a commit. */
function codeId({ repository, commit }: Code): string {
  return `code:${repository === undefined ? commit : `${repository}#${commit}`}`;
}

/**
 * Follows from what a version was made and what was made from it. Whatever stands in the histories, each thing is visited once: what forged entries
 * write in circles ends, too.
 *
 * @param known All versions of all models, deleted ones included.
 * @throws {ModelError} `INVALID_INPUT` for a depth that is none.
 */
export function traceLineage(
  root: ModelVersion,
  known: readonly KnownVersion[],
  options: LineageOptions = {},
): Lineage {
  const { depth = DEPTH, direction = 'both' } = options;
  if (!(depth >= 0)) throw new ModelError('INVALID_INPUT', `Expected a depth of 0 or more, got ${depth}`);
  const trace = new Trace(known);
  const id = trace.visit(root, 0);
  if (direction !== 'down') trace.follow(id, { depth, step: -1 });
  if (direction !== 'up') trace.follow(id, { depth, step: 1 });
  return trace.lineage(id);
}

/** What a step leads to. */
interface Neighbour {
  readonly node: Omit<LineageNode, 'level'>;
  readonly edge: LineageEdge;
}

class Trace {
  readonly #known = new Map<string, KnownVersion>();
  readonly #children = new Map<string, string[]>();
  readonly #nodes = new Map<string, LineageNode>();
  readonly #edges = new Map<string, LineageEdge>();
  #isCut = false;

  constructor(known: readonly KnownVersion[]) {
    for (const each of known) this.#known.set(versionId(each.version), each);
    for (const { version } of known) {
      for (const parent of version.parents) {
        const id = versionId(parent);
        const children = this.#children.get(id) ?? [];
        children.push(versionId(version));
        this.#children.set(id, children);
      }
    }
  }

  visit(version: ModelVersion, level: number): string {
    const node = this.#versionNode(versionId(version));
    this.#nodes.set(node.id, { ...node, level });
    return node.id;
  }

  /** Goes from one thing to those beside it, all of one level after the other. */
  follow(root: string, way: { readonly depth: number; readonly step: 1 | -1 }): void {
    const seen = new Set([root]);
    let front = [root];
    for (let level = 1; front.length > 0; level += 1) {
      const found = front.flatMap((id) => (way.step === 1 ? this.#madeFrom(id) : this.#sources(id)));
      if (level > way.depth) {
        this.#isCut ||= found.length > 0;
        return;
      }
      front = [];
      for (const { node, edge } of found) {
        this.#edges.set(`${edge.from}\n${edge.to}`, edge);
        if (seen.has(node.id)) continue;
        seen.add(node.id);
        front.push(node.id);
        if (!this.#nodes.has(node.id)) this.#nodes.set(node.id, { ...node, level: level * way.step });
      }
    }
  }

  lineage(root: string): Lineage {
    return { root, nodes: [...this.#nodes.values()], edges: [...this.#edges.values()], isCut: this.#isCut };
  }

  #sources(id: string): readonly Neighbour[] {
    const version = this.#known.get(id)?.version;
    if (version === undefined) return [];
    const { parents, dataset, code } = version;
    const nodes: Neighbour['node'][] = parents.map((parent) => this.#versionNode(versionId(parent)));
    if (dataset !== undefined) nodes.push({ id: dataId(dataset), kind: 'data', label: dataset.name });
    if (code !== undefined) nodes.push({ id: codeId(code), kind: 'code', label: code.commit });
    return nodes.map((node) => ({ node, edge: { from: node.id, to: id } }));
  }

  #madeFrom(id: string): readonly Neighbour[] {
    const children = this.#children.get(id) ?? [];
    return children.map((child) => ({ node: this.#versionNode(child), edge: { from: id, to: child } }));
  }

  #versionNode(id: string): Neighbour['node'] {
    const label = id.replace('@', ' ');
    const found = this.#known.get(id);
    if (found === undefined) return { id, kind: 'version', label, state: 'missing' };
    const { aliases, deletedAt } = found;
    return { id, kind: 'version', label, aliases, ...(deletedAt === undefined ? {} : { state: 'deleted' }) };
  }
}
