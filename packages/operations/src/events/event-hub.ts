import { hostname } from 'node:os';
import type { RepositoryEvent } from '@x/backup-store';
import type { RegistryEvent } from '@x/ml-model-registry';
import type { ReleaseManagerEvent } from '@x/versioning';
import type { DeployEvent } from '@x/versioning/deploy';
import type { MigratorEvent } from '@x/versioning/migrate';
import type { Clock } from '../clock.ts';
import { systemClock } from '../clock.ts';
import type { ScheduleEvent } from '../scheduler/events.ts';
import { BookWriter, type FlushedEvents } from './book-writer.ts';
import type { EventBook, OperationEvent } from './contract.ts';
import {
  levelOf,
  ofDeployer,
  ofMigrator,
  ofModels,
  ofReleases,
  ofRepository,
  ofScheduler,
  type SaidEvent,
} from './from-packages.ts';

/** Options of {@link createEventHub}. */
export interface EventHubOptions {
  /** Where events are kept. Default: nowhere; listeners hear of them all the same. */
  readonly book?: EventBook | undefined;
  /** Who works, where an event does not say. */
  readonly principal?: string | undefined;
  /** Name of this machine. Default: the host name. */
  readonly host?: string | undefined;
  readonly clock?: Pick<Clock, 'now'> | undefined;
  /** How many events wait for a book that does not take them before the oldest are given up. Default 10,000. */
  readonly maxWaiting?: number | undefined;
  /** Told when the book does not take an event. It is tried again with the next one, and at {@link EventHub.flush}. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Hears what all packages tell, in one form, and writes it into one book in the order in which it happened. */
export interface EventHub {
  /** For `onEvent` of each package. None of them throws, or waits. */
  readonly listeners: {
    readonly repository: (event: RepositoryEvent) => void;
    readonly releases: (event: ReleaseManagerEvent) => void;
    readonly deployer: (event: DeployEvent) => void;
    readonly migrator: (event: MigratorEvent) => void;
    readonly models: (event: RegistryEvent) => void;
    readonly scheduler: (event: ScheduleEvent) => void;
  };
  /** Something else has happened. */
  readonly tell: (event: SaidEvent) => void;
  /** Hears of each event from now on. What a listener throws goes to `onError`. @returns What ends it. */
  readonly subscribe: (listener: (event: OperationEvent) => void) => () => void;
  /** Waits until the book has what was told. */
  readonly flush: () => Promise<FlushedEvents>;
}

/**
 * One ear for all packages.
 *
 * ```ts
 * import { createEventHub, memoryEventBook } from '@x/operations';
 *
 * const book = memoryEventBook();
 * const hub = createEventHub({ book, principal: 'ann' });
 * hub.tell({ name: 'report.written', details: { day: '2026-03-01' } });
 * await hub.flush();
 * for await (const { name, principal } of book.read()) console.log(name, principal);
 * ```
 */
export function createEventHub(options: EventHubOptions = {}): EventHub {
  const { book, principal, host = hostname(), clock = systemClock, maxWaiting, onError = () => undefined } = options;
  const subscribers = new Set<(event: OperationEvent) => void>();
  const writer = book && new BookWriter(book, { maxWaiting, onError });
  const tell = (said: SaidEvent): void => {
    const event = complete(said, { principal, host, nowMs: clock.now() });
    for (const listener of subscribers) attempt(() => listener(event), onError);
    writer?.write(event);
  };
  return {
    listeners: listenersOf(tell),
    tell,
    subscribe: (listener) => {
      subscribers.add(listener);
      return () => subscribers.delete(listener);
    },
    flush: async () => (await writer?.flush()) ?? { waiting: 0, lost: 0 },
  };
}

function listenersOf(tell: (said: SaidEvent) => void): EventHub['listeners'] {
  const hear =
    <Event>(said: (event: Event) => SaidEvent | undefined) =>
    (event: Event): void => {
      const told = said(event);
      if (told !== undefined) tell(told);
    };
  return {
    repository: hear(ofRepository),
    releases: hear(ofReleases),
    deployer: hear(ofDeployer),
    migrator: hear(ofMigrator),
    models: hear(ofModels),
    scheduler: hear(ofScheduler),
  };
}

function attempt(work: () => void, onError: (error: unknown) => void): void {
  try {
    work();
  } catch (error) {
    onError(error);
  }
}

interface Origin {
  readonly principal: string | undefined;
  readonly host: string;
  readonly nowMs: number;
}

function complete(said: SaidEvent, { principal, host, nowMs }: Origin): OperationEvent {
  return {
    at: new Date(said.atMs ?? nowMs).toISOString(),
    name: said.name,
    level: levelOf(said),
    tenant: said.tenant,
    principal: said.principal ?? principal,
    host,
    details: said.details,
  };
}
