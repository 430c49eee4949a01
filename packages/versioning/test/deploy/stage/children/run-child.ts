import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { bundledProgram } from '../../../../../../tooling/bundled-program.ts';
import { KILLED } from './kill-at-call.ts';

/** Runs a file of TypeScript in a process of its own. `true`: it was killed. */
export async function wasKilled(script: URL, args: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, [await bundledProgram(script), ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (code === KILLED) return true;
  if (code !== 0 && signal !== 'SIGKILL') throw new Error(`Expected SIGKILL or a good end, got ${code ?? signal}`);
  return signal === 'SIGKILL';
}
