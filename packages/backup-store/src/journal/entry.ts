import { canonicalJson, parseJson } from '../bytes/canonical-json.ts';
import { KIND } from '../envelope/header.ts';
import type { Seal } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';

/** Entries of a journal as they are stored. `at` is ISO 8601; `tenant` an id: tenants that share a domain have one journal. */
export type StoredEntry =
  | {
      readonly type: 'erased';
      readonly at: string;
      readonly tenant: string;
      readonly module: string;
      /** 32 hex digits each. */
      readonly marks: readonly string[];
      readonly note?: string | undefined;
    }
  | {
      readonly type: 'restored';
      readonly at: string;
      readonly tenant: string;
      readonly target: string;
      readonly snapshot: string;
      readonly modules: readonly string[];
      readonly mode: 'full' | 'selective' | 'merge';
    };

/** Seal of a tenant's journal: only keepers have the key. */
export const journalSeal = (tenant: Tenant): Seal => ({
  kind: KIND.journal,
  subkey: tenant.keeperKey,
  older: tenant.olderKeeperKeys,
  label: tenant.labelBytes,
});

export const encodeEntry = (entry: StoredEntry): Buffer => Buffer.from(canonicalJson(entry));

/** @throws {BackupError} `OBJECT_INVALID`. */
export function decodeEntry(content: Uint8Array, object: string): StoredEntry {
  const entry = parseJson(content, object);
  const { type, at, tenant } = entry;
  if (isText(at) && isText(tenant)) {
    if (type === 'erased' && typeof entry['module'] === 'string' && areMarks(entry['marks']))
      return entry as StoredEntry;
    if (type === 'restored' && isRestore(entry)) return entry as StoredEntry;
  }
  throw new BackupError('OBJECT_INVALID', `Expected ${object} to be an entry of a journal, got something else`, {
    object,
  });
}

const isText = (value: unknown): value is string => typeof value === 'string';

const areMarks = (marks: unknown): boolean =>
  Array.isArray(marks) && marks.every((mark) => isText(mark) && /^[0-9a-f]{32}$/.test(mark));

function isRestore({ target, snapshot, modules, mode }: Record<string, unknown>): boolean {
  const isMode = mode === 'full' || mode === 'selective' || mode === 'merge';
  return (
    isMode && isText(target) && isText(snapshot) && Array.isArray(modules) && modules.every((each) => isText(each))
  );
}
