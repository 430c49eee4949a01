import { listAll } from '@x/storage';

import { tenantPrefixes } from '../layout/names.ts';
import type { RunContext } from '../run/context.ts';
import { inParallel } from '../run/parallel.ts';

const PARALLEL = 16;

/** Objects of a tenant, and their bytes. */
export interface Remains {
  readonly keys: readonly string[];
  /** Bytes of each. */
  readonly sizes: ReadonlyMap<string, number>;
  readonly bytes: number;
}

/**
 * All that is stored below the label of a tenant. Of one that was erased it is garbage: the keyring says so, which only whoever has the
 * root key could write, and nobody has the keys to say otherwise.
 */
export async function findRemains({ sealed }: RunContext, label: string, signal?: AbortSignal): Promise<Remains> {
  const sizes = new Map<string, number>();
  let bytes = 0;
  for (const prefix of tenantPrefixes(label)) {
    for await (const { key, size } of listAll(sealed.store, prefix, { signal })) {
      sizes.set(key, size);
      bytes += size;
    }
  }
  return { keys: [...sizes.keys()], sizes, bytes };
}

/** Deletes them. What was ended in between, or comes late, goes with the next prune. */
export async function deleteRemains(
  { sealed }: RunContext,
  label: string,
  { remains, signal }: { readonly remains: Remains; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { store } = sealed;
  await inParallel(remains.keys, PARALLEL, async (key) => await store.delete(key, { signal }));
  if (remains.keys.length === 0 || store.tidy === undefined) return;
  for (const prefix of tenantPrefixes(label)) await store.tidy(prefix, { signal });
}
