import type { ObjectStore } from '@x/storage';
import type { Clock } from '../clock.ts';
import type { EventBook, OperationEvent } from '../events/contract.ts';
import type { Channel } from './channel.ts';
import type { QuietHours } from './quiet-hours.ts';
import type { AlertRule } from './rule.ts';
import type { Alert, ChannelState, Freeze } from './state.ts';

/** Options of `createAlerts`. */
export interface AlertsOptions {
  /** Where alerts and what is to be sent are kept: one store for all machines that share them. */
  readonly store: ObjectStore;
  readonly channels: readonly Channel[];
  /** Default: `DEFAULT_RULES`. */
  readonly rules?: readonly AlertRule[] | undefined;
  readonly quietHours?: QuietHours | undefined;
  /** Where it is written what became of alerts. */
  readonly book?: EventBook | undefined;
  readonly clock?: Pick<Clock, 'now'> | undefined;
  /** Milliseconds that a channel may take for one notice; default 30,000. */
  readonly sendMs?: number | undefined;
  /** Name of this machine. Default: the host name. */
  readonly host?: string | undefined;
  /** Is told what went wrong beside the alerts themselves: a book that can't be written. Must not throw. */
  readonly onProblem?: ((error: unknown) => void) | undefined;
}

/** What a look at the outbox came to. */
export interface Flushed {
  /** Notices that were taken, by any channel. */
  readonly sent: number;
  /** Tries that failed: what they were about waits. */
  readonly failed: number;
  /** Notices that wait still: for a channel that is down, for the end of quiet hours, or for another process that sends. */
  readonly left: number;
}

/** Alerts as they are. */
export interface AlertsView {
  /** Those that were opened last come first. */
  readonly alerts: readonly Alert[];
  /** Notices that wait, by channels. */
  readonly waiting: Readonly<Record<string, number>>;
  /** Channels that did not take the last notice. */
  readonly down: Readonly<Record<string, ChannelState>>;
  /** Tenants of which nothing is forgotten. */
  readonly freezes: readonly Freeze[];
}

/** Who does something to an alert. */
export interface AlertAct {
  /** A person. */
  readonly by: string;
  readonly note?: string | undefined;
}

/** Turns events into alerts, and tells people of them until they know. */
export interface Alerts {
  /**
   * Takes an event. When it returns, what it opens is in the store, and will be sent whatever becomes of this process.
   *
   * @throws {StorageError} when the store does not answer: then it was not taken. {OperationsError} `ALERTS_DAMAGED`
   */
  onEvent(event: OperationEvent): Promise<void>;
  /** Looks at the time: what did not come, who is to be reminded, what nobody has acknowledged. Then sends what waits. */
  check(): Promise<Flushed>;
  /** Sends what waits, oldest first. A channel that is down is tried again when its time has come. */
  flush(): Promise<Flushed>;
  /** Alerts, what waits and what is down, as they are now. */
  list(): Promise<AlertsView>;
  /**
   * Says that somebody looks after an alert: nobody is reminded any more.
   *
   * @returns `undefined` when there is no such alert, or it is resolved.
   */
  acknowledge(key: string, act: AlertAct): Promise<Alert | undefined>;
  /** Says that an alert is over. @returns `undefined` when there is no such alert, or it is resolved. */
  resolve(key: string, act: AlertAct): Promise<Alert | undefined>;
  /** Sends a trial to channels at once, beside what waits. @returns What each has said; `undefined` where it was taken. */
  test(channels?: readonly string[]): Promise<ReadonlyMap<string, Error | undefined>>;
  /** Tenants of which nothing is to be forgotten. */
  readonly freezes: Freezes;
}

/** Tenants of which nothing is to be forgotten, until a person says so. */
export interface Freezes {
  /** The freeze of a tenant, if there is one. */
  of(tenant: string): Promise<Freeze | undefined>;
  /** Until when a person has found the snapshots of a tenant good, in milliseconds since 1970; 0 for never. */
  clearedMs(tenant: string): Promise<number>;
  /** Notes a freeze. One that is there stays as it is. */
  add(freeze: Freeze): Promise<void>;
  /** Takes a freeze away, and calls what was made until then good. @returns The one that was there. */
  lift(tenant: string, act: AlertAct & { readonly untilMs: number }): Promise<Freeze | undefined>;
}
