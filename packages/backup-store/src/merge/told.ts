/** What is told one by one. */
export const TOLD = 20;

/** The first of them, and how many more there are. */
export const toldOf = (first: readonly string[], count: number): readonly string[] =>
  count > first.length ? [...first, `and ${count - first.length} more`] : first;
