import { shown, VersioningError } from '../../../errors.ts';

/** What no setting of systemd may hold: control characters, but for those that its variables may have. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001F\u007F]/;
// oxlint-disable-next-line no-control-regex
const CONTROL_IN_VARIABLE = /[\u0000-\u0008\u000B-\u001F\u007F]/;

/** `%` begins a specifier in nearly every setting, systemd.unit(5). */
const withoutSpecifiers = (text: string): string => text.replaceAll('%', '%%');

/** A word in double quotes, systemd.syntax(7), "Quoting". All words get quotes, also those that need none: `;` and `-` mean something without. */
const inQuotes = (text: string): string =>
  `"${text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\t', String.raw`\t`)}"`;

/**
 * A command line of `ExecStart=`, systemd.service(5). `$` begins a variable in arguments, but not in the program's path, which is why such a program is started by `env`.
 *
 * @throws {VersioningError} `INVALID_OPTION`.
 */
export function execLine([program, ...args]: readonly [string, ...string[]]): string {
  const words = [...(program.includes('$') ? ['/usr/bin/env', program] : [program]), ...args];
  for (const word of words)
    if (CONTROL_IN_VARIABLE.test(word)) throw invalid('words of a command without control characters', word);
  if (program === '') throw invalid('a program', program);
  const [first = '', ...rest] = words;
  return [
    inQuotes(withoutSpecifiers(first)),
    ...rest.map((word) => inQuotes(withoutSpecifiers(word).replaceAll('$', '$$$$'))),
  ].join(' ');
}

/** A variable of `Environment=`, systemd.exec(5), where `$` means nothing. @throws {VersioningError} `INVALID_OPTION`. */
export function environmentWord(name: string, value: string): string {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw invalid('a variable whose name has letters, digits and _', name);
  if (CONTROL_IN_VARIABLE.test(value)) throw invalid(`a value of ${name} without control characters`, value);
  return inQuotes(withoutSpecifiers(`${name}=${value}`));
}

/** A path in a setting that takes all to the end of the line as it is. There are no quotes for it. @throws {VersioningError} `INVALID_OPTION`. */
export function pathSetting(path: string): string {
  if (!path.startsWith('/')) throw invalid('an absolute path', path);
  if (CONTROL.test(path)) throw invalid('a path without control characters', path);
  // The line would go on, or end before.
  if (/[\\\s]$/.test(path)) throw invalid('a path that ends with neither a blank nor a backslash', path);
  return withoutSpecifiers(path);
}

/** A path of `EnvironmentFile=`, which is a pattern of glob(7). */
export function globSetting(path: string): string {
  const isOptional = path.startsWith('-');
  const plain = (isOptional ? path.slice(1) : path).replaceAll(/[\\*?[]/g, String.raw`\$&`);
  return `${isOptional ? '-' : ''}${pathSetting(plain)}`;
}

/** A text for people, on one line. */
export const textSetting = (text: string): string =>
  withoutSpecifiers(text.replaceAll(/\s+/g, ' ').trim()).replace(/\\+$/, '');

/** A user or a group. @throws {VersioningError} `INVALID_OPTION`. */
export function accountSetting(name: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) throw invalid('the name of a user or group', name);
  return name;
}

/** Milliseconds as a time span, systemd.time(7). */
export const spanSetting = (ms: number): string => (ms % 1000 === 0 ? String(ms / 1000) : `${ms}ms`);

function invalid(expected: string, got: string): VersioningError {
  return new VersioningError('INVALID_OPTION', `Expected ${expected} for a unit of systemd, got ${shown(got)}`);
}
