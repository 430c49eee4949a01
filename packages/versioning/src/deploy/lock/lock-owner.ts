import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isRunning, type RunOwner, thisOwner } from '../../release/owner.ts';

/** The process that has the lock of a layout. */
export interface DeployLockOwner extends RunOwner {
  /** Which ids of processes it sees, where the system has more than one set of them (containers). */
  readonly space: string;
}

/** Why somebody has the lock that another one had. */
export interface LockTakeover {
  readonly owner: DeployLockOwner;
  /** `gone`: its process has ended. `expired`: its lease is long over, and it did not renew it while it was watched. `forced`: it was asked for. */
  readonly why: 'gone' | 'expired' | 'forced';
}

/** This process. */
export const ownLockOwner = (by: string): DeployLockOwner => ({ ...thisOwner(by), space: ownSpace() });

/**
 * Whether the owner is still there. Only on its own host, and where it has the same ids of processes, can that be told: in another container the id may be free, or
 * somebody else's.
 */
export function isOwnerRunning(owner: DeployLockOwner): boolean | 'unknown' {
  if (owner.host === hostname() && owner.space !== ownSpace()) return 'unknown';
  return isRunning(owner);
}

/** pid_namespaces(7). */
function ownSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
