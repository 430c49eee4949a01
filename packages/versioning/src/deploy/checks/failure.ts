const LONGEST = 300;

/** What went wrong, on one line, for people. */
export function failureText(error: unknown): string {
  return oneLine(innermost(error));
}

/** Node hides why no address of a name could be reached in a list, and its own message is empty then. */
function innermost(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : error.message;
}

/** A text as one line, without characters that a terminal would obey. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what it is about
  const line = text.replaceAll(/[\s\u0000-\u001F\u007F-\u009F]+/g, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** Rejects with the reason of a signal, when it is given. */
export function ended(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(signal.reason as Error);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  // Where the work was first, nobody looks at it.
  promise.catch(() => undefined);
  return promise;
}
