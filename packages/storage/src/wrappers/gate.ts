/** Lets a number of tasks run at a time; the others wait in the order they came. */
export interface Gate {
  /** Runs the task when its turn comes; a task whose signal aborts before that never runs. */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** A {@link Gate} with `slots` places. */
export function gate(slots: number): Gate {
  const waiting = new Set<() => void>();
  let free = slots;
  const enter = (signal: AbortSignal | undefined): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return Promise.resolve();
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = (): void => {
      waiting.delete(admit);
      reject(signal?.reason);
    };
    const admit = (): void => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    waiting.add(admit);
    return promise;
  };
  const leave = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
      return;
    }
    // The place goes straight to the next one, so that no newcomer slips in between.
    waiting.delete(next);
    next();
  };
  return {
    async run(task, signal) {
      signal?.throwIfAborted();
      await enter(signal);
      try {
        return await task();
      } finally {
        leave();
      }
    },
  };
}
