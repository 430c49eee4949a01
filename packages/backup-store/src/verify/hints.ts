import type { Finding } from '../repository/contract.ts';

type Code = Finding['code'];

const ANOTHER_COPY = 'Put it back from another copy of the repository';
const BACK_UP_AGAIN = 'back up again: data that is still at its source is then stored anew';
const NOTHING_NOW =
  'Nothing has to be done now. Look at the disk if it happens again: more damage there may cost data.';

/** What to do, by the beginning of the object's name; the first that fits. */
const HINTS: readonly (readonly [string, (code: Code) => string])[] = [
  ['packs/', packHint],
  ['index/', () => '`holdfast backup repair` makes it again from the packs.'],
  ['index', () => `\`holdfast backup repair\` builds the index anew. What is missing then is lost: ${BACK_UP_AGAIN}.`],
  ['commits/', () => `${ANOTHER_COPY}. Without one, \`holdfast backup repair\` gives this snapshot up.`],
  ['snapshot ', () => 'Find out who changes or removes objects there, and put its commit back from another copy.'],
  ['keys/slots/', () => `What it was made with opens nothing any more. ${ANOTHER_COPY}, or add another key.`],
  ['sessions/', () => 'Nothing has to be done: no snapshot needs it.'],
  ['gc/', () => 'Nothing has to be done: what counts of it was read.'],
  ['history/', () => 'Nothing has to be done: what counts of it was read.'],
  ['forget/', () => 'The snapshot it names counts again. Forget it once more, if that was right.'],
];

function packHint(code: Code): string {
  if (code === 'redundancy') return NOTHING_NOW;
  if (code === 'unindexed') return 'Nothing has to be done: a backup goes on with it, or the next prune deletes it.';
  if (code === 'missing') return `${ANOTHER_COPY}, or ${BACK_UP_AGAIN}.`;
  return `${ANOTHER_COPY}. Without one, \`holdfast backup repair\` keeps what can be read of it; then ${BACK_UP_AGAIN}.`;
}

/** What to do about a finding. */
export function hintFor(code: Code, object: string): string {
  const found = HINTS.find(([start]) => object.startsWith(start));
  if (found !== undefined) return found[1](code);
  // Marker, configuration and keyring are what is left.
  return code === 'redundancy' ? 'The next backup writes it again.' : `${ANOTHER_COPY}.`;
}
