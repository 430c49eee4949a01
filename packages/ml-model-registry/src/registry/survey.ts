import semver from 'semver';
import { modelBom } from '../bom/model-bom.ts';
import { modelCard } from '../card/model-card.ts';
import { ModelError } from '../errors.ts';
import type { ModelState } from '../history/state.ts';
import { inLanes } from '../lanes.ts';
import { traceLineage } from '../lineage/trace-lineage.ts';
import type { CleanupItem } from '../retention/cleanup.ts';
import { inUse, planCleanup } from '../retention/plan-cleanup.ts';
import type { ScrubbedVersion } from '../scrub/scrub.ts';
import { scrubVersions } from '../scrub/scrub-versions.ts';
import { searchVersions } from '../search/search-versions.ts';
import { noUses, type UseNotes, usageOf, withUse } from '../usage/use-notes.ts';
import { versionId } from '../versions/known-version.ts';
import type { ModelVersion } from '../versions/version.ts';
import { noteDeleted } from './delete-version.ts';
import { demandModel, findVersion } from './find-version.ts';
import { type Histories, knownVersions } from './histories.ts';
import { PREFIX } from './model-prefix.ts';
import { letGo, releaseLeftovers } from './leftovers.ts';
import { Notebook } from './notebook.ts';
import type { RegistryParts } from './parts.ts';
import { scrubNotes } from './scrub-notes.ts';
import type { ModelSurvey } from './survey-contract.ts';

/** What is told of all models, and how they are looked after. */
export class Survey implements ModelSurvey {
  protected readonly parts: RegistryParts;
  protected readonly histories: Histories;

  constructor(parts: RegistryParts, histories: Histories) {
    this.parts = parts;
    this.histories = histories;
  }

  async lineage(
    ...[model, reference, options]: Parameters<ModelSurvey['lineage']>
  ): ReturnType<ModelSurvey['lineage']> {
    const root = await this.#found(model, reference);
    return traceLineage(root, knownVersions(await this.histories.states()), options);
  }

  async card(...[model, reference, options]: Parameters<ModelSurvey['card']>): ReturnType<ModelSurvey['card']> {
    const state = await this.histories.of(model).read();
    const version = findVersion(state, model, reference);
    const aliases = [...state.aliases].flatMap(([alias, to]) => (to === version.version ? [alias] : []));
    return modelCard(version, { ...options, aliases, previous: previousOf(version, state) });
  }

  async bom(model: string, reference: string): Promise<string> {
    const version = await this.#found(model, reference);
    const names = [...new Set(version.parents.map((parent) => parent.model))];
    const states = await inLanes(names, async (name) => [name, await this.histories.of(name).read()] as const);
    return modelBom(version, knownVersions(new Map(states)));
  }

  async search(query: Parameters<ModelSurvey['search']>[0]): ReturnType<ModelSurvey['search']> {
    const states = await this.#states(query.model);
    return searchVersions(versionsOf(states), query);
  }

  async usage(model?: string): ReturnType<ModelSurvey['usage']> {
    const states = await this.#states(model);
    const stored = await this.#storedBytes();
    return await inLanes([...states], async ([name, state]) => {
      const notes = await this.#uses(name).read();
      return usageOf(name, { state, notes, stored });
    });
  }

  async noteUse(...[model, reference, how]: Parameters<ModelSurvey['noteUse']>): Promise<void> {
    const { version } = await this.#found(model, reference);
    const { clock, by } = this.parts;
    await this.#uses(model).change((notes) => withUse(notes, { version, at: clock(), by, how }));
  }

  async planCleanup(options: Parameters<ModelSurvey['planCleanup']>[0] = {}): ReturnType<ModelSurvey['planCleanup']> {
    if (options.model !== undefined) await this.#states(options.model);
    const states = await this.histories.states();
    const known = await this.#scrubbed([...states.keys()]);
    const damaged = new Set([...known].flatMap(([id, { damage }]) => (damage === undefined ? [] : [id])));
    return planCleanup({ states, damaged, now: this.parts.clock() }, options);
  }

