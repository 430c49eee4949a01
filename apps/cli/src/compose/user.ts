import { userInfo } from 'node:os';

/** Name of the user who runs the program; a user without an entry in the system's list has none. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
