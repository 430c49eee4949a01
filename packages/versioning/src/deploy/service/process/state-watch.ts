import { type FSWatcher, watch } from 'node:fs';

/** How often it is looked when the system does not tell of changes, in milliseconds. */
const LOOK_MS = 500;

/**
 * Calls back when something is wanted anew: at once where the system tells of changes, and now and then in any case. It is never called while a call is
 * under way: an older reading could come after a newer one.
 */
export function watchState(folder: string, onChange: () => Promise<void>): { close(): void } {
  let isBusy = false;
  let isMissed = false;
  const call = async (): Promise<void> => {
    isMissed = isBusy;
    if (isBusy) return;
    isBusy = true;
    do {
      isMissed = false;
      await onChange();
    } while (isMissed);
    isBusy = false;
  };
  const look = setInterval(() => void call(), LOOK_MS);
  const watcher = watchFolder(folder, () => void call());
  return {
    close(): void {
      clearInterval(look);
      watcher?.close();
    },
  };
}

/** Systems have limits to what can be watched, and network file systems tell of nothing. */
function watchFolder(folder: string, onChange: () => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, (_, name) => {
      if (name === null || name === 'wanted.json') onChange();
    });
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
