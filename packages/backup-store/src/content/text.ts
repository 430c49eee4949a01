import { isUtf8 } from 'node:buffer';
import type { Content } from './kind.ts';

/** Lines that must look alike to tell a table or a log. */
const FEW_LINES = 3;

/** Whether bytes are text: UTF-8 (cut off at the end, perhaps) without control characters other than white space. */
export function isText(head: Buffer): boolean {
  if (head.length === 0) return false;
  for (const byte of head) {
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) return false;
  }
  return isUtf8(head) || isUtf8(head.subarray(0, lastCharacter(head)));
}

/** Where the last character begins, which may have been cut: at most three bytes before the end. */
function lastCharacter(head: Buffer): number {
  for (let at = head.length - 1; at > 0 && at >= head.length - 3; at--)
    if (((head[at] as number) & 0xc0) === 0xc0) return at;
  return head.length;
}

const SQL = /^(?:--|\/\*|CREATE TABLE|INSERT INTO|COPY |DROP TABLE|SET |BEGIN|PRAGMA )/im;
const SQL_STATEMENT =
  /^(?:INSERT INTO|CREATE TABLE|COPY \S+ .*FROM stdin|-- PostgreSQL database|-- (?:MySQL|MariaDB) dump)/m;
const LOG_LINE =
  /^(?:\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |\S+ \S+ \S+ \[\d\d\/[A-Z][a-z]{2}\/\d{4}:|\{"(?:level|time|ts|timestamp)")/;
const SOURCE =
  /^(?:#!|\s*(?:import|export|from|package|use|using|#include|#define|function|def|class|const|let|var|func|fn|struct|enum|module|require|public|private|static|if|for|return)\b.*)/m;
const SOURCE_NAMES =
  /\.(?:[cm]?[jt]sx?|py|rb|go|rs|c|cc|cpp|h|hpp|java|kt|swift|php|pl|pm|sh|lua|scala|cs|sql|vue|svelte|el|ex|hs|ml|r|tcl|vim)$/i;

function isTable(lines: readonly string[]): string | undefined {
  for (const [separator, format] of [
    ['\t', 'tsv'],
    [';', 'csv'],
    [',', 'csv'],
  ] as const) {
    const counts = lines.map((line) => line.split(separator).length);
    const [first = 0] = counts;
    if (first > 2 && counts.every((count) => count === first)) return format;
  }
  return undefined;
}

/** What a text is, by its structure, and by its name where that says no more than "text". */
export function contentOfText(head: Buffer, name: string): Content {
  const text = head.toString('utf8').replace(/^\ufeff/, '');
  // The last line may have been cut.
  const lines = text
    .split(/\r?\n/)
    .slice(0, -1)
    .filter((line) => line !== '')
    .slice(0, 20);
  if (SQL.test(text.slice(0, 200)) && SQL_STATEMENT.test(text)) return { kind: 'sql-dump', format: 'sql' };
  const alike = lines.length >= FEW_LINES;
  if (alike && lines.filter((line) => LOG_LINE.test(line)).length > lines.length / 2)
    return { kind: 'log', format: 'log' };
  if (/^\s*(?:\{\s*(?:"|\})|\[\s*(?:[[{"\d\]]|true|false|null))/.test(text)) return { kind: 'json', format: 'json' };
  if (/^\s*<(?:\?xml|!doctype|html|svg|[a-z][\w:-]*[\s>])/i.test(text)) return { kind: 'markup', format: 'xml' };
  const table = alike ? isTable(lines) : undefined;
  if (table !== undefined) return { kind: 'table', format: table };
  if (SOURCE_NAMES.test(name) || (/[{};()=]/.test(text) && SOURCE.test(text)))
    return { kind: 'source', format: 'source' };
  return { kind: 'text', format: 'text' };
}
