import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Socket } from 'node:net';
import type { Check } from './contract.ts';
import { oneLine } from './failure.ts';
import { type CheckTiming, type Finding, measuredCheck } from './measured-check.ts';
import { readSecret, type Secret } from './secret.ts';
import { connected } from './tcp-check.ts';

/** Options of {@link redisCheck}. */
export interface RedisCheckOptions extends CheckTiming {
  /** Name or address. Default: `127.0.0.1`. */
  readonly host?: string | undefined;
  /** Default: 6379. */
  readonly port?: number | undefined;
  /** Of an ACL. Default: the server's own `default`. */
  readonly user?: string | undefined;
  readonly password?: Secret | undefined;
  /** Whether the connection is encrypted and the certificate checked. Default: `false`. */
  readonly tls?: boolean | undefined;
}

/** What to do about what a server says, by the first word of its error. */
const HINTS: Readonly<Record<string, string>> = {
  NOAUTH: 'Name where its password is.',
  WRONGPASS: 'Check user and password.',
  LOADING: 'It still reads its file: wait, or allow more attempts.',
  MASTERDOWN: 'Its master does not answer.',
};
/** An answer to PING or AUTH is one short line. */
const LONGEST = 4096;

/**
 * Whether a Redis server, or one of its relatives, answers `PING`.
 *
 * @example
 * ```ts
 * import { redisCheck } from '@x/versioning/deploy';
 *
 * const check = redisCheck({ port: 6379, password: { env: 'REDIS_PASSWORD' } });
 * console.log((await check.run({})).found); // PONG
 * ```
 */
export function redisCheck(options: RedisCheckOptions): Check {
  const { host = '127.0.0.1', port = 6379, tls = false } = options;
  return measuredCheck(
    {
      kind: 'redis',
      name: `redis ${host}:${port}`,
      limit: 'answers PING',
      hint: 'Check that the server runs, and host and port.',
      async measure({ signal }): Promise<Finding> {
        const password = options.password === undefined ? undefined : await readSecret(options.password);
        const opened = tls ? connectTls({ host, port, servername: host }) : connect({ host, port });
        const stop = (): unknown => opened.destroy(signal.reason as Error);
        signal.addEventListener('abort', stop);
        try {
          const socket = await connected(opened, tls ? 'secureConnect' : 'connect');
          if (password !== undefined) {
            const refusal = errorOf(
              await asked(socket, ['AUTH', ...(options.user === undefined ? [] : [options.user]), password]),
            );
            if (refusal !== undefined) return refusal;
          }
          const answer = await asked(socket, ['PING']);
          return (
            errorOf(answer) ?? {
              outcome: answer === '+PONG' ? 'ok' : 'fail',
              found: oneLine(answer.replace(/^\+/, '')),
            }
          );
        } finally {
          signal.removeEventListener('abort', stop);
          opened.destroy();
        }
      },
    },
    options,
  );
}

/** Errors begin with a minus and a word (RESP, "Simple errors"). */
function errorOf(answer: string): Finding | undefined {
  if (!answer.startsWith('-')) return undefined;
  const said = oneLine(answer.slice(1));
  return { outcome: 'fail', found: said, hint: HINTS[said.split(' ')[0] ?? ''] ?? 'See the log of the server.' };
}

/** Sends a command as an array of bulk strings and gives the line that is answered (RESP2). */
function asked(socket: Socket, command: readonly string[]): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  const onData = (piece: Buffer): void => {
    text += piece.toString('latin1');
    const end = text.indexOf('\r\n');
    if (end >= 0) resolve(text.slice(0, end));
    else if (text.length > LONGEST) reject(new Error('something that is no Redis server answered'));
  };
  socket.on('data', onData).once('error', reject);
  socket.once('close', () => reject(new Error('the connection was closed')));
  const bulk = command.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  socket.write(`*${command.length}\r\n${bulk.join('')}`);
  return promise.finally(() => socket.off('data', onData));
}
