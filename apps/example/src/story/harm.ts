import { setTimeout as pause } from 'node:timers/promises';
import type { DamageWindow } from '@x/backup-store/merge';
import type { Reservation } from '../model.ts';
import type { HotelStory } from './story.ts';

/** What somebody's script has done to a hotel. */
export interface Harm {
  /** When it ran. */
  readonly damaged: DamageWindow;
  readonly deleted: number;
  /** Given to another guest, with a newer time of change. */
  readonly overwritten: number;
  /** Cancelled behind the program's back: the time of change is what it was. */
  readonly cancelled: number;
}

/** Somebody's script, meant to tidy up the past, has the wrong day in it. Guests book meanwhile. */
export async function harm({ hotel }: HotelStory, stored: readonly Reservation[]): Promise<Harm> {
  const days = stored.map(({ from }) => from).toSorted();
  const [first, second, third] = [0.25, 0.5, 0.75].map((part) => String(days[Math.floor(days.length * part)]));
  const count = (since: string, until: string): number => days.filter((day) => day >= since && day < until).length;
  const since = Date.now();
  await hotel.runByHand(`DELETE FROM reservations WHERE from_day < '${first}'`);
  await hotel.runByHand(
    `UPDATE reservations SET user_id = 'nobody', updated_at = ${Date.now()} WHERE from_day >= '${first}' AND from_day < '${second}'`,
  );
  await hotel.runByHand(
    `UPDATE reservations SET status = 'cancelled' WHERE from_day >= '${second}' AND from_day < '${third}'`,
  );
  const damaged = { since, until: Date.now() };
  // What is done from now on has a later time.
  await pause(5);
  return {
    damaged,
    deleted: count('', String(first)),
    overwritten: count(String(first), String(second)),
    cancelled: count(String(second), String(third)),
  };
}
