import { notOfForm, type UrlForm, urlParts, withFields } from '../databases/connection-url.ts';

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

const URL_FORM: UrlForm = {
  schemes: ['redis', 'rediss'],
  example: 'redis://user@host:6379',
  parameters: { socket: 'socket', cacert: 'tlsCa', cert: 'tlsCert', key: 'tlsKey' } satisfies Record<
    string,
    keyof RedisParts
  >,
};

/** @throws {BackupError} `INVALID_OPTION` for what is no URL of Redis, and for parameters that nobody knows. */
export function connectionParts({ url, ...fields }: RedisConnection): RedisParts {
  return withFields(url === undefined ? {} : partsOf(url), fields);
}

function partsOf(url: string): RedisParts {
  const { scheme, path = '', fields, ...parts } = urlParts(url, URL_FORM);
  if (!/^\d*$/.test(path)) throw notOfForm(URL_FORM);
  return { ...parts, ...(scheme === 'rediss' ? { tls: true } : {}), ...fields };
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
