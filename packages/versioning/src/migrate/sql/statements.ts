import { shown } from '../../errors.ts';
import type { Dialect } from '../model.ts';
import { depthChange, isWithin, objectOf, type StatementHead } from './body.ts';
import { isIfFunction } from './if-function.ts';
import { invalidSql, lineAt } from './invalid-sql.ts';
import { type Reading, type Token, tokenAt } from './token.ts';

/** A word, symbol, name or literal of a statement. */
export interface SqlWord {
  /** Of words in capitals; of names without quotes; `''` for literals. */
  readonly text: string;
  readonly kind: Token['kind'];
  readonly start: number;
}

/** A part of a script with what separates it from the next one. All parts together are the script. */
export interface ScriptPart {
  readonly start: number;
  /** Where its separator begins. */
  readonly end: number;
  /** Where the next part begins. */
  readonly next: number;
  readonly words: readonly SqlWord[];
}

/** A statement of a script. */
export interface SqlStatement {
  /** Without blanks around it and without what ends it. */
  readonly text: string;
  /** Where its first word stands, from 1 on. */
  readonly line: number;
  readonly words: readonly SqlWord[];
}

/** The statements of a script, with their lines. @throws {VersioningError} `INVALID_SQL`. */
export function readStatements(text: string, dialect: Dialect): SqlStatement[] {
  // Counted on from statement to statement: a script may have a hundred thousand.
  let line = 1;
  let counted = 0;
  return scriptParts(text, dialect).flatMap(({ start, end, words }) => {
    const [first] = words;
    if (first === undefined) return [];
    line += lineAt(text.slice(counted, first.start), first.start - counted) - 1;
    counted = first.start;
    return [{ text: text.slice(start, end).trim(), line, words }];
  });
}

const HEAD_WORDS = 12;
const NO_HEAD: StatementHead = { first: [], last: '', beforeLast: '', object: undefined, depth: 0 };

interface Part {
  start: number;
  words: SqlWord[];
  head: StatementHead;
}

const emptyPart = (start: number): Part => ({ start, words: [], head: NO_HEAD });

/** Takes a script apart. @throws {VersioningError} `INVALID_SQL`. */
export function scriptParts(text: string, dialect: Dialect): ScriptPart[] {
  const parts: ScriptPart[] = [];
  let reading: Reading = { text, dialect, delimiter: ';', isConditional: false };
  let part = emptyPart(0);
  const endPart = (end: number, next: number): void => {
    if (part.start < next) parts.push({ start: part.start, end, next, words: part.words });
    part = emptyPart(next);
  };
  for (let at = 0; at < text.length;) {
    if (isSeparator(reading, part, at)) {
      at += reading.delimiter.length;
      endPart(at - reading.delimiter.length, at);
      continue;
    }
    const command = part.words.length === 0 ? delimiterCommand(reading, at) : undefined;
    if (command !== undefined) {
      reading = { ...reading, delimiter: command.delimiter };
      endPart(at, command.end);
      at = command.end;
      continue;
    }
    const token = tokenAt(reading, at);
    if (token.kind === 'opening') reading = { ...reading, isConditional: true };
    else if (token.kind === 'closing') reading = { ...reading, isConditional: false };
    else if (token.kind !== 'blank' && token.kind !== 'comment') addWord(part, reading, token);
    at = token.end;
  }
  endPart(text.length, text.length);
  return parts;
}

function isSeparator({ text, dialect, delimiter, isConditional }: Reading, { head }: Part, at: number): boolean {
  if (isConditional || !text.startsWith(delimiter, at)) return false;
  // Whoever sets a delimiter of their own says by that where statements end.
  return delimiter !== ';' || !isWithin(dialect, head);
}

function addWord(part: Part, reading: Reading, token: Token): void {
  const word = wordOf(reading, token);
  refuseClientCommand(part, reading, word);
  const { head } = part;
  const isFunction =
    reading.dialect === 'mysql' && token.kind === 'word' && word.text === 'IF' && isIfFunction(reading, token.end);
  const name = isFunction ? 'FUNCTION IF' : word.kind === 'word' || word.kind === 'symbol' ? word.text : word.kind;
  const next = { ...head, object: objectOf(head, name) };
  part.words.push(word);
  part.head = {
    ...next,
    first: head.first.length < HEAD_WORDS ? [...head.first, name] : head.first,
    last: name,
    beforeLast: head.last,
    depth: head.depth + depthChange(reading.dialect, next, name),
  };
}

function wordOf({ text }: Reading, { kind, start, end }: Token): SqlWord {
  const raw = text.slice(start, end);
  if (kind === 'word') return { kind, start, text: raw.toUpperCase() };
  if (kind === 'text') return { kind, start, text: '' };
  if (kind !== 'name') return { kind, start, text: raw };
  const quote = raw.at(-1) as string;
  return { kind, start, text: raw.slice(1, -1).replaceAll(quote + quote, quote) };
}

const DELIMITER = /delimiter(?:[ \t]+(?<delimiter>[^\s]*)[^\n]*|[ \t]*(?=\n|$))/iy;

/** `DELIMITER //`, which the clients of MySQL and MariaDB know where a statement would begin. */
function delimiterCommand(
  { text, dialect }: Reading,
  at: number,
): { readonly delimiter: string; readonly end: number } | undefined {
  if (dialect !== 'mysql') return undefined;
  DELIMITER.lastIndex = at;
  const found = DELIMITER.exec(text);
  if (found === null) return undefined;
  const delimiter = found.groups?.['delimiter'] ?? '';
  if (delimiter !== '' && !delimiter.includes('\\')) return { delimiter, end: DELIMITER.lastIndex };
  const hint = 'Write DELIMITER // or the like, on a line of its own.';
  throw invalidSql('what ends statements after DELIMITER', { got: shown(delimiter), hint }, { text, at });
}

/** What the client of a server does, and no server. */
function refuseClientCommand({ head, words }: Part, { text, dialect }: Reading, word: SqlWord): void {
  const fail = (got: string, hint: string): Error =>
    invalidSql('a statement for the server', { got, hint }, { text, at: word.start });
  if (word.kind === 'symbol' && word.text === '\\') {
    const isNull = dialect === 'mysql' && /^\\N\b/.test(text.slice(word.start, word.start + 3));
    if (!isNull) throw fail('a backslash', 'Commands such as \\i and \\copy are those of a client: write SQL instead.');
  }
  if (dialect === 'sqlite' && words.length === 0 && word.text === '.') {
    throw fail('a dot', 'Commands such as .read are those of the sqlite3 program: write SQL instead.');
  }
  if (dialect !== 'postgres' || head.first[0] !== 'COPY' || word.kind !== 'word') return;
  const isStream = (word.text === 'STDIN' && head.last === 'FROM') || (word.text === 'STDOUT' && head.last === 'TO');
  if (isStream) throw fail(`COPY … ${head.last} ${word.text}`, 'Write INSERT statements; pg_dump does with --inserts.');
}
