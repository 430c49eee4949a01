import { BookingError } from './booking-error.ts';
import type { Hotel } from './hotel.ts';
import type { Reservation } from './model.ts';

const DAY_MS = 86_400_000;
const dayOf = (days: number): string => new Date(Date.UTC(2027, 0, 1) + days * DAY_MS).toISOString().slice(0, 10);

/** What a hotel opens with. */
export async function furnish(
  hotel: Hotel,
  { rooms, guests }: { readonly rooms: number; readonly guests: number },
): Promise<void> {
  for (let i = 0; i < rooms; i++)
    await hotel.addRoom({ id: String(101 + i), name: `Room ${101 + i}`, priceCents: 9000 + i * 500 });
  for (let i = 0; i < guests; i++) await hotel.addUser({ name: `Guest ${i}`, email: `guest${i}@${hotel.id}.example` });
  await hotel.setSetting('language', 'en');
  await hotel.assets.write(
    'lobby.svg',
    Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg"><title>${hotel.id}</title></svg>`),
  );
}

/** Guests who book one stay after the other, until they are told to go home. */
export class Guests {
  readonly #hotel: Hotel;
  readonly #promised = new Map<string, Reservation>();
  #next = 0;
  #isHome = false;
  #stay: Promise<void> = Promise.resolve();

  constructor(hotel: Hotel) {
    this.#hotel = hotel;
  }

  /** What they were promised until now: a hotel that loses one of these, or has it otherwise, has lost data. */
  promised(): readonly Reservation[] {
    return [...this.#promised.values()];
  }

  /** Cancels a stay that was booked here. */
  async cancel(id: string): Promise<void> {
    await this.#hotel.cancel(id);
    const found = (await this.#hotel.reservations()).find((each) => each.id === id);
    if (found !== undefined) this.#promised.set(id, found);
  }

  /** One more stay in a room that is free. */
  async bookOne(): Promise<Reservation> {
    const [rooms, users] = await Promise.all([this.#hotel.rooms(), this.#hotel.users()]);
    for (;;) {
      const turn = this.#next++;
      const room = rooms[turn % rooms.length];
      const user = users[turn % users.length];
      if (room === undefined || user === undefined) throw new Error(`Expected rooms and guests at ${this.#hotel.id}`);
      const first = Math.floor(turn / rooms.length) * 2;
      try {
        const made = await this.#hotel.book({
          roomId: room.id,
          userId: user.id,
          from: dayOf(first),
          to: dayOf(first + 2),
        });
        this.#promised.set(made.id, made);
        return made;
      } catch (error) {
        if (!(error instanceof BookingError && error.code === 'ROOM_TAKEN')) throw error;
      }
    }
  }

  /** Begins to book, with a pause after each stay. */
  arrive(pauseMs = 2): void {
    this.#isHome = false;
    this.#stay = (async () => {
      while (!this.#isHome) {
        await this.bookOne();
        await new Promise((resolve) => void setTimeout(resolve, pauseMs));
      }
    })();
    this.#stay.catch(() => undefined);
  }

  /** Ends the bookings; throws what went wrong with one. */
  async leave(): Promise<void> {
    this.#isHome = true;
    await this.#stay;
  }
}
