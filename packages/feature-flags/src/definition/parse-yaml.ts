import type { Document, Node } from 'yaml';
import {
  innermost,
  MOST_PARTS,
  type Place,
  placesOf,
  type Position,
  positionAt,
  type RepeatedName,
} from './json-position.ts';
import { type Parsed, syntaxError } from './parsed.ts';
import { pathOf, pointerOf } from './path.ts';
import { newQuota } from './report.ts';
import { deepPlace } from './yaml-nesting.ts';

type Yaml = typeof import('yaml');

/** A document, and where its offsets are. */
interface Read {
  readonly yaml: Yaml;
  readonly document: Document.Parsed;
  readonly positionOf: (offset: number) => Position;
  /** The nodes that aliases stand for. */
  readonly meant: ReadonlyMap<unknown, Node>;
}

/** Reads YAML 1.2. @throws {FlagError} `INVALID_FLAGS`. */
export async function parseYaml(text: string): Promise<Parsed> {
  // Only those who write YAML load it.
  const yaml = await import('yaml');
  try {
    const read = readDocument(yaml, text);
    const [error] = read.document.errors;
    if (error !== undefined) {
      const message = `Expected YAML, got something else: ${error.message}`;
      throw syntaxError({ message, ...read.positionOf(error.pos[0]) }, error);
    }
    return {
      repeated: repeatedIn(read),
      // A few aliases are fine; those that grow without bounds are not.
      value: read.document.toJS({ maxAliasCount: 100 }),
      locate: (pointers) => locateYaml(read, pointers),
    };
  } catch (cause) {
    if ((cause as { readonly code?: unknown }).code === 'INVALID_FLAGS') throw cause;
    // Also what is nested so deep that its parser finds no end.
    throw syntaxError({ message: `Expected YAML, got something else: ${(cause as Error).message}` }, cause);
  }
}

/**
 * How YAML is read: as version 1.2 has it, also where a text asks for an older one, and to what JSON can say. Tags such as `!!set` or `!!timestamp` would give objects without
 * fields, which look like flags that are on for everybody.
 */
export const READING = { schema: 'core', resolveKnownTags: false, merge: false, uniqueKeys: false } as const;

function readDocument(yaml: Yaml, text: string): Read {
  const lineCounter = new yaml.LineCounter();
  const positionOf = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  const deep = deepPlace(text, () => new yaml.Lexer());
  if (deep !== undefined) {
    const message = 'Expected YAML that is nested less than 1000 deep, got more';
    throw syntaxError({ message, ...positionAt(text, deep) }, undefined);
  }
  // Its own look for keys that stand twice compares each with each.
  const document = yaml.parseDocument(text, { ...READING, lineCounter, prettyErrors: false });
  return { yaml, document, positionOf, meant: aliasesIn(yaml, document) };
}

/** What aliases stand for. Asked for one by one, each would be looked for from the beginning. */
function aliasesIn(yaml: Yaml, document: Document.Parsed): ReadonlyMap<unknown, Node> {
  const anchors = new Map<string, Node>();
  const meant = new Map<unknown, Node>();
  yaml.visit(document, {
    Node(_, node) {
      if (yaml.isAlias(node)) {
        const source = anchors.get(node.source);
        if (source !== undefined) meant.set(node, source);
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return meant;
}

/** What a key is called in the flags. */
function nameOf({ yaml, meant }: Pick<Read, 'yaml' | 'meant'>, key: unknown): string {
  const node = meant.get(key) ?? key;
  // oxlint-disable-next-line typescript/no-base-to-string -- a scalar has no objects, and other nodes are written as YAML
  return String(yaml.isScalar(node) ? (node.value ?? '') : node);
}

/**
 * Names that stand twice, as many as are worth naming. What an alias repeats is as unclear there.
 */
function repeatedIn(read: Read): readonly RepeatedName[] {
  const { yaml, document, positionOf, meant } = read;
  const found: RepeatedName[] = [];
  const isKept = newQuota();
  const unclear = new Set<unknown>();
  const note = (node: unknown, path: readonly unknown[], names: readonly string[]): void => {
    for (const each of path) if (yaml.isNode(each) && each.anchor !== undefined) unclear.add(each);
    const head = [...firstOf(pathTo(read, path), 2), ...names].slice(0, 2);
    if (!isKept(pointerOf(head))) return;
    const position = yaml.isNode(node) && node.range ? positionOf(node.range[0]) : { line: 1, column: 1 };
    found.push({ ...position, pointer: pointerOf([...firstOf(pathTo(read, path), MOST_PARTS), ...names]) });
  };
  yaml.visit(document, {
    Map(_, map, ancestors) {
      const names = new Set<string>();
      for (const { key } of map.items) {
        const name = nameOf(read, key);
        if (names.has(name)) note(key, [...ancestors, map], [name]);
        names.add(name);
      }
    },
    Alias(_, alias, ancestors) {
      if (unclear.has(meant.get(alias))) note(alias, [...ancestors, alias], []);
    },
  });
  return found;
}

/** The keys and positions that lead to the last of nodes, each of which is in the one before. */
function* pathTo(read: Read, nodes: readonly unknown[]): Generator<string | number, void, undefined> {
  const { yaml } = read;
  for (const [index, node] of nodes.entries()) {
    if (yaml.isPair(node)) yield nameOf(read, node.key);
    else if (yaml.isSeq(node) && index + 1 < nodes.length) yield node.items.indexOf(nodes[index + 1]);
  }
}

/** Positions in long lists are looked for, so no more is asked for than is needed. */
function firstOf(parts: Iterable<string | number>, most: number): readonly (string | number)[] {
  const first: (string | number)[] = [];
  for (const part of parts) {
    if (first.push(part) === most) break;
  }
  return first;
}

function locateYaml(read: Read, pointers: readonly string[]): (pointer: string) => Position {
  const { yaml, document, positionOf } = read;
  const root = placesOf(pointers);
  // No deeper than the places that are looked for.
  const look = (node: unknown, place: Place): void => {
    if (!yaml.isNode(node)) return;
    if (node.range) place.offset = node.range[0];
    const meant = read.meant.get(node) ?? node;
    if (yaml.isMap(meant)) {
      for (const { key, value } of meant.items) {
        const inner = place.inner.get(nameOf(read, key));
        if (inner !== undefined) look(value, inner);
      }
    } else if (yaml.isSeq(meant)) {
      for (const [index, item] of meant.items.entries()) {
        const inner = place.inner.get(String(index));
        if (inner !== undefined) look(item, inner);
      }
    }
  };
  if (pointers.length > 0) look(document.contents, root);
  return (pointer) => positionOf(innermost(root, pathOf(pointer)));
}
