import { fitsName } from '../databases/names.ts';
import { BackupError } from '../errors.ts';
import type { SchemaDifference, ViewedTable } from './contract.ts';

/** A table as two sides have it. */
export interface TablePair {
  readonly name: string;
  readonly before?: ViewedTable | undefined;
  readonly after?: ViewedTable | undefined;
}

/**
 * Tables of both sides by their names, in order.
 *
 * @param patterns Default: all.
 * @throws {BackupError} `DATABASE_NOT_FOUND` when a pattern fits none of either side.
 */
export function pairTables(
  before: readonly ViewedTable[],
  after: readonly ViewedTable[],
  patterns?: readonly string[],
): TablePair[] {
  const [old, now] = [byName(before), byName(after)];
  const names = [...new Set([...old.keys(), ...now.keys()])].toSorted((a, b) => (a < b ? -1 : 1));
  const fits = (pattern: string, name: string): boolean =>
    fitsName(pattern, name) || fitsName(pattern, name.slice(name.indexOf('.') + 1));
  const missing = patterns?.find((pattern) => !names.some((name) => fits(pattern, name)));
  if (missing !== undefined)
    throw new BackupError('DATABASE_NOT_FOUND', `Expected a table like ${missing} on one of the sides, got none`, {
      details: names,
      hint: 'Patterns have * for any characters and ? for one.',
    });
  const chosen = names.filter((name) => patterns === undefined || patterns.some((pattern) => fits(pattern, name)));
  return chosen.map((name) => ({ name, before: old.get(name), after: now.get(name) }));
}

const byName = (tables: readonly ViewedTable[]): Map<string, ViewedTable> =>
  new Map(tables.map((table) => [table.name, table]));

/** What differs in how a table is made. A side that has none at all is not gone through part by part. */
export function schemaDifferences({ before, after }: TablePair): SchemaDifference[] {
  if (before === undefined || after === undefined) return [];
  const parts = [...new Set([...before.parts.keys(), ...after.parts.keys()])].toSorted((a, b) => (a < b ? -1 : 1));
  return parts.flatMap((part) => {
    const [was, is] = [before.parts.get(part), after.parts.get(part)];
    return was === is ? [] : [{ part, before: was, after: is }];
  });
}
