import type { Turns } from './turns.ts';

/**
 * Waits for a turn, but not for ever: where whoever has it may wait for this one in return, patience must have an end.
 *
 * @param options `patienceMs`: so long, and then it goes on without a turn; absent: however long it takes.
 * @returns What ends the turn; calling it again does nothing.
 */
export async function waitingTurn(
  turns: Turns,
  options: { readonly signal: AbortSignal; readonly patienceMs: number | undefined },
): Promise<() => void> {
  const { signal, patienceMs } = options;
  if (patienceMs === undefined) return await turns.take(signal);
  const impatient = new AbortController();
  const timer = setTimeout(() => impatient.abort(), patienceMs);
  try {
    return await turns.take(AbortSignal.any([signal, impatient.signal]));
  } catch (error) {
    if (signal.aborted || !impatient.signal.aborted) throw error;
    return () => undefined;
  } finally {
    clearTimeout(timer);
  }
}
