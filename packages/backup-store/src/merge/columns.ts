import type { DataRecord } from '../records/contract.ts';
import type { SourceDetail } from '../source/contract.ts';

/** A record without the columns that are left as they are; it remembers them. */
interface Projected extends DataRecord {
  readonly left: Readonly<Record<string, SourceDetail>>;
}

/** Takes these columns out of records, so that they are neither compared nor put. */
export function withoutColumns(
  records: AsyncIterable<DataRecord>,
  columns: ReadonlySet<string>,
): AsyncIterable<DataRecord> {
  return columns.size === 0 ? records : projected(records, columns);
}

async function* projected(
  records: AsyncIterable<DataRecord>,
  columns: ReadonlySet<string>,
): AsyncGenerator<DataRecord, void, undefined> {
  for await (const record of records) yield project(record, columns);
}

function project(record: DataRecord, columns: ReadonlySet<string>): DataRecord {
  const { data } = record;
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return record;
  const members = Object.entries(data as Readonly<Record<string, SourceDetail>>);
  const left: Projected = {
    ...record,
    data: Object.fromEntries(members.filter(([name]) => !columns.has(name))),
    left: Object.fromEntries(members.filter(([name]) => columns.has(name))),
  };
  return left;
}

/** The record to put, with the columns of the one that is there now put back. */
export function withLeftColumns(record: DataRecord, current: DataRecord | undefined): DataRecord {
  const { id, updatedAt, data } = record;
  const left = (current as Projected | undefined)?.left;
  const whole = left === undefined || data === null || typeof data !== 'object' ? data : { ...data, ...left };
  return { id, ...(updatedAt === undefined ? {} : { updatedAt }), data: whole };
}
