import { setTimeout as pause } from 'node:timers/promises';
import type { Repository } from '@x/backup-store';
import type { Hotels } from '../hotels.ts';
import { addHotel } from './open-protection.ts';
import { protectHotel } from './protect-hotel.ts';

/** How {@link keepProtected} goes on. */
export interface KeepProtectedOptions {
  /** Milliseconds from the end of a round to the next one. */
  readonly everyMs: number;
  /** Ends it, after the backup that is under way. */
  readonly signal: AbortSignal;
  /** Told of each backup. */
  readonly onDone: (
    hotel: string,
    outcome: { readonly snapshot?: string | undefined; readonly error?: Error | undefined },
  ) => void;
}

/** Backs up one hotel after the other, again and again. One that fails is told of, and tried again in the next round. */
export async function keepProtected(
  repository: Repository,
  hotels: Hotels,
  { everyMs, signal, onDone }: KeepProtectedOptions,
): Promise<void> {
  while (!signal.aborted) {
    for (const id of hotels.ids) {
      if (signal.aborted) return;
      try {
        await addHotel(repository, id);
        const { snapshot } = await protectHotel(repository, hotels.places(id), { trigger: 'scheduled' });
        onDone(id, { snapshot: snapshot?.id });
      } catch (error) {
        onDone(id, { error: error as Error });
      }
    }
    await pause(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
