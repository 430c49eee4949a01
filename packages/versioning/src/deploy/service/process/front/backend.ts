import { Agent } from 'node:http';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Address } from '../model.ts';

/** A service listens on either of these when it listens on "localhost", which depends on its system. */
const LOOPBACK = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];
/** Idle connections kept to an instance. */
const MOST_IDLE = 256;
/** An idle connection is let go of before services do, in milliseconds: a request must not cross with their goodbye. Node's services wait for 5 s. */
const IDLE_MS = 2000;

/** How to connect to an instance: no names are looked up. */
export function connectOptions(address: Address): NetConnectOpts {
  if ('socket' in address) return { path: address.socket };
  return {
    host: 'localhost',
    port: address.port,
    autoSelectFamily: true,
    noDelay: true,
    lookup: (_host, { all }, callback) => {
      if (all === true) callback(null, LOOPBACK);
      else callback(null, '127.0.0.1', 4);
    },
  };
}

/** Keeps idle connections, but not for as long as Node's own does, and none once it is retired. */
class KeepingAgent extends Agent {
  isRetired = false;

  constructor() {
    super({ keepAlive: true, maxFreeSockets: MOST_IDLE, scheduling: 'lifo' });
  }

  override keepSocketAlive(socket: Duplex): boolean {
    // Node's own says whether it is kept, which its types do not tell.
    if (this.isRetired || (super.keepSocketAlive(socket) as unknown) === false) return false;
    (socket as Socket).setTimeout(IDLE_MS);
    return true;
  }
}

/** An instance that requests are passed on to, and what of them is under way. */
export class Backend {
  readonly id: string;
  /** Keeps connections for the next request. */
  readonly agent: KeepingAgent;
  readonly #address: Address;
  readonly #onIdle: () => void;
  #open = 0;

  /** @param onIdle Called when nothing is under way any more. */
  constructor(id: string, address: Address, onIdle: () => void) {
    this.id = id;
    this.#address = address;
    this.#onIdle = onIdle;
    this.agent = new KeepingAgent();
    this.agent.createConnection = () => this.connect();
  }

  /** Whether nothing is under way. */
  get isIdle(): boolean {
    return this.#open === 0;
  }

  connect(): Socket {
    return connect(connectOptions(this.#address));
  }

  /** Something is under way. @returns What is to be called when that is over, once or more. */
  begin(): () => void {
    this.#open++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      if (--this.#open === 0) this.#onIdle();
    };
  }

  /** Lets go of idle connections, and keeps none from now on. The agent's own `destroy` would cut off requests under way. */
  retire(): void {
    this.agent.isRetired = true;
    for (const sockets of Object.values(this.agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
  }

  /** It gets requests, again. */
  recall(): void {
    this.agent.isRetired = false;
  }
}
