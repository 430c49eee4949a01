import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ProgramCall } from './program.ts';
import { programMissing } from './service-failure.ts';

/** The lines that a program prints, as they come. It is ended when nobody wants more. @throws {VersioningError} `SERVICE_UNAVAILABLE`; the reason of the signal. */
export async function* programLines(
  [program, ...args]: readonly [string, ...string[]],
  { cwd, env = process.env as Record<string, string>, signal }: Pick<ProgramCall, 'cwd' | 'env' | 'signal'> = {},
): AsyncGenerator<string> {
  signal?.throwIfAborted();
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true });
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(programMissing(program, error)));
  });
  failed.catch(() => undefined);
  const kill = (): void => void child.kill();
  signal?.addEventListener('abort', kill, { once: true });
  try {
    if (child.pid === undefined) await failed;
    yield* createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY });
    signal?.throwIfAborted();
  } finally {
    signal?.removeEventListener('abort', kill);
    kill();
  }
}
