import { request } from 'node:http';
import { connect } from 'node:net';
import type { Address } from './model.ts';
import { connectOptions } from './front/backend.ts';

/** How long one try may take, in milliseconds. */
const TRY_MS = 5000;

/** Whether an address takes connections or, with a path, answers it with a status below 400. @returns `undefined` when it does, else what was got. */
export function probe(address: Address, path: string | undefined): Promise<string | undefined> {
  return path === undefined ? probeConnection(address) : probePath(address, path);
}

function probeConnection(address: Address): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(connectOptions(address));
    socket.setTimeout(TRY_MS, () => socket.destroy(new Error('no connection in time')));
    socket.once('connect', () => {
      socket.destroy();
      resolve(undefined);
    });
    socket.once('error', (error) => resolve(messageOf(error)));
  });
}

function probePath(address: Address, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const asked = request({
      path,
      headers: { Host: 'localhost', Connection: 'close' },
      createConnection: () => connect(connectOptions(address)),
    });
    asked.setTimeout(TRY_MS, () => asked.destroy(new Error('no answer in time')));
    asked.once('response', (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      resolve(status < 400 ? undefined : `status ${status} for ${path}`);
    });
    asked.once('error', (error) => resolve(messageOf(error)));
    asked.end();
  });
}

/** Of several addresses that were tried, Node tells with one error that says nothing itself. */
function messageOf(error: Error): string {
  const [first] = error instanceof AggregateError ? (error.errors as Error[]) : [error];
  return first?.message ?? error.message;
}
