import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { BackupError } from '../errors.ts';
import { ReplicaCommands } from './replica-commands.ts';

/** A replica hears from its master at least this often, in milliseconds (its `repl-timeout` is 60 s by default). */
const ALIVE_MS = 5000;
const PING = '*1\r\n$4\r\nPING\r\n';

/** Options of {@link RdbMaster}. */
export interface RdbMasterOptions {
  /** Address to listen at. */
  readonly host: string;
  /** Default: one that is free. */
  readonly port?: number | undefined;
  /** Only who calls from this address is answered. Default: everybody. */
  readonly replica?: string | undefined;
  /** An RDB file, for the first that asks. Its end must not come unless all of it is right. */
  readonly content: AsyncIterable<Uint8Array>;
  /** Called before the end is sent. */
  readonly onSent?: (() => void) | undefined;
}

/**
 * The part of a master's role in replication that hands over a data set (Redis documentation, "Replication"): a server that is told
 * to be its replica gets one RDB file, loads it, and is let go. The file ends with a mark of 40 characters that was told before it,
 * so that a replica throws away what breaks off.
 */
export class RdbMaster implements AsyncDisposable {
  /** When the replica has loaded everything. */
  readonly loaded: Promise<void>;
  readonly #options: RdbMasterOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #settle: { readonly resolve: () => void; readonly reject: (error: unknown) => void };
  #isGiven = false;
  /** All of the file was sent. From then on the replica has it, and may have dropped what it had before. */
  isSent = false;

  constructor(options: RdbMasterOptions) {
    this.#options = options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.loaded = promise;
    // Whoever waits for it hears of it; nobody may.
    promise.catch(() => undefined);
    this.#settle = { resolve, reject };
    this.#server = createServer((socket) => this.#serve(socket));
  }

  /** @returns The port. */
  async listen(): Promise<number> {
    const { host, port = 0 } = this.#options;
    this.#server.listen(port, host);
    await once(this.#server, 'listening');
    return (this.#server.address() as { port: number }).port;
  }

  /** Ends the waiting. */
  fail(error: unknown): void {
    this.#settle.reject(error);
    for (const socket of this.#sockets) socket.destroy();
  }

  /** The same, when no replica has asked for the file until now. */
  failUnlessCalled(error: unknown): void {
    if (!this.#isGiven) this.fail(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => void this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    const { replica } = this.#options;
    socket.on('error', () => undefined);
    if (replica !== undefined && socket.remoteAddress !== replica) return void socket.destroy();
    this.#sockets.add(socket);
    const commands = new ReplicaCommands();
    socket.on('data', (piece: Buffer) => {
      try {
        for (const words of commands.push(piece)) this.#answer(socket, words);
      } catch {
        socket.destroy();
      }
    });
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #answer(socket: Socket, [name = '', option = '']: readonly string[]): void {
    const command = name.toUpperCase();
    if (command === 'REPLCONF' && option.toUpperCase() === 'ACK') {
      // Sent once it is a replica with all data, and not before.
      if (this.isSent) this.#settle.resolve();
    } else if (command === 'PSYNC' || command === 'SYNC') {
      void this.#give(socket, command);
    } else if (command === 'PING') {
      socket.write('+PONG\r\n');
    } else {
      // REPLCONF, and AUTH of a replica that has a password for its usual master.
      socket.write('+OK\r\n');
    }
  }

  async #give(socket: Socket, command: string): Promise<void> {
    // A stream is there once: a replica that has lost its connection can't be helped.
    if (this.#isGiven) return void socket.end('-ERR the data was given already\r\n');
    this.#isGiven = true;
    const alive = setInterval(() => this.isSent && socket.write(PING), ALIVE_MS);
    socket.once('close', () => {
      clearInterval(alive);
      this.#settle.reject(
        new BackupError('DATABASE_UNREACHABLE', 'Expected the server to load the data, got the end of its connection', {
          hint: 'Its log says why: it may have no room for the file, on its disk or in its memory.',
        }),
      );
    });
    try {
      const mark = randomBytes(20).toString('hex');
      if (command === 'PSYNC') socket.write(`+FULLRESYNC ${randomBytes(20).toString('hex')} 0\r\n`);
      socket.write(`$EOF:${mark}\r\n`);
      for await (const piece of this.#options.content) {
        if (socket.destroyed) return;
        // The memory of a piece may be used again.
        if (!socket.write(Buffer.from(piece))) await drained(socket);
      }
      this.#options.onSent?.();
      this.isSent = true;
      socket.write(mark);
    } catch (error) {
      this.fail(error);
    }
  }
}

async function drained(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      socket.off('drain', done).off('close', done);
      resolve();
    };
    socket.on('drain', done).on('close', done);
  });
}
