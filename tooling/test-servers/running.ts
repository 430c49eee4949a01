import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';

/** Many programs share the processors of CI, and a server starts in its own time there. */
const STARTS_WITHIN_MS = 120_000;

/** Waits until a server answers. A program that asks it costs more than the server's whole start: whoever can, asks by {@link greets}. */
export async function answering(name: string, answers: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + STARTS_WITHIN_MS;
  while (performance.now() < deadline) {
    if (await answers()) return;
    await setTimeout(10);
  }
  throw new Error(`Expected ${name} to start within two minutes, it did not`);
}

/** Whether a server takes a connection and answers with these words, by itself or to what is `said` to it. */
export async function greets(
  at: { readonly path: string } | { readonly port: number },
  words = '',
  said = '',
): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', ...at });
  socket.write(said);
  let heard = '';
  try {
    for await (const piece of socket) {
      heard += String(piece);
      if (heard.includes(words)) return true;
    }
    return false;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Ends a server at once, as if the power failed, unless it is not running. */
export async function killed(server: ChildProcess | undefined): Promise<void> {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGKILL');
  await ended;
}
