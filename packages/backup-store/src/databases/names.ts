import { BackupError } from '../errors.ts';

/**
 * The names that are meant, each once: patterns have `*` for any characters and `?` for one. A name is kept though it is not there:
 * it is a failure of its own then.
 *
 * @param what Names one of them in messages: `a table`.
 * @throws {BackupError} `DATABASE_NOT_FOUND` when a pattern fits none.
 */
export function chooseNames(patterns: readonly string[], names: readonly string[], what: string): string[] {
  const chosen = patterns.flatMap((pattern) => {
    if (!/[*?]/.test(pattern)) return [pattern];
    const found = names.filter((name) => fitsName(pattern, name));
    if (found.length > 0) return found;
    throw new BackupError('DATABASE_NOT_FOUND', `Expected ${what} like ${pattern}, got none of ${names.length}`, {
      details: names,
      hint: 'Patterns have * for any characters and ? for one.',
    });
  });
  return [...new Set(chosen)];
}

/** Whether a name is of this pattern. */
export function fitsName(pattern: string, name: string): boolean {
  const escaped = pattern.replaceAll(/[\\^$.+()[\]{}|]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'su').test(name);
}

/** A name of a file for a database: the same, but for what can't be in one. */
export function fileNameOf(database: string): string {
  return database.replaceAll(
    /[%/]|^\./g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
