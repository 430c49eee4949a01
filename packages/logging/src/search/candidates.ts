import type { Block, Line } from '../files/read-blocks.ts';
import type { Query } from './query.ts';
import { literally } from './words.ts';

/** Printable ASCII that JSON writes as it is. */
const LITERAL = /^[ !#-[\]-~]+$/;

/** What may be a part of a number, which JSON can write in several ways. */
const MAY_BE_NUMBER = /^[\d.e+-]+$/i;

/** A text that is looked for in lines before they are parsed. */
interface Literal {
  readonly text: string;
  /** Whether it stands there in just this case. */
  readonly exact: boolean;
}

/** Too short ones are in every line. */
const SHORTEST = 2;

function literalIn(text: string, exact: boolean): Literal | undefined {
  const isUsable = text.length >= SHORTEST && LITERAL.test(text) && !MAY_BE_NUMBER.test(text);
  return isUsable && !'-infinity'.includes(text.toLowerCase()) ? { text, exact } : undefined;
}

/** A text that stands in the line of every record that answers a query, unless the line has an escape; the most telling one, `undefined` for none. */
function literalOf(query: Query): Literal | undefined {
  switch (query.kind) {
    case 'and':
      return query.parts.map(literalOf).reduce(better, undefined);
    case 'text':
    case 'contains':
      return literalIn(query.pattern.needle, false);
    case 'compare': {
      const { field, operator, value } = query;
      // Levels and times can be written in several ways.
      const isPlain = operator === '=' && field !== 'level' && field !== 'time';
      return isPlain ? literalIn(value, true) : undefined;
    }
    default:
      return undefined;
  }
}

/** The longer one: looking for bytes is so much faster that it makes up for some letters. */
function better(a: Literal | undefined, b: Literal | undefined): Literal | undefined {
  const worth = (each: Literal | undefined): number =>
    each === undefined ? 0 : each.text.length + (each.exact ? 4 : 0);
  return worth(b) > worth(a) ? b : a;
}

/**
 * Chooses the lines of blocks that are worth parsing. It looks for one text in a whole block at once, as grep does. Lines with a backslash may spell
 * it another way, and those with a Kelvin sign or a dotted İ have letters that become ASCII in lower case: they are always chosen.
 * `undefined`: all are.
 */
export function candidatesOf(query: Query): ((block: Block) => Iterable<Line>) | undefined {
  const literal = literalOf(query);
  if (literal === undefined) return undefined;
  if (literal.exact) return (block) => linesWith(block, Buffer.from(literal.text, 'latin1'));
  const expression = new RegExp(`${literally(literal.text)}|\\\\|\\xe2\\x84\\xaa|\\xc4\\xb0`, 'gi');
  return (block) => linesMatching(block, expression);
}

const [LINE_END, BACKSLASH] = [0x0a, 0x5c];

/** Lines with some bytes, or with a backslash. */
function* linesWith(block: Block, literal: Buffer): Generator<Line> {
  const { bytes } = block;
  const next = (wanted: Buffer | number, from: number): number => {
    const found = bytes.indexOf(wanted, from);
    return found === -1 ? bytes.length : found;
  };
  let [hit, escape] = [next(literal, 0), next(BACKSLASH, 0)];
  while (Math.min(hit, escape) < bytes.length) {
    const line = lineAt(block, Math.min(hit, escape));
    yield line.line;
    if (hit < line.end) hit = next(literal, line.end);
    if (escape < line.end) escape = next(BACKSLASH, line.end);
  }
}

function* linesMatching(block: Block, expression: RegExp): Generator<Line> {
  const text = block.bytes.toString('latin1');
  expression.lastIndex = 0;
  for (let found = expression.exec(text); found !== null; found = expression.exec(text)) {
    const { line, end } = lineAt(block, found.index);
    yield line;
    expression.lastIndex = end;
  }
}

/** The line around a byte, and where the next one begins. */
function lineAt({ offset, bytes }: Block, at: number): { readonly line: Line; readonly end: number } {
  const start = at === 0 ? 0 : bytes.lastIndexOf(LINE_END, at - 1) + 1;
  const found = bytes.indexOf(LINE_END, at);
  const end = found === -1 ? bytes.length : found;
  return { line: { offset: offset + start, bytes: bytes.subarray(start, end), ended: found !== -1 }, end: end + 1 };
}
