import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { PrivateKey } from '@x/integrity';

import { BackupError } from '../errors.ts';
import type { ErasedTenant, KeyringRecord } from '../keyring/keyring-record.ts';
import { Tenant, tenantId, type TenantRecord } from '../keyring/tenant.ts';
import { tenantMissing } from '../keyring/tenant-missing.ts';
import { wantedName } from '../keyring/tenant-name.ts';
import { randomId } from '../layout/names.ts';
import { findRemains } from '../prune/erased-remains.ts';
import { listSessions } from '../prune/inventory.ts';
import { fenceSession } from '../prune/resolve-sessions.ts';
import type {
  DeclaredDestinations,
  EraseTenantOptions,
  ErasureStatement,
  TenantErasure,
  TenantErasurePlan,
} from '../repository/erasure-contract.ts';
import type { RunContext } from '../run/context.ts';
import { refuseHeld } from '../run/held.ts';
import { restoreCopies } from '../verify/restore-copies.ts';
import { forgetSnapshot } from '../session/forget-snapshot.ts';
import { TenantView } from '../session/tenant-view.ts';
import { certificateKey, signErasure } from './certificate.ts';
import { changeTenants, type TenantKeyring, withTenant } from './change-tenants.ts';
import { checkDestinations, erasedDestinations, type ErasurePlaces } from './destinations.ts';
import { checkedAct } from './tenant-settings.ts';

/** Where data and keys are, as a certificate names it. */
function placesIn({ sealed, ring }: RunContext): ErasurePlaces {
  return { store: sealed.store.url, keyStore: ring === sealed ? undefined : ring.store.url };
}

/** A tenant that can be erased, or whose erasure was begun or has ended. @throws {BackupError} `TENANT_NOT_FOUND`. */
function erasableIn(record: KeyringRecord, name: string): TenantRecord | ErasedTenant {
  const isNamed = (each: { readonly name: string }): boolean => each.name === wantedName(name);
  const found = record.tenants.find(isNamed) ?? record.erased?.findLast(isNamed);
  if (found === undefined) throw tenantMissing(record, name);
  return found;
}

/** Whether somebody else has the same keys, so that they stay. */
function isShared({ tenants }: KeyringRecord, found: TenantRecord | ErasedTenant): boolean {
  if (!hasKeys(found)) return found.shared === true;
  return tenants.some(
    ({ label, ...each }) => label === found.label && tenantId({ label, ...each }) !== tenantId(found),
  );
}

const NOTHING = { keys: [], bytes: 0 };

const hasKeys = (found: TenantRecord | ErasedTenant): found is TenantRecord => 'keeperKey' in found;

/** What an erasure would do. Changes nothing. @throws {BackupError} `TENANT_NOT_FOUND`, `TENANT_HELD`, `INVALID_OPTION`. */
export async function planErasure(
  context: RunContext,
  keys: TenantKeyring,
  { name, destinations = {} }: { readonly name: string; readonly destinations?: DeclaredDestinations | undefined },
): Promise<TenantErasurePlan> {
  await keys.load();
  const found = erasableIn(context.keyring.record, name);
  const isThere = hasKeys(found) && found.erasing === undefined;
  if (isThere) refuseHeld(context.keyring, { id: tenantId(found) }, 'erase');
  checkDestinations(placesIn(context), destinations);
  const { view } = isThere ? await context.tenant(name) : {};
  await view?.loadSnapshots();
  const sessions = hasKeys(found) ? await listSessions({ sealed: context.sealed, tenant: new Tenant(found) }) : [];
  const shared = isShared(context.keyring.record, found);
  const remains = shared ? NOTHING : await findRemains(context, found.label);
  return {
    tenant: found.name,
    id: tenantId(found),
    begun: !isThere,
    snapshots: view?.snapshots.filter(({ record }) => record.tenant.id === tenantId(found)).length ?? 0,
    sessions: sessions.length,
    left: { objects: remains.keys.length, bytes: remains.bytes },
    ...erasedDestinations(placesIn(context), destinations, { atMs: context.clock(), shared }),
  };
}

/**
 * Erases a tenant, whoever else does what and wherever it is killed: the next call goes on.
 *
 * 1. A record of the keyring says that the tenant is being erased. Sessions look at it after they have shown themselves, so each
 *    session has either seen this, or is seen by the next step.
 * 2. Sessions that are open are fenced: they have ended without a trace.
 * 3. The next record has no key of the tenant any more, but says that it was erased.
 * 4. All records before that one are destroyed, and their copies.
 *
 * What the tenant has stored is garbage from then on, which the next prune deletes.
 *
 * @throws {BackupError} `TENANT_NOT_FOUND`, `TENANT_HELD`, `INVALID_OPTION`, `KEYS_BUSY`; errors of a store that lets nobody
 * overwrite: then nothing is certified, and the next call goes on.
 */
