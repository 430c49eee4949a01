/** Who stays, or works, at a hotel. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

export interface Room {
  readonly id: string;
  readonly name: string;
  readonly priceCents: number;
}

/** A stay: nights from `from` up to and without `to`, as `YYYY-MM-DD`. */
export interface Reservation {
  readonly id: string;
  readonly roomId: string;
  readonly userId: string;
  readonly from: string;
  readonly to: string;
  readonly status: 'booked' | 'cancelled';
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
}

/** What is asked for; the hotel gives the rest. */
export type Booking = Pick<Reservation, 'roomId' | 'userId' | 'from' | 'to'>;

/** The tables of a hotel. In each, `id` names a row and `updated_at` says when it was last changed. */
export const TABLES = ['users', 'rooms', 'reservations', 'settings'] as const;

/** A reservation from a row, as a database or a backup gives it. */
export const reservationOf = (row: Readonly<Record<string, unknown>>): Reservation => ({
  id: String(row['id']),
  roomId: String(row['room_id']),
  userId: String(row['user_id']),
  from: String(row['from_day']),
  to: String(row['to_day']),
  status: row['status'] === 'cancelled' ? 'cancelled' : 'booked',
  updatedAt: Number(row['updated_at']),
});
