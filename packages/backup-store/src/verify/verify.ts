import type { VerifyOptions, VerifyReport } from '../repository/contract.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { ProgressMeter } from '../run/progress-meter.ts';
import { missingSnapshots } from '../session/chain.ts';
import type { TenantSnapshot } from '../snapshots/resolve.ts';
import { checkCatalogs } from './check-catalogs.ts';
import { checkPackContents } from './check-contents.ts';
import { checkEpochs, checkRootObjects, checkSmallObjects } from './check-objects.ts';
import { checkPacks } from './check-packs.ts';
import { Findings } from './findings.ts';
import type { Verification } from './verification.ts';

/** Checks a repository, or what one snapshot needs, and reports all that is wrong. */
export async function verify(
  context: RunContext,
  only: TenantSnapshot | undefined,
  options: VerifyOptions,
): Promise<VerifyReport> {
  const level = options.level ?? 'structure';
  const meter = new ProgressMeter('verify', options.onProgress);
  const totals = { objects: 0, packs: 0, blobs: 0, snapshots: 0, bytesStored: 0, bytesChecked: 0 };
  const check: Verification = { context, level, options, findings: new Findings(), meter, totals };
  if (only === undefined) await checkRootObjects(check);
  for (const tenant of only === undefined ? context.tenants() : [only.tenant]) await checkTenant(check, tenant, only);
  meter.flush();
  const findings = check.findings.list();
  const loses = findings.some(({ code }) => code !== 'unindexed' && code !== 'redundancy');
  const status = findings.length === 0 ? 'ok' : loses ? 'failed' : 'partial';
  context.emit('verify.finished', { status, level, findings: findings.length });
  const coverage = totals.bytesStored === 0 ? 1 : Math.min(1, totals.bytesChecked / totals.bytesStored);
  return { status, level, findings, ...totals, coverage, durationMs: Math.round(meter.elapsedMs) };
}

async function checkTenant(check: Verification, tenant: OpenTenant, only: TenantSnapshot | undefined): Promise<void> {
  const { findings, level, totals, options } = check;
  const { view } = tenant;
  await view.loadSnapshots(options.signal);
  await view.loadIndex(options.signal);
  for (const error of view.damaged) findings.addError(error, 'a commit');
  for (const [name, error] of view.segmentErrors) findings.addError(error, name);
  for (const id of missingSnapshots(view, check.context.seen(tenant.tenant.label))) {
    findings.add(
      'missing',
      `snapshot ${id}`,
      'A later snapshot names it or this machine has seen it, and nobody has forgotten it',
    );
  }
  const records = only === undefined ? view.snapshots.map(({ record }) => record) : [only.record];
  totals.snapshots += records.length;
  if (level !== 'quick' && only === undefined) {
    await checkSmallObjects(check, tenant);
    await checkEpochs(check, tenant);
  }
  // Catalogs first: they tell which blobs one snapshot needs.
  const needed = await checkCatalogs(check, tenant, {
    records,
    read: level !== 'quick' || only !== undefined,
    only: only !== undefined,
  });
  const packs = await checkPacks(check, tenant, needed);
  if (level === 'full') await checkPackContents(check, tenant, { packs, needed });
  await checkCatalogs(check, tenant, { records, read: false, only: false, attribute: true });
  // Numbers of blobs mean something in this tenant's index only.
  for (const finding of findings.lossy()) finding.blobs.clear();
}
