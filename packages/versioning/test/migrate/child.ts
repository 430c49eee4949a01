import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { bundledProgram } from '../../../../tooling/bundled-program.ts';

const PROGRAM = new URL('children/migrator.ts', import.meta.url);

/** Starts a process that runs migrations; see `children/migrator.ts`. */
export async function startChild(call: object): Promise<ChildProcess> {
  return spawn(process.execPath, ['--no-warnings', await bundledProgram(PROGRAM), JSON.stringify(call)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Runs it to its end. Returns the signal that killed it, or its exit code. */
export async function runChild(call: object): Promise<string | number | null> {
  const child = await startChild(call);
  child.stdout?.resume();
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? code;
}
