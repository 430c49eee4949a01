import { severityOf } from '../record/levels.ts';
import type { LoadedIndex } from './file-index.ts';
import { matcherOf } from './match.ts';
import type { Query, TextPattern } from './query.ts';
import { RecordView } from './record-view.ts';
import { folded, wordsOf } from './words.ts';

/** Whether a file may have a record that answers a query, as far as its index knows: `false` is certain. */
export function mayMatch(query: Query, index: LoadedIndex): boolean {
  switch (query.kind) {
    case 'and':
      return query.parts.every((part) => mayMatch(part, index));
    case 'or':
      return query.parts.some((part) => mayMatch(part, index));
    case 'text':
    case 'contains':
      return wholeWords(query.pattern).every((word) => index.words.mayHave(word));
    case 'compare':
      return mayCompare(query, index);
    default:
      return true;
  }
}

const WORD_AT_START = /^[\p{L}\p{N}_]/u;
const WORD_AT_END = /[\p{L}\p{N}_]$/u;

/** The words of a pattern that are whole wherever it is found. */
function wholeWords({ needle, openStart, openEnd }: TextPattern): readonly string[] {
  const words = wordsOf(needle);
  const first = openStart && WORD_AT_START.test(needle) ? 1 : 0;
  const last = openEnd && WORD_AT_END.test(needle) ? -1 : undefined;
  return words.slice(first, last);
}

function mayCompare(query: Extract<Query, { kind: 'compare' }>, index: LoadedIndex): boolean {
  const { field, operator, value, prefix } = query;
  if (field === 'time' && !prefix) return mayTime(query, index);
  if (field === 'level') {
    if (index.levels.includes('*')) return true;
    if (severityOf(value) === undefined) return operator !== '=' || prefix || mayHaveValue(value, index);
    const matches = matcherOf(query);
    return prefix || index.levels.some((level) => matches(new RecordView({ level }, 0)));
  }
  if (operator !== '=') return true;
  if (prefix) {
    const pattern = { needle: folded(value), openStart: false, openEnd: true };
    return wholeWords(pattern).every((word) => index.words.mayHave(word));
  }
  const listed = field === 'name' ? index.names : field === 'tenant' ? index.tenants : null;
  if (listed !== null) return listed.some((each) => each === value || Number(each) === Number(value));
  return mayHaveValue(value, index);
}

/** A value equals another when both are the same text, or the same number however it is written. */
function mayHaveValue(value: string, index: LoadedIndex): boolean {
  const forms = [value, String(Number(value))];
  return forms.some((form) => wordsOf(folded(form)).every((word) => index.words.mayHave(word)));
}

function mayTime({ operator, value }: Extract<Query, { kind: 'compare' }>, { fromMs, toMs }: LoadedIndex): boolean {
  if (fromMs === null || toMs === null) return false;
  const ms = Date.parse(value);
  if (operator === '=') return fromMs <= ms && ms <= toMs;
  if (operator === '>' || operator === '>=') return toMs >= ms;
  return fromMs <= ms;
}
