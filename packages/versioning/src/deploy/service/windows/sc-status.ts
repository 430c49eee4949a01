import type { ServiceStatus } from '../contract.ts';

/** Exit codes of `sc.exe` are those of Windows: the service is not there, runs already, does not run, is about to be removed; access denied. */
export const SC = { missing: 1060, running: 1056, stopped: 1062, goingAway: 1072, forbidden: 5 } as const;

/** `SERVICE_STATUS.dwCurrentState`. Their numbers are the same in all languages of Windows. */
const STATES: Readonly<Record<string, ServiceStatus['state']>> = {
  1: 'stopped',
  2: 'starting',
  3: 'running',
  4: 'running',
  5: 'starting',
  6: 'running',
  7: 'stopped',
};

/** What `sc.exe queryex` prints, with its exit code. */
export function scStatus(code: number | null, output: string): ServiceStatus {
  if (code === SC.missing) return { state: 'missing', pids: [] };
  const found = /:\s+([1-7])\s+([A-Z]+(?:_[A-Z]+)*)/.exec(output);
  if (code !== 0 || found === null) return { state: 'unknown', pids: [], detail: output.trim().split(/\r?\n/).at(-1) };
  const [, number = '', name = ''] = found;
  const pid = Number(/\bPID\s+:\s+(\d+)/.exec(output)?.[1] ?? 0);
  const exitCode = Number(/WIN32_EXIT_CODE\s+:\s+(\d+)/.exec(output)?.[1] ?? 0);
  const known = { pids: pid > 0 ? [pid] : [] };
  // 1077: it has not been started since the system began.
  if (number === '1' && exitCode !== 0 && exitCode !== 1077)
    return { ...known, state: 'failed', detail: `it ended with code ${exitCode}` };
  return number === '1' || number === '4'
    ? { ...known, state: STATES[number] ?? 'unknown' }
    : { ...known, state: STATES[number] ?? 'unknown', detail: `Windows calls it ${name}` };
}
