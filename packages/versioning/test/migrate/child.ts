import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('children/migrator.ts', import.meta.url));

/** Starts a process that runs migrations; see `children/migrator.ts`. */
export function startChild(call: object): ChildProcess {
  return spawn(process.execPath, ['--no-warnings', CHILD, JSON.stringify(call)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Runs it to its end. Returns the signal that killed it, or its exit code. */
export async function runChild(call: object): Promise<string | number | null> {
  const child = startChild(call);
  child.stdout?.resume();
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? code;
}
