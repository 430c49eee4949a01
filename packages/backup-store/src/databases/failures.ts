import { BackupError, type BackupErrorCode, isBackupError } from '../errors.ts';

/** What a program's words mean: a code, and what to do. */
export type Meaning = readonly [BackupErrorCode, string];

/** An error of a program with the code of what it has said, if `meaningOf` knows that; otherwise the same one. */
export function withMeaning(error: unknown, meaningOf: (said: string) => Meaning | undefined): unknown {
  if (!isBackupError(error, 'COMMAND_FAILED')) return error;
  const meaning = meaningOf([error.message, ...(error.details ?? [])].join('\n'));
  if (meaning === undefined) return error;
  const [code, hint] = meaning;
  return new BackupError(code, error.message, { cause: error, details: error.details, hint });
}

/** The meaning of the first words that fit: later ones may also be part of earlier messages. */
export function firstMeaning(
  meanings: readonly (readonly [RegExp, ...Meaning])[],
): (said: string) => Meaning | undefined {
  return (said) => {
    const [, ...meaning] = meanings.find(([words]) => words.test(said)) ?? [];
    return meaning.length === 0 ? undefined : meaning;
  };
}

/** The same stream; what it throws is turned into something that says more. */
export async function* withFailures<T>(
  stream: AsyncIterable<T>,
  failureOf: (error: unknown) => unknown,
): AsyncGenerator<T, void, undefined> {
  try {
    yield* stream;
  } catch (error) {
    throw failureOf(error);
  }
}
