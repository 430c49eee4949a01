import { listAll } from '@x/storage';

import { isBackupError } from '../errors.ts';
import type { Seal } from '../envelope/sealed-store.ts';
import { readSlots } from '../keyring/slots.ts';
import { epochsPrefix, forgetPrefix, historiesPrefix, indexPrefix, SLOTS, sessionsPrefix } from '../layout/names.ts';
import { checkAborted } from '../run/abort.ts';
import type { OpenTenant } from '../run/context.ts';
import { inParallel } from '../run/parallel.ts';
import { forgetSeal, indexSeal, sessionSeal } from '../session/commit.ts';
import { epochSeal, historySeal } from '../session/epoch-records.ts';
import type { Verification } from './verification.ts';

const PARALLEL = 16;

/** Marker, configuration, keyring, key slots, and the size of everything that is stored. */
export async function checkRootObjects(check: Verification): Promise<void> {
  const { context, findings, totals } = check;
  for await (const { key, size } of listAll(context.sealed.store, '', { signal: check.options.signal })) {
    totals.objects++;
    totals.bytesStored += size;
    if (!key.startsWith('packs/')) totals.bytesChecked += check.level === 'quick' ? 0 : size;
  }
  check.meter.counts.bytesTotal = totals.bytesStored;
  for (const { name, error, again } of await context.rootObjects.flaws()) {
    if (again === undefined) findings.addError(error, name);
    else findings.addSpare(error, name);
  }
  const { slots, damaged } = await readSlots(context.sealed);
  for (const error of damaged) findings.addError(error, SLOTS);
  if (slots.length + damaged.length === 0) findings.add('missing', SLOTS, 'No key slot is left');
}

/** Opens every small object of a tenant that is not opened otherwise. */
export async function checkSmallObjects(check: Verification, { tenant, view }: OpenTenant): Promise<void> {
  const { context, findings, options } = check;
  const forgets = forgetPrefix(tenant.label);
  const kinds: readonly (readonly [string, Seal])[] = [
    [sessionsPrefix(tenant.label), sessionSeal(tenant)],
    [forgets, forgetSeal(tenant)],
    [indexPrefix(tenant.label), indexSeal(tenant)],
    // What counts of these was read before, from a copy if need be.
    [epochsPrefix(tenant.label), epochSeal(tenant)],
    [historiesPrefix(tenant.label), historySeal(tenant)],
  ];
  for (const [prefix, seal] of kinds) {
    const names: string[] = [];
    for await (const { key } of listAll(context.sealed.store, prefix, { signal: options.signal })) names.push(key);
    await inParallel(names, PARALLEL, async (name) => {
      checkAborted(options.signal);
      if (view.segmentErrors.has(name)) return;
      try {
        await context.sealed.read(name, seal, { signal: options.signal });
      } catch (error) {
        // Gone since the listing: its writer or a keeper has taken it away.
        if (isBackupError(error, 'OBJECT_MISSING')) return;
        // No snapshot needs a session or its segment: the one is over or goes on all the same, the other is in the packs.
        if (prefix === forgets) findings.addError(error, name);
        else findings.addSpare(error, name);
      }
    });
  }
}
