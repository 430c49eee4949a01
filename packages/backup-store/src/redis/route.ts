import { once } from 'node:events';
import { connect, isIP } from 'node:net';
import type { Executor } from '../command/executor.ts';
import { BackupError } from '../errors.ts';
import type { RedisParts } from './connection.ts';

const DEFAULT_PORT = 6379;
/** Milliseconds that a connection may take. */
const CONNECT_MS = 10_000;

/** How a server and this process find each other. */
export interface Route {
  /** Address to listen at. */
  readonly listenAt: string;
  /** Where the server calls from; absent when that is not known. */
  readonly replica?: string | undefined;
  /** Where the server is to call. */
  readonly reachedAt: { readonly host: string; readonly port?: number | undefined };
}

const LOOPBACK = /^(?:127\.|::1$|::ffff:127\.)/;

/** What finds the way to a server. */
interface Given {
  readonly reachedAt?: Route['reachedAt'] | undefined;
  readonly executor?: Executor | undefined;
}

const isElsewhere = ({ executor }: Given): boolean => executor !== undefined && executor.name !== 'local';

/** Whether `redis-cli` runs in another place than this process, and on the machine of the server, by what its address says. */
export function isBesideServer({ host = 'localhost', socket }: RedisParts, given: Given): boolean {
  if (!isElsewhere(given) || given.reachedAt !== undefined) return false;
  return socket !== undefined || host === 'localhost' || LOOPBACK.test(host);
}

/**
 * Finds out by a connection to the server which addresses it and this machine have for each other.
 *
 * @throws {BackupError} `INVALID_OPTION`, `DATABASE_UNREACHABLE`.
 */
export async function routeTo(parts: RedisParts, given: Given): Promise<Route> {
  const { reachedAt } = given;
  const listenAt = (host: string): string => (isIP(host) !== 0 && LOOPBACK.test(host) ? host : '::');
  if (reachedAt !== undefined) {
    if (parts.tls === true && !LOOPBACK.test(reachedAt.host)) throw unencrypted();
    return { listenAt: listenAt(reachedAt.host), reachedAt };
  }
  if (isElsewhere(given) || parts.socket !== undefined) {
    throw new BackupError(
      'INVALID_OPTION',
      'Expected reachedAt, the address that the server finds this machine by, got none',
      {
        hint: 'It can not be found out through another program or a socket; with a URL it is written as ?reached-at=HOST:PORT. It is not needed where redis-cli runs in the container, or on the machine, of the server: name the server as localhost there.',
      },
    );
  }
  const { host = '127.0.0.1', port = DEFAULT_PORT } = parts;
  const { here, there } = await addressesOf(host, port);
  if (parts.tls === true && !LOOPBACK.test(there)) throw unencrypted();
  return { listenAt: here, replica: there, reachedAt: { host: here } };
}

async function addressesOf(host: string, port: number): Promise<{ readonly here: string; readonly there: string }> {
  const socket = connect({ host, port, signal: AbortSignal.timeout(CONNECT_MS) });
  try {
    await once(socket, 'connect');
    return { here: socket.localAddress ?? '', there: socket.remoteAddress ?? '' };
  } catch (cause) {
    throw new BackupError('DATABASE_UNREACHABLE', `Expected a connection to ${host} at port ${port}, got none`, {
      cause,
      hint: 'Check that the server runs and can be reached from here.',
    });
  } finally {
    socket.on('error', () => undefined).destroy();
  }
}

const unencrypted = (): BackupError =>
  new BackupError('INVALID_OPTION', 'Expected a server on this machine for a restore over TLS, got another one', {
    hint: 'The data would go unencrypted. Restore on the machine of the server, or through a tunnel with redis://.',
  });
