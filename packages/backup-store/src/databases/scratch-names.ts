import { randomBytes } from 'node:crypto';

/** What databases are made for: a trial, or a restore that gets ready beside the database. */
export type ScratchPurpose = 'check' | 'restore';

const NAME = /^holdfast_(?:check|restore)_([0-9a-f]{12})_\d+$/;

/** Names of the databases that one trial, or one restore, makes. */
export interface ScratchNames {
  /** 12 hex digits: stands for the trial or restore. */
  readonly run: string;
  next(): string;
}

/** Names of their own for the databases of a trial or restore. */
export function scratchNames(purpose: ScratchPurpose): ScratchNames {
  const run = randomBytes(6).toString('hex');
  let count = 0;
  return { run, next: () => `holdfast_${purpose}_${run}_${++count}` };
}

/** The trial or restore that a database is of; `undefined` for any other database. */
export const runOf = (database: string): string | undefined => NAME.exec(database)?.[1];
