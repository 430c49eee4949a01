import type { OperationEvent } from '../events/contract.ts';
import { keyOf, oneLine, titleOf } from './matching.ts';
import { enqueue } from './outbox.ts';
import type { AlertRule } from './rule.ts';
import type { Alert, AlertState, Notice, NoticeKind } from './state.ts';

/** Open alerts that are remembered, at most; more are one alert that counts them. */
const MOST_OPEN = 500;
const MOST_RESOLVED = 200;
/** Details of events that are kept, in characters of JSON. */
const MOST_DETAILS = 2000;

/** What a change of alerts is made with. */
export interface RaiseParts {
  readonly nowMs: number;
  /** Names of all channels. */
  readonly channels: readonly string[];
  /** A name of a notice that nobody else has. */
  readonly newId: () => string;
}

/** Something that has happened to an alert, for the book. */
export interface AlertChange {
  readonly name:
    | 'alert.opened'
    | 'alert.again'
    | 'alert.resolved'
    | 'alert.acknowledged'
    | 'alert.reminded'
    | 'alert.escalated';
  readonly alert: Alert;
}

/** Alerts after a change, and what happened to them. */
export interface Raised {
  readonly state: AlertState;
  readonly changes: readonly AlertChange[];
}

/** Opens the alert of a rule, opens it again, or counts what is open already. */
export function raise(state: AlertState, { rule, event, key = keyOf(rule, event) }: Cause, parts: RaiseParts): Raised {
  const before = state.alerts.find((each) => each.key === key);
  const { nowMs } = parts;
  if (before !== undefined && before.status !== 'resolved') {
    const alert = {
      ...before,
      lastMs: nowMs,
      count: before.count + 1,
      details: keptDetails(event),
      title: titleOf(rule.title, event),
    };
    return { state: withAlert(state, alert), changes: [] };
  }
  const isNew = before === undefined && rule !== TOO_MANY;
  if (isNew && state.alerts.filter(({ status }) => status !== 'resolved').length >= MOST_OPEN)
    return raise(state, { rule: TOO_MANY, event }, parts);
  const alert: Alert = {
    key,
    rule: rule.name,
    severity: rule.severity,
    title: titleOf(rule.title, event),
    status: 'open',
    tenant: event.tenant === undefined ? undefined : oneLine(event.tenant),
    host: event.host === undefined ? undefined : oneLine(event.host),
    openedMs: nowMs,
    lastMs: nowMs,
    count: 1,
    details: keptDetails(event),
    notifiedMs: nowMs,
    escalated: false,
  };
  const kind = before === undefined ? 'opened' : 'again';
  const told = tell(withAlert(state, alert), alert, { kind, to: rule.channels ?? parts.channels, parts });
  return { state: told, changes: [{ name: `alert.${kind}`, alert }] };
}

/** Why an alert is opened. */
export interface Cause {
  readonly rule: AlertRule;
  readonly event: OperationEvent;
  /** Default: by the rule and the event. */
  readonly key?: string | undefined;
}

/** What is opened when there are too many alerts: the rest is counted. */
const TOO_MANY: AlertRule = {
  name: 'too-many-alerts',
  severity: 'critical',
  title: `More than ${MOST_OPEN} alerts are open: others are counted here, and not told one by one`,
  when: { event: 'alert.opened' },
};

/** Resolves an alert, if it is there and open. */
export function resolve(state: AlertState, { key, by, to }: Resolution, parts: RaiseParts): Raised {
  const before = state.alerts.find((each) => each.key === key);
  if (before === undefined || before.status === 'resolved') return { state, changes: [] };
  const alert: Alert = { ...before, status: 'resolved', resolved: { by, atMs: parts.nowMs } };
  const told = tell(withAlert(state, alert), alert, { kind: 'resolved', to: to ?? parts.channels, parts });
  return { state: withoutOldest(told), changes: [{ name: 'alert.resolved', alert }] };
}

/** Which alert is resolved, by whom, and who is told. */
export interface Resolution {
  readonly key: string;
  readonly by: string;
  /** Names of channels. Default: all. */
  readonly to?: readonly string[] | undefined;
}

/** Puts a notice of an alert on its way. */
export function tell(
  state: AlertState,
  alert: Alert,
  { kind, to, parts }: { readonly kind: NoticeKind; readonly to: readonly string[]; readonly parts: RaiseParts },
): AlertState {
  const there = to.filter((name) => parts.channels.includes(name));
  return enqueue(state, noticeOf(alert, { kind, id: parts.newId(), atMs: parts.nowMs }), there);
}

function noticeOf(
  alert: Alert,
  { kind, id, atMs }: { readonly kind: NoticeKind; readonly id: string; readonly atMs: number },
): Notice {
  const { key, rule, severity, title, tenant, host, openedMs, count, details } = alert;
  const openedAt = new Date(openedMs).toISOString();
  return {
    id,
    kind,
    key,
    rule,
    severity,
    title,
    tenant,
    host,
    openedAt,
    at: new Date(atMs).toISOString(),
    count,
    details,
  };
}

/** Puts an alert in the place of the one with its key. */
export function withAlert(state: AlertState, alert: Alert): AlertState {
  const others = state.alerts.filter(({ key }) => key !== alert.key);
  return { ...state, alerts: [...others, alert] };
}

function withoutOldest(state: AlertState): AlertState {
  const resolved = state.alerts.filter(({ status }) => status === 'resolved');
  const gone = new Set(resolved.slice(0, Math.max(0, resolved.length - MOST_RESOLVED)).map(({ key }) => key));
  return gone.size === 0 ? state : { ...state, alerts: state.alerts.filter(({ key }) => !gone.has(key)) };
}

/** Details as they are kept: those that are too large are named, and left out. */
function keptDetails({ details }: OperationEvent): Readonly<Record<string, unknown>> {
  const text = JSON.stringify(details);
  if (text.length <= MOST_DETAILS) return JSON.parse(text) as Readonly<Record<string, unknown>>;
  const short = Object.entries(details).filter(([, value]) => JSON.stringify(value)?.length <= 200);
  const kept = Object.fromEntries(short.slice(0, 8));
  return { ...kept, leftOut: Object.keys(details).length - Object.keys(kept).length };
}