  async cleanup({ items }: Parameters<ModelSurvey['cleanup']>[0]): ReturnType<ModelSurvey['cleanup']> {
    const [removed, left, snapshots]: [CleanupItem[], CleanupItem[], string[]] = [[], [], []];
    // What is pointed to is looked at once more when it goes; what that was made from, here.
    const used = inUse(await this.histories.states());
    try {
      for (const item of items.filter(({ keep }) => !keep)) {
        const { model, version, why } = item;
        if (used.has(versionId(item))) {
          left.push(item);
          continue;
        }
        await this.parts.ask({ action: 'delete', model, version });
        try {
          snapshots.push(await noteDeleted(this.histories.of(model), { model, version, reason: why }));
          removed.push(item);
          this.parts.tell({ type: 'model.deleted', model, version, reason: why });
        } catch (error) {
          if (!isOutdated(error)) throw error;
          left.push(item);
        }
      }
    } finally {
      // Also of those before one that must not go.
      await letGo(this.parts.repository, snapshots);
    }
    return { removed, left, leftovers: (await releaseLeftovers(this.histories, this.parts)).length };
  }

  async scrub(options: Parameters<ModelSurvey['scrub']>[0] = {}): ReturnType<ModelSurvey['scrub']> {
    const states = await this.#states(options.model);
    for (const model of states.keys()) await this.parts.ask({ action: 'scrub', model });
    const known = await this.#scrubbed([...states.keys()]);
    const { repository, clock } = this.parts;
    return await scrubVersions(versionsOf(states), options, {
      repository,
      clock,
      known,
      isThere: async ({ model, version }) => (await this.histories.of(model).read()).versions.has(version),
      note: async (checked) => await this.#noteScrubbed(checked),
      tell: ({ model, version, damage }) => this.parts.tell({ type: 'model.damaged', model, version, reason: damage }),
    });
  }

  /** What is known of all models, or of one. @throws {ModelError} `MODEL_NOT_FOUND`. */
  async #states(model: string | undefined): Promise<ReadonlyMap<string, ModelState>> {
    if (model === undefined) return await this.histories.states();
    const state = await this.histories.of(model).read();
    demandModel(state, model);
    return new Map([[model, state]]);
  }

  async #found(model: string, reference: string): Promise<ModelVersion> {
    return findVersion(await this.histories.of(model).read(), model, reference);
  }

  #uses(model: string): Notebook<UseNotes> {
    return new Notebook(this.parts.storage, `${PREFIX}${model}/uses`, noUses);
  }

  /** Bytes that each snapshot has added to the repository. */
  async #storedBytes(): Promise<ReadonlyMap<string, number>> {
    const snapshots = await this.parts.repository.snapshots({ tenant: this.parts.tenant, tags: ['kept-by=models'] });
    return new Map(snapshots.map(({ id, bytes }) => [id, bytes.stored]));
  }

  /** How contents were when they were read last, by ids of versions. */
  async #scrubbed(models: readonly string[]): Promise<ReadonlyMap<string, ScrubbedVersion>> {
    const all = await inLanes(models, async (model) => {
      const { versions } = await scrubNotes(this.parts, model).read();
      return Object.entries(versions).map(([version, found]) => ({ model, version, bytes: 0, ...found }));
    });
    return new Map(all.flat().map((each) => [versionId(each), each]));
  }

  async #noteScrubbed(checked: readonly ScrubbedVersion[]): Promise<void> {
    await inLanes([...Map.groupBy(checked, ({ model }) => model)], async ([model, found]) => {
      const state = await this.histories.of(model).read();
      await scrubNotes(this.parts, model).change(({ versions }) => {
        const now = found.map(({ version, checkedAt, damage }) => [version, { checkedAt, damage }] as const);
        // What was deleted meanwhile is noted no longer.
        const there = [...Object.entries(versions), ...now].filter(([version]) => state.versions.has(version));
        return { versions: Object.fromEntries(there) };
      });
      const damaged = found.filter(({ damage }) => damage !== undefined).length;
      this.parts.tell({ type: 'model.scrubbed', model, reason: `${found.length} read, ${damaged} damaged` });
    });
  }
}

function versionsOf(states: ReadonlyMap<string, ModelState>): readonly ModelVersion[] {
  return [...states.values()].flatMap(({ versions }) => [...versions.values()]);
}

/** What a version is compared with: its parent in the same model, or the version before. */
function previousOf(version: ModelVersion, { versions }: ModelState): ModelVersion | undefined {
  const parent = version.parents.find(({ model }) => model === version.model);
  const number = parent?.version ?? semver.rsort([...versions.keys()]).find((each) => semver.lt(each, version.version));
  return number === undefined ? undefined : versions.get(number);
}

/** Whether a version came into use, or was deleted, since a plan was made. */
function isOutdated(error: unknown): boolean {
  return error instanceof ModelError && (error.code === 'VERSION_IN_USE' || error.code === 'VERSION_NOT_FOUND');
}
