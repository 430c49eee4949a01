import type { Reservation } from '../model.ts';

const textOf = ({ id, roomId, userId, from, to, status, updatedAt }: Reservation): string =>
  [id, roomId, userId, from, to, status, updatedAt].join(' ');

/** Reservations that guests were promised and that are not there, or are otherwise. */
export function broken(promised: readonly Reservation[], found: readonly Reservation[]): readonly Reservation[] {
  const there = new Set(found.map((each) => textOf(each)));
  return promised.filter((each) => !there.has(textOf(each)));
}

/** Pairs of reservations of one room for the same night. */
export function doubleBookings(reservations: readonly Reservation[]): readonly (readonly [Reservation, Reservation])[] {
  const byRoom = Map.groupBy(
    reservations.filter(({ status }) => status === 'booked'),
    ({ roomId }) => roomId,
  );
  return [...byRoom.values()].flatMap((stays) => {
    const sorted = stays.toSorted((a, b) => (a.from < b.from ? -1 : 1));
    return sorted.flatMap((stay, at) => {
      const next = sorted[at + 1];
      return next !== undefined && next.from < stay.to ? [[stay, next] as const] : [];
    });
  });
}
