import { createServer, type Server, type Socket } from 'node:net';
import { Patience, type Router } from './router.ts';

/** Something that listens. */
export interface FrontServer {
  readonly server: Server;
  /** Ends connections on which nothing is under way. Called again and again while it ends. */
  letGo(): void;
}

/** Passes connections on to the instance that is active when they come. They stay there until either side ends them. */
export function tcpFront(router: Router): FrontServer {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    passThrough(router, socket, Buffer.alloc(0)),
  );
  // What is under way on a connection is not known.
  return { server, letGo: () => undefined };
}

/**
 * Connects a client with the active instance, both ways.
 *
 * @param first What the instance gets first.
 */
export function passThrough(router: Router, client: Socket, first: Buffer): void {
  const patience = new Patience(router.holdMs);
  client.on('error', () => undefined);
  const attempt = (): void => {
    if (client.destroyed) return;
    const backend = router.active;
    if (backend === undefined) {
      if (!patience.again(undefined, attempt)) client.destroy();
      return;
    }
    const end = backend.begin();
    const upstream = backend.connect();
    const onClientClose = (): void => void upstream.destroy();
    upstream.allowHalfOpen = true;
    let isConnected = false;
    upstream.once('connect', () => {
      isConnected = true;
      if (first.length > 0) upstream.write(first);
      client.pipe(upstream);
      upstream.pipe(client);
    });
    upstream.on('error', (error) => {
      end();
      if (isConnected || !patience.again(error, attempt)) client.destroy();
    });
    upstream.once('close', () => {
      end();
      client.off('close', onClientClose);
      // After its last word there is nothing more to come.
      if (isConnected && !client.writableEnded) client.destroy();
    });
    client.once('close', onClientClose);
  };
  attempt();
}
