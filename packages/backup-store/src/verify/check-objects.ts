import { listAll } from '@x/storage';

import type { Seal } from '../envelope/sealed-store.ts';
import { isBackupError } from '../errors.ts';
import { journalSeal } from '../journal/entry.ts';
import { Journal } from '../journal/journal.ts';
import { readSlots } from '../keyring/slots.ts';
import {
  epochName,
  epochsPrefix,
  forgetPrefix,
  historyName,
  indexPrefix,
  journalPrefix,
  SLOTS,
  sessionsPrefix,
} from '../layout/names.ts';
import { checkAborted } from '../run/abort.ts';
import type { Tenant } from '../keyring/tenant.ts';
import type { OpenTenant } from '../run/context.ts';
import { inParallel } from '../run/parallel.ts';
import { newestEpoch } from '../session/epochs.ts';
import { epochSeal, historySeal } from '../session/epoch-records.ts';
import { forgetSeal, indexSeal, sessionSeal } from '../session/commit.ts';
import type { Verification } from './verification.ts';

const PARALLEL = 16;

/** Marker, configuration, keyring, key slots, and the size of everything that is stored. */
export async function checkRootObjects(check: Verification): Promise<void> {
  const { context, findings } = check;
  await countObjects(check, ['']);
  for (const { name, error, again } of await context.rootObjects.flaws()) {
    if (again === undefined) findings.addError(error, name);
    else findings.addSpare(error, name);
  }
  const { slots, damaged, unknown } = await readSlots(context.sealed);
  for (const error of damaged) findings.addError(error, SLOTS);
  if (slots.length + damaged.length + unknown.length === 0) findings.add('missing', SLOTS, 'No key slot is left');
}

/** The size of everything that is stored below some prefixes. */
export async function countObjects(check: Verification, prefixes: readonly string[]): Promise<void> {
  const { context, totals, options } = check;
  for (const prefix of prefixes) {
    for await (const { key, size } of listAll(context.sealed.store, prefix, { signal: options.signal })) {
      totals.objects++;
      totals.bytesStored += size;
      if (!key.startsWith('packs/')) totals.bytesChecked += check.level === 'quick' ? 0 : size;
    }
  }
  check.meter.counts.bytesTotal = totals.bytesStored;
}

/** Opens every small object of a tenant that is not opened otherwise. */
export async function checkSmallObjects(check: Verification, { tenant, view }: OpenTenant): Promise<void> {
  const { context, findings, options } = check;
  const forgets = forgetPrefix(tenant.label);
  const kinds: readonly (readonly [string, Seal])[] = [
    [sessionsPrefix(tenant.label), sessionSeal(tenant)],
    [forgets, forgetSeal(tenant)],
    [indexPrefix(tenant.label), indexSeal(tenant)],
    [journalPrefix(tenant.label), journalSeal(tenant)],
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
        // No snapshot needs a session or its segment: the one is over or goes on all the same, the other is in the packs. An entry
        // of the journal is there twice, and what lacks both is found below.
        if (prefix === forgets) findings.addError(error, name);
        else findings.addSpare(error, name);
      }
    });
  }
  await new Journal(context.sealed, tenant).entries(options.signal).catch((error: unknown) => {
    if (!isBackupError(error) || error.code === 'ABORTED') throw error;
    findings.addError(error, journalPrefix(tenant.label));
  });
  if (view.epochs.damage !== undefined) findings.addError(view.epochs.damage, epochsPrefix(tenant.label));
}

/** Opens both copies of what the newest round has come to: one of them could be read, or nothing could. */
export async function checkEpochs(check: Verification, { tenant, view }: OpenTenant): Promise<void> {
  const { context, findings, options } = check;
  const { decided, decision } = view.epochs;
  if (decision === undefined) return;
  const history = historyName(tenant.label, decided, decision.history);
  const records = [
    [epochName(tenant.label, decided, 'decision'), epochSeal(tenant)],
    [epochName(tenant.label, decided, 'decision-copy'), epochSeal(tenant)],
    [history, historySeal(tenant)],
    [`${history}-copy`, historySeal(tenant)],
  ] as const;
  for (const [name, seal] of records) {
    try {
      await context.sealed.read(name, seal, { signal: options.signal });
    } catch (error) {
      if (!isBackupError(error)) throw error;
      // Or a later round has ended since.
      if (error.code !== 'OBJECT_MISSING' || !(await hasMovedOn(check, { tenant, decided })))
        findings.add('redundancy', name, `One of two copies is not well: ${error.message}`);
    }
  }
}

const hasMovedOn = async (
  { context, options }: Verification,
  { tenant, decided }: { readonly tenant: Tenant; readonly decided: number },
): Promise<boolean> => (await newestEpoch({ sealed: context.sealed, tenant, signal: options.signal })) > decided + 1;
