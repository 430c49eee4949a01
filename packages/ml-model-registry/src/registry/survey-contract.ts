import type { CardOptions, ModelCard } from '../card/model-card.ts';
import type { Lineage, LineageOptions } from '../lineage/lineage.ts';
import type { CleanupOptions, CleanupPlan, CleanupResult } from '../retention/cleanup.ts';
import type { ScrubOptions, ScrubReport } from '../scrub/scrub.ts';
import type { ModelQuery } from '../search/model-query.ts';
import type { ModelUsage, ModelUse } from '../usage/model-usage.ts';
import type { ModelVersion } from '../versions/version.ts';

/** What a registry tells of all its models, and how it looks after them. */
export interface ModelSurvey {
  /** What a version was made from, and what was made from it. @throws {ModelError} `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`, `INVALID_INPUT`. */
  lineage(model: string, reference: string, options?: LineageOptions): Promise<Lineage>;
  /** The card of a version; `modelCardText` makes Markdown of it. @throws {ModelError} `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`. */
  card(model: string, reference: string, options?: CardOptions): Promise<ModelCard>;
  /** The ML-BOM of a version: JSON of CycloneDX 1.6, the same bytes each time. @throws {ModelError} `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`. */
  bom(model: string, reference: string): Promise<string>;
  /** Versions of all models that match. @throws {ModelError} `INVALID_INPUT` for a condition that is none. */
  search(query: ModelQuery): Promise<readonly ModelVersion[]>;
  /** What models take and who uses them: of one, or of all. @throws {ModelError} `MODEL_NOT_FOUND`. */
  usage(model?: string): Promise<readonly ModelUsage[]>;
  /**
   * Notes that a version is used. `restore` does so by itself; this is for programs that load a file that was restored before.
   * It is a note, and gives nothing away: `authorize` is not asked, and nothing is told to `onEvent`.
   *
   * @throws {ModelError} `MODEL_NOT_FOUND`, `VERSION_NOT_FOUND`.
   */
  noteUse(model: string, reference: string, how: ModelUse['how']): Promise<void>;
  /**
   * Which versions have had their time, and why. Changes nothing. What an alias points to stays, and so do the parents of that.
   *
   * @throws {ModelError} `MODEL_NOT_FOUND`; {RetentionError} for a policy that is none.
   */
  planCleanup(options?: CleanupOptions): Promise<CleanupPlan>;
  /**
   * Removes the versions that a plan says, and no others. What came into use since stays. Contents that no version names are let go, too, whatever the
   * plan says: those of versions that are deleted, and of additions that began more than a day ago and did not end.
   */
  cleanup(plan: CleanupPlan): Promise<CleanupResult>;
  /**
   * Reads contents back and compares them with their digests, those first that were not looked at for longest. Remembers what was read when.
   * `authorize` is asked about each model first.
   *
   * @throws {ModelError} `MODEL_NOT_FOUND`, `ABORTED`. Damage is no error: it is in the report.
   */
  scrub(options?: ScrubOptions): Promise<ScrubReport>;
}
