import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OperationEvent } from '@x/operations';
import type { ListenAddress } from '../config/listen-address.ts';
import { usageError } from '../errors.ts';
import { untilAborted } from '../process/until-aborted.ts';
import type { Context } from '../program/context.ts';
import { openHealth } from './health.ts';

/** How health is watched. */
export interface HealthWatch {
  /** Where `/healthz` and `/readyz` are answered. */
  readonly listen: ListenAddress | undefined;
  /** Whether answers say what was found. */
  readonly details: boolean;
  readonly onEvent: (event: OperationEvent) => void;
  /** Is told when it begins. */
  readonly onReady: (started: {
    readonly checks: number;
    readonly location: string;
    readonly url: string | undefined;
  }) => void;
}

/** Looks until the signal of the context. @throws {CliError} `USAGE` where the address can't be had. */
export async function watchHealth(context: Context, watch: HealthWatch): Promise<void> {
  const { health, location, checks } = await openHealth(context, watch.onEvent);
  const { healthHandler } = await import('@x/operations/health');
  const answer = healthHandler(health, { details: watch.details });
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 10_000 }, (request, response) => {
    if (!answer(request, response)) response.writeHead(404).end();
  });
  const { listen } = watch;
  const url = listen === undefined ? undefined : await listening(server, listen);
  try {
    context.signal.throwIfAborted();
    health.start();
    watch.onReady({ checks, location, url });
    await untilAborted(context.signal);
  } finally {
    await health.stop();
    server.closeAllConnections();
    server.close();
  }
}

async function listening(server: Server, { host, port }: ListenAddress): Promise<string> {
  await new Promise<void>((done, failed) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      failed(
        usageError(
          `Expected to listen at ${host}:${port}, got ${error.code ?? error.message}`,
          'Choose another address.',
        ),
      );
    });
    server.listen({ host, port }, done);
  });
  const { address, port: given, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${given}`;
}
