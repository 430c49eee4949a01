import { randomBytes } from 'node:crypto';

/** Where things are in the store. `label` and `session` are lower-case hex digits. */
export const MARKER = 'holdfast.json';
export const SLOTS = 'keys/slots/';
export const KEYRING = 'keys/ring';
/** There when the keyring is in another store. Says so to whoever does not know; nothing relies on it. */
export const KEYS_ELSEWHERE = 'keys/elsewhere';
export const CONFIG = 'config';
/** Random bytes that make room on a full disk when they go. */
export const RESERVE = 'reserve/0';
/** The marker once more: without its id nothing opens. */
export const MARKER_COPY = 'holdfast-copy.json';

const EPOCH_DIGITS = 8;
const SEQUENCE_DIGITS = 6;

const digits = (value: number, count: number): string => String(value).padStart(count, '0');

/** Makes a new name: this many random bytes as hex digits. Injected where a schedule must be repeatable. */
export type NewId = (bytes: number) => string;
export const randomId: NewId = (bytes) => randomBytes(bytes).toString('hex');

/** The ledger that holds the entries of another one once more, under the same numbers. */
export const copyOfLedger = (name: string): string => `${name}-copy`;

export const slotName = (id: string): string => `${SLOTS}${id}`;
/** The id of the slot of this name. */
export const slotId = (name: string): string => name.slice(SLOTS.length);

/** All sessions of a tenant, or the heartbeats of one. */
export const sessionsPrefix = (label: string): string => `sessions/${label}/`;
export const beatsPrefix = (label: string, epoch: number, session: string): string =>
  `sessions/${label}/${digits(epoch, EPOCH_DIGITS)}/${session}/`;
export const sessionName = (label: string, epoch: number, session: string, beat: number): string =>
  `${beatsPrefix(label, epoch, session)}${digits(beat, SEQUENCE_DIGITS)}`;

export const packsPrefix = (label: string): string => `packs/${label}/`;
export const packName = (label: string, session: string, pack: string): string => `packs/${label}/${session}/${pack}`;

export const indexPrefix = (label: string): string => `index/${label}/`;
export const segmentName = (label: string, session: string, segment: string): string =>
  `index/${label}/${session}/${segment}`;

export const commitsPrefix = (label: string): string => `commits/${label}/`;
export const commitName = (label: string, epoch: number, session: string): string =>
  `commits/${label}/${digits(epoch, EPOCH_DIGITS)}/${session}`;

export const forgetPrefix = (label: string): string => `forget/${label}/`;
export const forgetName = (label: string, snapshot: string): string => `forget/${label}/${snapshot}`;

/** Rounds of garbage collection. What a round has come to stands below its number. */
export const epochsPrefix = (label: string): string => `gc/${label}/`;
export const epochName = (label: string, epoch: number, what: EpochObject): string =>
  `gc/${label}/${digits(epoch, EPOCH_DIGITS)}/${what}`;
export type EpochObject = 'open' | 'decision' | 'decision-copy' | 'closed';

export const historiesPrefix = (label: string): string => `history/${label}/`;
export const historyName = (label: string, epoch: number, id: string): string =>
  `history/${label}/${digits(epoch, EPOCH_DIGITS)}/${id}`;
/** What is known of a tenant beside its snapshots: which records were erased, and what was restored where. */
export const journalPrefix = (label: string): string => `journal/${label}/`;
/** The ledger of it. */
export const journalLedger = (label: string): string => `journal/${label}/log`;
/** The key after which commits of this epoch and later ones come. */
export const commitsBefore = (label: string, epoch: number): string =>
  `commits/${label}/${digits(epoch, EPOCH_DIGITS)}`;

/** Everything of a tenant is below one of these: what is small and says what counts comes first, packs last. */
export const tenantPrefixes = (label: string): readonly string[] => [
  sessionsPrefix(label),
  commitsPrefix(label),
  forgetPrefix(label),
  epochsPrefix(label),
  historiesPrefix(label),
  journalPrefix(label),
  indexPrefix(label),
  packsPrefix(label),
];

const HEX_PAIR = /^[0-9a-f]{32}\/[0-9a-f]{16}$/;
const EPOCH_AND_SESSION = /^[0-9]{8}\/[0-9a-f]{32}$/;
const SESSION = /^[0-9a-f]{32}$/;
const SLOT_ID = /^[0-9a-f]{16}$/;

// What else lies among stored objects - a file of the system, half of a copy - was not stored by this program and means nothing.

/** Whether this is how a pack or an index segment is named below its prefix: `session/id`. */
export const isObjectId = (id: string): boolean => HEX_PAIR.test(id);
/** Whether this is how a commit is named below its prefix: `epoch/session`. */
export const isCommitId = (id: string): boolean => EPOCH_AND_SESSION.test(id);
/** Whether this is the id of a key slot. */
export const isSlotId = (id: string): boolean => SLOT_ID.test(id);
/** Whether this is the id of a session, and of the snapshot it makes. */
export const isSessionId = (id: string): boolean => SESSION.test(id);

/** The part of a key after its prefix, split at `/`. */
export const nameParts = (key: string, prefix: string): string[] => key.slice(prefix.length).split('/');

export const newSessionId = (newId: NewId = randomId): string => newId(16);
export const newSlotId = (newId: NewId = randomId): string => newId(8);
export const newPackId = (newId: NewId = randomId): string => newId(8);
export const newSegmentId = (newId: NewId = randomId): string => newId(8);
