import type { DatabaseConnection } from '../driver.ts';
import { readStatements, type SqlWord } from '../sql/statements.ts';
import { isOwnTable } from '../state/tables.ts';

/**
 * A line for each thing of a database of SQLite. Of a table there is one for each column and rule, as its text has them, since SQLite keeps
 * texts and nothing else has its checks.
 */
export async function describeSqlite(connection: DatabaseConnection): Promise<readonly string[]> {
  const rows = await connection.query(
    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'",
  );
  return rows
    .filter((row) => !isOwnTable(String(row['tbl_name'])))
    .flatMap(({ type, name, sql }) => {
      const title = `${String(type)} ${String(name)}`;
      const parts = type === 'table' ? definitionsOf(String(sql)) : [oneLine(String(sql))];
      return parts.map((part) => `${title}: ${part}`);
    })
    .toSorted();
}

const oneLine = (sql: string): string => sql.replaceAll(/\s+/g, ' ').trim();

/** What stands between the commas of a table's parentheses, and what stands around them. */
function definitionsOf(sql: string): string[] {
  const words = readStatements(sql, 'sqlite')[0]?.words ?? [];
  const cuts: number[] = [];
  let depth = 0;
  let end = sql.length;
  for (const { kind, text, start } of words) {
    if (kind !== 'symbol') continue;
    if (text === '(' && ++depth === 1) cuts.push(start);
    if (text === ',' && depth === 1) cuts.push(start);
    if (text === ')' && --depth === 0) end = start;
  }
  // A table that is made of a query, or virtual, is told as a whole.
  if (cuts.length === 0 || isVirtual(words)) return [oneLine(sql)];
  const parts = cuts.map((cut, index) => oneLine(sql.slice(cut + 1, cuts[index + 1] ?? end)));
  return [...parts, oneLine(sql.slice(end + 1))].filter((part) => part !== '');
}

const isVirtual = (words: readonly SqlWord[]): boolean => words[1]?.text === 'VIRTUAL';
