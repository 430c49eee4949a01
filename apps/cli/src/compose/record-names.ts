import { usageError } from '../errors.ts';

/** Records by module, each named as `MODULE/ID`; `undefined` without any. Pure. @throws {CliError} `USAGE`. */
export function recordNames(names: readonly string[] = []): Readonly<Record<string, readonly string[]>> | undefined {
  if (names.length === 0) return undefined;
  const byModule = new Map<string, string[]>();
  for (const text of names) {
    const at = text.indexOf('/');
    if (at <= 0 || at === text.length - 1)
      throw usageError(`Expected MODULE/ID, got ${JSON.stringify(text)}`, 'Write it as bookings/b-17.');
    const module = text.slice(0, at);
    byModule.set(module, [...(byModule.get(module) ?? []), text.slice(at + 1)]);
  }
  return Object.fromEntries(byModule);
}
