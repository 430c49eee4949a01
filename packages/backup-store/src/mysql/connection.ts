import { type UrlForm, urlParts, withFields } from '../databases/connection-url.ts';
import { BackupError } from '../errors.ts';
import type { MysqlFamily } from './version.ts';

/** How a connection is encrypted, from not at all to with a certificate for the server's name. */
export type MysqlTlsMode = 'disabled' | 'required' | 'verify-ca' | 'verify-identity';

/** How to reach a MariaDB or MySQL server. What is not given is what its programs take by themselves: option files, their defaults. */
export interface MysqlConnection {
  /** `mysql://user:password@host:port/database?ssl-mode=verify-identity`, or `mariadb://`. Fields beside it count more. */
  readonly url?: string | undefined;
  /** Name or address, as seen from where the programs run. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Path of a socket where the programs run. */
  readonly socket?: string | undefined;
  readonly user?: string | undefined;
  /**
   * Reaches the programs by their environment (`MYSQL_PWD`), never as an argument. With it no option files are read, since a
   * password in one of them would count more.
   */
  readonly password?: string | undefined;
  /** Path of an option file (mode 0600) where the programs run, with the password in `[client]`. No other one is read then. */
  readonly optionFile?: string | undefined;
  /** To dump, if nothing else is said. */
  readonly database?: string | undefined;
  readonly tls?: MysqlTlsMode | undefined;
  /** Paths of PEM files where the programs run. */
  readonly tlsCa?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}

/** The same without its URL. */
export type MysqlParts = Omit<MysqlConnection, 'url'>;

const URL_FORM: UrlForm = {
  schemes: ['mysql', 'mariadb'],
  example: 'mysql://user@host:3306/database',
  parameters: {
    socket: 'socket',
    'option-file': 'optionFile',
    'ssl-mode': 'tls',
    'ssl-ca': 'tlsCa',
    'ssl-cert': 'tlsCert',
    'ssl-key': 'tlsKey',
  } satisfies Record<string, keyof MysqlParts>,
};

const TLS_MODES: readonly string[] = ['disabled', 'required', 'verify-ca', 'verify-identity'];

/** @throws {BackupError} `INVALID_OPTION` for what is no URL of MariaDB or MySQL, and for parameters that nobody knows. */
export function connectionParts({ url, ...fields }: MysqlConnection): MysqlParts {
  const parts = withFields(url === undefined ? {} : partsOf(url), fields);
  if (parts.tls === undefined || TLS_MODES.includes(parts.tls)) return parts;
  throw new BackupError(
    'INVALID_OPTION',
    `Expected ssl-mode to be ${TLS_MODES.join(' or ')}, got ${JSON.stringify(parts.tls)}`,
  );
}

function partsOf(url: string): MysqlParts {
  const { scheme: _scheme, path, fields, ...parts } = urlParts(url, URL_FORM);
  return { ...parts, ...(path === undefined ? {} : { database: path }), ...fields };
}

/** Arguments of a program for a connection: which option files come first. No secrets. */
export function connectionArguments(parts: MysqlParts, family: MysqlFamily): string[] {
  const { host, port, socket, user, password, optionFile } = parts;
  const files = optionFile === undefined ? undefined : `--defaults-file=${optionFile}`;
  const fields = { host, port, socket, user };
  return [
    ...(files === undefined ? (password === undefined ? [] : ['--no-defaults']) : [files]),
    ...Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`])),
    // `localhost` means the socket to these programs, though a port is named.
    ...(port !== undefined && socket === undefined ? ['--protocol=tcp'] : []),
    ...tlsArguments(parts, family),
    '--default-character-set=utf8mb4',
  ];
}

/** MariaDB has switches where MySQL has modes. */
const MARIADB_TLS: Readonly<Record<MysqlTlsMode, readonly string[]>> = {
  disabled: ['--skip-ssl'],
  required: ['--ssl', '--skip-ssl-verify-server-cert'],
  'verify-ca': ['--ssl', '--ssl-verify-server-cert'],
  'verify-identity': ['--ssl', '--ssl-verify-server-cert'],
};

function tlsArguments({ tls, tlsCa, tlsCert, tlsKey }: MysqlParts, family: MysqlFamily): string[] {
  const mode = tls === undefined ? [] : [`--ssl-mode=${tls.replace('-', '_').toUpperCase()}`];
  const files = { 'ssl-ca': tlsCa, 'ssl-cert': tlsCert, 'ssl-key': tlsKey };
  return [
    ...(family === 'mysql' || tls === undefined ? mode : MARIADB_TLS[tls]),
    ...Object.entries(files).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`])),
  ];
}
