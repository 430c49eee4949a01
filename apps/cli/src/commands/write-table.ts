import type { Context } from '../program/context.ts';
import { tableLines } from '../render/table.ts';

/** Writes lines of a table, the first one in bold: its titles. */
export async function writeLines({ output }: Context, [head = '', ...rows]: readonly string[]): Promise<void> {
  await output.write(`${[output.colors.bold(head), ...rows].join('\n')}\n`);
}

/** Writes a table of texts, its titles in bold. */
export async function writeTable(
  context: Context,
  titles: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const columns = titles.map((title) => ({ title }));
  await writeLines(context, tableLines(columns, rows));
}
