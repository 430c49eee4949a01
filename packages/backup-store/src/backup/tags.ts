import { BackupError } from '../errors.ts';

/**
 * Tags without repeats, in order.
 *
 * @throws {BackupError} `INVALID_OPTION` for what is neither a word nor `key=value`.
 */
export function checkedTags(tags: readonly string[]): readonly string[] {
  const bad = tags.find((tag) => !/^[^\s=,][^\s,]{0,255}$/u.test(tag));
  if (bad !== undefined) {
    throw new BackupError(
      'INVALID_OPTION',
      `Expected a tag that is a word or key=value without blanks and commas, got ${JSON.stringify(bad)}`,
    );
  }
  return [...new Set(tags)].toSorted();
}
