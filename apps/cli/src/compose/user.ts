import { userInfo } from 'node:os';

/** Who runs the program, as the operating system says: the name, or the number of a user without one. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid:${process.geteuid?.() ?? 'unknown'}`;
  }
}
