import { randomBytes } from 'node:crypto';

/** Where things are in the store. `label` and `session` are lower-case hex digits. */
export const MARKER = 'holdfast.json';
export const SLOTS = 'keys/slots/';
export const KEYRING = 'keys/ring';
export const CONFIG = 'config';
/** The marker once more: without its id nothing opens. */
export const MARKER_COPY = 'holdfast-copy.json';

const EPOCH_DIGITS = 8;
const SEQUENCE_DIGITS = 6;

const digits = (value: number, count: number): string => String(value).padStart(count, '0');

/** The ledger that holds the entries of another one once more, under the same numbers. */
export const copyOfLedger = (name: string): string => `${name}-copy`;

export const slotName = (id: string): string => `${SLOTS}${id}`;

/** All sessions of a tenant, or the objects of one. */
export const sessionsPrefix = (label: string): string => `sessions/${label}/`;
export const sessionName = (label: string, session: string, beat: number): string =>
  `sessions/${label}/${session}/${digits(beat, SEQUENCE_DIGITS)}`;

export const packsPrefix = (label: string): string => `packs/${label}/`;
export const packName = (label: string, session: string, pack: string): string => `packs/${label}/${session}/${pack}`;

export const indexPrefix = (label: string): string => `index/${label}/`;
export const segmentName = (label: string, session: string, segment: string): string =>
  `index/${label}/${session}/${segment}`;

export const commitsPrefix = (label: string): string => `commits/${label}/`;
export const commitName = (label: string, epoch: number, session: string): string =>
  `commits/${label}/${digits(epoch, EPOCH_DIGITS)}/${session}`;

export const forgetPrefix = (label: string): string => `forget/${label}/`;
export const epochsPrefix = (label: string): string => `gc/${label}/`;

/** The part of a key after its prefix, split at `/`. */
export const nameParts = (key: string, prefix: string): string[] => key.slice(prefix.length).split('/');

export const newSessionId = (): string => randomBytes(16).toString('hex');
export const newPackId = (): string => randomBytes(8).toString('hex');
export const newSegmentId = (): string => randomBytes(8).toString('hex');
