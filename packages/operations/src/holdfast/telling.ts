import { openLogs, type Logs } from '@x/logging';
import type { Access } from '../access/contract.ts';
import { createAccess } from '../access/create-access.ts';
import type { Alerts } from '../alerts/contract.ts';
import { createAlerts } from '../alerts/create-alerts.ts';
import type { EventBook, OperationEvent } from '../events/contract.ts';
import { createEventHub, type EventHub } from '../events/event-hub.ts';
import { storedEventBook } from '../events/stored-book.ts';
import type { Health } from '../health/contract.ts';
import { createHealth } from '../health/create-health.ts';
import type { Settings } from './settings.ts';

/** What hears, writes down, and tells people. */
export interface Telling {
  readonly hub: EventHub;
  readonly book: EventBook;
  readonly logs: Logs | undefined;
  readonly access: Access;
  readonly alerts: Alerts;
  readonly health: Health;
  /** Tells of an event that is whole already. */
  readonly pass: (event: OperationEvent) => void;
  /** Waits until book and alerts have what was told. */
  readonly settled: () => Promise<void>;
}

/** Opens the book and the logs, and everything that writes to it. */
export async function openTelling({ config, state, clock, host, principal, onProblem }: Settings): Promise<Telling> {
  const logs = config.logs && (await openLogs({ ...config.logs, clock, host }));
  const book = config.book ?? logs?.audit ?? storedEventBook(state);
  const hub = createEventHub({ book, principal, host, clock, onError: onProblem });
  const now = (): number => clock.now();
  const access = createAccess({ ...config.access, book, clock: now, host, onUnrecorded: onProblem });
  const { channels = [], rules, quietHours } = config.alerts ?? {};
  const alerts = createAlerts({ rules, quietHours, store: state, channels, book, clock, host, onProblem });
  const raising = new Set<Promise<void>>();
  hub.subscribe((event) => {
    const raised = raise(alerts, event)
      .catch(onProblem)
      .finally(() => raising.delete(raised));
    raising.add(raised);
  });
  const pass = ({ at, ...event }: OperationEvent): void => hub.tell({ ...event, atMs: Date.parse(at) });
  const { checks = [], ...timing } = config.health ?? {};
  const health = createHealth({ ...timing, checks, store: state, by: host, clock, onEvent: pass });
  const settled = async (): Promise<void> => {
    await hub.flush();
    await Promise.all(raising);
  };
  return { hub, book, logs, access, alerts, health, pass, settled };
}

/** What is bad is sent at once; the rest with the next look. */
async function raise(alerts: Alerts, event: OperationEvent): Promise<void> {
  await alerts.onEvent(event);
  if (event.level !== 'info') await alerts.flush();
}
