import type { Reservation } from '../model.ts';

const textOf = ({ id, roomId, userId, from, to, status, updatedAt }: Reservation): string =>
  [id, roomId, userId, from, to, status, updatedAt].join(' ');

/** Reservations that guests were promised and that are not there, or are otherwise. */
export function broken(promised: readonly Reservation[], found: readonly Reservation[]): readonly Reservation[] {
  const there = new Set(found.map((each) => textOf(each)));
  return promised.filter((each) => !there.has(textOf(each)));
}

/** Reservations of a room for a night that another one has, each with one of those. */
export function doubleBookings(reservations: readonly Reservation[]): readonly (readonly [Reservation, Reservation])[] {
  const byRoom = Map.groupBy(
    reservations.filter(({ status }) => status === 'booked'),
    ({ roomId }) => roomId,
  );
  return [...byRoom.values()].flatMap((stays) => {
    const sorted = stays.toSorted((a, b) => (a.from < b.from ? -1 : 1));
    // The one of those before that ends last: whoever comes before that day meets it.
    let before: Reservation | undefined;
    const pairs: (readonly [Reservation, Reservation])[] = [];
    for (const stay of sorted) {
      if (before !== undefined && stay.from < before.to) pairs.push([before, stay]);
      if (before === undefined || stay.to > before.to) before = stay;
    }
    return pairs;
  });
}
