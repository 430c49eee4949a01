import { OperationsError } from '../errors.ts';
import type { Severity } from './rule.ts';

/** What a notice is about: that an alert was opened, opened again, said once more, passed on or resolved; that there is more than is told; or a trial. */
export type NoticeKind = 'opened' | 'again' | 'reminder' | 'escalated' | 'resolved' | 'more' | 'test';

/** One alert, as `alerts list` shows it. */
export interface Alert {
  /** The rule, and what sets this one apart: `backup-failed/hotel-rio/m1`. */
  readonly key: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  readonly status: 'open' | 'acknowledged' | 'resolved';
  readonly tenant?: string | undefined;
  readonly host?: string | undefined;
  /** Milliseconds since 1970, as all times here: when it was opened last. */
  readonly openedMs: number;
  /** When it was last seen. */
  readonly lastMs: number;
  /** How often it was seen since it was opened. */
  readonly count: number;
  /** What the event said that was seen last. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly notifiedMs: number;
  readonly escalated: boolean;
  readonly acknowledged?:
    | { readonly by: string; readonly atMs: number; readonly note?: string | undefined }
    | undefined;
  readonly resolved?: { readonly by: string; readonly atMs: number } | undefined;
}

/** What a channel is given. */
export interface Notice {
  /** The same for all attempts to send it: whoever gets it twice knows by this. */
  readonly id: string;
  readonly kind: NoticeKind;
  readonly key: string;
  readonly rule: string;
  readonly severity: Severity;
  readonly title: string;
  readonly tenant?: string | undefined;
  readonly host?: string | undefined;
  /** ISO 8601. */
  readonly openedAt: string;
  /** ISO 8601: of what is told. */
  readonly at: string;
  readonly count: number;
  readonly details: Readonly<Record<string, unknown>>;
}

/** A notice on its way to one channel. */
export interface Delivery {
  readonly channel: string;
  readonly notice: Notice;
  /** How often the channel has refused this very notice. */
  readonly refusals: number;
  /** Who sends it now: nobody else does until then. */
  readonly claim?: { readonly token: string; readonly untilMs: number } | undefined;
}

/** How a channel is. */
export interface ChannelState {
  /** Failures one after the other. */
  readonly failures: number;
  /** Nothing is sent before. */
  readonly nextMs: number;
  readonly downSinceMs: number;
  readonly error: string;
}

/** A tenant of which nothing is forgotten. */
export interface Freeze {
  readonly tenant: string;
  readonly sinceMs: number;
  readonly reason: string;
  /** Whether the legal hold was placed by this, and is to be lifted with it. */
  readonly holds: boolean;
}

/** What was waited for, when it came last. */
export interface Seen {
  readonly atMs: number;
  readonly tenant?: string | undefined;
  readonly host?: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;
}

/** All that alerts remember. */
export interface AlertState {
  readonly version: 1;
  /** Milliseconds since 1970, by the clock of who wrote it. */
  readonly atMs: number;
  readonly alerts: readonly Alert[];
  /** Oldest first. */
  readonly outbox: readonly Delivery[];
  readonly channels: Readonly<Record<string, ChannelState>>;
  /** When what is waited for was seen last, by keys of alerts. */
  readonly seen: Readonly<Record<string, Seen>>;
  readonly freezes: readonly Freeze[];
  /** Until when snapshots of a tenant were found good by a person. */
  readonly cleared: Readonly<Record<string, number>>;
}

/** Nothing yet. */
export const NO_ALERTS: AlertState = {
  version: 1,
  atMs: 0,
  alerts: [],
  outbox: [],
  channels: {},
  seen: {},
  freezes: [],
  cleared: {},
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The bytes of a state. The token, first, tells one's own from that of others. */
export function writeState(state: AlertState, token: string): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ token, ...state }));
}

/**
 * Reads a state.
 *
 * @throws {OperationsError} `ALERTS_DAMAGED`
 */
export function readState(body: Uint8Array, key: string): AlertState {
  let state: unknown;
  try {
    state = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw damaged(key, 'it is no JSON', error);
  }
  if (!isRecord(state) || state['version'] !== 1) throw damaged(key, 'it is of another version');
  const isWhole =
    ['alerts', 'outbox', 'freezes'].every(
      (name) => Array.isArray(state[name]) && (state[name] as unknown[]).every(isRecord),
    ) &&
    ['channels', 'seen', 'cleared'].every((name) => isRecord(state[name])) &&
    Number.isFinite(state['atMs']);
  if (!isWhole) throw damaged(key, 'its fields are not those of a state');
  return state as unknown as AlertState;
}

function damaged(key: string, why: string, cause?: unknown): OperationsError {
  return new OperationsError('ALERTS_DAMAGED', `Expected the state of alerts in "${key}": ${why}`, {
    cause,
    hint: 'Look who writes there; taking this object away goes back to the state before it.',
  });
}
