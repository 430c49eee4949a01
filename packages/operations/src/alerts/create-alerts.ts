import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { redacted } from '@x/logging';
import { systemClock } from '../clock.ts';
import { OperationsError, shown } from '../errors.ts';
import type { OperationEvent } from '../events/contract.ts';
import type { Channel } from './channel.ts';
import { checkMs, checkRules, NAME } from './check-rules.ts';
import type { AlertAct, Alerts, AlertsOptions, AlertsView, Flushed, Freezes } from './contract.ts';
import { DEFAULT_RULES } from './default-rules.ts';
import { storedFreezes } from './freezes.ts';
import { judgeEvent, judgeTime } from './judge-event.ts';
import { oneLine } from './matching.ts';
import { timeliness } from './quiet-hours.ts';
import { type Raised, type RaiseParts, resolve, withAlert } from './raise.ts';
import type { AlertRule } from './rule.ts';
import { Sender } from './sender.ts';
import type { Alert, AlertState } from './state.ts';
import { stateStore, type StateStore } from './state-store.ts';
import { trialNotice } from './trial.ts';

const SEND_MS = 30_000;

/**
 * Makes alerts. Everything is kept in the store before a call returns, so that a process may end at any time, and several machines that share the store
 * tell of each alert once. A process that dies between sending a notice and noting it lets it be sent again, with the same id.
 *
 * @throws {OperationsError} `INVALID_ALERTS`
 *
 * @example
 * ```ts
 * import { createAlerts, webhookChannel } from '@x/operations/alerts';
 * import { fsStore } from '@x/storage';
 *
 * const alerts = createAlerts({
 *   store: fsStore('/var/lib/shop/alerts'),
 *   channels: [webhookChannel({ name: 'ops', url: { file: '/etc/shop/webhook-url' }, secret: { env: 'WEBHOOK_SECRET' } })],
 * });
 * await alerts.onEvent({ at: new Date().toISOString(), name: 'backup.failed', level: 'error', tenant: 'hotel-rio', details: {} });
 * console.log(await alerts.check());
 * ```
 */
export function createAlerts(options: AlertsOptions): Alerts {
  return new StoredAlerts(options);
}

class StoredAlerts implements Alerts {
  readonly freezes: Freezes;
  readonly #options: AlertsOptions;
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #rules: readonly AlertRule[];
  readonly #clock: { now(): number };
  readonly #host: string;
  readonly #stored: StateStore;
  readonly #sender: Sender;

