import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A Node process that runs one of the files in `children/`. */
export interface Child {
  /** The next line of its output. */
  line(): Promise<string>;
  send(line: string): void;
  /** Kills it the hard way and waits for its end. */
  kill(): Promise<void>;
  /** Waits for its end by itself. */
  end(): Promise<void>;
}

/** Starts a child that runs a script; it is killed when the test ends. `openFiles` limits how many files it may have open. */
export function startChild(script: URL, args: readonly string[], openFiles?: number): Child {
  const command = [process.execPath, fileURLToPath(script), ...args];
  const [program = '', ...rest] =
    openFiles === undefined ? command : ['sh', '-c', `ulimit -n ${openFiles}; exec "$@"`, 'sh', ...command];
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  onTestFinished(() => stop(child, closed));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async line() {
      const next = await lines.next();
      if (next.done === true) throw new Error(`Expected a line from ${script.pathname}, got its end`);
      return next.value;
    },
    send: (line) => child.stdin.write(`${line}\n`),
    kill: () => stop(child, closed),
    end: () => closed,
  };
}

async function stop(child: ChildProcess, closed: Promise<void>): Promise<void> {
  child.kill('SIGKILL');
  await closed;
}
