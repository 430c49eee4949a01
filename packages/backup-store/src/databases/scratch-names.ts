import { randomBytes } from 'node:crypto';

const PREFIX = 'holdfast_check_';
const NAME = /^holdfast_check_([0-9a-f]{12})_\d+$/;

/** Names of the databases that one trial makes. */
export interface ScratchNames {
  /** 12 hex digits: stands for the trial. */
  readonly run: string;
  next(): string;
}

/** Names of their own for the databases of a trial. */
export function scratchNames(): ScratchNames {
  const run = randomBytes(6).toString('hex');
  let count = 0;
  return { run, next: () => `${PREFIX}${run}_${++count}` };
}

/** The trial that a database is of; `undefined` for any other database. */
export const runOf = (database: string): string | undefined => NAME.exec(database)?.[1];
