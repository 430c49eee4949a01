import { checkAborted } from '../run/abort.ts';
import { compareByKey, digestRows } from './compare-rows.ts';
import { pairTables, schemaDifferences, type TablePair } from './compare-schemas.ts';
import type { DatabaseView, DataDiffOptions, DataDifference, RowsWanted } from './contract.ts';

const MAX_IDS = 20;

/** A database as a snapshot has it, and as it is now. */
export interface DatabaseSides {
  /** Of the dump in the snapshot. */
  readonly path: string;
  readonly before: DatabaseView;
  readonly after: DatabaseView;
}

/**
 * Compares two databases, table by table in the order of their names. Tables that are the same are told as well: so it is known that they were looked at.
 * Rows are read in the order of their primary key from both sides at a time; columns that only one side has are a difference of the schema and not of each row.
 *
 * @throws {BackupError} `DATABASE_NOT_FOUND` for names that fit no table; what reading throws.
 */
export async function* compareDatabases(
  sides: DatabaseSides,
  options: DataDiffOptions,
): AsyncGenerator<DataDifference, void, undefined> {
  const { signal } = options;
  const [before, after] = [await sides.before.tables(signal), await sides.after.tables(signal)];
  for (const pair of pairTables(before, after, options.tables)) {
    checkAborted(signal);
    yield await compareTable(sides, pair, options);
  }
}

async function compareTable(sides: DatabaseSides, pair: TablePair, options: DataDiffOptions): Promise<DataDifference> {
  const { name, before, after } = pair;
  const schema = schemaDifferences(pair);
  const about = { path: sides.path, name, schema };
  if (before?.hasRows === true && after?.hasRows === true) {
    const rows = await compareRows(sides, { before, after }, options);
    return { ...about, change: rows.isSame && schema.length === 0 ? 'same' : 'changed', ...rows.found };
  }
  const { signal } = options;
  const was = before?.hasRows === true ? { before: await sides.before.count(before, signal) } : {};
  const is = after?.hasRows === true ? { after: await sides.after.count(after, signal) } : {};
  const change =
    before === undefined ? 'added' : after === undefined ? 'removed' : schema.length > 0 ? 'changed' : 'same';
  return { ...about, change, compared: 'none', ...was, ...is };
}

interface RowsFound {
  readonly isSame: boolean;
  readonly found: Pick<DataDifference, 'compared' | 'before' | 'after' | 'added' | 'changed' | 'removed'>;
}

async function compareRows(
  sides: DatabaseSides,
  {
    before,
    after,
  }: Required<Pick<TablePair, 'before' | 'after'>> & { [K in 'before' | 'after']: NonNullable<TablePair[K]> },
  { signal, maxIds = MAX_IDS }: DataDiffOptions,
): Promise<RowsFound> {
  const columns = before.columns.filter((column) => after.columns.includes(column));
  const isKeyed = before.key.length > 0 && before.key.join('\0') === after.key.join('\0');
  const wanted: RowsWanted = { columns, key: isKeyed ? before.key : [], signal };
  const rows = { before: sides.before.rows(before, wanted), after: sides.after.rows(after, wanted) };
  if (isKeyed) {
    const found = await compareByKey(rows, { maxIds, signal });
    const isSame = found.added.count + found.changed.count + found.removed.count === 0;
    return { isSame, found: { compared: 'key', ...found } };
  }
  const was = await digestRows(rows.before, signal);
  const is = await digestRows(rows.after, signal);
  return {
    isSame: was.count === is.count && was.digest === is.digest,
    found: { compared: 'digest', before: was.count, after: is.count },
  };
}
