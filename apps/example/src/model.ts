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

/** The tables of a hotel: names, and the columns that hold a record's id and its time of change. */
export const TABLES = ['users', 'rooms', 'reservations', 'settings'] as const;
