import { ModelError } from '../errors.ts';
import type { Finding, ModelInspection } from '../inspect/inspection.ts';
import type { WalkedFolder } from '../inspect/folder/walk-folder.ts';
import type { Severity } from '../inspect/severity.ts';
import { isAtWorst } from '../inspect/verdict.ts';
import type { RegistryParts } from './parts.ts';

const order: readonly Severity[] = ['note', 'unknown', 'suspicious', 'malicious'];

/** The largest file that is added where nobody says otherwise: 64 GiB. Models that are larger come in pieces. */
export const MAX_BYTES = 68_719_476_736;

/** Whether a registry takes files of which an inspection says this, and that are so large. */
export function isAccepted(
  { inspection, size }: { readonly inspection: Pick<ModelInspection, 'verdict'>; readonly size: number },
  { accept, maxBytes }: RegistryParts,
): boolean {
  return isAtWorst(inspection.verdict, accept) && size <= maxBytes;
}

/**
 * Before anything of a file is read: one that is nearly all hole is small on a disk, and as large as it says for whoever reads it.
 *
 * @throws {ModelError} `MODEL_REFUSED`.
 */
export async function demandSize(size: number, model: string, parts: RegistryParts): Promise<void> {
  const { maxBytes } = parts;
  if (size <= maxBytes) return;
  await parts.record({ type: 'model.refused', model, reason: `${size} bytes` });
  throw new ModelError('MODEL_REFUSED', `Expected a model of at most ${maxBytes} bytes, got ${size}`, {
    hint: 'Nothing of it was read. If it is that large, raise maxBytes (--max-bytes).',
  });
}

/**
 * Whatever a registry accepts, it keeps folders whole: not without what is a link, has no plain name, or is beyond a limit.
 *
 * @throws {ModelError} `MODEL_REFUSED`.
 */
export async function demandWhole(
  { isWhole, findings }: Pick<WalkedFolder, 'isWhole' | 'findings'>,
  model: string,
  parts: RegistryParts,
): Promise<void> {
  if (isWhole) return;
  const [first] = findings.kept;
  await parts.record({ type: 'model.refused', model, reason: `not whole: ${first?.code}` });
  throw new ModelError(
    'MODEL_REFUSED',
    `Expected a folder of regular files with plain names, got another one${first === undefined ? '' : ` (${placeOf(first)})`}`,
    { hint: 'Nothing was stored. Copy what links lead to, remove what is no part of the model, and add it again.' },
  );
}

/** @throws {ModelError} `MODEL_REFUSED` with all that was found. */
export async function demandVerdict(inspection: ModelInspection, model: string, parts: RegistryParts): Promise<void> {
  const { verdict, findings } = inspection;
  if (isAtWorst(verdict, parts.accept)) return;
  const codes = [...new Set(findings.map(({ code }) => code))].join(', ');
  await parts.record({ type: 'model.refused', model, reason: `${verdict}: ${codes}` });
  const [worst] = findings.toSorted((a, b) => order.indexOf(b.severity) - order.indexOf(a.severity));
  const place = worst === undefined ? '' : ` (${placeOf(worst)})`;
  throw new ModelError(
    'MODEL_REFUSED',
    `Expected a model that is ${parts.accept} at worst, got a ${verdict} one${place}`,
    {
      hint: `Nothing was stored. Inspect the file for all that was found, and do not load it.${wayOut(verdict)}`,
      details: findings.map((finding) => `${placeOf(finding)}: ${finding.message}`),
    },
  );
}

/** What would do harm is taken by nobody. */
function wayOut(verdict: ModelInspection['verdict']): string {
  return verdict === 'malicious' ? '' : ` If you know what it is, accept: '${verdict}' (--accept ${verdict}) takes it.`;
}

function placeOf({ code, offset, part }: Finding): string {
  return `${code} at ${offset}${part === undefined ? '' : ` of ${part}`}`;
}
