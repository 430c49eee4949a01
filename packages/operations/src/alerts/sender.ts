import { randomUUID } from 'node:crypto';
import type { OperationEvent } from '../events/contract.ts';
import type { Channel } from './channel.ts';
import type { Flushed } from './contract.ts';
import { oneLine } from './matching.ts';
import { claim, nextFor, type SendOutcome, settle } from './outbox.ts';
import { isAtLeast } from './quiet-hours.ts';
import { raise, type Raised, type RaiseParts, resolve } from './raise.ts';
import type { AlertRule, Severity } from './rule.ts';
import type { AlertState, Delivery, Notice } from './state.ts';
import type { StateStore } from './state-store.ts';

/** What a {@link Sender} works with. */
export interface SenderParts {
  readonly stored: StateStore;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly clock: { now(): number };
  readonly isTimely: (severity: Severity, atMs: number) => boolean;
  readonly sendMs: number;
  readonly tell: (event: Omit<OperationEvent, 'at' | 'host'>) => Promise<void>;
  readonly change: (make: (state: AlertState) => Raised) => Promise<unknown>;
  readonly parts: () => RaiseParts;
  readonly host: string;
}

/** After so many failures one after the other, the other channels are told. */
const TELL_OTHERS = 3;
/** How much longer than a try a claim lasts, in milliseconds: what is noted late is not sent twice. */
const MARGIN_MS = 30_000;

const CHANNEL_DOWN: AlertRule = {
  name: 'channel-down',
  severity: 'warning',
  title: 'Notices do not get through by {details.channel}: {details.error}',
  when: { event: 'channel.failed' },
  by: ['details.channel'],
};

interface Told {
  sent: number;
  failed: number;
}

/** Sends what waits, each channel by itself, oldest first. */
export class Sender {
  readonly #parts: SenderParts;

  constructor(parts: SenderParts) {
    this.#parts = parts;
  }

  async flush(): Promise<Flushed> {
    const { channels, stored } = this.#parts;
    const total: Told = { sent: 0, failed: 0 };
    // What a channel comes to may be told to others: until nobody has anything to do.
    for (let isDone = false; !isDone;) {
      const told = await Promise.all([...channels.values()].map(async (channel) => this.#flushOne(channel)));
      for (const { sent, failed } of told) {
        total.sent += sent;
        total.failed += failed;
      }
      isDone = told.every(({ sent, failed }) => sent + failed === 0);
    }
    const { outbox } = await stored.read();
    return { ...total, left: outbox.length };
  }

  /** One try, beside what waits. @returns What went wrong. */
  async tryOnce(channel: Channel, notice: Notice): Promise<Error | undefined> {
    const { sendMs } = this.#parts;
    const signal = AbortSignal.timeout(sendMs);
    try {
      await orTimedOut(channel.send(notice, signal), signal, channel.name);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  async #flushOne(channel: Channel): Promise<Told> {
    const told: Told = { sent: 0, failed: 0 };
    for (;;) {
      const token = randomUUID();
      const delivery = await this.#take(channel, token);
      if (delivery === undefined) return told;
      const isWanted = channel.least === undefined || isAtLeast(delivery.notice.severity, channel.least);
      const error = isWanted ? await this.tryOnce(channel, delivery.notice) : undefined;
      await this.#settle(delivery, token, error);
      if (error !== undefined) told.failed++;
      else if (isWanted) told.sent++;
    }
  }

  async #take(channel: Channel, token: string): Promise<Delivery | undefined> {
    const { stored, clock, isTimely, sendMs } = this.#parts;
    return stored.update((state) => {
      const nowMs = clock.now();
      const delivery = nextFor(state, {
        channel: channel.name,
        nowMs,
        isTimely: ({ severity }) => isTimely(severity, nowMs),
      });
      if (delivery === undefined) return { state, result: undefined };
      return { state: claim(state, delivery, { token, untilMs: nowMs + sendMs + MARGIN_MS }), result: delivery };
    });
  }

  async #settle(delivery: Delivery, token: string, error: Error | undefined): Promise<void> {
    const { stored, clock, tell, change, parts, host, channels } = this.#parts;
    const { channel, notice } = delivery;
    const outcome = outcomeOf(error);
    const nowMs = clock.now();
    const { failures, givenUp, wasDown } = await stored.update((state) => {
      const settled = settle(state, { delivery, token, outcome, nowMs });
      const result = {
        wasDown: channel in state.channels,
        failures: settled.state.channels[channel]?.failures ?? 0,
        givenUp: settled.givenUp,
      };
      return { state: settled.state, result };
    });
    const { id, key, kind } = notice;
    const others = [...channels.keys()].filter((name) => name !== channel);
    if (outcome.kind === 'sent') {
      await tell({ name: 'alert.sent', level: 'info', tenant: notice.tenant, details: { channel, key, kind, id } });
      if (!wasDown) return;
      await change((state) =>
        resolve(state, { key: `${CHANNEL_DOWN.name}/${channel}`, by: 'alert.sent', to: others }, parts()),
      );
      return;
    }
    const details = { channel, key, kind, id, error: outcome.error, givenUp };
    await tell({ name: 'alert.failed', level: givenUp ? 'error' : 'warn', tenant: notice.tenant, details });
    if (failures < TELL_OTHERS) return;
    const at = new Date(nowMs).toISOString();
    const event: OperationEvent = { at, name: 'channel.failed', level: 'warn', host, details };
    await change((state) => raise(state, { rule: { ...CHANNEL_DOWN, channels: others }, event }, parts()));
  }
}

function outcomeOf(error: Error | undefined): SendOutcome {
  if (error === undefined) return { kind: 'sent' };
  const { retryAfterMs, isRefusal } = error as { readonly retryAfterMs?: unknown; readonly isRefusal?: unknown };
  return {
    kind: 'failed',
    error: oneLine(error.message),
    retryAfterMs: typeof retryAfterMs === 'number' ? retryAfterMs : undefined,
    isRefusal: isRefusal === true,
  };
}

/** A channel that does not heed its signal must not hold up the others. */
async function orTimedOut(work: Promise<void>, signal: AbortSignal, name: string): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(new Error(`Expected the channel ${name} to take a notice in time, got no answer`));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => undefined);
  }
}
