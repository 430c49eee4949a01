import type { Repository } from '@x/backup-store';
import type { ObjectStore } from '@x/storage';
import type { Clock } from '../clock.ts';
import type { InspectLimits } from '../inspect/limits.ts';
import type { MetricSet } from '../metrics/metric-set.ts';
import type { ChangeTable } from '../versions/change.ts';
import type { ModelIntent, ModelRegistryOptions, RegistryEvent } from './contract.ts';

/** What the calls of a registry work with. */
export interface RegistryParts {
  readonly storage: ObjectStore;
  readonly repository: Repository;
  readonly tenant: string;
  readonly changes: ChangeTable;
  /** By the names of models. */
  readonly metrics: Readonly<Record<string, MetricSet>>;
  readonly accept: NonNullable<ModelRegistryOptions['accept']>;
  readonly limits: Partial<InspectLimits>;
  readonly by: string;
  readonly clock: Clock;
  /** Tells of something that happened. */
  tell(event: Omit<RegistryEvent, 'at' | 'by'>): void;
  /** Throws where somebody may not do what they want. */
  ask(intent: Omit<ModelIntent, 'by'>): Promise<void>;
}
