import { canonicalJson } from '../bytes/canonical-json.ts';
import { BackupError } from '../errors.ts';
import type { SourceDetail } from '../source/contract.ts';
import type { RecordRestoreOptions, SchemaChange } from './restore-contract.ts';

/** Columns and their types. */
type Columns = ReadonlyMap<string, string>;

/**
 * What has changed in the columns of a module. Schemas that name no columns are not compared: nobody can tell what a
 * difference in them means.
 */
export function schemaChanges(
  module: string,
  before: SourceDetail | undefined,
  now: SourceDetail | undefined,
): SchemaChange[] {
  const [old, current] = [columnsOf(before), columnsOf(now)];
  if (old === undefined || current === undefined) return [];
  const changes: SchemaChange[] = [];
  for (const [column, type] of old) {
    const typeNow = current.get(column);
    if (typeNow === undefined) changes.push({ module, column, change: 'removed', before: type });
    else if (typeNow !== type) changes.push({ module, column, change: 'type', before: type, now: typeNow });
  }
  for (const [column, type] of current) {
    if (!old.has(column)) changes.push({ module, column, change: 'added', now: type });
  }
  return changes;
}

/** Names of the columns that a schema has; `undefined` when it names none. */
export const columnNames = (schema: SourceDetail | undefined): ReadonlySet<string> | undefined => {
  const columns = columnsOf(schema);
  return columns === undefined ? undefined : new Set(columns.keys());
};

/** `{ columns: { name: type } }` or `{ columns: [{ name, type }] }`. */
function columnsOf(schema: SourceDetail | undefined): Columns | undefined {
  const columns = memberOf(schema, 'columns');
  if (columns === null || typeof columns !== 'object') return undefined;
  if (!Array.isArray(columns)) return new Map(Object.entries(columns).map(([name, type]) => [name, textOf(type)]));
  const named = columns.map((column: SourceDetail) => [memberOf(column, 'name'), memberOf(column, 'type')] as const);
  return new Map(named.flatMap(([name, type]) => (typeof name === 'string' ? [[name, textOf(type ?? null)]] : [])));
}

function memberOf(value: SourceDetail | undefined, name: string): SourceDetail | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  return (value as Readonly<Record<string, SourceDetail>>)[name];
}

const textOf = (type: SourceDetail): string => (typeof type === 'string' ? type : canonicalJson(type));

/**
 * Refuses what can't be put any more: columns that are gone or have another type, unless they are skipped or records are mapped.
 *
 * @throws {BackupError} `SCHEMA_CHANGED`.
 */
export function refuseChanges(changes: readonly SchemaChange[], options: RecordRestoreOptions): void {
  if (options.map !== undefined) return;
  const refused = changes.filter(
    ({ module, column, change }) => change !== 'added' && options.skipColumns?.[module]?.includes(column) !== true,
  );
  if (refused.length === 0) return;
  throw new BackupError(
    'SCHEMA_CHANGED',
    `Expected the columns that the backup was made from, got ${refused.length === 1 ? 'one that has' : `${refused.length} that have`} changed since`,
    {
      details: refused.map(({ module, column, change, before, now }) =>
        change === 'removed'
          ? `${module}.${column} (${before ?? ''}) is not there any more`
          : `${module}.${column} was ${before ?? ''} and is ${now ?? ''}`,
      ),
      hint: 'Leave columns as they are (skipColumns), change records on their way (map), or restore before the migration is run.',
    },
  );
}
