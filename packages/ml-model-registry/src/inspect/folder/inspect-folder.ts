import type { ModelInspection } from '../inspection.ts';
import { defaultLimits, type InspectLimits } from '../limits.ts';
import { toldTensor } from '../tensor-values.ts';
import { bytesOf } from './list-members.ts';
import { manifestDigest, type ModelMember } from './manifest.ts';
import { type WalkedFolder, walkFolder } from './walk-folder.ts';

/** How a folder is inspected. */
export interface InspectFolderOptions {
  readonly digest?: boolean | undefined;
  readonly limits?: Partial<InspectLimits> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Tells what a folder that is one model is, and whether it is safe to load.
 *
 * @throws {ModelError} Those of `walkFolder`.
 */
export async function inspectFolder(path: string, options: InspectFolderOptions = {}): Promise<ModelInspection> {
  const limits = { ...defaultLimits, ...options.limits };
  const walked = await walkFolder(path, { limits, digest: options.digest === true, signal: options.signal });
  return folderInspection(walked, limits);
}

/** What is told of a folder that was walked. Places of tensors are those in their files, and are left out. */
export function folderInspection(walked: WalkedFolder, limits: InspectLimits): ModelInspection {
  const { report, findings, members, main } = walked;
  const digested = digestedMembers(walked);
  return {
    ...(report ?? { format: 'unknown' }),
    inputs: (report?.inputs ?? []).map(toldTensor),
    outputs: (report?.outputs ?? []).map(toldTensor),
    metadata: report?.metadata ?? {},
    tensors: (report?.tensors ?? []).slice(0, limits.tensors).map((tensor) => {
      const { offset: _offset, ...told } = toldTensor(tensor);
      return told;
    }),
    verdict: findings.verdict,
    findings: findings.kept,
    findingCount: findings.count,
    size: bytesOf(members),
    ...(main === undefined ? {} : { main }),
    ...(digested === undefined ? {} : { digest: manifestDigest(digested), members: digested }),
  };
}

/** The files with their digests, when these were asked for. */
function digestedMembers({ members }: Pick<WalkedFolder, 'members'>): readonly ModelMember[] | undefined {
  const found = members.flatMap(({ path, size, digest }) => (digest === undefined ? [] : [{ path, size, digest }]));
  return found.length === members.length && found.length > 0 ? found : undefined;
}
