import { BackupError } from '../errors.ts';

/** How to reach a Redis server. */
export interface RedisConnection {
  /** `redis://user:password@host:6379`, or `rediss://` for TLS. A database's number is of no account: all are in one file. */
  readonly url?: string | undefined;
  /** Name or address, as seen from where `redis-cli` runs. Fields beside the URL count more. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Path of a socket where `redis-cli` runs. */
  readonly socket?: string | undefined;
  /** Of an ACL. Default: the server's own `default`. */
  readonly user?: string | undefined;
  /** Reaches `redis-cli` by its environment (`REDISCLI_AUTH`), never as an argument. */
  readonly password?: string | undefined;
  readonly tls?: boolean | undefined;
  /** Paths of PEM files where `redis-cli` runs. */
  readonly tlsCa?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}

/** The same without its URL. */
export type RedisParts = Omit<RedisConnection, 'url'>;

const PARAMETERS: Readonly<Record<string, keyof RedisParts>> = {
  socket: 'socket',
  cacert: 'tlsCa',
  cert: 'tlsCert',
  key: 'tlsKey',
};

/** @throws {BackupError} `INVALID_OPTION` for what is no URL of Redis, and for parameters that nobody knows. */
export function connectionParts({ url, ...fields }: RedisConnection): RedisParts {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { ...(url === undefined ? {} : urlParts(url)), ...Object.fromEntries(given) };
}

function urlParts(text: string): RedisParts {
  const url = URL.parse(text);
  // The URL itself may have a password: it is not shown.
  if (url === null || !/^rediss?:$/.test(url.protocol) || !/^\/?\d*$/.test(url.pathname)) {
    throw new BackupError('INVALID_OPTION', 'Expected a URL like redis://user@host:6379, got another one', {
      hint: 'Characters like @, / and # in a password are written as %40, %2F and %23.',
    });
  }
  const parts: Record<string, string | number | boolean> = {};
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const named = { host, user: url.username, password: url.password };
  for (const [name, value] of Object.entries(named)) if (value !== '') parts[name] = decodeURIComponent(value);
  if (url.port !== '') parts['port'] = Number(url.port);
  if (url.protocol === 'rediss:') parts['tls'] = true;
  for (const [name, value] of url.searchParams) {
    const field = PARAMETERS[name];
    if (field === undefined) {
      throw new BackupError('INVALID_OPTION', `Expected a parameter of a connection, got ${name}`, {
        hint: `Known ones are ${Object.keys(PARAMETERS).join(', ')}.`,
      });
    }
    parts[field] = value;
  }
  return parts;
}

/** Arguments of `redis-cli` for a connection, without its password. */
export function connectionArguments({ host, port, socket, user, tls, tlsCa, tlsCert, tlsKey }: RedisParts): string[] {
  const where = socket === undefined ? { '-h': host, '-p': port } : { '-s': socket };
  const named = { ...where, '--user': user, '--cacert': tlsCa, '--cert': tlsCert, '--key': tlsKey };
  return [
    ...Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)])),
    ...(tls === true ? ['--tls'] : []),
  ];
}
