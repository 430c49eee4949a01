import { randomBytes } from 'node:crypto';

/** A word that nobody else has, for a database that is made and dropped. */
export function uniqueWord(): string {
  return randomBytes(6).toString('hex');
}
