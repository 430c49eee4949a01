import { LogError, shown } from '../errors.ts';
import { plainMembers, plainText, tighter } from '../record/plain-value.ts';
import type { RecordRules } from '../record/encode-record.ts';
import type { FoundRecord } from '../search/contract.ts';
import type { AuditEvent, AuditInput, AuditLevel } from './contract.ts';

const LEVELS: readonly AuditLevel[] = ['info', 'warn', 'error'];
const ATTEMPTS = 5;

function optional(name: string, value: unknown, rules: RecordRules): object {
  if (value === undefined) return {};
  if (typeof value === 'string') return { [name]: plainText(value, rules) };
  throw new LogError('INVALID_EVENT', `Expected "${name}" of an event to be a text, got ${shown(value)}`);
}

/**
 * An event as it is written, but for its place in the chain.
 *
 * @throws {LogError} `INVALID_EVENT`.
 */
export function auditRecord(
  event: AuditInput,
  { rules, nowMs, host }: { readonly rules: RecordRules; readonly nowMs: number; readonly host: string },
): Readonly<Record<string, unknown>> {
  const { name, level = 'info', at, details = {} } = event;
  if (typeof name !== 'string' || !/^\S{1,200}$/.test(name)) {
    throw new LogError('INVALID_EVENT', `Expected a name such as "backup.created", got ${shown(name)}`);
  }
  if (!LEVELS.includes(level)) {
    throw new LogError(
      'INVALID_EVENT',
      `Expected the level of an event to be info, warn or error, got ${shown(level)}`,
    );
  }
  const atMs = at === undefined ? nowMs : Date.parse(at);
  if (Number.isNaN(atMs)) throw new LogError('INVALID_EVENT', `Expected "at" in ISO 8601, got ${shown(at)}`);
  if (typeof details !== 'object' || details === null) {
    throw new LogError('INVALID_EVENT', `Expected "details" to be an object, got ${shown(details)}`);
  }
  const frame = {
    time: new Date(atMs).toISOString(),
    recorded: new Date(nowMs).toISOString(),
    level,
    name,
    ...optional('tenant', event.tenant, rules),
    ...optional('principal', event.principal, rules),
    ...optional('host', event.host ?? host, rules),
  };
  let limits = rules;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const record = { ...frame, details: plainMembers(details, limits) };
    if (Buffer.byteLength(JSON.stringify(record)) <= rules.maxRecordBytes) return record;
    limits = tighter(limits);
  }
  return { ...frame, details: { cut: true } };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** A record as an event; `undefined` for a line that is none. */
export function auditEvent({ time, fields, unparsable }: FoundRecord): AuditEvent | undefined {
  const { name, level, details, tenant, principal, host } = fields;
  if (unparsable || typeof name !== 'string') return undefined;
  return {
    at: time,
    name,
    level: LEVELS.find((each) => each === level) ?? 'info',
    tenant: text(tenant),
    principal: text(principal),
    host: text(host),
    details: typeof details === 'object' && details !== null ? (details as Record<string, unknown>) : {},
  };
}
