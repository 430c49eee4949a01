import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { restoreContent } from '../content/restore-content.ts';
import { ModelError } from '../errors.ts';
import { skippedTest } from '../load-test/load-test.ts';
import type { VersionTrust } from '../trust/trust-state.ts';
import { verifyVersion } from '../trust/verify-version.ts';
import { validateModel, validationStatus, type ValidationReport } from '../validation/validate-model.ts';
import type { ModelVersion } from '../versions/version.ts';
import type { RegistryParts } from './parts.ts';
import type { ValidateVersionOptions, VersionValidation } from './vouching-contract.ts';

/** A version to validate. */
interface Validated {
  readonly version: ModelVersion;
  readonly known: VersionTrust;
  readonly options: ValidateVersionOptions;
}

/** Brings a version back into a folder of its own, validates the file, and removes it. What is not signed by whom it should be is not loaded. */
export async function validateVersion(validated: Validated, parts: RegistryParts): Promise<VersionValidation> {
  const { version } = validated;
  const signature = signatureOf(validated, parts);
  const folder = await mkdtemp(join(tmpdir(), 'model-'));
  try {
    const report = await reportOf(validated, { parts, file: join(folder, fileName(version)), signature });
    const status = validationStatus([signature, report.digest, report.structure, report.loadTest]);
    return { model: version.model, version: version.version, ...report, signature, status };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function reportOf(
  { version, options }: Validated,
  place: { readonly parts: RegistryParts; readonly file: string; readonly signature: VersionValidation['signature'] },
): Promise<ValidationReport> {
  const { parts, file, signature } = place;
  const { record: _, ...asked } = options;
  try {
    await restoreContent(parts.repository, version, { to: file, signal: options.signal });
  } catch (error) {
    if (!(error instanceof ModelError && error.code === 'MODEL_DAMAGED')) throw error;
    return damagedReport(version, error.message);
  }
  const runners = signature.status === 'failed' ? { runners: [] } : {};
  const settings = { ...parts.loadTest, inspect: parts.limits, ...asked, ...runners, digest: version.digest };
  const report = await validateModel(file, settings);
  return signature.status === 'failed'
    ? { ...report, loadTest: skippedTest(`Not loaded: ${signature.detail}`) }
    : report;
}

function damagedReport(version: ModelVersion, message: string): ValidationReport {
  const { format, verdict } = version.inspection;
  return {
    status: 'failed',
    digest: { status: 'failed', expected: version.digest, found: message },
    structure: { status: 'skipped', format, verdict, findings: [], findingCount: 0 },
    loadTest: skippedTest('Not loaded: it is damaged'),
  };
}

function signatureOf({ version, known }: Validated, { trust }: RegistryParts): VersionValidation['signature'] {
  if (trust === undefined)
    return { status: 'unchecked', detail: `${known.signatures.length} signatures, and nobody who is trusted` };
  const { verified, signer = '', problem = '' } = verifyVersion(version, known, trust);
  return verified ? { status: 'passed', detail: `signed by ${signer}` } : { status: 'failed', detail: problem };
}

/** Loaders may go by the name. One that would lead elsewhere is not taken. */
function fileName({ file }: ModelVersion): string {
  return /^[^/\\\0:]{1,255}$/.test(file) && file !== '.' && file !== '..' ? file : 'model';
}
