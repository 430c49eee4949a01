import { shown, VersioningError } from '../../errors.ts';

/** Whether it can name a variable of the environment in every shell. */
export const isEnvName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);

/** Nothing in it means anything to any reader. */
const BARE = /^[A-Za-z0-9_./:@%+,=~^-]+$/;

/**
 * Writes variables as a text that dotenv, `node --env-file` and systemd's `EnvironmentFile=` read alike, a line for each. A value stands bare where nothing in it
 * means anything; else in single quotes, in which everything stands for itself; else, with a single quote in it, in double quotes or bare, where it can.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a value that has no such form: with a control character but for line feed and tab, a backslash at its end, or a
 * single quote together with a double quote and one of `#`, a backslash or a line feed. Values are not shown.
 */
export function formatEnv(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${written(name, value)}\n`)
    .join('');
}

function written(name: string, value: string): string {
  if (!isEnvName(name))
    throw new VersioningError('INVALID_OPTION', `Expected the name of a variable, got ${shown(name)}`);
  // eslint-disable-next-line no-control-regex -- these are what is refused
  if (!/[\u0000-\u0008\u000b-\u001f\u007f]/.test(value) && value.isWellFormed()) {
    if (value === '' || BARE.test(value)) return value;
    if (!value.includes("'") && !value.endsWith('\\')) return `'${value}'`;
    if (!/["\\]/.test(value)) return `"${value}"`;
    if (!/[#\\\n]|^["'`\s]|\s$/.test(value)) return value;
  }
  throw new VersioningError(
    'INVALID_OPTION',
    `Expected a value for ${name} that every reader of .env files understands alike, got another`,
    {
      hint: 'Leave out control characters and backslashes at the end, and use one kind of quotes.',
    },
  );
}
