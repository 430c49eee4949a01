import { connect, type Socket } from 'node:net';
import type { Check } from './contract.ts';
import { type CheckTiming, measuredCheck } from './measured-check.ts';

/** Options of {@link tcpCheck}. */
export interface TcpCheckOptions extends CheckTiming {
  /** Name or address. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  readonly port: number;
}

/**
 * Whether something takes connections at a port. Nothing is sent.
 *
 * @example
 * ```ts
 * import { tcpCheck } from '@x/versioning/deploy';
 *
 * console.log((await tcpCheck({ port: 8080, attempts: 5 }).run({})).outcome);
 * ```
 */
export function tcpCheck(options: TcpCheckOptions): Check {
  const { host = '127.0.0.1', port } = options;
  return measuredCheck(
    {
      kind: 'tcp',
      name: `tcp ${host}:${port}`,
      limit: 'takes connections',
      hint: `Check that something listens at port ${port}, and that no firewall is between.`,
      async measure({ signal }) {
        (await connected(connect({ host, port, signal }))).destroy();
        return { outcome: 'ok', found: 'connected' };
      },
    },
    options,
  );
}

/** Waits for a connection. @throws The system's error. */
export function connected(socket: Socket, event = 'connect'): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  socket.once(event, () => resolve(socket));
  // It stays: an error after the connection is made must not end the process.
  socket.on('error', reject);
  return promise;
}
