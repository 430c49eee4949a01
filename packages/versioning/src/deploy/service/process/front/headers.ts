import type { IncomingMessage } from 'node:http';

/** Fields that are about one connection, RFC 9110, section 7.6.1, and `Expect`, which the server has answered. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'expect',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);
/** What `Connection` can't take away: without them a body would be read as the next request, or one host's as another's. */
const KEPT: ReadonlySet<string> = new Set(['close', 'keep-alive', 'content-length', 'host']);
const FORWARDED_FOR = 'x-forwarded-for';

/** The fields to pass on, as they were written: names, values, in turn. */
export function endToEnd({ rawHeaders, headers }: IncomingMessage): string[] {
  const named = headers.connection === undefined ? [] : headers.connection.toLowerCase().split(',');
  const also = named.map((each) => each.trim()).filter((each) => !KEPT.has(each));
  return pairs(rawHeaders, (name) => !HOP_BY_HOP.has(name) && !also.includes(name));
}

/** Whether a request has a body. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** The fields of a request as the service gets them. */
export function forwardedHeaders(request: IncomingMessage): string[] {
  const fields = withClient(endToEnd(request), request);
  if (request.headers['transfer-encoding'] !== undefined) fields.push('Transfer-Encoding', 'chunked');
  else if (
    request.headers['content-length'] === undefined &&
    !/^(?:GET|HEAD|OPTIONS|DELETE|TRACE)$/.test(request.method ?? '')
  )
    fields.push('Content-Length', '0');
  return fields;
}

/** The head of a request that becomes another protocol, with nothing left out. */
export function upgradeHead(request: IncomingMessage): string {
  const fields = withClient(
    pairs(request.rawHeaders, () => true),
    request,
  );
  const lines = fields.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${fields[i + 1]}`] : []));
  return [`${request.method} ${request.url} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** Says who has sent it, behind what proxies before this one have said. */
function withClient(fields: string[], { headers, socket }: IncomingMessage): string[] {
  if (socket.remoteAddress === undefined) return fields;
  const before = headers[FORWARDED_FOR];
  const others = pairs(fields, (name) => name !== FORWARDED_FOR);
  const chain = [...(before === undefined ? [] : [before].flat()), socket.remoteAddress].join(', ');
  return [...others, 'X-Forwarded-For', chain];
}

function pairs(raw: readonly string[], isKept: (name: string) => boolean): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < raw.length; i += 2)
    if (isKept((raw[i] as string).toLowerCase())) kept.push(raw[i] as string, raw[i + 1] as string);
  return kept;
}
