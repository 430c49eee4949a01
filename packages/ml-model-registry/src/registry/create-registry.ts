import semver from 'semver';
import { restoreContent } from '../content/restore-content.ts';
import { ModelError } from '../errors.ts';
import type { ModelHistory } from '../history/history.ts';
import type { AliasMove } from '../history/state.ts';
import { inLanes } from '../lanes.ts';
import { checkAlias } from '../versions/names.ts';
import type { ModelVersion } from '../versions/version.ts';
import { diffWeights } from '../weights/diff-weights.ts';
import { addVersion } from './add-version.ts';
import type {
  AddedVersion,
  AddOptions,
  DiffOptions,
  ListVersionsOptions,
  ModelRegistry,
  ModelRegistryOptions,
  ModelSummary,
  MoveAliasOptions,
  OwnModelRegistry,
  OwnRegistryOptions,
} from './contract.ts';
import { noteDeleted } from './delete-version.ts';
import { diffVersions, type VersionDiff } from './diff-versions.ts';
import { demandModel, findVersion } from './find-version.ts';
import { Histories } from './histories.ts';
import { letGo } from './leftovers.ts';
import { aliasEvent, aliasNotFound, type Move, moveOf } from './move-alias.ts';
import type { RegistryParts } from './parts.ts';
import { openContent } from './open-content.ts';
import { partsOf } from './registry-parts.ts';
import { rollBack } from './roll-back.ts';
import { knownDamage } from './scrub-notes.ts';
import { Survey } from './survey.ts';
import { Vouching } from './vouching.ts';

/**
 * Opens a registry of models, in a repository that is open already; nothing is read or written yet. With a store alone, a repository is opened in it, or
 * made: `await using registry = await createModelRegistry({ storage, unlock: { keyFile } })`.
 *
 * @throws {ModelError} `INVALID_INPUT`; for a store alone `KEY_NEEDED`, and what the repository throws.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { createModelRegistry } from '@x/ml-model-registry';
 * import { fsStore } from '@x/storage';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const registry = createModelRegistry({ storage: fsStore('/srv/models'), repository });
 * const { version } = await registry.add('lottery', 'model.h5', { change: 'retrain', metrics: { accuracy: 0.91 } });
 * await registry.promote('lottery', 'prod', version.version);
 * await registry.restore('lottery', 'prod', { to: '/srv/app/model.h5' });
 * ```
 */
export function createModelRegistry(options: ModelRegistryOptions): ModelRegistry;
export function createModelRegistry(options: OwnRegistryOptions): Promise<OwnModelRegistry>;
export function createModelRegistry(
  options: ModelRegistryOptions | OwnRegistryOptions,
): ModelRegistry | Promise<OwnModelRegistry> {
  if (options.repository !== undefined) return new StoredRegistry(partsOf(options));
  return ownRegistry(options);
}

async function ownRegistry(options: OwnRegistryOptions): Promise<OwnModelRegistry> {
  const { unlock, encrypted, ...rest } = options;
  const repository = await openContent(options.storage, { unlock, encrypted });
  const registry: ModelRegistry = new StoredRegistry(partsOf({ ...rest, repository }));
  return Object.assign(registry, { repository, [Symbol.asyncDispose]: async () => await repository.close() });
}

class StoredRegistry extends Survey implements ModelRegistry {
  readonly #parts: RegistryParts;
  readonly #vouching: Vouching;

  constructor(parts: RegistryParts) {
    super(parts, new Histories(parts));
    this.#parts = parts;
    this.#vouching = new Vouching(parts, (model) => this.#history(model));
  }

