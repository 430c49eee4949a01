import { isDamage } from '../content/read-content.ts';
import { ModelError } from '../errors.ts';
import type { GateResult } from '../gates/gates.ts';
import { contentGate } from '../gates/plan-promotion.ts';
import type { ModelHistory } from '../history/history.ts';
import type { AliasMove } from '../history/state.ts';
import type { ModelVersion } from '../versions/version.ts';
import type { MoveAliasOptions } from './contract.ts';
import { findVersion } from './find-version.ts';
import { aliasEvent, before, type Move, moveOf } from './move-alias.ts';
import type { RegistryParts } from './parts.ts';
import { knownDamage } from './scrub-notes.ts';

/** An alias that is to go back. */
interface WayBack extends MoveAliasOptions {
  readonly model: string;
  readonly alias: string;
}

/**
 * Lets an alias point to where it pointed before. It has no gates: only what is known not to come back whole stands in the way.
 *
 * @throws {ModelError} `MODEL_DAMAGED`, `INVALID_INPUT`; those of `before` and `aliasEvent`.
 */
export async function rollBack(back: WayBack, history: ModelHistory, parts: RegistryParts): Promise<AliasMove> {
  const { model, alias } = back;
  const state = await history.read();
  const version = before(state, model, alias);
  await parts.ask({ action: 'promote', model, alias, version });
  const failed = await wrongWith(findVersion(state, model, version), parts);
  if (failed !== undefined) await demandForced(back, { version, failed, parts });
  const to: Move['to'] = (current) => before(current, model, alias);
  const forced = failed === undefined ? {} : { gates: [failed], forced: true as const };
  const move = { ...back, to, ...forced };
  const moved = moveOf(await history.append((current) => aliasEvent(current, move, { allowed: version })));
  const { reason } = moved;
  if (failed !== undefined)
    parts.tell({ type: 'model.overridden', model, alias, version, reason: `${failed.gate}: ${reason}` });
  parts.tell({ type: 'model.promoted', model, alias, version, reason });
  return moved;
}

/** What a scrub has found, or that the repository has the content no longer. All of it is not read: a way back must be quick. */
async function wrongWith(version: ModelVersion, parts: RegistryParts): Promise<GateResult | undefined> {
  const damage = (await knownDamage(parts, version)) ?? (await missingContent(version, parts));
  return damage === undefined ? undefined : contentGate(damage);
}

async function missingContent(
  { snapshot }: ModelVersion,
  { repository, tenant }: RegistryParts,
): Promise<string | undefined> {
  try {
    await repository.snapshot(snapshot, { tenant });
  } catch (error) {
    // A repository that can't be asked does not stand in the way.
    if (isDamage(error)) return error.message;
  }
  return undefined;
}

async function demandForced(
  { model, alias, force = false, reason = '' }: WayBack,
  found: { readonly version: string; readonly failed: GateResult; readonly parts: RegistryParts },
): Promise<void> {
  const { version, failed, parts } = found;
  if (!force) {
    await parts.record({ type: 'model.refused', model, alias, version, reason: failed.gate });
    throw new ModelError('MODEL_DAMAGED', `Expected ${model} ${version} whole for ${alias}, got ${failed.found}`, {
      hint: 'Promote another version, or add this one again from where it came. Whoever may can force it, with a reason that the history keeps.',
    });
  }
  if (reason.trim() === '') throw new ModelError('INVALID_INPUT', 'Expected a reason to go back to damage, got none');
  await parts.ask({ action: 'override', model, alias, version });
}
