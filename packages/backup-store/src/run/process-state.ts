import { readFileSync } from 'node:fs';

/** What the system tells of a process. */
export interface ProcessState {
  /** It only waits for its parent to hear of its end. */
  readonly isOver: boolean;
  /** When it began, in ticks since the system was started: numbers are given again, and this with the same number is not. */
  readonly ticks: number;
}

/** Fields of proc_pid_stat(5). `undefined` where the system does not tell. */
export function processState(pid: number): ProcessState | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second one is a name in brackets that may hold anything.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ');
    return { isOver: fields[0] === 'Z' || fields[0] === 'X', ticks: Number(fields[19]) };
  } catch {
    return undefined;
  }
}
