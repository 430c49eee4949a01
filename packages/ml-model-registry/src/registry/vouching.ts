import type { ModelTrust } from '@x/integrity';
import { ModelError } from '../errors.ts';
import type { PromotionPlan } from '../gates/gates.ts';
import { demandAllowed, planPromotion } from '../gates/plan-promotion.ts';
import type { ModelHistory } from '../history/history.ts';
import type { AliasMove, ModelState } from '../history/state.ts';
import { countedApprovals, demandOther } from '../trust/approve-version.ts';
import { signVersion } from '../trust/sign-version.ts';
import { type Approval, type StoredSignature, trustIn, type VersionTrust } from '../trust/trust-state.ts';
import { demandSigned, type VersionVerification, verifyVersion } from '../trust/verify-version.ts';
import type { ModelVersion } from '../versions/version.ts';
import type { MoveAliasOptions } from './contract.ts';
import { findVersion } from './find-version.ts';
import { aliasEvent, type Move, moveOf } from './move-alias.ts';
import type { RegistryParts } from './parts.ts';
import { knownDamage, scrubNotes } from './scrub-notes.ts';
import { validateVersion } from './validate-version.ts';
import type { ModelVouching, VersionValidation } from './vouching-contract.ts';

/** Plans that others outdate before a move is given up. */
const ATTEMPTS = 50;

/** A version that an alias is to point to. */
interface Promotion extends MoveAliasOptions {
  readonly model: string;
  readonly alias: string;
  readonly reference: string;
}

/** A version, and what is known of its model. */
interface Found {
  readonly history: ModelHistory;
  readonly state: ModelState;
  readonly version: ModelVersion;
  readonly known: VersionTrust;
}

/** Signatures, approvals, load tests and gates of a registry. */
export class Vouching {
  readonly #parts: RegistryParts;
  readonly #historyOf: (model: string) => ModelHistory;

  constructor(parts: RegistryParts, historyOf: (model: string) => ModelHistory) {
    this.#parts = parts;
    this.#historyOf = historyOf;
  }

  async sign(model: string, reference: string): Promise<StoredSignature> {
    const { sign } = this.#parts;
    const { history, version } = await this.#found(model, reference);
    await this.#parts.ask({ action: 'sign', model, version: version.version });
    if (sign === undefined) throw keyNeeded('a key that signs', 'Open the registry with the option sign.');
    const bundle = signVersion(version, sign);
    const { digest } = version;
    const event = await history.append((state) => {
      findVersion(state, model, version.version);
      return { kind: 'version.signed', version: version.version, digest, bundle };
    });
    this.#parts.tell({ type: 'model.signed', model, version: version.version });
    return { bundle, at: event.at, by: event.by };
  }

  async verify(
    model: string,
    reference: string,
    trust: ModelTrust | undefined = this.#parts.trust,
  ): Promise<VersionVerification> {
    const { version, known } = await this.#found(model, reference);
    if (trust === undefined)
      throw keyNeeded('keys or roots to trust', 'Name keys, or open the registry with the option trust.');
    return verifyVersion(version, known, trust);
  }

  async trust(model: string, reference: string): Promise<VersionTrust> {
    return (await this.#found(model, reference)).known;
  }

  async admit(...[model, reference, { by } = {}]: Parameters<ModelVouching['admit']>): Promise<ModelVersion> {
    const { trust } = this.#parts;
    const { version, known } = await this.#found(model, reference);
    await this.#parts.ask({ action: 'restore', model, version: version.version, by });
    if (trust === undefined) return version;
    try {
      demandSigned(version, known, trust);
    } catch (error) {
      const reason = (error as Error).message;
      await this.#parts.record({ type: 'model.refused', model, version: version.version, reason, by });
      throw error;
    }
    return version;
  }

  async approve(...[model, number, { reason }]: Parameters<ModelVouching['approve']>): Promise<Approval> {
    const { by } = this.#parts;
    const { history, version, known } = await this.#found(model, number);
    await this.#parts.ask({ action: 'approve', model, version: version.version });
    demandOther(version, by, reason);
    const given = countedApprovals(version, known).find((approval) => approval.by === by);
    if (given !== undefined) return given;
    const { digest } = version;
    const event = await history.append((state) => {
      findVersion(state, model, version.version);
      return { kind: 'version.approved', version: version.version, digest, reason };
    });
    this.#parts.tell({ type: 'model.approved', model, version: version.version, reason });
    return { digest, reason, at: event.at, by: event.by };
  }

  async validate(
    ...[model, reference, options = {}]: Parameters<ModelVouching['validate']>
  ): ReturnType<ModelVouching['validate']> {
    const { history, version, known } = await this.#found(model, reference);
    await this.#parts.ask({ action: 'test', model, version: version.version });
    const validation = await validateVersion({ version, known, options }, this.#parts);
    const { loadTest: report } = validation;
    if (validation.digest.status === 'failed' && options.record !== false) await this.#noteDamage(version, validation);
    if (report.status === 'skipped' || options.record === false) return validation;
    const { digest } = version;
    await history.append((state) => {
      findVersion(state, model, version.version);
      return { kind: 'version.tested', version: version.version, digest, report };
    });
    this.#parts.tell({
      type: 'model.tested',
      model,
      version: version.version,
      reason: `${report.status}: ${report.detail}`,
    });
    return validation;
  }

