import type { RunError } from './entry.ts';

const LONGEST = 500;

/** What went wrong, short and on one line: it is kept with the run. */
export function runError(error: unknown): RunError {
  const message = (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').slice(0, LONGEST);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { code, message };
}

const MOST_DETAILS = 64 * 1024;

/** What a job says of its run, if it fits. */
export function keptDetails(details: unknown): unknown {
  if (details === undefined) return undefined;
  let text: string | undefined;
  try {
    text = JSON.stringify(details);
  } catch (error) {
    return { leftOut: `what can not be written as JSON: ${runError(error).message}` };
  }
  if (text === undefined) return undefined;
  return text.length > MOST_DETAILS ? { leftOut: `${text.length} characters` } : (JSON.parse(text) as unknown);
}
