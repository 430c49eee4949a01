import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Health, HealthReport } from './contract.ts';

/** Options of {@link healthHandler}. */
export interface HealthHandlerOptions {
  /** Whether answers say what was found; default `false`: who may not know it sees names and states only. */
  readonly details?: boolean | undefined;
}

/** Answers a request, or tells that it is none of its own. */
export type HealthHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/**
 * Answers `GET /healthz` (is this process alive and looking?) and `GET /readyz` (is what it stands on there?) with 200 or 503 and JSON, for load balancers and
 * supervisors. Other paths are left to whoever comes next.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { createHealth, healthHandler } from '@x/operations/health';
 * import { tcpCheck } from '@x/versioning/deploy';
 *
 * const health = createHealth({ checks: [tcpCheck({ port: 5432 })] });
 * const answer = healthHandler(health);
 * createServer((request, response) => {
 *   if (!answer(request, response)) response.writeHead(404).end();
 * }).listen(8081, '127.0.0.1');
 * health.start();
 * ```
 */
export function healthHandler(health: Health, options: HealthHandlerOptions = {}): HealthHandler {
  return (request, response) => {
    const path = (request.url ?? '').split('?')[0];
    if (path !== '/healthz' && path !== '/readyz') return false;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD', 'cache-control': 'no-store' }).end();
      return true;
    }
    const { ok, body } = path === '/healthz' ? alive(health) : ready(health.report(), options);
    const text = `${JSON.stringify(body)}\n`;
    response.writeHead(ok ? 200 : 503, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
    });
    response.end(request.method === 'HEAD' ? undefined : text);
    return true;
  };
}

interface Answer {
  readonly ok: boolean;
  readonly body: object;
}

function alive(health: Health): Answer {
  const ok = health.isAlive();
  return { ok, body: { status: ok ? 'ok' : 'not looking' } };
}

/** Before each check has looked once nobody knows: not ready. */
function ready({ state, at, checks, pending }: HealthReport, { details = false }: HealthHandlerOptions): Answer {
  const ok = pending.length === 0 && state !== 'unhealthy';
  const shown = details ? checks : checks.map(({ name, state: of, since }) => ({ name, state: of, since }));
  return { ok, body: { state: pending.length > 0 ? 'unknown' : state, at, checks: shown, pending } };
}
