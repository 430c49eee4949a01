import { randomBytes } from 'node:crypto';

/** The name of a run: 16 hexadecimal digits. */
export const newRunId = (): string => randomBytes(8).toString('hex');
