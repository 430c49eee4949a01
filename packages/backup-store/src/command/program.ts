import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Readable, type Writable } from 'node:stream';

import type { CommandInput, CommandOptions } from './command-options.ts';
import { type LocalCommand, local } from './executor.ts';
import { Tail } from './tail.ts';

/** Bytes of what it says that are looked through for secrets. */
const STDERR_BYTES = 64 * 1024;
/** After this long, what was asked to end is ended, in milliseconds. */
const KILL_AFTER_MS = 3000;
const HAS_GROUPS = process.platform !== 'win32';

/** How a program ended. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** It could not be started, or what it was to read could not be given. */
  readonly error?: unknown;
  readonly isTimedOut: boolean;
}

/** A program that was started, in a process group of its own, so that all that it starts ends with it. */
export class Program implements AsyncDisposable {
  readonly stdout: Readable;
  /** Never rejects. */
  readonly ended: Promise<ProgramEnd>;
  readonly #child: ChildProcess;
  readonly #stderr = new Tail(STDERR_BYTES);
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #signal: AbortSignal | undefined;
  #inputError: unknown;
  #isTimedOut = false;
  #isKilled = false;
  #hasEnded = false;

  constructor(options: CommandOptions, signal?: AbortSignal) {
    const { command, args = [], env = {}, secrets = {}, cwd, stdin, executor = local(), timeoutMs } = options;
    const line = { command, args, cwd, env: { ...env, ...secrets }, hasInput: stdin !== undefined };
    const here = executor.wrap(line);
    const hasInput = line.hasInput || here.hasLifeline === true || here.preamble !== undefined;
    this.#child = spawn(here.command, here.args, {
      cwd: here.cwd,
      env: { ...process.env, ...here.env },
      stdio: [hasInput ? 'pipe' : 'ignore', 'pipe', 'pipe'],
      detached: HAS_GROUPS,
      windowsHide: true,
    });
    this.stdout = this.#child.stdout ?? Readable.from([]);
    this.#child.stderr?.on('data', (piece: Buffer) => this.#stderr.add(piece));
    this.#signal = signal;
    this.ended = this.#end();
    void this.#feed(here, stdin);
    if (timeoutMs !== undefined) this.#later(timeoutMs, () => this.#timeOut());
    signal?.addEventListener('abort', this.#kill, { once: true });
    if (signal?.aborted === true) this.#kill();
  }

  /** The end of what it has said: lines that are there in full. */
  get stderr(): string {
    return this.#stderr.lines;
  }

  async #end(): Promise<ProgramEnd> {
    const error = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      this.#child.once('exit', () => resolve(undefined));
      // Also that it could not be killed: then its end is still to come.
      this.#child.on('error', (cause) => {
        if (this.#child.pid === undefined) resolve(cause);
      });
    });
    if (error === undefined) await this.#saidAll();
    this.#hasEnded = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#signal?.removeEventListener('abort', this.#kill);
    this.#child.stdin?.destroy();
    const { exitCode: code, signalCode: signal } = this.#child;
    return { code, signal, error: error ?? this.#inputError, isTimedOut: this.#isTimedOut };
  }

  /** What it has said last may come after its end; what it has left running may hold the stream open. */
  async #saidAll(): Promise<void> {
    const { stderr } = this.#child;
    if (stderr === null || stderr.readableEnded || stderr.destroyed) return;
    await Promise.race([
      once(stderr, 'close').catch(() => undefined),
      new Promise<void>((resolve) => this.#later(500, resolve)),
    ]);
  }

  #later(ms: number, action: () => void): void {
    this.#timers.push(setTimeout(action, ms));
  }

  #timeOut(): void {
    this.#isTimedOut = true;
    this.#kill();
  }

  readonly #kill = (): void => {
    if (this.#hasEnded) return;
    this.#isKilled = true;
    this.#send('SIGTERM');
    this.#later(KILL_AFTER_MS, () => this.#send('SIGKILL'));
  };

  #send(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    try {
      if (HAS_GROUPS) process.kill(-pid, signal);
      else this.#child.kill(signal);
    } catch {
      // It has ended by itself.
    }
  }

  /** Ends it, if it has not, and waits for its end. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#kill();
    this.stdout.destroy();
    await this.ended;
    // What it had started may not have ended with it.
    if (this.#isKilled) this.#send('SIGKILL');
  }

  /** Gives it its input. A program that ends without reading it has its reasons, which its exit code tells. */
  async #feed(here: LocalCommand, input: CommandInput | undefined): Promise<void> {
    const { stdin } = this.#child;
    if (stdin === null) return;
    stdin.on('error', () => undefined);
    if (here.preamble !== undefined) stdin.write(here.preamble);
    if (typeof input === 'function') await this.#feedStream(stdin, input);
    else if (input !== undefined || here.hasLifeline !== true) stdin.end(input);
  }

  async #feedStream(stdin: Writable, input: () => AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const piece of input()) {
        if (!stdin.writable) return;
        if (!stdin.write(piece)) await drained(stdin);
      }
      stdin.end();
    } catch (error) {
      // It must not take what it has for all there is, as it would if its input just ended.
      this.#inputError = error;
      this.#isKilled = true;
      this.#send('SIGKILL');
    }
  }
}

/** Waits until a stream takes more, or takes no more for ever. */
async function drained(stream: Writable): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });
}
