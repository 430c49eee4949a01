import { BackupError } from '../errors.ts';

/** What URLs of a kind of database look like. */
export interface UrlForm {
  readonly schemes: readonly string[];
  /** A whole one, for messages. */
  readonly example: string;
  /** Fields of a connection that parameters set, by the names of the parameters. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What a URL says of a connection. What it does not say is absent. */
export interface UrlParts {
  readonly scheme: string;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** What stands behind the host. */
  readonly path?: string | undefined;
  /** What parameters say, by field. */
  readonly fields: Readonly<Record<string, string>>;
}

/** @throws {BackupError} `INVALID_OPTION` for what is no such URL, and for parameters that nobody knows; no secret is in it. */
export function urlParts(text: string, form: UrlForm): UrlParts {
  const url = URL.parse(text);
  const scheme = url?.protocol.slice(0, -1) ?? '';
  if (url === null || !form.schemes.includes(scheme)) throw notOfForm(form);
  const host = decoded(url.hostname, form).replace(/^\[(.*)\]$/, '$1');
  const [user, password, path] = [url.username, url.password, url.pathname.slice(1)].map((part) => decoded(part, form));
  const said = { host, user, password: url.searchParams.get('password') ?? password, path };
  const given = Object.entries(said).filter(([, value]) => value !== '');
  return {
    scheme,
    ...Object.fromEntries(given),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    fields: fieldsOf(url.searchParams, form.parameters),
  };
}

function fieldsOf(given: URLSearchParams, known: UrlForm['parameters']): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [name, value] of given) {
    if (name === 'password') continue;
    const field = Object.hasOwn(known, name) ? known[name] : undefined;
    if (field === undefined) {
      throw new BackupError('INVALID_OPTION', `Expected a parameter of a connection, got ${name}`, {
        hint: `Known ones are ${Object.keys(known).join(', ')}.`,
      });
    }
    fields[field] = value;
  }
  return fields;
}

function decoded(part: string, form: UrlForm): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw notOfForm(form);
  }
}

/** Says what was expected. The URL itself may have a password: it is not shown. */
export const notOfForm = ({ example }: UrlForm): BackupError =>
  new BackupError('INVALID_OPTION', `Expected a URL like ${example}, got another one`, {
    hint: 'Characters like @, /, # and % in a name or a password are written as %40, %2F, %23 and %25.',
  });

/** What a URL says, and fields beside it, which count more where they are given. */
export function withFields<T extends object>(said: T, fields: Partial<Record<keyof T, unknown>>): T {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { ...said, ...Object.fromEntries(given) };
}
