import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { systemClock } from '../clock.ts';
import { OperationsError, shown } from '../errors.ts';
import type { OperationEvent } from '../events/contract.ts';
import type { Channel } from './channel.ts';
import { checkMs, checkRules } from './check-rules.ts';
import type { AlertAct, Alerts, AlertsOptions, AlertsView, Flushed } from './contract.ts';
import { DEFAULT_RULES } from './default-rules.ts';
import { storedFreezes } from './freezes.ts';
import { judgeEvent, judgeTime } from './judge-event.ts';
import { oneLine } from './matching.ts';
import { timeliness } from './quiet-hours.ts';
import { type Raised, type RaiseParts, resolve, withAlert } from './raise.ts';
import { Sender } from './sender.ts';
import type { Alert, AlertState } from './state.ts';
import { stateStore } from './state-store.ts';
import { trialNotice } from './trial.ts';

/** Names of channels. */
const NAME = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;
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
  const { clock = systemClock, host = hostname(), rules = DEFAULT_RULES, onProblem = () => undefined } = options;
  const channels = checkChannels(options.channels);
  checkRules(rules, new Set(channels.keys()));
  const isTimely = timeliness(options.quietHours);
  const sendMs = checkMs(options.sendMs ?? SEND_MS, 'sendMs');
  const stored = stateStore(options.store, () => clock.now());
  const parts = (): RaiseParts => ({ nowMs: clock.now(), channels: [...channels.keys()], newId: randomUUID });
  const tell = async (event: Omit<OperationEvent, 'at' | 'host'>): Promise<void> => {
    try {
      await options.book?.append({ ...event, at: new Date(clock.now()).toISOString(), host });
    } catch (error) {
      onProblem(error);
    }
  };
  const change = async (make: (state: AlertState) => Raised): Promise<Raised['changes']> => {
    const changes = await stored.update((state) => {
      const { state: next, changes: result } = make(state);
      return { state: next, result };
    });
    for (const { name, alert } of changes) await tell(alertEvent(name, alert));
    return changes;
  };
  const sender = new Sender({ stored, channels, clock, isTimely, sendMs, tell, change, parts, host });
  const act = async (
    key: string,
    { by, note }: AlertAct,
    kind: 'acknowledge' | 'resolve',
  ): Promise<Alert | undefined> => {
    checkPerson(by);
    const changes = await change((state) =>
      kind === 'resolve'
        ? resolve(state, { key, by }, parts())
        : acknowledged(state, key, { by, note, atMs: clock.now() }),
    );
    return changes[0]?.alert;
  };
  const flush = async (): Promise<Flushed> => sender.flush();
  return {
    onEvent: async (event) => {
      // What alerts tell of themselves opens none.
      if (event.name.startsWith('alert.')) return;
      await change((state) => judgeEvent(state, rules, event, parts()));
    },
    check: async () => {
      await change((state) => judgeTime(state, rules, host, parts()));
      return flush();
    },
    flush,
    list: async () => viewOf(await stored.read()),
    acknowledge: async (key, who) => act(key, who, 'acknowledge'),
    resolve: async (key, who) => act(key, who, 'resolve'),
    test: async (names = [...channels.keys()]) => {
      const results = new Map<string, Error | undefined>();
      for (const name of names) {
        const channel = channels.get(name);
        if (channel === undefined)
          throw new OperationsError(
            'INVALID_ALERTS',
            `Expected one of the channels ${[...channels.keys()].join(', ')}, got ${shown(name)}`,
          );
        results.set(name, await sender.tryOnce(channel, trialNotice(host, clock.now())));
      }
      return results;
    },
    freezes: storedFreezes(stored, tell),
  };
}

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

function alertEvent(name: string, alert: Alert): Omit<OperationEvent, 'at' | 'host'> {
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
