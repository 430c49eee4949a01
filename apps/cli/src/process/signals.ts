const NUMBERS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

type Watched = keyof typeof NUMBERS;

/** Watches the signals that ask the program to end. */
export interface SignalWatch extends Disposable {
  /** Aborted by the first one. */
  readonly signal: AbortSignal;
  /** `128 + n` once a signal came, as shells have it: 130 for Ctrl-C. */
  readonly exitCode: number | undefined;
  /** Lets somebody else answer SIGHUP: long-running programs read their configuration again. */
  onHangup(listener: () => void): void;
}

/** The reason of an abort by a signal. */
class InterruptedError extends Error {
  override readonly name: string = 'AbortError';
  readonly code: string = 'ABORTED';
}

/** The first signal aborts the work and waits for its clean end; a second one ends the process at once. */
export function watchSignals(note: (text: string) => void, exit: (code: number) => void): SignalWatch {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let hangup: (() => void) | undefined;
  const listener = (name: NodeJS.Signals): void => {
    if (name === 'SIGHUP' && hangup !== undefined) return hangup();
    const code = 128 + NUMBERS[name as Watched];
    if (exitCode !== undefined) return exit(code);
    exitCode = code;
    note(name === 'SIGINT' ? 'Stopping cleanly. Press Ctrl-C again to stop at once.' : `Stopping cleanly (${name}).`);
    controller.abort(new InterruptedError(`The run was ended by ${name}`));
  };
  const names = Object.keys(NUMBERS) as Watched[];
  for (const name of names) process.on(name, listener);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    onHangup: (wanted) => {
      hangup = wanted;
    },
    [Symbol.dispose]: () => {
      for (const name of names) process.off(name, listener);
    },
  };
}
