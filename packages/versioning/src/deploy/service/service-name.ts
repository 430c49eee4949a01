import { shown, VersioningError } from '../../errors.ts';

/** @throws {VersioningError} `INVALID_OPTION` for a name that a service manager could take for something else. */
export function checkServiceName(name: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._@-]{0,79}$/.test(name)) return;
  throw new VersioningError(
    'INVALID_OPTION',
    `Expected a name of a service that has letters, digits, -, _, . and @, got ${shown(name)}`,
  );
}
