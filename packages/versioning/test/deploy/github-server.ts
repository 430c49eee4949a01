import type { IncomingMessage } from 'node:http';
import { type LocalServer, startServer } from './local-server.ts';

/** A request as the server has seen it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly apiVersion: string | undefined;
  readonly body: unknown;
}

/** An answer of a test's own: a status, a body, headers. */
export type Scripted = readonly [number, unknown?, Record<string, string>?];

/** Answers for routes, by method and path below the repository; a list is used up from its beginning, its last one stays. */
export type Routes = Readonly<Record<string, readonly Scripted[]>>;

export const REPOSITORY = { owner: 'acme', repository: 'shop' } as const;
export const DISPATCH = 'POST actions/workflows/deploy.yml/dispatches';
export const RUNS = 'GET actions/workflows/deploy.yml/runs';
export const RUN = 'GET actions/runs/7';

/** A run as GitHub's documents show it, with what matters here. */
export function run(id: number, status: string, conclusion: string | null = null): Record<string, unknown> {
  const url = `https://github.com/acme/shop/actions/runs/${id}`;
  return { id, name: 'Deploy', event: 'workflow_dispatch', head_branch: 'v1.0.0', status, conclusion, html_url: url };
}

/** What is answered to a dispatch with `return_run_details`. */
export const started: Scripted = [
  200,
  {
    workflow_run_id: 7,
    run_url: 'https://api.github.com/repos/acme/shop/actions/runs/7',
    html_url: 'https://github.com/acme/shop/actions/runs/7',
  },
];
export const noRuns: Scripted = [200, { total_count: 0, workflow_runs: [] }];

/** A real HTTP server that answers as GitHub's REST API does. */
export async function startGithub(routes: Routes): Promise<LocalServer & { readonly seen: SeenRequest[] }> {
  const seen: SeenRequest[] = [];
  const used = new Map<string, number>();
  const server = await startServer((request, response) => {
    void bodyOf(request).then((text) => {
      const { method = '', url = '', headers } = request;
      const { authorization } = headers;
      const apiVersion = headers['x-github-api-version'] as string | undefined;
      seen.push({ method, url, authorization, apiVersion, body: text === '' ? undefined : JSON.parse(text) });
      const route = `${method} ${url.replace(/^\/api\/v3\/repos\/acme\/shop\//, '').replace(/\?.*/, '')}`;
      const answers = routes[route] ?? [[404, { message: 'Not Found', status: '404' }]];
      const count = used.get(route) ?? 0;
      used.set(route, count + 1);
      const [status, body, more = {}] = answers[Math.min(count, answers.length - 1)] as Scripted;
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...more });
      response.end(body === undefined ? '' : JSON.stringify(body));
    });
  });
  return Object.assign(server, { seen });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}
