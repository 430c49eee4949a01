import { randomUUID } from 'node:crypto';
import type { Assets } from './assets.ts';
import type { Sql } from './database/sql.ts';
import { BookingError } from './booking-error.ts';
import { type Booking, type Reservation, reservationOf, type Room, type User } from './model.ts';

const DAY = /^\d{4}-\d\d-\d\d$/;

/** One tenant: its users, rooms, reservations and settings in a database, its pictures in a folder. */
export class Hotel {
  readonly id: string;
  readonly assets: Assets;
  readonly #sql: Sql;
  readonly #clock: () => number;

  constructor(
    id: string,
    parts: { readonly sql: Sql; readonly assets: Assets; readonly clock?: (() => number) | undefined },
  ) {
    this.id = id;
    this.assets = parts.assets;
    this.#sql = parts.sql;
    this.#clock = parts.clock ?? Date.now;
  }

  async addUser(user: Omit<User, 'id'>): Promise<User> {
    const id = randomUUID();
    const { name, email } = user;
    await this.#sql.all('INSERT INTO users (id, name, email, updated_at) VALUES ($1, $2, $3, $4)', [
      id,
      name,
      email,
      this.#clock(),
    ]);
    return { id, name, email };
  }

  async addRoom(room: Room): Promise<Room> {
    const { id, name, priceCents } = room;
    await this.#sql.all('INSERT INTO rooms (id, name, price_cents, updated_at) VALUES ($1, $2, $3, $4)', [
      id,
      name,
      priceCents,
      this.#clock(),
    ]);
    return room;
  }

  async users(): Promise<readonly User[]> {
    const rows = await this.#sql.all('SELECT id, name, email FROM users ORDER BY id');
    return rows.map((row) => ({ id: String(row['id']), name: String(row['name']), email: String(row['email']) }));
  }

  async rooms(): Promise<readonly Room[]> {
    const rows = await this.#sql.all('SELECT id, name, price_cents FROM rooms ORDER BY id');
    return rows.map((row) => ({
      id: String(row['id']),
      name: String(row['name']),
      priceCents: Number(row['price_cents']),
    }));
  }

  /** @throws {BookingError} `INVALID_REQUEST`, `ROOM_NOT_FOUND`, `USER_NOT_FOUND`, `ROOM_TAKEN`. */
  async book({ roomId, userId, from, to }: Booking): Promise<Reservation> {
    if (!DAY.test(from) || !DAY.test(to) || from >= to) {
      throw new BookingError(
        'INVALID_REQUEST',
        `Expected days such as 2027-05-01, the first before the last, got ${from} and ${to}`,
      );
    }
    const id = randomUUID();
    const updatedAt = this.#clock();
    await this.#sql.transaction(async (sql) => {
      const [room] = await sql.all('SELECT id FROM rooms WHERE id = $1', [roomId]);
      if (room === undefined) throw new BookingError('ROOM_NOT_FOUND', `Expected a room of ${this.id}, got ${roomId}`);
      const [user] = await sql.all('SELECT id FROM users WHERE id = $1', [userId]);
      if (user === undefined) throw new BookingError('USER_NOT_FOUND', `Expected a user of ${this.id}, got ${userId}`);
      const taken = await sql.all(
        "SELECT id FROM reservations WHERE room_id = $1 AND status = 'booked' AND from_day < $2 AND to_day > $3",
        [roomId, to, from],
      );
      if (taken.length > 0)
        throw new BookingError('ROOM_TAKEN', `Expected room ${roomId} to be free from ${from} to ${to}`);
      await sql.all(
        "INSERT INTO reservations (id, room_id, user_id, from_day, to_day, status, updated_at) VALUES ($1, $2, $3, $4, $5, 'booked', $6)",
        [id, roomId, userId, from, to, updatedAt],
      );
    });
    return { id, roomId, userId, from, to, status: 'booked', updatedAt };
  }

  /** @throws {BookingError} `RESERVATION_NOT_FOUND`. */
  async cancel(id: string): Promise<void> {
    await this.#sql.transaction(async (sql) => {
      const [found] = await sql.all('SELECT id FROM reservations WHERE id = $1', [id]);
      if (found === undefined)
        throw new BookingError('RESERVATION_NOT_FOUND', `Expected a reservation of ${this.id}, got ${id}`);
      await sql.all("UPDATE reservations SET status = 'cancelled', updated_at = $2 WHERE id = $1", [id, this.#clock()]);
    });
  }

  async reservations(): Promise<readonly Reservation[]> {
    return (await this.#sql.all('SELECT * FROM reservations ORDER BY id')).map(reservationOf);
  }

  async settings(): Promise<Readonly<Record<string, string>>> {
    const rows = await this.#sql.all('SELECT id, value FROM settings ORDER BY id');
    return Object.fromEntries(rows.map((row) => [String(row['id']), String(row['value'])]));
  }

  async setSetting(key: string, value: string): Promise<void> {
    await this.#sql.all(
      'INSERT INTO settings (id, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at',
      [key, value, this.#clock()],
    );
  }

  /** Runs a statement as somebody with a console would: how data comes to harm. */
  async runByHand(text: string): Promise<void> {
    await this.#sql.all(text);
  }

  /** Does work while nobody reads or books here: guests wait until it has ended. */
  async atRest<T>(work: () => Promise<T>): Promise<T> {
    return await this.#sql.atRest(work);
  }

  /** Deletes all that is in the database. */
  async drop(): Promise<void> {
    await this.#sql.drop();
  }

  async close(): Promise<void> {
    await this.#sql[Symbol.asyncDispose]();
  }
}
