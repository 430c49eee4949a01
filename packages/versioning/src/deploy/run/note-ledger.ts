import { randomUUID } from 'node:crypto';
import { ledger, type ObjectStore } from '@x/storage';
import { VersioningError } from '../../errors.ts';
import type { DeployHistoryOptions } from './history.ts';

/** What every note has. */
export interface DeployNote {
  readonly kind: string;
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** Why, in the words of whoever did it; none where they have said nothing. */
  readonly reason?: string | undefined;
  readonly channel: string;
}

/** What people have done or said, as a ledger: nobody takes back what stands there. */
export interface NoteLedger<Note extends DeployNote> {
  /** Newest first. @throws {VersioningError} `INVALID_HISTORY`. */
  list(options?: DeployHistoryOptions): Promise<readonly Note[]>;
  /** Writes one down, for good. */
  write(note: Note): Promise<void>;
}

/** How the notes of a kind are kept. */
export interface NoteLedgerOptions {
  /** The folder of the ledger. */
  readonly name: string;
  readonly format: string;
  /** The member that has the note. */
  readonly member: string;
  /** What they are, for messages. */
  readonly what: string;
}

const MOST_BYTES = 64 * 1024;

/** Opens the notes of a kind. Nothing is read or written yet. */
export function noteLedger<Note extends DeployNote>(
  store: ObjectStore,
  { name, format, member, what }: NoteLedgerOptions,
): NoteLedger<Note> {
  const book = ledger(store, name, { maxBytes: MOST_BYTES });
  const decode = (bytes: Uint8Array, n: number): Note => {
    try {
      const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Record<string, unknown>;
      const { kind, by, at } = Object(value[member]) as Partial<Note>;
      const isWhole = [kind, by, at].every((each) => typeof each === 'string');
      if (value['format'] === format && value['formatVersion'] === 0 && isWhole) return value[member] as Note;
    } catch {
      // Not JSON: refused below.
    }
    throw new VersioningError('INVALID_HISTORY', `Expected entry ${n} of ${what}, got something else`, {
      hint: 'It was changed outside of Holdfast, or a newer version wrote it. Put it back from a copy.',
    });
  };
  return {
    async list({ channel, limit = Infinity, signal } = {}) {
      const latest = await book.latest({ signal });
      const found: Note[] = [];
      for (let n = latest?.n ?? 0; n > 0 && found.length < limit; n--) {
        const note = decode(n === latest?.n ? latest.body : await book.read(n, { signal }), n);
        if (channel === undefined || note.channel === channel) found.push(note);
      }
      return found;
    },
    async write(note) {
      const text = JSON.stringify({ token: randomUUID(), format, formatVersion: 0, [member]: note });
      await book.append(new TextEncoder().encode(`${text}\n`));
    },
  };
}
