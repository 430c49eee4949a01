import { randomBytes } from 'node:crypto';

/** The name of a run: 16 hexadecimal digits. */
export const newRunId = (): string => randomBytes(8).toString('hex');

/** Whether it is one: folders are called after runs. */
export const isRunId = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);
