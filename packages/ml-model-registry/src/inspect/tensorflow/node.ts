import type { Inspection } from '../contract.ts';
import { messageOf, messagesOf, textOf, textsOf, type TextLimits } from '../protobuf/fields.ts';
import type { PbMessage } from '../protobuf/read-message.ts';
import { quoted } from '../quoted.ts';

/** A node of a graph or function, as far as it is looked at. */
export interface GraphNode {
  readonly name: string;
  readonly operator: string;
  /** Names of the nodes and arguments that it takes, without the numbers of outputs and without those that only come before it. */
  readonly inputs: readonly string[];
  readonly attributes: ReadonlyMap<string, PbMessage>;
  readonly at: number;
}

/** Nodes that see each other: those of the graph, or of one function. */
export interface Scope {
  readonly nodes: ReadonlyMap<string, GraphNode>;
  /** Arguments of the function in their order. */
  readonly arguments: readonly string[];
  /** Whether an argument may stand for several inputs. */
  readonly hasLists: boolean;
}

/** What reads nodes, and reports. */
export interface NodePlace {
  readonly inspection: Pick<Inspection, 'find' | 'step'>;
  readonly texts: TextLimits;
}

/** The nodes of a graph or function by their names. */
export async function readScope(
  part: { readonly nodes: readonly PbMessage[]; readonly signature?: PbMessage | undefined },
  { inspection, texts }: NodePlace,
): Promise<Scope> {
  const nodes = new Map<string, GraphNode>();
  for (const message of part.nodes) {
    inspection.step(1, message.at);
    const node = await readNode(message, texts);
    if (nodes.has(node.name))
      inspection.find('MALFORMED', `Expected each node once, got ${quoted(node.name)} again`, node.at);
    // Both are looked at.
    nodes.set(nodes.has(node.name) ? `${node.name} at ${node.at}` : node.name, node);
  }
  const given = messagesOf(part.signature, 'input_arg');
  const names: string[] = [];
  for (const argument of given) names.push(await textOf(argument, 'name', texts));
  const hasLists = given.some(({ fields }) => fields.has('number_attr') || fields.has('type_list_attr'));
  return { nodes, arguments: names, hasLists };
}

async function readNode(node: PbMessage, texts: TextLimits): Promise<GraphNode> {
  const attributes = new Map<string, PbMessage>();
  for (const entry of messagesOf(node, 'attr')) {
    const value = messageOf(entry, 'value');
    if (value !== undefined) attributes.set(await textOf(entry, 'key', texts), value);
  }
  const inputs = await textsOf(node, 'input', texts);
  return {
    name: await textOf(node, 'name', texts),
    operator: await textOf(node, 'op', texts),
    inputs: inputs.filter((input) => !input.startsWith('^')).map((input) => input.split(':', 1)[0] ?? ''),
    attributes,
    at: node.at,
  };
}

/** Functions or operators that a node calls by its attributes, and where they are named. */
export async function callsOf(
  node: GraphNode,
  texts: TextLimits,
): Promise<readonly { readonly name: string; readonly at: number }[]> {
  const found: { readonly name: string; readonly at: number }[] = [];
  for (const value of node.attributes.values()) {
    for (const call of [...messagesOf(value, 'func'), ...messagesOf(messageOf(value, 'list'), 'func')]) {
      const name = await textOf(call, 'name', texts);
      if (name !== '') found.push({ name, at: call.at });
    }
  }
  return found;
}
