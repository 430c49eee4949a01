import { VersioningError } from '../../errors.ts';

/** The line of a place in a text, from 1 on. */
export function lineAt(text: string, at: number): number {
  let line = 1;
  for (let found = text.indexOf('\n'); found !== -1 && found < at; found = text.indexOf('\n', found + 1)) line++;
  return line;
}

/** Where in a script something is wrong. */
interface SqlPlace {
  readonly text: string;
  readonly at: number;
}

/** The error of a script that can't be taken apart. */
export function invalidSql(
  expectation: string,
  found: { readonly got: string; readonly hint: string },
  { text, at }: SqlPlace,
): VersioningError {
  const message = `Expected ${expectation} in line ${lineAt(text, at)}, got ${found.got}`;
  return new VersioningError('INVALID_SQL', message, { hint: found.hint });
}
