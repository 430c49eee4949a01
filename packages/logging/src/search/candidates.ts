import type { Block, Line } from '../files/read-blocks.ts';
import type { Query } from './query.ts';
import { folded } from './words.ts';

/** Printable ASCII that JSON writes as it is. */
const LITERAL = /^[ !#-[\]-~]+$/;

/** What may be a part of a number, which JSON can write in several ways. */
const MAY_BE_NUMBER = /^[\d.e+-]+$/;

/**
 * A text that stands in the line of every record that answers a query, but for case, unless the line has an escape; the longest there is, `undefined` for none.
 */
function literalOf(query: Query): string | undefined {
  switch (query.kind) {
    case 'and':
      return longest(query.parts.map(literalOf));
    case 'text':
    case 'contains': {
      const { needle } = query.pattern;
      return LITERAL.test(needle) && !MAY_BE_NUMBER.test(needle) && !'infinity'.includes(needle) ? needle : undefined;
    }
    case 'compare': {
      const { field, operator, value } = query;
      // Levels, times and numbers can be written in several ways.
      if (operator !== '=' || field === 'level' || field === 'time') return undefined;
      if (!LITERAL.test(value) || /^[\s+.\d-]/.test(value) || 'Infinity'.startsWith(value)) return undefined;
      return folded(value);
    }
    default:
      return undefined;
  }
}

function longest(texts: readonly (string | undefined)[]): string | undefined {
  return texts.reduce((best, each) => ((each?.length ?? 0) > (best?.length ?? 0) ? each : best), undefined);
}

/**
 * Chooses the lines of blocks that are worth parsing. It looks for one text in a whole block at once, as grep does. Lines with a backslash may spell
 * it another way, and those with a Kelvin sign or a dotted İ have letters that become ASCII in lower case: they are always chosen.
 * `undefined`: all are.
 */
export function candidatesOf(query: Query): ((block: Block) => Iterable<Line>) | undefined {
  const literal = literalOf(query);
  if (literal === undefined || literal.length < 2) return undefined;
  const escaped = literal.replaceAll(/[\^$\\.*+?()[\]{}|/]/g, String.raw`\$&`);
  const expression = new RegExp(`${escaped}|\\\\|\\xe2\\x84\\xaa|\\xc4\\xb0`, 'gi');
  return (block) => chosen(block, expression);
}

function* chosen({ offset, bytes }: Block, expression: RegExp): Generator<Line> {
  const text = bytes.toString('latin1');
  expression.lastIndex = 0;
  for (let found = expression.exec(text); found !== null; found = expression.exec(text)) {
    const start = text.lastIndexOf('\n', found.index) + 1;
    const next = text.indexOf('\n', found.index);
    const end = next === -1 ? text.length : next;
    yield { offset: offset + start, bytes: bytes.subarray(start, end), ended: next !== -1 };
    expression.lastIndex = end + 1;
  }
}
