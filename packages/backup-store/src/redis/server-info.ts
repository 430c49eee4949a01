import { setTimeout } from 'node:timers/promises';
import { isBackupError } from '../errors.ts';
import { ask, programsOf, type RedisPrograms } from './programs.ts';

/** Between two looks, in milliseconds; then longer ones. */
const PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1000;

/** A part of what a server says of itself; `undefined` while it does not answer. */
export async function infoOf(
  programs: RedisPrograms,
  section: string,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    const info = await ask(programsOf(programs), ['INFO', section], { expected: /^# /m, signal });
    return new Map(
      info.split(/\r?\n/).flatMap((line) => {
        const at = line.indexOf(':');
        return at < 0 ? [] : [[line.slice(0, at), line.slice(at + 1)] as const];
      }),
    );
  } catch (error) {
    signal?.throwIfAborted();
    if (isBackupError(error, 'COMMAND_NOT_FOUND')) throw error;
    return undefined;
  }
}

/** Looks again and again until it is so. */
export async function until(signal: AbortSignal | undefined, isDone: () => Promise<boolean>): Promise<void> {
  for (let pauseMs = PAUSE_MS; !(await isDone()); pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS))
    await setTimeout(pauseMs, undefined, { signal });
}
