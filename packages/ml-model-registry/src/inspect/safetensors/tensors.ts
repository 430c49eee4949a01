import type { Inspection } from '../contract.ts';
import type { TensorInfo } from '../inspection.ts';
import { type JsonNode, member, numbersOf, textOf } from '../json/json-node.ts';
import { quoted } from '../quoted.ts';
import { malformed } from '../structure-error.ts';
import { bitsOfType } from './types.ts';

/** Where the tensors are. */
export interface TensorPlace {
  readonly inspection: Inspection;
  /** The first byte after the header. */
  readonly start: number;
  /** The end of the file. */
  readonly end: number;
}

type PlacedTensor = TensorInfo & { readonly offset: number; readonly bytes: number; readonly at: number };

/**
 * The tensors that a header lists. They have to fill the file from the header to its end, one after the other.
 *
 * @throws {StructureError} When an entry is not as the format says, or reaches past the end.
 */
export function readTensors(members: ReadonlyMap<string, JsonNode>, place: TensorPlace): readonly TensorInfo[] {
  const tensors: PlacedTensor[] = [];
  for (const [name, node] of members) {
    if (name !== '__metadata__') tensors.push(readTensor({ name, node }, place));
  }
  const inOrder = tensors.toSorted((a, b) => a.offset - b.offset || a.bytes - b.bytes);
  let covered = place.start;
  for (const { name, offset, bytes, at } of inOrder) {
    place.inspection.step(1, at);
    if (offset > covered) {
      place.inspection.find(
        'HIDDEN_BYTES',
        `Expected tensors without holes, got ${offset - covered} bytes of none`,
        covered,
      );
    } else if (offset < covered) {
      place.inspection.find('MALFORMED', `Expected tensors beside each other, got ${quoted(name)} over another`, at);
    }
    covered = Math.max(covered, offset + bytes);
  }
  if (covered < place.end) {
    place.inspection.find(
      'HIDDEN_BYTES',
      `Expected an end after the last tensor, got ${place.end - covered} bytes`,
      covered,
    );
  }
  return inOrder.map(({ name, type, shape, offset, bytes }) => ({ name, type, shape, offset, bytes }));
}

function readTensor(entry: { readonly name: string; readonly node: JsonNode }, place: TensorPlace): PlacedTensor {
  const { name, node } = entry;
  const type = textOf(member(node, 'dtype')) ?? '';
  const bits = Object.hasOwn(bitsOfType, type) ? bitsOfType[type] : undefined;
  if (bits === undefined)
    throw malformed(`Expected a type of elements for ${quoted(name)}, got ${quoted(type)}`, node.at);
  const shape = counts(member(node, 'shape'), node.at);
  const [from, to, ...more] = counts(member(node, 'data_offsets'), node.at);
  if (from === undefined || to === undefined || more.length > 0 || to < from) {
    throw malformed(`Expected a first and a last place of ${quoted(name)}, got others`, node.at);
  }
  const elements = shape.reduce((all, size) => all * size, 1);
  if ((elements * bits) / 8 !== to - from) {
    const message = `Expected ${(elements * bits) / 8} bytes for ${quoted(name)} by its shape, got ${to - from}`;
    throw malformed(message, node.at);
  }
  if (place.start + to > place.end) {
    place.inspection.find(
      'TRUNCATED',
      `Expected ${quoted(name)} to end at ${place.start + to}, got an end at ${place.end}`,
      node.at,
    );
  }
  return { name, type: type.toLowerCase(), shape, offset: place.start + from, bytes: to - from, at: node.at };
}

function counts(node: JsonNode | undefined, at: number): readonly number[] {
  const numbers = numbersOf(node);
  if (numbers === undefined || numbers.some((each) => !Number.isSafeInteger(each) || each < 0)) {
    throw malformed('Expected a list of whole numbers, got another value', node?.at ?? at);
  }
  return [...numbers];
}
