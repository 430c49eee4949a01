import { BookingError } from '../booking-error.ts';
import type { Booking, Room, User } from '../model.ts';

/** The members of a request's body that must be texts. */
function texts<Name extends string>(body: unknown, names: readonly Name[]): Record<Name, string> {
  const given = (body ?? {}) as Record<string, unknown>;
  const wrong = names.find((name) => typeof given[name] !== 'string' || given[name] === '');
  if (wrong !== undefined) {
    throw new BookingError('INVALID_REQUEST', `Expected ${wrong} to be a text, got ${JSON.stringify(given[wrong])}`);
  }
  return Object.fromEntries(names.map((name) => [name, given[name]])) as Record<Name, string>;
}

export const bookingOf = (body: unknown): Booking => texts(body, ['roomId', 'userId', 'from', 'to']);
export const userOf = (body: unknown): Omit<User, 'id'> => texts(body, ['name', 'email']);
export const settingOf = (body: unknown): string => texts(body, ['value']).value;

export function roomOf(body: unknown): Room {
  const priceCents = (body as { priceCents?: unknown } | null)?.priceCents;
  if (!Number.isSafeInteger(priceCents) || Number(priceCents) < 0) {
    throw new BookingError(
      'INVALID_REQUEST',
      `Expected priceCents to be a whole number, got ${JSON.stringify(priceCents)}`,
    );
  }
  return { ...texts(body, ['id', 'name']), priceCents: Number(priceCents) };
}
