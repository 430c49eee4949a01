import type { OperationEvent } from '../events/contract.ts';
import { isMeant, keyOf } from './matching.ts';
import { type AlertChange, raise, type Raised, type RaiseParts, resolve, tell, withAlert } from './raise.ts';
import { absenceOf, type AlertRule, conditionsOf, listOf } from './rule.ts';
import type { AlertState, Seen } from './state.ts';

/** Keys of what is waited for, at most. */
const MOST_SEEN = 10_000;

/** What an event does to alerts: opens, counts and resolves, and is noted where it was waited for. */
export function judgeEvent(
  before: AlertState,
  rules: readonly AlertRule[],
  event: OperationEvent,
  parts: RaiseParts,
): Raised {
  let state = before;
  const changes: AlertChange[] = [];
  const take = (raised: Raised): void => {
    state = raised.state;
    changes.push(...raised.changes);
  };
  for (const rule of rules) {
    const key = keyOf(rule, event);
    const absence = absenceOf(rule);
    if (conditionsOf(rule).some((condition) => isMeant(event, condition))) take(raise(state, { rule, event }, parts));
    else if (listOf(rule.until).some((condition) => isMeant(event, condition)))
      take(resolve(state, { key, by: event.name, to: rule.channels }, parts));
    if (absence === undefined || !isMeant(event, absence.absent)) continue;
    state = withSeen(state, key, seenOf(rule, event, parts.nowMs));
    take(resolve(state, { key, by: event.name, to: rule.channels }, parts));
  }
  return { state, changes };
}

function withSeen(state: AlertState, key: string, seen: Seen): AlertState {
  if (!(key in state.seen) && Object.keys(state.seen).length >= MOST_SEEN) return state;
  return { ...state, seen: { ...state.seen, [key]: seen } };
}

/** What is remembered of an event that is waited for: enough to say what is missing. */
function seenOf({ by = [] }: AlertRule, { tenant, host, details }: OperationEvent, atMs: number): Seen {
  const names = new Set(by.flatMap((field) => (field.startsWith('details.') ? (field.split('.')[1] ?? '') : [])));
  const kept = Object.entries(details).filter(([name]) => names.has(name));
  return { atMs, tenant, host, details: Object.fromEntries(kept) };
}

/** What time does to alerts: what was waited for has not come, nobody has acknowledged, somebody is to be reminded. */
export function judgeTime(before: AlertState, rules: readonly AlertRule[], host: string, parts: RaiseParts): Raised {
  let raised: Raised = { state: before, changes: [] };
  for (const rule of rules) {
    const absent = absences(raised.state, rule, { host, parts });
    const late = overdue(absent.state, rule, parts);
    raised = { state: late.state, changes: [...raised.changes, ...absent.changes, ...late.changes] };
  }
  return raised;
}

function absences(
  before: AlertState,
  rule: AlertRule,
  { host, parts }: { readonly host: string; readonly parts: RaiseParts },
): Raised {
  const absence = absenceOf(rule);
  if (absence === undefined) return { state: before, changes: [] };
  const { forMs, tenants } = absence;
  const { nowMs } = parts;
  let state = before;
  // From the first look on: before it nobody has listened.
  const expected = (tenants ?? (rule.by === undefined ? [absence.absent.tenant] : [])).map((tenant): Seen => ({
    atMs: nowMs,
    tenant,
    host,
    details: {},
  }));
  for (const seen of expected) {
    const key = keyOf(rule, eventOf(seen, nowMs));
    if (!(key in state.seen)) state = withSeen(state, key, seen);
  }
  const changes: AlertChange[] = [];
  for (const [key, seen] of Object.entries(state.seen)) {
    const isOfRule = key === rule.name || key.startsWith(`${rule.name}/`);
    if (!isOfRule || nowMs - seen.atMs < forMs || isOpen(state, key)) continue;
    const raised = raise(state, { rule, event: eventOf(seen, nowMs), key }, parts);
    state = raised.state;
    changes.push(...raised.changes);
  }
  return { state, changes };
}

/** The event that an absence is, in the place of the one that did not come. */
function eventOf({ atMs, tenant, host, details }: Seen, nowMs: number): OperationEvent {
  const lastSeen = new Date(atMs).toISOString();
  const at = new Date(nowMs).toISOString();
  return { at, name: 'event.absent', level: 'error', tenant, host, details: { ...details, lastSeen } };
}

const isOpen = (state: AlertState, key: string): boolean =>
  state.alerts.some((each) => each.key === key && each.status !== 'resolved');

/** Reminds of open alerts of a rule, and passes on those that nobody has acknowledged. */
function overdue(before: AlertState, rule: AlertRule, parts: RaiseParts): Raised {
  const { nowMs } = parts;
  let state = before;
  const changes: AlertChange[] = [];
  for (const alert of before.alerts) {
    if (alert.rule !== rule.name || alert.status !== 'open') continue;
    if (rule.escalate !== undefined && !alert.escalated && nowMs - alert.openedMs >= rule.escalate.afterMs) {
      const passedOn = { ...alert, escalated: true };
      state = tell(withAlert(state, passedOn), passedOn, { kind: 'escalated', to: rule.escalate.channels, parts });
      changes.push({ name: 'alert.escalated', alert: passedOn });
    } else if (rule.remindMs !== undefined && nowMs - alert.notifiedMs >= rule.remindMs) {
      const reminded = { ...alert, notifiedMs: nowMs };
      state = tell(withAlert(state, reminded), reminded, {
        kind: 'reminder',
        to: rule.channels ?? parts.channels,
        parts,
      });
      changes.push({ name: 'alert.reminded', alert: reminded });
    }
  }
  return { state, changes };
}
