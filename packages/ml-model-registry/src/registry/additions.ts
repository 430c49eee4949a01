import { randomUUID } from 'node:crypto';
import { PREFIX } from './histories.ts';
import { Notebook } from './notebook.ts';
import type { RegistryParts } from './parts.ts';

/** What adds longer than this is held to be gone, in milliseconds: a day. */
const TOO_LONG = 86_400_000;

/** Where notes of additions lie below a model. */
export const ADDITIONS = 'additions';

/** An addition that has begun, and not ended. */
interface Begun {
  /** Milliseconds since 1970. */
  readonly at: number;
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

/** Notes that a file is being added, before its content is stored. */
export async function beginAddition(parts: RegistryParts, model: string): Promise<Addition> {
  const token = randomUUID();
  const at = parts.clock();
  await notesOf(parts, model).change(({ begun }) => ({ begun: { ...begun, [token]: { at } } }));
  return { model, token };
}

/** Notes that it is over. `false`: it took so long that a cleanup lets its content go, whatever the history says by now. */
export async function endAddition(parts: RegistryParts, { model, token }: Addition): Promise<boolean> {
  let isOurs = false;
  await notesOf(parts, model).change(({ begun }) => {
    const { [token]: own, ...others } = begun;
    isOurs = own !== undefined && own.left !== true;
    return { begun: others };
  });
  return isOurs;
}

/** Claims what has begun too long ago: from then on, whoever may still be at it sees that its content goes. */
export async function claimLeft(parts: RegistryParts, model: string): Promise<readonly Addition[]> {
  const notes = notesOf(parts, model);
  const before = parts.clock() - TOO_LONG;
  const isLeft = ({ at, left }: Begun): boolean => left === true || at < before;
  if (!Object.values((await notes.read()).begun).some(isLeft)) return [];
  await notes.change(({ begun }) => {
    const entries = Object.entries(begun).map(([token, each]) => [
      token,
      isLeft(each) ? { ...each, left: true } : each,
    ]);
    return { begun: Object.fromEntries(entries) as AdditionNotes['begun'] };
  });
  // Others may have written first each time: what counts is what is there.
  const { begun } = await notes.read();
  return Object.entries(begun).flatMap(([token, { left }]) => (left === true ? { model, token } : []));
}

function notesOf({ storage }: RegistryParts, model: string): Notebook<AdditionNotes> {
  return new Notebook(storage, `${PREFIX}${model}/${ADDITIONS}`, { begun: {} });
}
