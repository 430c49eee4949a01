import { basename } from 'node:path';
import { BackupError } from '../errors.ts';

/**
 * The live database that a dump is compared with: the one that the connection names where there is one dump, else that of the dump's
 * name.
 *
 * @param path Of the dump in the snapshot, such as `mysql/shop.sql`.
 */
export function liveDatabaseOf(
  path: string,
  { named, dumps }: { readonly named?: string | undefined; readonly dumps: number },
): string {
  if (named !== undefined && named !== '' && dumps === 1) return named;
  const name = basename(path).replace(/\.(?:sql|dump)$/, '');
  // As `fileNameOf` has written it.
  return name.replaceAll(/%([0-9A-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Values are asked for as `table.column` or `schema.table.column`. @throws {BackupError} `INVALID_OPTION`. */
export function columnParts(column: string): {
  readonly schema?: string | undefined;
  readonly table: string;
  readonly name: string;
} {
  const parts = column.split('.');
  const [name = '', table = '', schema] = parts.toReversed();
  if (table !== '' && name !== '' && parts.length <= 3) return { schema, table, name };
  throw new BackupError('INVALID_OPTION', `Expected table.column or schema.table.column, got ${column}`);
}
