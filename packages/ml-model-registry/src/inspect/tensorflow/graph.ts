import type { Inspection } from '../contract.ts';
import type { TensorInfo } from '../inspection.ts';
import { messageOf, messagesOf, numberOf, textOf, type TextLimits } from '../protobuf/fields.ts';
import type { PbMessage } from '../protobuf/read-message.ts';
import { quoted } from '../quoted.ts';
import { judgeOperator } from './judge-operator.ts';
import { callsOf, type GraphNode, readScope, type Scope } from './node.ts';
import { kindOfOperator } from './operators.ts';
import { inspectPaths, inspectPrint } from './paths.ts';
import { describedTensor, inspectTensor } from './tensors.ts';

/** What graphs are looked at with. */
export interface GraphPlace {
  readonly inspection: Inspection;
  readonly texts: TextLimits;
  /** Nodes whose text the program replaces by the path of an asset. */
  readonly assets: ReadonlySet<string>;
}

/** What a graph tells. */
export interface GraphReport {
  /** Constants with their numbers, those of functions as well. */
  readonly constants: TensorInfo[];
  /** Variables, whose numbers are elsewhere. */
  readonly variables: TensorInfo[];
  readonly placeholders: TensorInfo[];
}

/** Operators that are variables. */
const VARIABLES: ReadonlySet<string> = new Set(['VarHandleOp', 'Variable', 'VariableV2']);
/** Prints to the console, or to a file. */
const PRINT = 'PrintV2';
/** Name of the graph itself among its functions, which all have one. */
const GRAPH = '';

/** Looks at a graph and the functions that it defines: each operator has to be known, or a function of the model. */
export async function inspectGraph(graph: PbMessage | undefined, place: GraphPlace): Promise<GraphReport> {
  const scopes = new Map<string, Scope>([[GRAPH, await readScope({ nodes: messagesOf(graph, 'node') }, place)]]);
  for (const each of messagesOf(messageOf(graph, 'library'), 'function')) {
    place.inspection.step(1, each.at);
    const signature = messageOf(each, 'signature');
    const name = await textOf(signature, 'name', place.texts);
    // One with the name of an operator would take its place.
    if (scopes.has(name) || kindOfOperator(name) !== 'unknown')
      place.inspection.find('MALFORMED', `Expected functions with names of their own, got ${quoted(name)}`, each.at);
    // All of one name are looked at.
    scopes.set(
      scopes.has(name) ? `${name} at ${each.at}` : name,
      await readScope({ nodes: messagesOf(each, 'node_def'), signature }, place),
    );
  }
  const found: GraphReport = { constants: [], variables: [], placeholders: [] };
  for (const [owner, { nodes }] of scopes) {
    for (const node of nodes.values()) {
      await inspectNode(node, { ...place, scopes });
      collect(node, { inspection: place.inspection, owner, found });
    }
  }
  await inspectPaths({ ...place, scopes });
  return found;
}

async function inspectNode(
  node: GraphNode,
  place: GraphPlace & { readonly scopes: ReadonlyMap<string, Scope> },
): Promise<void> {
  const { inspection, texts, scopes } = place;
  const { name, operator, at } = node;
  if (operator === GRAPH || !scopes.has(operator)) {
    // Those that take a path are looked at with where it comes from.
    if (operator === PRINT) await inspectPrint(node, place);
    else if (kindOfOperator(operator) !== 'path-input') judgeOperator(operator, { inspection, at, node: name });
  }
  for (const call of await callsOf(node, texts))
    if (!scopes.has(call.name)) judgeOperator(call.name, { inspection, at: call.at, node: name });
}

function collect(
  node: GraphNode,
  to: { readonly inspection: Inspection; readonly owner: string; readonly found: GraphReport },
): void {
  const { inspection, owner, found } = to;
  const { name, operator, attributes } = node;
  const tensor = messageOf(attributes.get('value'), 'tensor');
  if (operator === 'Const' && tensor !== undefined) {
    found.constants.push(inspectTensor(tensor, { inspection, name: owner === GRAPH ? name : `${owner}/${name}` }));
    return;
  }
  if (owner !== GRAPH) return;
  const described = (): TensorInfo => {
    const type = numberOf(attributes.get('dtype'), 'type');
    return describedTensor(name, { type, shape: messageOf(attributes.get('shape'), 'shape') });
  };
  if (VARIABLES.has(operator)) found.variables.push(described());
  else if (operator.startsWith('Placeholder')) found.placeholders.push(described());
}
