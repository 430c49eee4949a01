import { FlagError, shown } from '../errors.ts';
import type { MetricSource } from './ask-metrics.ts';
import { failed, prometheusError, prometheusValue } from './prometheus-answer.ts';

/** Options of {@link prometheusMetrics}. */
export interface PrometheusMetricsOptions {
  /** Of the server, with the path before `/api/v1/query` if there is one. A name and a password in it are sent as `Authorization`. */
  readonly url: string | URL;
  /**
   * What to ask for each metric, in PromQL; the answer has to be one series. `$flag` within double quotes stands for the name of the flag,
   * escaped: `errors{flag="$flag"}`.
   */
  readonly queries: Readonly<Record<string, string>>;
  /** Sent along, such as `authorization` or `x-scope-orgid`. They never stand in errors. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default: that of the system. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Default: 5 seconds. */
  readonly timeoutMs?: number | undefined;
}

const TIMEOUT_MS = 5000;
/** One value needs far less. */
const MOST_BYTES = 1024 * 1024;
const LONGEST = 200;

/**
 * Metrics of a server that speaks Prometheus' HTTP API, such as Prometheus, Thanos, Mimir or VictoriaMetrics. An answer without a series is no value: the
 * metric is unknown then, and so is NaN. Redirects are not followed, and answers above 1 MiB are refused.
 *
 * @throws {FlagError} `INVALID_OPTION` for a URL that is none of HTTP. What it gives rejects with `METRIC_FAILED`, in which neither the URL nor headers stand.
 * @example
 * ```ts
 * import { prometheusMetrics } from '@x/feature-flags/guard';
 *
 * const metric = prometheusMetrics({
 *   url: 'https://prometheus.example',
 *   queries: { error_rate: '100 * sum(rate(errors{flag="$flag"}[5m])) / sum(rate(requests{flag="$flag"}[5m]))' },
 *   headers: { authorization: `Bearer ${process.env['PROMETHEUS_TOKEN'] ?? ''}` },
 * });
 * ```
 */
export function prometheusMetrics(options: PrometheusMetricsOptions): MetricSource {
  const server = serverOf(options);
  const { queries, timeoutMs = TIMEOUT_MS } = options;
  return async (metric, { flag, signal }) => {
    const query = Object.hasOwn(queries, metric) ? queries[metric] : undefined;
    if (query === undefined)
      throw failed(`Expected one of ${Object.keys(queries).join(', ')}, got ${shown(metric)}`, 'Add a query for it.');
    const text = query.replaceAll('$flag', () => escaped(flag));
    const limit = AbortSignal.timeout(timeoutMs);
    const answer = await ask(server, text, AbortSignal.any([signal, limit])).catch((error: unknown) => {
      if (error instanceof FlagError) throw error;
      if (limit.aborted) throw failed(`Expected an answer within ${timeoutMs} ms, got none`);
      throw failed(`Expected an answer of the server, got ${codeOf(error)}`, 'Is it there, and does it know us?');
    });
    return prometheusValue(answer);
  };
}

/** Where and how to ask, and what must not be told. */
interface Server {
  readonly url: URL;
  readonly headers: Headers;
  readonly secrets: readonly string[];
  readonly fetch: typeof globalThis.fetch;
}

function serverOf({ url: address, headers: given = {}, fetch = globalThis.fetch }: PrometheusMetricsOptions): Server {
  const base = URL.canParse(String(address)) ? new URL(address) : undefined;
  if (base === undefined || !/^https?:$/.test(base.protocol))
    throw new FlagError('INVALID_OPTION', 'Expected "url" to be that of an HTTP server, got something else');
  const [name, password] = [decoded(base.username), decoded(base.password)];
  const headers = new Headers(given);
  const basic = new TextEncoder().encode(`${name}:${password}`);
  // `fetch` refuses URLs with a password, and tells the password when it does.
  if ((name !== '' || password !== '') && !headers.has('authorization'))
    headers.set('authorization', `Basic ${btoa(String.fromCharCode(...basic))}`);
  const url = new URL(base);
  url.username = '';
  url.password = '';
  url.pathname = `${base.pathname.replace(/\/+$/, '')}/api/v1/query`;
  return {
    url,
    headers,
    fetch,
    secrets: secretsOf([name, password, ...headers.values(), ...base.searchParams.values()]),
  };
}

/** A percent sign may also be one. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Also what follows `Bearer` and the like. */
function secretsOf(texts: readonly string[]): readonly string[] {
  const parts = texts.flatMap((text) => [text, ...text.split(' ')]).filter((text) => text.length > 2);
  return [...new Set(parts)].toSorted((a, b) => b.length - a.length);
}

async function ask({ url, headers, fetch, secrets }: Server, query: string, signal: AbortSignal): Promise<string> {
  const address = new URL(url);
  address.searchParams.set('query', query);
  const response = await fetch(address, { headers, signal, redirect: 'manual' });
  if (response.ok) return readText(response);
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    await response.body?.cancel();
    throw failed(`Expected an answer, got a redirect (${response.status})`, 'Name the address that it leads to.');
  }
  const said = prometheusError(await readText(response));
  const message = secrets.reduce((text, secret) => text.replaceAll(secret, '…'), said ?? '').slice(0, LONGEST);
  throw failed(`Expected an answer, got status ${response.status}${message === '' ? '' : `: ${message}`}`);
}

/** Reads no more than a limit, whatever the header says. */
async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  for await (const part of (body ?? []) as AsyncIterable<Uint8Array>) {
    size += part.length;
    // Leaving the loop cancels the rest.
    if (size > MOST_BYTES)
      throw failed(`Expected an answer of at most ${MOST_BYTES} bytes, got more`, 'Let the query give one series.');
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}

/** Nothing in the name of a flag may end the text that it stands in. */
function escaped(flag: string): string {
  return flag.replaceAll(
    /[^\w .:/@-]/gu,
    (character) => `\\U${(character.codePointAt(0) as number).toString(16).padStart(8, '0')}`,
  );
}

/** A code of the system's, such as ECONNREFUSED: messages may have more in them than is meant for others. */
function codeOf(error: unknown): string {
  const { code, cause } = (error ?? {}) as { readonly code?: unknown; readonly cause?: { readonly code?: unknown } };
  const found = [cause?.code, code].find((each) => typeof each === 'string' && /^[A-Z_]+$/.test(each));
  return found === undefined ? 'an error' : (found as string);
}