  async add(model: string, path: string, options: AddOptions): Promise<AddedVersion> {
    const history = this.#history(model);
    await this.#parts.ask({ action: 'add', model });
    const parents = await inLanes(
      options.parents ?? [],
      async (parent) => await this.get(parent.model, parent.version),
    );
    // What a parent is called may point elsewhere tomorrow.
    const facts = { ...options, parents: parents.map(({ model: name, version }) => ({ model: name, version })) };
    return await addVersion({ model, path, options: facts }, history, this.#parts);
  }

  async models(): Promise<readonly ModelSummary[]> {
    return [...(await this.histories.states())].map(([model, { versions, aliases }]) => {
      const latest = semver.sort([...versions.keys()]).at(-1);
      return { model, versions: versions.size, latest, aliases: Object.fromEntries(aliases) };
    });
  }

  async list(model: string, options: ListVersionsOptions = {}): Promise<readonly ModelVersion[]> {
    const state = await this.#history(model).read();
    demandModel(state, model);
    const { tags = [], limit } = options;
    return semver
      .rsort([...state.versions.keys()])
      .flatMap((version) => state.versions.get(version) ?? [])
      .filter((version) => tags.every((tag) => version.tags.includes(tag)))
      .slice(0, limit);
  }

  async get(model: string, reference: string): Promise<ModelVersion> {
    return findVersion(await this.#history(model).read(), model, reference);
  }

  async admit(...asked: Parameters<ModelRegistry['admit']>): Promise<ModelVersion> {
    return await this.#vouching.admit(...asked);
  }

  async restore(
    model: string,
    reference: string,
    options: Parameters<ModelRegistry['restore']>[2],
  ): Promise<ModelVersion> {
    const version = await this.admit(model, reference);
    await restoreContent(this.#parts.repository, version, options);
    await this.#parts.record({ type: 'model.restored', model, version: version.version });
    await this.#noteRestored(version);
    return version;
  }

  /** Whoever may only read restores all the same; then nobody knows. */
  async #noteRestored({ model, version }: ModelVersion): Promise<void> {
    try {
      await this.noteUse(model, version, 'restore');
    } catch (error) {
      this.#parts.tell({ type: 'model.use-not-noted', model, version, reason: String(error) });
    }
  }

  async diff(model: string, first: string, second: string, options: DiffOptions = {}): Promise<VersionDiff> {
    const [old, young] = [await this.get(model, first), await this.get(model, second)];
    const diff = diffVersions(old, young);
    if (options.weights !== true) return diff;
    const { repository } = this.#parts;
    for (const { version } of [old, young]) await this.#parts.ask({ action: 'compare', model, version });
    return { ...diff, weights: await diffWeights(old, young, { repository, signal: options.signal }) };
  }

  async delete(model: string, reference: string, options: { readonly reason: string }): Promise<void> {
    const { version } = await this.get(model, reference);
    await this.#parts.ask({ action: 'delete', model, version });
    const { reason } = options;
    if (reason.trim() === '') throw new ModelError('INVALID_INPUT', 'Expected a reason, got an empty text');
    const snapshot = await noteDeleted(this.#history(model), { model, version, reason });
    await letGo(this.#parts.repository, [snapshot]);
    this.#parts.tell({ type: 'model.deleted', model, version, reason });
  }

  async promote(model: string, alias: string, reference: string, options: MoveAliasOptions = {}): Promise<AliasMove> {
    checkAlias(alias);
    const isGated = Object.hasOwn(this.#parts.gates, alias);
    if (isGated || (await knownDamage(this.#parts, await this.get(model, reference))) !== undefined)
      return await this.#vouching.promote({ ...options, model, alias, reference });
    return await this.#move({ ...options, model, alias, to: (state) => findVersion(state, model, reference).version });
  }

  async planPromotion(model: string, alias: string, reference: string): ReturnType<ModelRegistry['planPromotion']> {
    return await this.#vouching.plan(model, checkAlias(alias), reference);
  }

  async sign(model: string, reference: string): ReturnType<ModelRegistry['sign']> {
    return await this.#vouching.sign(model, reference);
  }

  async verify(...asked: Parameters<ModelRegistry['verify']>): ReturnType<ModelRegistry['verify']> {
    return await this.#vouching.verify(...asked);
  }

  async approve(...asked: Parameters<ModelRegistry['approve']>): ReturnType<ModelRegistry['approve']> {
    return await this.#vouching.approve(...asked);
  }

  async trust(model: string, reference: string): ReturnType<ModelRegistry['trust']> {
    return await this.#vouching.trust(model, reference);
  }

  async validate(...asked: Parameters<ModelRegistry['validate']>): ReturnType<ModelRegistry['validate']> {
    return await this.#vouching.validate(...asked);
  }

  async rollback(model: string, alias: string, options: MoveAliasOptions = {}): Promise<AliasMove> {
    return await rollBack({ ...options, model, alias }, this.#history(model), this.#parts);
  }

  async removeAlias(model: string, alias: string, options: MoveAliasOptions = {}): Promise<AliasMove> {
    const to = (state: Parameters<Move['to']>[0]): undefined => {
      if (!state.aliases.has(alias)) throw aliasNotFound(state, model, alias);
    };
    return await this.#move({ ...options, model, alias, to });
  }

  async #move(move: Move): Promise<AliasMove> {
    const { model, alias } = move;
    const history = this.#history(model);
    const state = await history.read();
    demandModel(state, model);
    const version = move.to(state);
    await this.#parts.ask({ action: 'promote', model, alias, version });
    const moved = moveOf(await history.append((current) => aliasEvent(current, move, { allowed: version })));
    this.#parts.tell({ type: 'model.promoted', model, alias, version: moved.to, reason: moved.reason });
    return moved;
  }

  async aliases(
    model: string,
    options: { readonly at?: number | undefined } = {},
  ): Promise<Readonly<Record<string, string>>> {
    const state = await this.#history(model).read();
    demandModel(state, model);
    const { at } = options;
    if (at === undefined) return Object.fromEntries(state.aliases);
    const then = new Map<string, string>();
    for (const move of state.moves) {
      if (move.at > at) break;
      if (move.to === undefined) then.delete(move.alias);
      else then.set(move.alias, move.to);
    }
    return Object.fromEntries(then);
  }

  async history(model: string): ReturnType<ModelRegistry['history']> {
    const events = await this.#history(model).events();
    const audited = await this.#parts.trails.of(model).events();
    if (events.length + audited.length === 0) demandModel(await this.#history(model).read(), model);
    return [...events, ...audited].toSorted((a, b) => a.at - b.at);
  }

  #history(model: string): ModelHistory {
    return this.histories.of(model);
  }
}
