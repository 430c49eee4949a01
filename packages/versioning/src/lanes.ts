/** Files that are worked on at a time: what a file costs is mostly waiting for the system. */
const LANES = 16;

/**
 * Starts work on items before their turn, and gives the results in the order of the items. When it ends early, it waits for
 * what was started.
 */
export async function* aheadInOrder<T, R>(items: readonly T[], start: (item: T) => Promise<R>): AsyncGenerator<R> {
  const started: Promise<R>[] = [];
  let next = 0;
  try {
    while (next < items.length || started.length > 0) {
      while (next < items.length && started.length < LANES) {
        const work = start(items[next++] as T);
        // It is told at its turn, not as a rejection that nobody handles.
        work.catch(() => undefined);
        started.push(work);
      }
      yield await (started.shift() as Promise<R>);
    }
  } finally {
    await Promise.allSettled(started);
  }
}

/** Works on items, a few at a time. After a failure no more are begun, and those that were have ended when it is thrown. */
export async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (const item of queue) {
      if (failures.length > 0) return;
      try {
        await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  if (failures.length > 0) throw failures[0];
}