  constructor(options: AlertsOptions) {
    const { clock = systemClock, host = hostname(), rules = DEFAULT_RULES } = options;
    this.#options = options;
    this.#clock = clock;
    this.#host = host;
    this.#channels = checkChannels(options.channels);
    this.#rules = checkRules(rules, new Set(this.#channels.keys()));
    this.#stored = stateStore(options.store, () => clock.now());
    const tell = async (event: ToldEvent): Promise<void> => this.#tell(event);
    this.#sender = new Sender({
      stored: this.#stored,
      channels: this.#channels,
      clock,
      isTimely: timeliness(options.quietHours),
      sendMs: checkMs(options.sendMs ?? SEND_MS, 'sendMs'),
      tell,
      change: async (make) => this.#change(make),
      parts: () => this.#parts(),
      host,
    });
    this.freezes = storedFreezes(this.#stored, tell);
  }

  async onEvent(event: OperationEvent): Promise<void> {
    // What alerts tell of themselves opens none.
    if (event.name.startsWith('alert.')) return;
    // Notices leave the house, and what is kept of events stays in a store: neither is a place for what stands in a URL or an error by mistake.
    const safe = { ...event, details: redacted(event.details) };
    await this.#change((state) => judgeEvent(state, this.#rules, safe, this.#parts()));
  }

  async check(): Promise<Flushed> {
    await this.#change((state) => judgeTime(state, this.#rules, this.#host, this.#parts()));
    return this.flush();
  }

  async flush(): Promise<Flushed> {
    return this.#sender.flush();
  }

  async list(): Promise<AlertsView> {
    return viewOf(await this.#stored.read());
  }

  async acknowledge(key: string, { by, note }: AlertAct): Promise<Alert | undefined> {
    checkPerson(by);
    const changes = await this.#change((state) => acknowledged(state, key, { by, note, atMs: this.#clock.now() }));
    return changes[0]?.alert;
  }

  async resolve(key: string, { by }: AlertAct): Promise<Alert | undefined> {
    checkPerson(by);
    const changes = await this.#change((state) => resolve(state, { key, by }, this.#parts()));
    return changes[0]?.alert;
  }

  async test(names: readonly string[] = [...this.#channels.keys()]): Promise<ReadonlyMap<string, Error | undefined>> {
    const channels = names.map((name) => this.#channel(name));
    const results = new Map<string, Error | undefined>();
    for (const channel of channels)
      results.set(channel.name, await this.#sender.tryOnce(channel, trialNotice(this.#host, this.#clock.now())));
    return results;
  }

  #channel(name: string): Channel {
    const channel = this.#channels.get(name);
    if (channel !== undefined) return channel;
    const known = [...this.#channels.keys()].join(', ') || '(none)';
    throw new OperationsError('INVALID_ALERTS', `Expected one of the channels ${known}, got ${shown(name)}`);
  }

  #parts(): RaiseParts {
    return { nowMs: this.#clock.now(), channels: [...this.#channels.keys()], newId: randomUUID };
  }

  async #change(make: (state: AlertState) => Raised): Promise<Raised['changes']> {
    const changes = await this.#stored.update((state) => {
      const { state: next, changes: result } = make(state);
      return { state: next, result };
    });
    for (const { name, alert } of changes) await this.#tell(alertEvent(name, alert));
    return changes;
  }

  /** Writes to the book what became of alerts; one that can't be written holds up none. */
  async #tell(event: ToldEvent): Promise<void> {
    const { book, onProblem } = this.#options;
    try {
      await book?.append({ ...event, at: new Date(this.#clock.now()).toISOString(), host: this.#host });
    } catch (error) {
      onProblem?.(error);
    }
  }
}

type ToldEvent = Omit<OperationEvent, 'at' | 'host'>;

function checkChannels(list: readonly Channel[]): ReadonlyMap<string, Channel> {
  const channels = new Map<string, Channel>();
  for (const channel of list) {
    if (!NAME.test(channel.name) || channels.has(channel.name))
      throw new OperationsError(
        'INVALID_ALERTS',
        `Expected a name of a channel that no other has, got ${shown(channel.name)}`,
        {
          hint: 'Small letters, digits and "-".',
        },
      );
    channels.set(channel.name, channel);
  }
  return channels;
}

/** @throws {OperationsError} `INVALID_OPTION` */
function checkPerson(by: string): void {
  if (oneLine(by) === '')
    throw new OperationsError('INVALID_OPTION', 'Expected the name of a person in `by`, got an empty text');
}

function acknowledged(state: AlertState, key: string, ack: NonNullable<Alert['acknowledged']>): Raised {
  const before = state.alerts.find((each) => each.key === key);
  if (before === undefined || before.status === 'resolved') return { state, changes: [] };
  const alert: Alert = { ...before, status: 'acknowledged', acknowledged: ack };
  return { state: withAlert(state, alert), changes: [{ name: 'alert.acknowledged', alert }] };
}

function alertEvent(name: string, alert: Alert): ToldEvent {
  const { key, rule, severity, title, tenant, count, acknowledged: ack, resolved } = alert;
  const principal = name === 'alert.acknowledged' ? ack?.by : name === 'alert.resolved' ? resolved?.by : undefined;
  const level = name === 'alert.resolved' || severity === 'info' ? 'info' : severity === 'critical' ? 'error' : 'warn';
  return { name, level, tenant, principal, details: { key, rule, severity, title, count, note: ack?.note } };
}

function viewOf({ alerts, outbox, channels, freezes }: AlertState): AlertsView {
  const waiting: Record<string, number> = {};
  for (const { channel } of outbox) waiting[channel] = (waiting[channel] ?? 0) + 1;
  return { alerts: alerts.toSorted((a, b) => b.openedMs - a.openedMs), waiting, down: channels, freezes };
}
