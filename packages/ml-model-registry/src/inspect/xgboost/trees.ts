import type { Inspection } from '../contract.ts';
import { type JsonNode, member, numbersOf, textOf } from '../json/json-node.ts';

/** Lists that have a number for each node of a tree. */
const lists = [
  'left_children',
  'right_children',
  'parents',
  'split_indices',
  'split_conditions',
  'default_left',
  'base_weights',
  'loss_changes',
  'sum_hessian',
  'split_type',
] as const;

/** Of these, those that every version has. */
const needed: readonly string[] = ['left_children', 'right_children', 'split_indices', 'split_conditions'];

/** Where findings of a tree go, and what it may refer to. */
export interface TreePlace {
  readonly inspection: Inspection;
  readonly features: number;
}

/**
 * Looks whether a tree is one: each list as long as it says, each child in it, no node reached twice, splits by features that there are. Programs in C++
 * follow these numbers without looking. Gives the count of nodes.
 */
export function inspectTree(tree: JsonNode, place: TreePlace): number {
  const { inspection } = place;
  const parameters = member(tree, 'tree_param');
  const nodes = Number(textOf(member(parameters, 'num_nodes')));
  const size = Number(textOf(member(parameters, 'size_leaf_vector')) ?? '1');
  if (!Number.isSafeInteger(nodes) || nodes < 1) {
    inspection.find('MALFORMED', 'Expected a tree with its number of nodes, got none', tree.at);
    return 0;
  }
  for (const name of lists) {
    const node = member(tree, name);
    if (node === undefined && !needed.includes(name)) continue;
    const found = lengthOf(node);
    // With several outputs a leaf has a list of its own in base_weights.
    const factor = name === 'base_weights' && size > 1 ? size : 1;
    if (found !== nodes * factor) {
      inspection.find(
        'MALFORMED',
        `Expected ${nodes * factor} numbers in ${name}, got ${found ?? 'another value'}`,
        node?.at ?? tree.at,
      );
      return 0;
    }
  }
  walk(tree, { ...place, nodes });
  return nodes;
}

/** `default_left` may be a list of words or of numbers, by version. */
function lengthOf(node: JsonNode | undefined): number | undefined {
  if (node?.kind === 'array') return node.items.length;
  return numbersOf(node)?.length;
}

function walk(tree: JsonNode, place: TreePlace & { readonly nodes: number }): void {
  const { inspection, nodes, features } = place;
  const left = numbersOf(member(tree, 'left_children')) ?? new Float64Array(0);
  const right = numbersOf(member(tree, 'right_children')) ?? new Float64Array(0);
  const splits = numbersOf(member(tree, 'split_indices')) ?? new Float64Array(0);
  const seen = new Uint8Array(nodes);
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    inspection.step(1, tree.at);
    const children = [left[node] ?? -1, right[node] ?? -1];
    if (seen[node] === 1)
      return inspection.find('MALFORMED', `Expected a tree, got node ${node} reached twice`, tree.at);
    seen[node] = 1;
    if (children[0] === -1 && children[1] === -1) continue;
    const wrong = children.find((child) => !Number.isSafeInteger(child) || child < 0 || child >= nodes);
    if (wrong !== undefined)
      return inspection.find('MALFORMED', `Expected children among ${nodes} nodes, got ${wrong}`, tree.at);
    const feature = splits[node] ?? -1;
    if (!Number.isSafeInteger(feature) || feature < 0 || feature >= features) {
      return inspection.find('MALFORMED', `Expected a split by one of ${features} features, got ${feature}`, tree.at);
    }
    open.push(...children);
  }
}
