/** Code and message of what went wrong with one entry. */
export interface EntryFailure {
  readonly code: string;
  readonly message: string;
}

/**
 * What an error says of one entry: the system's code where there is one, which is more useful than that there is one.
 *
 * @throws `error` itself when it has no code: that is a mistake in this program, not something about the entry.
 */
export function entryFailure(error: unknown): EntryFailure {
  const { code, message, cause } = error as { code?: unknown; message: string; cause?: { code?: unknown } };
  if (typeof code !== 'string') throw error;
  const system = code === 'PATH_FAILED' ? cause?.code : undefined;
  return { code: typeof system === 'string' ? system : code, message };
}

/** Whether the system does not let this user look at or write to a path. */
export function isForbidden(error: unknown): boolean {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  return code === 'PATH_FAILED' && (cause?.code === 'EACCES' || cause?.code === 'EPERM');
}
