import type { RepositoryEvent } from '@x/backup-store';
import type { RegistryEvent } from '@x/ml-model-registry';
import type { EventHub, OperationEvent, ScheduleEvent } from '@x/operations';
import type { ReleaseManagerEvent } from '@x/versioning';
import type { DeployEvent } from '@x/versioning/deploy';
import type { MigratorEvent } from '@x/versioning/migrate';
import { now } from '../clock.ts';
import type { Context } from '../program/context.ts';
import { displayText } from '../render/text.ts';
import { systemUser } from './access.ts';
import { openAlerts } from './alerts.ts';
import { configuredBook } from './event-book.ts';

interface Told {
  readonly atMs: number;
  readonly tell: (hub: EventHub) => void;
}

/** More are not kept while a command runs; how many there were is told. */
const MOST = 10_000;

/** Hears what the packages tell while a command runs. Nothing is loaded or written for it before the command has come to its end, or a run of a schedule. */
export class ToldEvents {
  #told: Told[] = [];
  #leftOut = 0;
  #flushing: Promise<void> = Promise.resolve();

  readonly repository = (event: RepositoryEvent): void => this.#hear((hub) => hub.listeners.repository(event));
  readonly releases = (event: ReleaseManagerEvent): void => {
    if (event.kind !== 'step') this.#hear((hub) => hub.listeners.releases(event));
  };
  readonly deployer = (event: DeployEvent): void => {
    if ('by' in event) this.#hear((hub) => hub.listeners.deployer(event));
  };
  readonly migrator = (event: MigratorEvent): void => {
    if (event.type !== 'statement' && event.type !== 'settled') this.#hear((hub) => hub.listeners.migrator(event));
  };
  readonly models = (event: RegistryEvent): void => this.#hear((hub) => hub.listeners.models(event));
  readonly scheduler = (event: ScheduleEvent): void => this.#hear((hub) => hub.listeners.scheduler(event));
  readonly whole = ({ at, ...event }: OperationEvent): void =>
    this.#hear((hub) => hub.tell({ ...event, atMs: Date.parse(at) }));

  /** Writes what was heard to the book of the configuration, and tells its alerts. What goes wrong is a warning: the work is done. */
  async flush(context: Context): Promise<void> {
    this.#flushing = this.#flushing.then(async () => this.#write(context));
    await this.#flushing;
  }

  #hear(tell: Told['tell']): void {
    if (this.#told.length < MOST) this.#told.push({ atMs: now(), tell });
    else this.#leftOut++;
  }

  async #write(context: Context): Promise<void> {
    const [told, leftOut] = [this.#told, this.#leftOut];
    [this.#told, this.#leftOut] = [[], 0];
    if (told.length === 0) return;
    try {
      if (leftOut > 0) context.messages.warn(`${leftOut} events were too many to be kept.`);
      await writeEvents(context, told);
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error);
      context.messages.warn(`What happened was not written down: ${displayText(said)}`);
    }
  }
}

async function writeEvents(context: Context, told: readonly Told[]): Promise<void> {
  const { settings } = await context.effective();
  const book = await configuredBook(context);
  const hasAlerts = settings['alerts.channels'] !== undefined || settings['alerts.store'] !== undefined;
  if (book === undefined && !hasAlerts) return;
  const { createEventHub } = await import('@x/operations');
  const problems: Error[] = [];
  let atMs = 0;
  const hub = createEventHub({
    book,
    principal: systemUser(),
    clock: { now: () => atMs },
    onError: (error) => {
      problems.push(error instanceof Error ? error : new Error('the book did not take it', { cause: error }));
    },
  });
  const heard: OperationEvent[] = [];
  if (hasAlerts) hub.subscribe((event) => heard.push(event));
  for (const each of told) {
    ({ atMs } = each);
    each.tell(hub);
  }
  try {
    await hub.flush();
    if (heard.length > 0) {
      const { alerts } = await openAlerts(context);
      for (const event of heard) await alerts.onEvent(event);
      await alerts.flush();
    }
  } finally {
    await book?.close();
  }
  const [first] = problems;
  if (first !== undefined) throw first;
}
