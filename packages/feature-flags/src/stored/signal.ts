import { BroadcastChannel } from 'node:worker_threads';

/**
 * Tells other readers of the same store that there is something new, so that they need not wait for their next look. It carries
 * nothing: what was missed, or came twice, does no harm.
 */
export interface FlagSignal {
  /** Tells all who subscribed, in other threads and processes too. */
  publish(): void;
  /** Calls back until what it returns is called. */
  subscribe(onChange: () => void): () => void;
}

/**
 * A signal between the threads of this process.
 *
 * @param name The same for all who read the same store.
 * @example
 * ```ts
 * import { localSignal, storedFlags } from '@x/feature-flags/stored';
 * import { openStore } from '@x/storage';
 *
 * const store = storedFlags(await openStore('file:///srv/flags'), { signal: localSignal('flags') });
 * ```
 */
export function localSignal(name: string): FlagSignal {
  return {
    publish() {
      const channel = new BroadcastChannel(name);
      channel.postMessage('changed');
      channel.close();
    },
    subscribe(onChange) {
      const channel = new BroadcastChannel(name);
      channel.addEventListener('message', () => {
        onChange();
      });
      // Waiting for changes keeps no process alive.
      channel.unref();
      return () => {
        channel.close();
      };
    },
  };
}
