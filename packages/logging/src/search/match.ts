import { severityOf } from '../record/levels.ts';
import type { Query, TextPattern } from './query.ts';
import type { RecordView } from './record-view.ts';
import { folded, literally } from './words.ts';

/** Whether a record answers a query. */
export type Matcher = (record: RecordView) => boolean;

/** Makes a query ready to be asked of many records. */
export function matcherOf(query: Query): Matcher {
  switch (query.kind) {
    case 'all':
      return () => true;
    case 'and': {
      const parts = query.parts.map(matcherOf);
      return (record) => parts.every((part) => part(record));
    }
    case 'or': {
      const parts = query.parts.map(matcherOf);
      return (record) => parts.some((part) => part(record));
    }
    case 'not': {
      const part = matcherOf(query.part);
      return (record) => !part(record);
    }
    case 'has':
      return (record) => record.has(query.field);
    case 'text': {
      const isIn = textTest(query.pattern);
      return (record) => record.texts.some(isIn);
    }
    case 'contains': {
      const isIn = textTest(query.pattern);
      return (record) => record.values(query.field).some((value) => isIn(folded(String(value))));
    }
    case 'compare':
      return comparison(query);
  }
}

/** Looks for a pattern in folded text. */
function textTest({ needle, openStart, openEnd }: TextPattern): (text: string) => boolean {
  const word = String.raw`[\p{L}\p{N}_]`;
  const startsWord = !openStart && new RegExp(`^${word}`, 'u').test(needle);
  const endsWord = !openEnd && new RegExp(`${word}$`, 'u').test(needle);
  if (!startsWord && !endsWord) return (text) => text.includes(needle);
  const expression = new RegExp(
    `${startsWord ? `(?<!${word})` : ''}${literally(needle)}${endsWord ? `(?!${word})` : ''}`,
    'u',
  );
  return (text) => text.includes(needle) && expression.test(text);
}

type Comparison = Extract<Query, { kind: 'compare' }>;

function comparison(query: Comparison): Matcher {
  const { field, operator, value, prefix } = query;
  if (field === 'time' && !prefix) {
    const ms = Date.parse(value);
    return (record) => holds(operator, record.atMs - ms);
  }
  const severity = field === 'level' && !prefix ? severityOf(value) : undefined;
  if (severity !== undefined) {
    return ({ severity: of }) => of !== undefined && holds(operator, of - severity);
  }
  if (prefix) return (record) => record.values(field).some((each) => String(each).startsWith(value));
  const number = numberOf(value);
  return (record) => record.values(field).some((each) => compares(each, operator, { value, number }));
}

function holds(operator: Comparison['operator'], difference: number): boolean {
  if (operator === '=') return difference === 0;
  if (operator === '>') return difference > 0;
  if (operator === '>=') return difference >= 0;
  return operator === '<' ? difference < 0 : difference <= 0;
}

function numberOf(text: string): number | undefined {
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

interface Wanted {
  readonly value: string;
  readonly number: number | undefined;
}

/** Numbers with numbers, texts with texts; for their order, texts of numbers count as numbers. */
function compares(each: unknown, operator: Comparison['operator'], { value, number }: Wanted): boolean {
  if (operator === '=') {
    return typeof each === 'number' && number !== undefined ? each === number : String(each) === value;
  }
  const own = typeof each === 'number' ? each : typeof each === 'string' ? numberOf(each) : undefined;
  if (own !== undefined && number !== undefined) return holds(operator, own - number);
  if (typeof each !== 'string' || number !== undefined) return false;
  return holds(operator, each < value ? -1 : each > value ? 1 : 0);
}
