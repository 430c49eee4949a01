import { VersioningError } from '../../errors.ts';

/** A database as a URL names it. */
export interface NamedServer {
  readonly url: URL;
  /** Without its password, for people. */
  readonly place: string;
}

/**
 * Reads the URL of a server. Messages never repeat it, as there may be a password in it.
 *
 * @throws {VersioningError} `INVALID_OPTION`.
 */
export function parseServer(text: string, protocols: readonly string[]): NamedServer {
  const url = URL.parse(text);
  if (url === null || !protocols.includes(url.protocol)) {
    throw new VersioningError(
      'INVALID_OPTION',
      `Expected a URL like ${protocols[0]}//user@host/database, got another text`,
      {
        hint: 'Write signs that mean something in URLs, such as @ and / in a password, as %40 and %2F.',
      },
    );
  }
  const { protocol, username, host, pathname } = url;
  const user = username === '' ? '' : `${username}@`;
  return { url, place: `${protocol}//${user}${host}${pathname}` };
}

/** The same server, another database. */
export function withDatabase(url: URL, database: string): string {
  const other = new URL(url);
  other.pathname = `/${database}`;
  return other.href;
}

/** The same with a password. */
export function withPassword(url: URL, password: string): string {
  const other = new URL(url);
  other.password = encodeURIComponent(password);
  return other.href;
}

/** Loads an optional peer. @throws {VersioningError} `DRIVER_MISSING`. */
export async function loadPeer<T>(load: () => Promise<T>, missing: (cause: unknown) => Error): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') throw missing(cause);
    throw cause;
  }
}
