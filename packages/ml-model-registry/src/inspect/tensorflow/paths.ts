import { messageOf, textOf, textsOf } from '../protobuf/fields.ts';
import { quoted } from '../quoted.ts';
import { callsOf, type GraphNode, type NodePlace, type Scope } from './node.ts';
import { pathInputs } from './operators.ts';

/** Parts of paths that TensorFlow itself writes into the functions and nodes that save variables. */
const OWN_PARTS = /^(?:|model|\/?part|\.part|_temp\/part|_temp_[0-9a-f]{32}\/part)$/;

/** Operators that give the program's value, whatever else they have. */
const GIVEN: ReadonlySet<string> = new Set(['Placeholder', 'PlaceholderV2', 'PlaceholderWithDefault', '_Arg']);
/** Operators that make paths of nothing but their inputs, and those that choose between them. Whatever else a path goes through may put another in its place. */
const PASSING: ReadonlySet<string> = new Set([
  'Const',
  'ConcatV2',
  'ExpandDims',
  'Identity',
  'IdentityN',
  'Merge',
  'Pack',
  'Reshape',
  'Select',
  'SelectV2',
  'ShardedFilename',
  'Squeeze',
  'StaticRegexFullMatch',
  'StridedSlice',
  'StringJoin',
  'Switch',
  'Unpack',
]);
/** Calls whose inputs are the arguments of the function, one for one. */
const PLAIN_CALLS: ReadonlySet<string> = new Set(['PartitionedCall', 'StatefulPartitionedCall']);

/** Where nodes that take a path are looked at. */
export interface PathPlace extends NodePlace {
  /** Nodes whose text the program replaces by the path of an asset. */
  readonly assets: ReadonlySet<string>;
  /** The graph, as '', and each function by its name. */
  readonly scopes: ReadonlyMap<string, Scope>;
}

/** A node that uses some of its inputs as paths, itself or by what it calls. */
interface PathUse {
  readonly scope: Scope;
  readonly owner: string;
  readonly node: GraphNode;
  readonly inputs: readonly string[];
}

/**
 * Looks at operators that read or write a file whose path is an input. Where the path comes from the program that loads the model, that is how variables
 * and vocabularies are loaded; where the model says it itself, it reads or writes any file of the machine. Paths are followed through functions.
 */
export async function inspectPaths(place: PathPlace): Promise<void> {
  const uses = await findUses(place);
  for (const { scope, node, inputs } of uses) {
    if (inputs.length === 0) report(node, 'one that nobody gives', place);
    for (const input of inputs) {
      const { isGiven, parts } = await traceOf(input, { ...place, scope });
      const foreign = parts.find((part) => !OWN_PARTS.test(part));
      if (isGiven && foreign === undefined) continue;
      report(node, foreign === undefined ? 'one that nobody gives' : quoted(foreign), place);
    }
  }
}

function report(node: GraphNode, got: string, { inspection }: PathPlace): void {
  const what = `${quoted(node.operator)} as ${quoted(node.name)}`;
  inspection.find('OPERATOR_FILES', `Expected a path that the program gives for ${what}, got ${got}`, node.at);
}

/** All uses of paths: operators first, then calls of functions that use arguments as paths, until no more are found. */
async function findUses(place: PathPlace): Promise<readonly PathUse[]> {
  const uses: PathUse[] = [];
  const calls: { readonly owner: string; readonly scope: Scope; readonly node: GraphNode; readonly name: string }[] =
    [];
  for (const [owner, scope] of place.scopes) {
    for (const node of scope.nodes.values()) {
      const numbers = place.scopes.has(node.operator) ? undefined : pathInputs.get(node.operator);
      for (const number of numbers ?? [])
        uses.push({ owner, scope, node, inputs: node.inputs.slice(number, number + 1) });
      const called = (await callsOf(node, place.texts)).map(({ name }) => name);
      if (place.scopes.has(node.operator)) called.push(node.operator);
      for (const name of called) if (name !== '' && place.scopes.has(name)) calls.push({ owner, scope, node, name });
    }
  }
  const known = new Set<string>();
  for (let next = 0; next < uses.length; next += 1) {
    const use = uses[next];
    if (use === undefined || use.owner === '') continue;
    for (const argument of await argumentsOf(use, place)) {
      if (known.has(`${use.owner}:${argument}`)) continue;
      known.add(`${use.owner}:${argument}`);
      for (const { name, owner, scope, node } of calls) {
        place.inspection.step(1, node.at);
        if (name === use.owner) uses.push({ owner, scope, node, inputs: inputsFor(argument, node, use.scope) });
      }
    }
  }
  return uses;
}

/** Numbers of the arguments of a function from which a use of paths takes them. */
async function argumentsOf({ scope, inputs }: PathUse, place: PathPlace): Promise<readonly number[]> {
  const found = new Set<number>();
  for (const input of inputs)
    for (const name of (await traceOf(input, { ...place, scope })).given) found.add(scope.arguments.indexOf(name));
  return [...found];
}

/** What a call gives as an argument; all that it gives, where that can't be told. */
function inputsFor(argument: number, node: GraphNode, callee: Scope): readonly string[] {
  const isPlain =
    !callee.hasLists && (PLAIN_CALLS.has(node.operator) || node.inputs.length === callee.arguments.length);
  return isPlain ? node.inputs.slice(argument, argument + 1) : node.inputs;
}

interface Trace {
  readonly isGiven: boolean;
  /** Arguments that it comes from. */
  readonly given: readonly string[];
  /** Texts of the model in it. */
  readonly parts: readonly string[];
}

/** Follows a path back to where its parts come from. */
async function traceOf(start: string, place: PathPlace & { readonly scope: Scope }): Promise<Trace> {
  const { scope, assets } = place;
  const seen = new Set<string>();
  const given: string[] = [];
  const parts: string[] = [];
  let isGiven = false;
  for (const open = [start]; open.length > 0;) {
    const name = open.pop() ?? '';
    if (seen.has(name)) continue;
    seen.add(name);
    const node = scope.nodes.get(name);
    place.inspection.step(1, node?.at ?? 0);
    if (node === undefined) {
      if (scope.arguments.includes(name)) given.push(name);
    } else if (assets.has(name) || GIVEN.has(node.operator)) isGiven = true;
    else if (!PASSING.has(node.operator)) parts.push(`what ${node.operator} makes`);
    else parts.push(await textOf(node.attributes.get('separator'), 's', place.texts));
    if (node?.operator === 'Const' && !assets.has(name)) {
      const tensor = messageOf(node.attributes.get('value'), 'tensor');
      parts.push(...(await textsOf(tensor, 'string_val', place.texts)));
    }
    open.push(...(node?.inputs ?? []));
  }
  return { isGiven: isGiven || given.length > 0, given, parts };
}

/** Where a print goes: somewhere else than to the console is a file. */
export async function inspectPrint(node: GraphNode, { inspection, texts }: NodePlace): Promise<void> {
  const stream = await textOf(node.attributes.get('output_stream'), 's', texts);
  if (/^(?:|stdout|stderr|log\((?:info|warning|error)\))$/.test(stream)) return;
  const message = `Expected a console to print to in ${quoted(node.name)}, got ${quoted(stream)}`;
  inspection.find('OPERATOR_FILES', message, node.at);
}
