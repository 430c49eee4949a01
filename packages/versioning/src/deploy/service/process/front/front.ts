import { lstat, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { type Front, type FrontReport, NOTHING, type StatePaths, statePaths, type Wanted } from '../model.ts';
import { readState, writeState } from '../state-file.ts';
import { watchState } from '../state-watch.ts';
import { httpFront } from './http-front.ts';
import { Router } from './router.ts';
import { type FrontServer, tcpFront } from './tcp-front.ts';

/** After this it is tried again to listen, in milliseconds. */
const LISTEN_AGAIN_MS = 100;
/** While it stops, connections without a request are closed so often, in milliseconds. */
const CLOSE_IDLE_MS = 50;

/** Serves the address of a service until it is told to end (`SIGTERM`), and then answers what is under way. */
export async function serveFront(folder: string): Promise<void> {
  const paths = statePaths(folder);
  const wanted = await readState<Wanted>(paths.wanted);
  if (wanted?.front === undefined) return;
  await new FrontProcess(paths, wanted.front).run();
}

class FrontProcess {
  readonly #paths: StatePaths;
  readonly #front: Front;
  readonly #router: Router;
  readonly #listener: FrontServer;
  #failure: string | undefined;
  #isListening = false;
  #reported = '';
  /** Reports are written one after the other. */
  #writing: Promise<void> = Promise.resolve();
  #isStopping = false;

  constructor(paths: StatePaths, front: Front) {
    this.#paths = paths;
    this.#front = front;
    this.#router = new Router(front.holdMs, () => this.#report());
    this.#listener = front.protocol === 'http' ? httpFront(this.#router) : tcpFront(this.#router);
  }

  async run(): Promise<void> {
    await this.#look();
    const watch = watchState(this.#paths.folder, () => this.#look());
    await this.#listen();
    await new Promise<void>((resolve) => void process.once('SIGTERM', resolve));
    this.#isStopping = true;
    await this.#close();
    watch.close();
    await this.#writing;
  }

  async #look(): Promise<void> {
    try {
      this.#router.route((await readState<Wanted>(this.#paths.wanted)) ?? NOTHING);
    } catch {
      // What can't be read for a moment, as when all descriptors are in use, is no reason to let go of what is under way.
    }
    this.#report();
  }

  async #listen(): Promise<void> {
    const { listen } = this.#front;
    while (!this.#isStopping) {
      try {
        if ('socket' in listen) await removeSocket(listen.socket);
        await listening(this.#listener.server, 'socket' in listen ? { path: listen.socket } : listen);
        // Of a connection that could not be taken.
        this.#listener.server.on('error', () => undefined);
        this.#failure = undefined;
        this.#isListening = true;
        return this.#report();
      } catch (error) {
        this.#failure = (error as Error).message;
        this.#report();
        await new Promise((resolve) => void setTimeout(resolve, LISTEN_AGAIN_MS));
      }
    }
  }

  async #close(): Promise<void> {
    const closed = new Promise((resolve) => void this.#listener.server.close(resolve));
    this.#listener.letGo();
    // Connections that become idle now would be kept for the next request.
    const closing = setInterval(() => this.#listener.letGo(), CLOSE_IDLE_MS);
    await closed;
    clearInterval(closing);
  }

  #report(): void {
    const report: FrontReport = {
      pid: process.pid,
      front: this.#front,
      isListening: this.#isListening,
      active: this.#router.active?.id,
      draining: this.#router.draining,
      failure: this.#failure,
    };
    const text = JSON.stringify(report);
    if (text === this.#reported) return;
    this.#reported = text;
    this.#writing = this.#writing
      .then(() => writeState(this.#paths.front, report, false))
      // A full disk is no reason to let go of the address; it is told at the next look.
      .catch(() => void (this.#reported = ''));
  }
}

function listening(
  server: Server,
  where: { readonly path: string } | { readonly port: number; readonly host: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A process that was killed leaves its socket. */
async function removeSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() === true) await rm(path, { force: true });
}
