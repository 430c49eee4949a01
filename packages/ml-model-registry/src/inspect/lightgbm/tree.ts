import type { Inspection } from '../contract.ts';
import { type Fields, numbers, readFields } from './fields.ts';

/** Lists with a number for each inner node. */
const ofNodes: readonly string[] = [
  'split_feature',
  'split_gain',
  'threshold',
  'decision_type',
  'left_child',
  'right_child',
  'internal_value',
  'internal_weight',
  'internal_count',
];

/** Lists with a number for each leaf. */
const ofLeaves: readonly string[] = ['leaf_value', 'leaf_weight', 'leaf_count'];

/** Of these, those that are always there. */
const needed: ReadonlySet<string> = new Set(['split_feature', 'threshold', 'left_child', 'right_child', 'leaf_value']);

/** Which tree it is, where it stands, and what it may refer to. */
export interface TreePlace {
  readonly index: number;
  readonly offset: number;
  readonly features: number;
  readonly inspection: Inspection;
}

/**
 * Looks whether a block is a tree: as many numbers as leaves and inner nodes, children that there are, none reached twice, splits by features that
 * there are. Gives the count of leaves and nodes.
 */
export function inspectTree(bytes: Uint8Array, place: TreePlace): number {
  const { index, offset, inspection } = place;
  const fields = readFields(bytes, { offset, inspection });
  const wrong = (message: string): number => {
    inspection.find('MALFORMED', `${message} in tree ${index}`, offset);
    return 0;
  };
  if (fields.get('Tree') !== String(index)) return wrong(`Expected tree ${index} where its size says, got another`);
  const [leaves = 0] = numbers(fields, 'num_leaves');
  if (!Number.isSafeInteger(leaves) || leaves < 1) return wrong(`Expected a count of leaves, got ${leaves}`);
  // A tree of one leaf has no inner nodes, and versions differ in what they write of it.
  if (leaves === 1) return numbers(fields, 'leaf_value').length <= 1 ? 1 : wrong('Expected one value, got more');
  const problem = lengthProblem(fields, leaves) ?? walkProblem(fields, { ...place, nodes: leaves - 1 });
  return problem === undefined ? 2 * leaves - 1 : wrong(problem);
}

function lengthProblem(fields: Fields, leaves: number): string | undefined {
  const expected = [
    ...ofNodes.map((name) => [name, leaves - 1] as const),
    ...ofLeaves.map((name) => [name, leaves] as const),
  ];
  for (const [name, count] of expected) {
    const found = numbers(fields, name);
    if (found.length !== count && (needed.has(name) || found.length > 0))
      return `Expected ${count} numbers of ${name}, got ${found.length}`;
    if (found.some((value) => Number.isNaN(value))) return `Expected numbers of ${name}, got something else`;
  }
  return undefined;
}

/** Children from 0 on are inner nodes, those below are leaves: -1 is the first. */
function walkProblem(fields: Fields, place: TreePlace & { readonly nodes: number }): string | undefined {
  const { nodes, features, inspection, offset } = place;
  const left = numbers(fields, 'left_child');
  const right = numbers(fields, 'right_child');
  const splits = numbers(fields, 'split_feature');
  const seen = new Uint8Array(2 * nodes + 1);
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    inspection.step(1, offset);
    const at = node < 0 ? nodes - 1 - node : node;
    if (!Number.isSafeInteger(node) || node >= nodes || at >= seen.length)
      return `Expected a node or leaf that there is, got ${node}`;
    if (seen[at] === 1) return `Expected each node once, got ${node} twice`;
    seen[at] = 1;
    if (node < 0) continue;
    const feature = splits[node] ?? -1;
    if (!Number.isSafeInteger(feature) || feature < 0 || feature >= features) {
      return `Expected a split by one of ${features} features, got ${feature}`;
    }
    open.push(left[node] ?? Number.NaN, right[node] ?? Number.NaN);
  }
  return undefined;
}
