import { BackupError } from '../errors.ts';

/** What has its own quotes, names with a `$`, and parameters (PostgreSQL manual, "Lexical Structure"). */
const TOKENS =
  /[eE]'(?:[^'\\]|\\[^]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\/|\$([a-z_]\w*)?\$[^]*?\$\1\$|[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|\$(\d+)/gi;

/** A statement with its parameters as literals without a type, which the server takes for what a parameter would be. Pure. */
export function withValues(text: string, values: readonly unknown[]): string {
  return text.replaceAll(TOKENS, (token: string, _tag: unknown, place: string | undefined) =>
    place === undefined ? token : literal(values[Number(place) - 1]),
  );
}

/** `standard_conforming_strings` is on: a backslash means nothing. */
function literal(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString('hex')}'`;
  const text = plainText(value);
  if (text === undefined || text.includes('\0'))
    throw new BackupError('INVALID_OPTION', `Expected text, a number, true or false as a value, got ${typeof value}`, {
      hint: 'Write it as the text that PostgreSQL reads, such as "{1,2}" for an array; no text has a zero byte.',
    });
  return `'${text.replaceAll("'", "''")}'`;
}

function plainText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** The records of a text of comma-separated values as `psql` prints them (RFC 4180, with `\n` as the end of a line). Pure. */
export function csvRecords(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\n]*))(,|\n|$)/g)) {
    if (end === '' && quoted === undefined && plain === '' && record.length === 0) break;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}