export async function eraseTenant(
  context: RunContext,
  keys: TenantKeyring,
  options: EraseTenantOptions & { readonly name: string },
): Promise<TenantErasure> {
  const { name } = options;
  const act = checkedAct(options);
  if (options.destinations !== undefined) checkDestinations(placesIn(context), options.destinations);
  if (!context.config.encrypted && options.signWith === undefined)
    throw new BackupError('INVALID_OPTION', 'Expected a key to sign the certificate with, got none', {
      hint: 'Without encryption everybody who reads the place has the key that follows from the repository.',
    });
  const begun = erasableIn(await changeTenants(keys, (record) => begin(context, record, { ...options, ...act })), name);
  const sessionsFenced = hasKeys(begun) ? await fenceAll(context, begun) : 0;
  if (hasKeys(begun) && isShared(context.keyring.record, begun)) await forgetAll(context, begun);
  const record = await changeTenants(keys, (before) => withoutTenant(context, before, begun));
  await context.keyring.destroyOlder();
  // Of a call that was killed before it had written both.
  await restoreCopies(context);
  const erased = (record.erased ?? []).find((each) => tenantId(each) === tenantId(begun)) as ErasedTenant;
  if (erased.shared !== true) await forgetHere(context, begun.label);
  const erasure = await certify(context, erased, options.signWith);
  if (hasKeys(begun)) context.emit('tenant.erased', { tenant: erased.name, by: erased.by, reason: erased.reason });
  return { ...erasure, sessionsFenced };
}

function begin(
  context: RunContext,
  record: KeyringRecord,
  { name, by, reason, destinations }: EraseTenantOptions & { readonly name: string },
): KeyringRecord | undefined {
  const found = erasableIn(record, name);
  if (!hasKeys(found)) {
    // What is known now of the places counts.
    if (destinations === undefined) return undefined;
    const told = { ...found, destinations: { ...destinations } };
    return { ...record, erased: record.erased?.map((each) => (each === found ? told : each)) };
  }
  const { erasing } = found;
  if (erasing !== undefined && destinations === undefined) return undefined;
  if (erasing === undefined) refuseHeld(context.keyring, { id: tenantId(found) }, 'erase');
  const at = new Date(context.clock()).toISOString();
  const told = destinations === undefined ? {} : { destinations: { ...destinations } };
  return withTenant(record, { ...found, erasing: { ...(erasing ?? { at, by, reason }), ...told } });
}

async function fenceAll({ sealed }: RunContext, record: TenantRecord): Promise<number> {
  const tenant = new Tenant(record);
  let fenced = 0;
  for (const session of await listSessions({ sealed, tenant })) {
    const { isOurs } = await fenceSession({ sealed, tenant, newId: randomId }, session);
    fenced += isOurs ? 1 : 0;
  }
  return fenced;
}

/** Forgets all snapshots of a tenant, whose keys others have: none of its sessions can commit another one. */
async function forgetAll({ sealed, clock }: RunContext, record: TenantRecord): Promise<void> {
  const tenant = new Tenant(record);
  const view = new TenantView(sealed, tenant);
  await view.loadSnapshots();
  const at = new Date(clock()).toISOString();
  for (const { record: snapshot } of view.snapshots)
    if (snapshot.tenant.id === tenant.id)
      await forgetSnapshot(sealed, tenant, { snapshot: snapshot.id, at, token: randomId(16) });
}

function withoutTenant(
  { clock }: RunContext,
  record: KeyringRecord,
  begun: TenantRecord | ErasedTenant,
): KeyringRecord | undefined {
  const found = record.tenants.find((each) => tenantId(each) === tenantId(begun));
  // Somebody else was faster.
  if (found?.erasing === undefined) return undefined;
  const { name, label, id, createdAt, erasing } = found;
  const shared = isShared(record, found) ? true : undefined;
  const erased = { ...erasing, label, id, name, createdAt, shared, at: new Date(clock()).toISOString() };
  return {
    ...record,
    tenants: record.tenants.filter((each) => each !== found),
    erased: [...(record.erased ?? []), erased],
  };
}

/** What this machine remembers of the tenant. A machine that can't forget is no reason not to erase. */
async function forgetHere({ cacheFolder }: RunContext, label: string): Promise<void> {
  for (const kind of ['open', 'checks'])
    await rm(join(cacheFolder, kind, label), { recursive: true, force: true }).catch(() => undefined);
}

/** What is to be said of an erasure that has ended, signed. */
async function certify(
  context: RunContext,
  erased: ErasedTenant,
  signWith: PrivateKey | undefined,
): Promise<Omit<TenantErasure, 'sessionsFenced'>> {
  const { label, name, createdAt, at, by, reason, destinations = {}, shared } = erased;
  const statement: ErasureStatement = {
    version: 0,
    repository: context.config.repositoryId,
    tenant: { id: tenantId(erased), name, createdAt },
    erasedAt: at,
    by,
    reason,
    keys: shared === true ? 'shared' : 'destroyed',
    ...erasedDestinations(placesIn(context), destinations, { atMs: Date.parse(at), shared }),
  };
  const privateKey = signWith ?? certificateKey(context.keyring.rootKey);
  const isUsed = context.keyring.record.tenants.some((each) => each.label === label);
  const remains = isUsed ? NOTHING : await findRemains(context, label);
  return {
    statement,
    certificate: signErasure(statement, privateKey),
    publicKey: privateKey.publicKey.pem,
    left: { objects: remains.keys.length, bytes: remains.bytes },
  };
}
