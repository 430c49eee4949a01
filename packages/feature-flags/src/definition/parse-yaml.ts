import type { Document, Node } from 'yaml';
import { innermost, type Place, placesOf, type Position, type RepeatedName } from './json-position.ts';
import { type Parsed, syntaxError } from './parsed.ts';
import { pathOf, pointerOf } from './path.ts';

type Yaml = typeof import('yaml');

/** A document, and where its offsets are. */
interface Read {
  readonly yaml: Yaml;
  readonly document: Document.Parsed;
  readonly positionOf: (offset: number) => Position;
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

function readDocument(yaml: Yaml, text: string): Read {
  const lineCounter = new yaml.LineCounter();
  // Its own look for keys that stand twice compares each with each.
  const document = yaml.parseDocument(text, { lineCounter, uniqueKeys: false, prettyErrors: false });
  const positionOf = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  return { yaml, document, positionOf };
}

const nameOf = ({ isScalar }: Yaml, key: unknown): string => String(isScalar(key) ? key.value : key);

function repeatedIn({ yaml, document, positionOf }: Read): readonly RepeatedName[] {
  const found: RepeatedName[] = [];
  yaml.visit(document, {
    Map(_, map, ancestors) {
      const names = new Set<string>();
      for (const { key } of map.items) {
        const name = nameOf(yaml, key);
        if (names.has(name)) {
          const position = yaml.isNode(key) && key.range ? positionOf(key.range[0]) : { line: 1, column: 1 };
          found.push({ ...position, pointer: pointerOf([...pathTo(yaml, [...ancestors, map]), name]) });
        }
        names.add(name);
      }
    },
  });
  return found;
}

/** The keys and positions that lead to the last of nodes, each of which is in the one before. */
function pathTo(yaml: Yaml, nodes: readonly unknown[]): readonly (string | number)[] {
  return nodes.flatMap((node, index): (string | number)[] => {
    if (yaml.isPair(node)) return [nameOf(yaml, node.key)];
    return yaml.isSeq(node) && index + 1 < nodes.length ? [node.items.indexOf(nodes[index + 1])] : [];
  });
}

function locateYaml({ yaml, document, positionOf }: Read, pointers: readonly string[]): (pointer: string) => Position {
  const root = placesOf(pointers);
  // No deeper than the places that are looked for.
  const look = (node: unknown, place: Place): void => {
    if (!yaml.isNode(node)) return;
    if (node.range) place.offset = node.range[0];
    const meant: Node | undefined = yaml.isAlias(node) ? node.resolve(document) : node;
    if (yaml.isMap(meant)) {
      for (const { key, value } of meant.items) {
        const inner = place.inner.get(nameOf(yaml, key));
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
