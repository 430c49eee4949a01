import { type FilePlace, VersioningError } from '../../errors.ts';

/**
 * The error of a file that is no migration as it should be.
 *
 * @param found What is there instead, and a hint where there is more than one way out.
 */
export function invalidMigration(
  expectation: string,
  found: { readonly got: string; readonly hint: string },
  place: FilePlace,
): VersioningError {
  const where = place.line === undefined ? place.file : `${place.file}:${place.line}`;
  return new VersioningError('INVALID_MIGRATION', `Expected ${expectation} in ${where}, got ${found.got}`, {
    hint: found.hint,
    place,
  });
}
