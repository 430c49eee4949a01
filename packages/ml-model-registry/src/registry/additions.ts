import { randomUUID } from 'node:crypto';
import { ModelError } from '../errors.ts';
import { PREFIX } from './model-prefix.ts';
import { Notebook } from './notebook.ts';
import type { RegistryParts } from './parts.ts';

/** What a cleanup has seen under way longer ago than this is held to be gone, in milliseconds: a day. */
const TOO_LONG = 86_400_000;

/** Where notes of additions lie below a model. */
export const ADDITIONS = 'additions';

/** An addition that has begun, and not ended. */
interface Begun {
  /** When it began, for those who look at the notes. Milliseconds since 1970, as all times. */
  readonly at: number;
  /** When a cleanup has seen it first, by the clock of that: whose clock is wrong keeps nobody from adding. */
  readonly seen?: number | undefined;
  /** A cleanup lets its content go. */
  readonly left?: true | undefined;
}

/** What is being added to a model, by tokens, which are on the snapshots. */
interface AdditionNotes {
  readonly begun: Readonly<Record<string, Begun>>;
}

/** An addition to a model. */
export interface Addition {
  readonly model: string;
  readonly token: string;
}

/** The tag of a snapshot, by which it is found when no version came to name it. */
export function additionTag({ token }: Addition): string {
  return `addition=${token}`;
}

/**
 * Notes that a file is being added, before its content is stored.
 *
 * @throws {ModelError} `CONFLICT` when others were faster each time.
 */
export async function beginAddition(parts: RegistryParts, model: string): Promise<Addition> {
  const token = randomUUID();
  const at = parts.clock();
  if (await notesOf(parts, model).change(({ begun }) => ({ begun: { ...begun, [token]: { at } } })))
    return { model, token };
  throw new ModelError('CONFLICT', `Expected to note that ${model} is being added to, got others who were faster`, {
    hint: 'Nothing was stored. Try again, with fewer that add to it at a time.',
  });
}

/**
 * Makes sure that the version may be written: from here on, cleanups leave its content alone for a day.
 *
 * @throws {ModelError} `CONFLICT` when one lets its content go.
 */
export async function confirmAddition(parts: RegistryParts, { model, token }: Addition): Promise<void> {
  const notes = notesOf(parts, model);
  let own = (await notes.read()).begun[token];
  // One that no cleanup has seen has its day before it anyway.
  if (own !== undefined && own.left !== true && own.seen === undefined) return;
  const isWritten = await notes.change(({ begun }) => {
    own = begun[token];
    return own === undefined || own.left === true ? { begun } : { begun: { ...begun, [token]: { at: own.at } } };
  });
  if (!isWritten || own === undefined || own.left === true) throw takenForLeft(model);
}

/** Notes that it is over. `left`: a cleanup lets its content go, whatever the history says by now. `unknown`: nothing was noted any more. */
export async function endAddition(
  parts: RegistryParts,
  { model, token }: Addition,
): Promise<'ended' | 'left' | 'unknown'> {
  let end: 'ended' | 'left' | 'unknown' = 'unknown';
  await notesOf(parts, model).change(({ begun }) => {
    const { [token]: own, ...others } = begun;
    if (own === undefined) end = 'unknown';
    else end = own.left === true ? 'left' : 'ended';
    return { begun: others };
  });
  return end;
}

/**
 * Claims what an earlier cleanup has seen under way too long ago, and remembers what it sees: from a claim on, whoever may still be at it is
 * told that its content goes.
 */
export async function claimLeft(parts: RegistryParts, model: string): Promise<readonly Addition[]> {
  const notes = notesOf(parts, model);
  const now = parts.clock();
  const looked = (each: Begun): Begun => {
    if (each.left === true) return each;
    if (each.seen === undefined) return { ...each, seen: now };
    return each.seen < now - TOO_LONG ? { ...each, left: true } : each;
  };
  const all = Object.values((await notes.read()).begun);
  if (all.length === 0) return [];
  if (all.some((each) => looked(each) !== each)) {
    await notes.change(({ begun }) => {
      const entries = Object.entries(begun).map(([token, each]) => [token, looked(each)] as const);
      return { begun: Object.fromEntries(entries) };
    });
  }
  // Others may have written first each time: what counts is what is there.
  const { begun } = await notes.read();
  return Object.entries(begun).flatMap(([token, { left }]) => (left === true ? { model, token } : []));
}

/** What somebody adds was taken for left behind. */
export const takenForLeft = (what: string): ModelError =>
  new ModelError('CONFLICT', `Expected to add ${what}, got a cleanup that took it for left behind`, {
    hint: 'It began more than a day ago. Nothing was added: add it again.',
  });

function notesOf({ storage }: RegistryParts, model: string): Notebook<AdditionNotes> {
  return new Notebook(storage, `${PREFIX}${model}/${ADDITIONS}`, { begun: {} });
}
