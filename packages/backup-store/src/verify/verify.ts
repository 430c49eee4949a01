import { tenantPrefixes } from '../layout/names.ts';
import type { VerifyOptions, VerifyReport } from '../repository/contract.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { ProgressMeter } from '../run/progress-meter.ts';
import { missingSnapshots } from '../session/chain.ts';
import { readEpochs } from '../session/epochs.ts';
import type { TenantSnapshot } from '../snapshots/resolve.ts';
import { checkCatalogs } from './check-catalogs.ts';
import { checkContents } from './check-contents.ts';
import { CheckHistory } from './check-history.ts';
import { checkEpochs, checkRootObjects, checkSmallObjects, countObjects } from './check-objects.ts';
import { checkPacks } from './check-packs.ts';
import { Findings, LOSSLESS } from './findings.ts';
import { PackBlobs } from './pack-blobs.ts';
import { sampleLimit } from './sample-size.ts';
import { SnapshotChecks } from '../snapshots/checks.ts';
import type { TenantCheck, Verification } from './verification.ts';

/** So often a check is made again when garbage was collected under it. */
const MAX_RUNS = 3;

/** Checks a repository, or what one snapshot needs, and reports all that is wrong. */
export async function verify(
  context: RunContext,
  only: TenantSnapshot | undefined,
  options: VerifyOptions,
): Promise<VerifyReport> {
  for (let run = 1; ; run++) {
    const { report: found, tenants } = await verifyOnce(context, only, options);
    // What a keeper has moved or deleted meanwhile is no damage.
    if (found.findings.length > 0 && run < MAX_RUNS && (await hasMovedOn(context, tenants))) continue;
    for (const tenant of tenants) await rememberChecks(context, tenant, found);
    const { status, level, findings } = found;
    context.emit('verify.finished', { status, level, findings: findings.length });
    return found;
  }
}

/** Whether a round of garbage collection was decided since these were read. */
async function hasMovedOn({ sealed }: RunContext, tenants: readonly TenantCheck[]): Promise<boolean> {
  for (const { open } of tenants) {
    const { epochs } = open.view;
    if ((await readEpochs({ sealed, tenant: open.tenant }, epochs)).decided !== epochs.decided) return true;
  }
  return false;
}

/** In views of their own: whoever reads meanwhile may load another index. */
function tenantsOf(context: RunContext, only: TenantSnapshot | undefined, name: string | undefined): OpenTenant[] {
  const label = name === undefined ? undefined : context.keyring.find(name)?.label;
  const all = context.tenants().filter(({ tenant }) => name === undefined || tenant.label === label);
  const tenants = only === undefined ? all : [only.tenant];
  return tenants.map((open) => (open.reload === undefined ? open : context.apart(open.tenant)));
}

async function verifyOnce(
  context: RunContext,
  only: TenantSnapshot | undefined,
  options: VerifyOptions,
): Promise<{ report: VerifyReport; tenants: readonly TenantCheck[] }> {
  const level = options.level ?? 'structure';
  const limit = sampleLimit(options);
  const meter = new ProgressMeter('verify', options.onProgress);
  const totals = { objects: 0, packs: 0, blobs: 0, snapshots: 0, bytesStored: 0, bytesChecked: 0, packsRead: 0 };
  const check: Verification = { context, level, options, findings: new Findings(), meter, totals };
  if (only === undefined && options.tenant === undefined) await checkRootObjects(check);
  const tenants: TenantCheck[] = [];
  const opened = tenantsOf(context, only, options.tenant);
  if (only === undefined && options.tenant !== undefined)
    for (const { tenant } of opened) await countObjects(check, tenantPrefixes(tenant.label));
  for (const open of opened) tenants.push(await checkStructure(check, open, only));
  try {
    if (level === 'sample' || level === 'full') await checkContents(check, tenants, limit);
  } finally {
    // Also what a run that is ended early has read.
    for (const tenant of tenants) await remember(check, tenant);
  }
  for (const { open, records } of tenants) {
    check.findings.excuseSpares(open);
    await checkCatalogs(check, open, { records, read: false, only: false, attribute: true });
  }
  meter.flush();
  return { report: report(check, tenants), tenants };
}

/** All but the content of packs. */
async function checkStructure(
  check: Verification,
  open: OpenTenant,
  only: TenantSnapshot | undefined,
): Promise<TenantCheck> {
  const { context, findings, level, totals, options } = check;
  const { view } = open;
  await view.loadSnapshots(options.signal);
  await view.loadIndex(options.signal);
  for (const error of view.damaged) findings.addError(error, 'a commit');
  // Their packs were looked into instead; what these do not say is reported as missing from the index.
  for (const [name, error] of view.segmentErrors) findings.addSpare(error, name);
  for (const id of missingSnapshots(view, context.seen(open.tenant.label))) {
    findings.add(
      'missing',
      `snapshot ${id}`,
      'A later snapshot names it or this machine has seen it, and nobody has forgotten it',
    );
  }
  const records = only === undefined ? view.snapshots.map(({ record }) => record) : [only.record];
  totals.snapshots += records.length;
  if (level !== 'quick' && only === undefined) {
    await checkSmallObjects(check, open);
    await checkEpochs(check, open);
  }
  // Catalogs first: they tell which blobs one snapshot needs.
  const needed = await checkCatalogs(check, open, {
    records,
    read: level !== 'quick' || only !== undefined,
    only: only !== undefined,
  });
  const blobs = new PackBlobs(open);
  const history = await CheckHistory.read(context, open.tenant);
  return { open, records, needed, blobs, history, ...(await checkPacks(check, open, { needed, blobs })) };
}

/** Keeps when packs were found well; those with findings are to come first next time. */
async function remember({ findings }: Verification, { history, named, needed }: TenantCheck): Promise<void> {
  for (const name of named) if (findings.has(name)) history.isNotWell(name);
  // A look at one snapshot does not tell which other packs there are.
  if (needed === undefined) await history.save(named);
}

/** Keeps how each snapshot was checked, and whether it can be restored in full. */
async function rememberChecks(
  context: RunContext,
  { open, records }: TenantCheck,
  { level, coverage, findings }: VerifyReport,
): Promise<void> {
  const at = new Date(context.clock()).toISOString();
  const damaged = new Set(findings.flatMap(({ code, snapshots }) => (LOSSLESS.has(code) ? [] : snapshots)));
  const there = new Set(open.view.snapshots.map(({ record }) => record.id));
  const found = new Map(
    records.map(({ id }) => [id, { level, at, coverage, status: damaged.has(id) ? 'damaged' : 'ok' } as const]),
  );
  const checks = await SnapshotChecks.read(context, open.tenant);
  await checks.add(found, (id) => there.has(id));
}

function report({ level, findings, meter, totals }: Verification, tenants: TenantCheck[]): VerifyReport {
  const list = findings.list();
  const loses = list.some(({ code }) => !LOSSLESS.has(code));
  const status = list.length === 0 ? 'ok' : loses ? 'failed' : 'partial';
  const times = tenants.flatMap(({ history, named }) => [...named].map((name) => history.at(name)));
  const oldest = times.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined);
  return {
    status,
    level,
    findings: list,
    ...totals,
    coverage: totals.bytesStored === 0 ? 1 : Math.min(1, totals.bytesChecked / totals.bytesStored),
    packsUnchecked: times.filter((time) => time === undefined).length,
    ...(oldest === undefined ? {} : { oldestCheckedAt: new Date(oldest).toISOString() }),
    durationMs: Math.round(meter.elapsedMs),
  };
}
