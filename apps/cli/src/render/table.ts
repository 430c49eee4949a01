/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right' | undefined;
}

const widthOf = (text: string): number => [...text].length;

/**
 * Lines of a table with padded columns, the title first. Cells are plain text, so colour lines afterwards;
 * the last column is not padded.
 */
export function tableLines(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const all = [columns.map((column) => column.title), ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => widthOf(row[index] ?? ''))));
  return all.map((row) => {
    const cells = columns.map((column, index) => {
      const cell = row[index] ?? '';
      const padding = ' '.repeat((widths[index] ?? 0) - widthOf(cell));
      if (column.align === 'right') return padding + cell;
      return index === columns.length - 1 ? cell : cell + padding;
    });
    return cells.join('  ').trimEnd();
  });
}

/** Lines of `label  value`, labels padded to the longest. */
export function factLines(
  facts: readonly (readonly [label: string, value: string])[],
  indent: string = '',
): readonly string[] {
  const width = Math.max(0, ...facts.map(([label]) => widthOf(label)));
  return facts.map(([label, value]) => `${indent}${label}${' '.repeat(width - widthOf(label))}  ${value}`.trimEnd());
}
