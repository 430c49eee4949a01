import type { RepositoryEvent } from '@x/backup-store';
import type { RegistryEvent } from '@x/ml-model-registry';
import type { EventHub, OperationEvent, ScheduleEvent } from '@x/operations';
import type { ReleaseManagerEvent } from '@x/versioning';
import type { DeployEvent } from '@x/versioning/deploy';
import type { MigratorEvent } from '@x/versioning/migrate';
import { now } from '../clock.ts';

/** Something that was told, and when. */
export interface Told {
  readonly atMs: number;
  readonly tell: (hub: EventHub) => void;
}

/** More are not kept while a command runs; how many there were is told. */
const MOST = 10_000;

/** Hears what the packages tell while a command runs. Nothing is loaded or written for it. */
export class ToldEvents {
  #told: Told[] = [];
  #leftOut = 0;

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
  /** Of what tells in the common form already: drills and health. */
  readonly event = (event: OperationEvent): void => this.#hear((hub) => hub.tell(event));

  /** What was heard since the last time, and how much was left out. */
  take(): { readonly told: readonly Told[]; readonly leftOut: number } {
    const taken = { told: this.#told, leftOut: this.#leftOut };
    [this.#told, this.#leftOut] = [[], 0];
    return taken;
  }

  #hear(tell: Told['tell']): void {
    if (this.#told.length < MOST) this.#told.push({ atMs: now(), tell });
    else this.#leftOut++;
  }
}
