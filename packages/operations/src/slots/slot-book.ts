import { ledger, listAll, type ObjectStore } from '@x/storage';
import { runError } from './run-error.ts';
import { MAX_ENTRY_BYTES, readEntry, type SlotEntry, writeEntry } from './entry.ts';
import { jobFolder, slotName, slotOfName } from './slot-name.ts';
import { slotState, type SlotState } from './state.ts';

/** The slots of all jobs, as ledgers of a store: `runs/JOB/SLOT/NUMBER`. Of all who add the same number, one wins. */
export interface SlotBook {
  /** When a job was first seen, in milliseconds since 1970; `nowMs` when it never was, and that is remembered. */
  firstSeen(job: string, nowMs: number): Promise<number>;
  /** The slots of a job that somebody has claimed or called missed, after one and up to another, earliest first. */
  slots(job: string, range?: SlotRange): AsyncIterable<number>;
  read(job: string, slotMs: number): Promise<SlotState>;
  /** Adds the next entry to what was read. @returns `false` when somebody else has added one. */
  add(job: string, state: Pick<SlotState, 'slotMs' | 'entries'>, entry: SlotEntry): Promise<boolean>;
  /** Forgets a slot. */
  remove(job: string, slotMs: number): Promise<void>;
}

/** Slots after `afterMs` and up to `untilMs` itself. */
export interface SlotRange {
  readonly afterMs?: number | undefined;
  readonly untilMs?: number | undefined;
}

const FIRST = /^\d{1,15}$/;

/** Opens the slots that are kept in a store. Nothing is read yet. */
export function slotBook(store: ObjectStore): SlotBook {
  const folder = (job: string): string => `runs/${jobFolder(job)}/`;
  const ledgerOf = (job: string, slotMs: number): ReturnType<typeof ledger> =>
    ledger(store, folder(job) + slotName(slotMs), { maxBytes: MAX_ENTRY_BYTES });
  return {
    async firstSeen(job, nowMs) {
      const book = ledger(store, `seen/${jobFolder(job)}`, { maxBytes: 1024 });
      await book.appendAt(1, new TextEncoder().encode(String(nowMs)));
      const text = new TextDecoder().decode(await book.read(1));
      return FIRST.test(text) ? Number(text) : nowMs;
    },
    async *slots(job, { afterMs, untilMs } = {}) {
      const prefix = folder(job);
      // "0" is the character after "/": what follows comes after all entries of that slot.
      const after = afterMs === undefined ? undefined : `${prefix}${slotName(afterMs)}0`;
      let last: number | undefined;
      for await (const { key } of listAll(store, prefix, { after })) {
        const slotMs = slotOfName(key.slice(prefix.length).split('/')[0] ?? '');
        if (slotMs === undefined || slotMs === last) continue;
        if (untilMs !== undefined && slotMs > untilMs) return;
        last = slotMs;
        yield slotMs;
      }
    },
    async read(job, slotMs) {
      const book = ledgerOf(job, slotMs);
      const entries: SlotEntry[] = [];
      for await (const { n, body } of book.entries()) entries.push(entryOf(body, book.key(n)));
      return slotState(slotMs, entries);
    },
    add: async (job, { slotMs, entries }, entry) => ledgerOf(job, slotMs).appendAt(entries + 1, writeEntry(entry)),
    async remove(job, slotMs) {
      // The first entries first: what is left of a removal that was cut short is an end, and never a claim.
      for await (const { key } of listAll(store, `${folder(job)}${slotName(slotMs)}/`)) await store.delete(key);
    },
  };
}

/** An entry that can't be read ends its slot: a job must not stand still for it. */
function entryOf(body: Uint8Array, key: string): SlotEntry {
  try {
    return readEntry(body, key);
  } catch (error) {
    return { kind: 'finished', atMs: 0, outcome: 'failed', error: runError(error), details: undefined };
  }
}
