import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

/** Waits until a server answers. */
export async function answering(name: string, answers: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    if (answers()) return;
    await setTimeout(25);
  }
  throw new Error(`Expected ${name} to start within ten seconds, it did not`);
}

/** Ends a server at once, as if the power failed, unless it is not running. */
export async function killed(server: ChildProcess | undefined): Promise<void> {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGKILL');
  await ended;
}
