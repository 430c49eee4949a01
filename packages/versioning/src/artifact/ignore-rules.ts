import ignore, { type Ignore } from 'ignore';

/**
 * The rules of ignore files that hold in a folder: its own, and before them those of the folders above, which count less.
 *
 * All stand in one list, from the top folder's point of view, since only then the last rule that matches decides, as in git.
 */
export class IgnoreRules {
  readonly #rules: Ignore;

  private constructor(rules: Ignore) {
    this.#rules = rules;
  }

  /** No rules, or a list of patterns that are for the top folder. */
  static of(patterns: readonly string[]): IgnoreRules {
    return new IgnoreRules(emptyRules().add([...patterns]));
  }

  /**
   * These rules, and those of an ignore file.
   *
   * @param folder Where the file lies, from the top folder down; empty for that one itself.
   */
  with(text: string, folder: string): IgnoreRules {
    const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
    return new IgnoreRules(
      emptyRules()
        .add(this.#rules)
        .add(lines.flatMap((line) => seenFromTop(line, folder) ?? [])),
    );
  }

  /** Whether a rule names the path or a folder that it lies in. */
  matches(path: string, isDirectory: boolean): boolean {
    return this.#rules.ignores(isDirectory ? `${path}/` : path);
  }
}

/** Case counts on every system, or the same folder would give other artefacts. */
function emptyRules(): Ignore {
  return ignore({ ignorecase: false, allowRelativePaths: true });
}

/** The rule as the ignore file of the top folder would have it; `undefined` for what is no rule. */
function seenFromTop(line: string, folder: string): string | undefined {
  const text = withoutBlanks(line);
  if (text === '' || text.startsWith('#')) return undefined;
  if (folder === '') return text;
  const negation = text.startsWith('!') ? '!' : '';
  // What was escaped for being the first character is none any more.
  const pattern = text.slice(negation.length).replace(/^\\([#!])/, '$1');
  const isAnchored = pattern.slice(0, -1).includes('/');
  const top = `/${folder.replaceAll(/[\\*?[\]]/g, String.raw`\$&`)}/`;
  return `${negation}${top}${isAnchored ? pattern.replace(/^\//, '') : `**/${pattern}`}`;
}

/** Takes off blanks at the end that no backslash keeps. */
function withoutBlanks(line: string): string {
  let end = line.length;
  while (line[end - 1] === ' ' && !isEscaped(line, end - 1)) end--;
  return line.slice(0, end);
}

/** An odd number of backslashes before it. */
function isEscaped(line: string, index: number): boolean {
  let backslashes = 0;
  while (line[index - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}
