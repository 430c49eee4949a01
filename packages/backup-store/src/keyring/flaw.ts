/** Something wrong with an object that is stored twice. */
export interface Flaw {
  readonly name: string;
  readonly error: Error;
  /** Makes the bytes to be stored in its place, out of the other copy; absent when that one is no better. */
  readonly again: (() => Uint8Array) | undefined;
}

/** Codes of stores that say something of an object, and not of the way to it. */
const OF_OBJECTS: ReadonlySet<unknown> = new Set(['IO_FAILED', 'SHORT_READ']);

/** Whether an error says that an object is missing or damaged, so that its copy is worth a look. */
export function isFlaw(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  return error.name === 'BackupError' || (error.name === 'StorageError' && OF_OBJECTS.has(code));
}
