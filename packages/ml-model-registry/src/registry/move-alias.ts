import { ModelError } from '../errors.ts';
import type { LoggedEvent, ModelEvent } from '../history/events.ts';
import type { GateResult } from '../gates/gates.ts';
import type { AliasMove, ModelState } from '../history/state.ts';
import type { MoveAliasOptions } from './contract.ts';

/** Where an alias is to point, by what the history says. */
export interface Move extends Omit<MoveAliasOptions, 'force'> {
  readonly model: string;
  readonly alias: string;
  /** `undefined`: the alias goes away. Throws where the move must not be. */
  readonly to: (state: ModelState) => string | undefined;
  readonly gates?: readonly GateResult[] | undefined;
  /** Gates have failed, and it is moved all the same. */
  readonly forced?: true | undefined;
}

/**
 * The event of a move, when the alias points to where it is expected to (compare and set), and goes where it was allowed to.
 *
 * @throws {ModelError} `ALIAS_MOVED`.
 */
export function aliasEvent(
  state: ModelState,
  move: Move,
  asked?: { readonly allowed: string | undefined },
): ModelEvent {
  const { model, alias, expected, reason, gates, forced } = move;
  const from = state.aliases.get(alias);
  if (expected !== undefined && from !== (expected ?? undefined)) {
    throw new ModelError(
      'ALIAS_MOVED',
      `Expected ${alias} of ${model} at ${expected ?? 'no version'}, got ${from ?? 'none'}`,
      {
        hint: 'Somebody has moved it meanwhile. Look at the history, and decide anew.',
      },
    );
  }
  const to = move.to(state);
  if (asked !== undefined && asked.allowed !== to) {
    throw new ModelError(
      'ALIAS_MOVED',
      `Expected ${alias} of ${model} to go to ${asked.allowed ?? 'no version'}, got ${to ?? 'none'} meanwhile`,
      {
        hint: 'Somebody has changed the model since it was asked whether this may be. Look at the history, and decide anew.',
      },
    );
  }
  return {
    kind: 'alias.moved',
    alias,
    ...(to === undefined ? {} : { to }),
    ...(from === undefined ? {} : { from }),
    ...(reason === undefined ? {} : { reason }),
    ...(gates === undefined ? {} : { gates }),
    ...(forced === undefined ? {} : { forced }),
  };
}

/** Where an alias pointed before it was moved to where it is: one step back, and from there another. */
export function before(state: ModelState, model: string, alias: string): string {
  const at = state.aliases.get(alias);
  if (at === undefined) throw aliasNotFound(state, model, alias);
  // What a move back has left does not count: two of them go two steps back.
  const trail: string[] = [];
  for (const { from, to } of state.moves.filter((move) => move.alias === alias)) {
    if (to === undefined) trail.length = 0;
    else if (trail.at(-2) === to && from === trail.at(-1)) trail.pop();
    else trail.push(to);
  }
  const previous = trail.at(-2);
  if (previous !== undefined && state.versions.has(previous)) return previous;
  const found = previous === undefined ? 'none' : `${previous}, which was deleted`;
  throw new ModelError(
    'NOTHING_BEFORE',
    `Expected a version that ${alias} of ${model} pointed to before ${at}, got ${found}`,
    {
      hint: 'Promote the version that it is to point to.',
    },
  );
}

/** There is no such alias. */
export function aliasNotFound(state: ModelState, model: string, alias: string): ModelError {
  const names = [...state.aliases.keys()];
  return new ModelError('ALIAS_NOT_FOUND', `Expected an alias of ${model}, got ${JSON.stringify(alias)}`, {
    hint: names.length === 0 ? 'There is none yet.' : `There are ${names.join(', ')}.`,
  });
}

/** A move as it stands in the history. */
export function moveOf(event: LoggedEvent): AliasMove {
  if (event.kind !== 'alias.moved') throw new TypeError('Expected the event that was written');
  const { alias, from, to, at, by, reason, gates, forced } = event;
  return { alias, from, to, at, by, reason, gates, forced };
}
