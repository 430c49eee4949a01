import type { Quarter } from './open-quarter.ts';

const DAY_MS = 86_400_000;

/** Lets time pass up to a moment: whatever is due by then is run, one look after the other, at its time. */
export async function liveUntil(
  { clock, holdfast }: Pick<Quarter, 'clock' | 'holdfast'>,
  untilMs: number,
): Promise<void> {
  const { scheduler } = holdfast;
  while (clock.now() < untilMs) {
    const { started, nextMs = untilMs } = await scheduler.look();
    await scheduler.idle();
    if (started.length === 0) clock.putOnTo(Math.min(Math.max(nextMs, clock.now() + 1000), untilMs));
  }
}

/** Guests book at all hotels. */
export async function bookAll({ open }: Pick<Quarter, 'open'>, bookings: number): Promise<void> {
  for (const { guests } of open.values()) for (let n = 0; n < bookings; n++) await guests.bookOne();
}

function midnightAfter(ms: number): number {
  return (Math.floor(ms / DAY_MS) + 1) * DAY_MS;
}

/** One day: guests book in the morning, and the night does its work. Ends at the midnight after. */
export async function liveDay(quarter: Quarter, bookings: number): Promise<void> {
  const midnight = midnightAfter(quarter.clock.now());
  await liveUntil(quarter, midnight - DAY_MS / 2);
  await bookAll(quarter, bookings);
  await liveUntil(quarter, midnight);
}

/** Until nine o'clock of the next morning. */
export async function liveUntilMorning(quarter: Pick<Quarter, 'clock' | 'holdfast'>): Promise<void> {
  await liveUntil(quarter, midnightAfter(quarter.clock.now()) + 9 * 3_600_000);
}
