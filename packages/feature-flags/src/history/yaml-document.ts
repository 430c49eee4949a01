import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  stringify,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { READING } from '../definition/parse-yaml.ts';
import { pointerOf } from '../definition/path.ts';
import { isObject } from '../definition/report.ts';
import { isSame } from './changes.ts';
import { type KeptParts, StandIns } from './kept-parts.ts';

type Members = Readonly<Record<string, unknown>>;

/** Long texts stay on one line, as they would else come back broken in two. */
const LAYOUT = { lineWidth: 0, flowCollectionPadding: true };

/** A value as YAML. */
export const writeYaml = (value: unknown): string => stringify(value, LAYOUT);

/** How a text is changed. */
export interface EditYamlOptions {
  /** Puts copies in the place of aliases. */
  readonly expandsAliases?: boolean | undefined;
  /** Parts whose text stays as it is. */
  readonly kept?: KeptParts | undefined;
}

/** The text that says `after` instead of `before`: only nodes that differ are touched, so what stands beside the others stays. */
export function editYaml(text: string, { before, after }: Change, options: EditYamlOptions = {}): string {
  const { expandsAliases = false, kept } = options;
  const source = text.replace(/^\uFEFF/, '');
  const document = parseDocument(source, READING);
  if (expandsAliases) expand(document);
  const contents = changed(document, document.contents, { before, after });
  document.contents = contents as typeof document.contents;
  const standIns = kept === undefined ? undefined : standInsFor(document, source, kept);
  const [, indent = '  '] = /\n( +)\S/.exec(text) ?? [];
  const width = Math.min(8, Math.max(1, indent.length));
  const made = document.toString({ ...LAYOUT, indent: width, verifyAliasOrder: kept === undefined });
  return standIns?.resolve(made, [':[ ]', '\\b']) ?? made;
}

/** Puts words in the place of what stays as it is written, from the end of its name to the end of its comments. */
function standInsFor(document: Document.Parsed, source: string, kept: KeptParts): StandIns {
  const standIns = new StandIns([source]);
  for (const { part, pair } of partsIn(document)) {
    const { key, value } = pair;
    if (!kept.has(pointerOf([part, nameOf(pair)])) || !key.range || !value?.range) continue;
    const word = standIns.for(source.slice(key.range[1], value.range[2]).replace(/\r?\n[ \t]*$/, ''));
    pair.value = document.createNode(word);
  }
  return standIns;
}

/** The flags, segments and evaluators of a document. */
function* partsIn(
  document: Document.Parsed,
): Generator<{ readonly part: string; readonly pair: Pair<Node, Node | null> }> {
  const { contents } = document;
  if (!isMap(contents)) return;
  for (const part of (contents as YAMLMap<Node, Node | null>).items) {
    if (!isMap(part.value)) continue;
    for (const pair of (part.value as YAMLMap<Node, Node | null>).items) yield { part: nameOf(part), pair };
  }
}

/** Puts copies in the place of aliases. */
function expand(document: Document.Parsed): void {
  visit(document, { Alias: (_, alias) => document.createNode(alias.toJS(document)) });
  visit(document, {
    Value(_, node) {
      if (!isAlias(node)) delete node.anchor;
    },
  });
}

/** What a value was, and what it is to be. */
export interface Change {
  readonly before: unknown;
  readonly after: unknown;
}

/** The node that says what is wanted: the same one, changed inside, or another one in its place. */
function changed(document: Document.Parsed, node: Node | null, { before, after }: Change): Node {
  if (node !== null && isSame(before, after)) return node;
  if (isScalar(node) && (after === null || typeof after !== 'object')) {
    node.value = after;
    // How the old value was written says nothing of the new one.
    delete node.format;
    return node;
  }
  if (isMap(node) && isObject(before) && isObject(after) && node.items.length > 0 && Object.keys(after).length > 0) {
    changeMap(document, node as YAMLMap<Node, Node | null>, { before, after });
    return node;
  }
  if (isSeq(node) && Array.isArray(before) && Array.isArray(after) && node.items.length === before.length) {
    if (after.length > 0) {
      changeSequence(document, node as YAMLSeq<Node>, before as unknown[], after as unknown[]);
      return node;
    }
  }
  const made = document.createNode(after) as Node;
  if (node !== null && !isAlias(node)) {
    if (node.comment !== undefined) made.comment = node.comment;
    if (node.commentBefore !== undefined) made.commentBefore = node.commentBefore;
  }
  return made;
}

const own = (members: Members, name: string): unknown => (Object.hasOwn(members, name) ? members[name] : undefined);

/** Keys such as 123 are numbers in YAML, and texts in flags. */
const nameOf = ({ key }: Pair<Node, Node | null>): string =>
  String(isScalar(key) ? ((key.value as string | null) ?? '') : key);

function changeMap(
  document: Document.Parsed,
  map: YAMLMap<Node, Node | null>,
  { before, after }: { readonly before: Members; readonly after: Members },
): void {
  const last = new Map(map.items.map((pair) => [nameOf(pair), pair]));
  // Of what stands twice the last one counts; the others stay as long as nobody says what is meant.
  map.items = map.items.filter((pair) => {
    const name = nameOf(pair);
    if (!Object.hasOwn(after, name)) return false;
    return last.get(name) === pair || isSame(own(before, name), after[name]);
  });
  for (const [name, value] of Object.entries(after)) {
    const pair = last.get(name);
    if (pair === undefined) map.items.push(document.createPair(name, value) as Pair<Node, Node | null>);
    else pair.value = changed(document, pair.value, { before: own(before, name), after: value });
  }
}

/** What is the same at both ends stays; what is between is changed one by one, and what is too much comes or goes there. */
function changeSequence(
  document: Document.Parsed,
  sequence: YAMLSeq<Node>,
  before: readonly unknown[],
  after: readonly unknown[],
): void {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && isSame(before[head], after[head])) head++;
  let tail = 0;
  while (tail < most - head && isSame(before.at(-1 - tail), after.at(-1 - tail))) tail++;
  const middle = sequence.items.slice(head, before.length - tail);
  const wanted = after.slice(head, after.length - tail);
  const made = wanted.map((value, index) =>
    changed(document, middle[index] ?? null, { before: before[head + index], after: value }),
  );
  sequence.items.splice(head, middle.length, ...made);
}
