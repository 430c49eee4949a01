import { scalarText } from '../record/scalar-text.ts';
import type { FoundRecord } from '../search/contract.ts';

/** A form in which records leave. */
export type ExportFormat = 'ndjson' | 'csv';

const COLUMNS = [
  'time',
  'stream',
  'level',
  'name',
  'tenant',
  'principal',
  'correlationId',
  'host',
  'message',
  'fields',
] as const;
/** Fields with a column of their own. */
const OWN: ReadonlySet<string> = new Set([...COLUMNS, 'msg', 'hostname']);

/**
 * Records as text, piece by piece. NDJSON has the lines as they are stored. CSV (RFC 4180) has a column for what most records have, and one with all else as JSON; a
 * cell that a spreadsheet would take for a formula gets `'` before it.
 */
export async function* exportRecords(
  records: AsyncIterable<FoundRecord>,
  format: ExportFormat,
): AsyncGenerator<string> {
  if (format === 'csv') yield `${COLUMNS.join(',')}\r\n`;
  for await (const record of records) yield format === 'csv' ? `${rowOf(record)}\r\n` : `${record.line}\n`;
}

function rowOf(record: FoundRecord): string {
  const { fields } = record;
  const rest = Object.fromEntries(Object.entries(fields).filter(([name]) => !OWN.has(name)));
  const cells: Readonly<Record<(typeof COLUMNS)[number], unknown>> = {
    time: record.time,
    stream: record.stream,
    level: record.level,
    name: record.name,
    tenant: record.tenant,
    principal: fields['principal'],
    correlationId: fields['correlationId'],
    host: fields['hostname'] ?? fields['host'],
    message: record.message,
    fields: Object.keys(rest).length === 0 ? undefined : JSON.stringify(rest),
  };
  return COLUMNS.map((column) => cellOf(cells[column])).join(',');
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : scalarText(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
