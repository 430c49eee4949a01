import { OperationsError, shown } from '../errors.ts';

const JOB = /^(?!.*\.\.)[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?(?:\/[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?)?$/;
const SLOT = /^(\d{4})(\d\d)(\d\d)t(\d\d)(\d\d)(\d\d)\.(\d{3})z$/;
/** The last millisecond of the year 9999: names stay in the order of time. */
const LATEST_MS = 253_402_300_799_999;

/**
 * Checks the name of a job and returns it: small letters, digits, `.`, `_` and `-`, at most 64, and perhaps a second part after a slash, such
 * as a tenant's name.
 *
 * @throws {OperationsError} `INVALID_JOB`
 */
export function checkJobName(name: string): string {
  if (typeof name === 'string' && JOB.test(name)) return name;
  throw new OperationsError('INVALID_JOB', `Expected the name of a job, got ${shown(name)}`, {
    hint: 'Use a-z, 0-9, ".", "_" and "-", and at most one "/", such as "backup/property1".',
  });
}

/** A job as a part of a key. No name has two dots in a row, so that no two jobs have the same one. */
export function jobFolder(job: string): string {
  return job.replace('/', '..');
}

/** A slot as a part of a key, such as `20261128t020000.000z`: sorted by name is sorted by time. */
export function slotName(slotMs: number): string {
  const text = new Date(Math.min(Math.max(slotMs, 0), LATEST_MS)).toISOString();
  return text.replaceAll(/[-:]/g, '').toLowerCase();
}

/** The slot of such a name; `undefined` for any other. */
export function slotOfName(name: string): number | undefined {
  const parts = SLOT.exec(name);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, ms] = parts;
  const slotMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`);
  return Number.isNaN(slotMs) || slotName(slotMs) !== name ? undefined : slotMs;
}