  /** Gates go by it, as by what a scrub finds. */
  async #noteDamage({ model, version }: ModelVersion, { digest }: VersionValidation): Promise<void> {
    const damage = digest.found;
    const found = { [version]: { checkedAt: this.#parts.clock(), damage } };
    await scrubNotes(this.#parts, model).change(({ versions }) => ({ versions: { ...versions, ...found } }));
    this.#parts.tell({ type: 'model.damaged', model, version, reason: damage });
  }

  async plan(model: string, alias: string, reference: string): Promise<PromotionPlan> {
    return await this.#planned(await this.#found(model, reference), alias);
  }

  /** Moves an alias that has gates. When something happens to the model meanwhile, gates are looked at anew. */
  async promote(promotion: Promotion): Promise<AliasMove> {
    const { model, alias, reference, ...options } = promotion;
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const found = await this.#found(model, reference);
      const { version } = found.version;
      const move: Move = { ...options, model, alias, to: () => version };
      await this.#parts.ask({ action: 'promote', model, alias, version });
      aliasEvent(found.state, move);
      const plan = await this.#planned(found, alias);
      await this.#demandAllowed(plan, promotion);
      const moved = await appended(found, { ...move, gates: plan.gates, ...(plan.allowed ? {} : { forced: true }) });
      if (moved === undefined) continue;
      if (!plan.allowed)
        this.#parts.tell({
          type: 'model.overridden',
          model,
          alias,
          version,
          reason: `${failed(plan)}: ${moved.reason}`,
        });
      this.#parts.tell({ type: 'model.promoted', model, alias, version, reason: moved.reason });
      return moved;
    }
    throw new ModelError('CONFLICT', `Expected to judge ${model} as it is, got ${ATTEMPTS} changes meanwhile`, {
      hint: 'Others write to the same model all the time. Try again.',
    });
  }

  async #demandAllowed(plan: PromotionPlan, { force = false, reason = '' }: Promotion): Promise<void> {
    const { model, alias, to: version } = plan;
    if (!force && !plan.allowed)
      await this.#parts.record({ type: 'model.refused', model, alias, version, reason: failed(plan) });
    if (!force) return demandAllowed(plan);
    if (plan.allowed) return;
    if (reason.trim() === '') throw new ModelError('INVALID_INPUT', 'Expected a reason to go past gates, got none');
    await this.#parts.ask({ action: 'override', model, alias, version });
  }

  async #planned({ state, version, known }: Found, alias: string): Promise<PromotionPlan> {
    const { gates, trust: signers } = this.#parts;
    const current = state.versions.get(state.aliases.get(alias) ?? '');
    const own = Object.hasOwn(gates, alias) ? gates[alias] : undefined;
    const damage = await knownDamage(this.#parts, version);
    const { model } = version;
    const last = current ?? lastOf(state, alias);
    return await planPromotion({ model, alias, version, current, last, trust: known, gates: own, signers, damage });
  }

  async #found(model: string, reference: string): Promise<Found> {
    const history = this.#historyOf(model);
    const state = await history.read();
    const version = findVersion(state, model, reference);
    return { history, state, version, known: trustIn(state.trust, version.version) };
  }
}

/** What an alias pointed to before it was taken away: that it is gone makes nothing good that is worse. */
function lastOf({ moves, versions, deleted }: ModelState, alias: string): ModelVersion | undefined {
  const number = moves.findLast((move) => move.alias === alias && move.to !== undefined)?.to ?? '';
  return versions.get(number) ?? deleted.get(number)?.version;
}

/** Writes a move, unless something has happened since gates were looked at. */
async function appended({ history, state }: Found, move: Move): Promise<AliasMove | undefined> {
  const outdated = new Error('outdated');
  try {
    const event = await history.append((current) => {
      const next = aliasEvent(current, move);
      if (current.last?.digest !== state.last?.digest) throw outdated;
      return next;
    });
    return moveOf(event);
  } catch (error) {
    if (error === outdated) return undefined;
    throw error;
  }
}

const failed = ({ gates }: PromotionPlan): string =>
  gates.flatMap(({ gate, status }) => (status === 'failed' ? [gate] : [])).join(', ');

function keyNeeded(expected: string, hint: string): ModelError {
  return new ModelError('KEY_NEEDED', `Expected ${expected}, got none`, { hint });
}
