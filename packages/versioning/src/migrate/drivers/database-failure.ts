import { VersioningError } from '../../errors.ts';

/** A database that could not be connected to. */
export interface Refusal {
  /** Without a password. */
  readonly place: string;
  readonly cause: unknown;
}

/** Nothing answers. */
export function unreachable({ place, cause }: Refusal, hint: string): VersioningError {
  return new VersioningError('DATABASE_UNREACHABLE', `Expected a database at ${place}, got ${reasonOf(cause)}`, {
    cause,
    hint,
  });
}

/** It answers, and lets nobody in. */
export function refused({ place, cause }: Refusal, hint: string): VersioningError {
  return new VersioningError('DATABASE_REFUSED', `Expected to be let in at ${place}, got ${reasonOf(cause)}`, {
    cause,
    hint,
  });
}

/** An optional peer that is not installed. */
export function driverMissing(name: string, cause: unknown): VersioningError {
  return new VersioningError('DRIVER_MISSING', `Expected the package ${name}, which is not installed`, {
    cause,
    hint: `npm install ${name}`,
  });
}

/** What a database said: the first line, as some add the statement. Failures to connect to several addresses have no text of their own. */
export function reasonOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === '') return reasonOf(cause.errors[0]);
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.split('\n', 1)[0] ?? '';
}
