import type { Repository } from '@x/backup-store';
import type { ObjectStore } from '@x/storage';
import type { ModelTrust } from '@x/integrity';
import type { Clock } from '../clock.ts';
import type { FileCache } from '../content/file-cache.ts';
import type { PromotionGates } from '../gates/gates.ts';
import type { InspectLimits } from '../inspect/limits.ts';
import type { LoadTestOptions } from '../load-test/contract.ts';
import type { ModelSignOptions } from '../trust/sign-version.ts';
import type { MetricSet } from '../metrics/metric-set.ts';
import type { ChangeTable } from '../versions/change.ts';
import type { AuditedEvent, AuditTrails } from './record-audit.ts';
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
  readonly maxBytes: number;
  readonly limits: Partial<InspectLimits>;
  readonly sign: ModelSignOptions | undefined;
  readonly trust: ModelTrust | undefined;
  readonly gates: Readonly<Record<string, PromotionGates>>;
  readonly loadTest: LoadTestOptions;
  readonly by: string;
  readonly clock: Clock;
  readonly files: FileCache;
  /** Tells of something that happened. */
  tell(event: Omit<RegistryEvent, 'at' | 'by'>): void;
  /** Restores and refusals of each model. */
  readonly trails: AuditTrails;
  /** Tells of a restore or refusal, and writes it to the trail of the model. */
  record(event: AuditedEvent): Promise<void>;
  /** Throws where somebody may not do what they want. Default of `by`: whose registry it is. */
  ask(intent: Omit<ModelIntent, 'by'> & { readonly by?: string | undefined }): Promise<void>;
}
