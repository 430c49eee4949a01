import { basename, resolve } from 'node:path';
import type { BackupResult } from '@x/backup-store';
import { modelSource } from '../content/model-source.ts';
import { ModelError } from '../errors.ts';
import type { ModelHistory } from '../history/history.ts';
import { highestVersion, type ModelState } from '../history/state.ts';
import { isFolder } from '../inspect/inspect-model.ts';
import { openFile } from '../inspect/source/file-source.ts';
import type { ModelInspection } from '../inspect/inspection.ts';
import { own } from '../metrics/estimate.ts';
import { nextVersion } from '../versions/change.ts';
import { signVersion } from '../trust/sign-version.ts';
import type { ModelVersion, VersionInspection } from '../versions/version.ts';
import { type Addition, additionTag, beginAddition, confirmAddition, endAddition } from './additions.ts';
import type { AddedVersion } from './contract.ts';
import { withdraw } from './delete-version.ts';
import { checkFacts } from './facts.ts';
import { type AddedFile, type InspectedContent, inspectedFile, inspectedFolder } from './inspected-content.ts';
import { isGone, letGo } from './leftovers.ts';
import type { RegistryParts } from './parts.ts';
import { demandVerdict, isAccepted } from './refusal.ts';
import { knownDamage } from './scrub-notes.ts';

/**
 * Inspects a file, stores its content, and writes the version to the history: in this order, so that a version that is there has its content.
 *
 * @throws {ModelError} Those of `ModelRegistry.add`.
 */
export async function addVersion(
  addition: AddedFile,
  history: ModelHistory,
  parts: RegistryParts,
): Promise<AddedVersion> {
  const { model, options } = addition;
  const path = resolve(addition.path);
  checkFacts(options, own(parts.metrics, model));
  // A kind of change that is none is known before anything is read.
  nextVersion(undefined, options.change, parts.changes);
  demandSigner(addition, parts);
  if (await isFolder(path)) {
    await using folder = await inspectedFolder(path, addition, parts);
    return await addInspected(folder, { addition, history, parts });
  }
  const file = await parts.files.look(path);
  const state = await history.read();
  const known = await unchanged(state, file, parts);
  // What was inspected when it was added is not inspected again, unless less is taken now.
  if (known !== undefined && isAccepted(known, parts)) return { version: known, isNew: false, bytesStored: 0 };
  await using opened = await openFile(path);
  const inspected = await inspectedFile(
    { path, opened, file, isLikely: newestOf(state)?.size === file.size },
    { addition, parts },
  );
  return await addInspected(inspected, { addition, history, parts });
}

interface Adding {
  readonly addition: AddedFile;
  readonly history: ModelHistory;
  readonly parts: RegistryParts;
}

async function addInspected(content: InspectedContent, adding: Adding): Promise<AddedVersion> {
  const { addition, history, parts } = adding;
  const { model } = addition;
  const { inspection } = content;
  await demandVerdict(inspection, model, parts);
  const same = await unchanged(await history.read(), inspection, parts);
  if (same !== undefined) {
    await content.remember(same.digest);
    return { version: same, isNew: false, bytesStored: 0 };
  }
  const begun = await beginAddition(parts, model);
  const stored = await store({ addition, begun, inspection, content, parts });
  await content.remember(stored.digest);
  const event = await appended(history, { addition, begun, inspection, stored, parts });
  if (event.kind !== 'version.added') throw new TypeError('Expected the event that was written');
  const end = await endAddition(parts, begun);
  if (end === 'left' || (end === 'unknown' && (await isGone(event.version, parts))))
    await withdraw(history, event.version, parts);
  parts.tell({ type: 'model.added', model, version: event.version.version });
  return { version: event.version, isNew: true, bytesStored: stored.bytesStored };
}

/** Content whose version is surely not in the history is let go; when an answer was lost, it stays. */
async function appended(
  history: ModelHistory,
  storing: Storing & { readonly stored: Stored },
): ReturnType<ModelHistory['append']> {
  const { parts, stored } = storing;
  try {
    await confirmAddition(parts, storing.begun);
    return await history.append((now) => {
      const version = versionOf(now, storing);
      const signature = parts.sign === undefined ? {} : { signature: signVersion(version, parts.sign) };
      return { kind: 'version.added', version, ...signature };
    });
  } catch (error) {
    if (error instanceof ModelError) {
      await letGo(parts.repository, [stored.snapshot]);
      await endAddition(parts, storing.begun);
    }
    throw error;
  }
}

/** A key or name that can't be used is known before anything is read. */
function demandSigner({ model, path }: AddedFile, { sign }: RegistryParts): void {
  const digest = `sha256:${'0'.repeat(64)}`;
  if (sign !== undefined) signVersion({ model, version: '1.0.0', file: basename(path), digest }, sign);
}

/** The newest version, when it has this content, and no scrub has found that lost. */
async function unchanged(
  state: ModelState,
  { digest }: Pick<ModelInspection, 'digest'>,
  parts: RegistryParts,
): Promise<ModelVersion | undefined> {
  const newest = newestOf(state);
  if (newest === undefined || newest.digest !== digest) return undefined;
  return (await knownDamage(parts, newest)) === undefined ? newest : undefined;
}

function newestOf({ versions }: ModelState): ModelVersion | undefined {
  return [...versions.values()].at(-1);
}

interface Storing {
  readonly addition: AddedFile;
  readonly begun: Addition;
  readonly inspection: ModelInspection;
  readonly parts: RegistryParts;
}

/** What the repository has of a file. */
interface Stored {
  readonly snapshot: string;
  readonly digest: string;
  readonly bytesStored: number;
}

async function store(storing: Storing & { readonly content: InspectedContent }): Promise<Stored> {
  const { addition, begun, content, parts } = storing;
  const source = modelSource(content.source);
  const { snapshot, counts } = await backedUp(parts, {
    tenant: parts.tenant,
    sources: [source],
    tags: [`model=${addition.model}`, 'kept-by=models', additionTag(begun)],
    name: addition.model,
    atomic: true,
    signal: addition.options.signal,
  });
  if (snapshot === undefined) throw new TypeError('Expected a snapshot of a backup that was made');
  const digest = source.digest();
  if (digest === undefined || !(await content.isSame(digest))) {
    await letGo(parts.repository, [snapshot.id]);
    await endAddition(parts, begun);
    throw new ModelError(
      'FILE_CHANGED',
      `Expected a file that nobody writes to, got one that changed after its inspection: ${addition.path}`,
      {
        hint: 'Nothing was added. Run it again when whoever writes it is done.',
      },
    );
  }
  return { snapshot: snapshot.id, digest, bytesStored: counts.bytesStored };
}

async function backedUp(
  parts: RegistryParts,
  options: Parameters<RegistryParts['repository']['backup']>[0],
): Promise<BackupResult> {
  try {
    return await parts.repository.backup(options);
  } catch (error) {
    // Where tenants are added by hand, so that no typing error makes one: this name comes from the program.
    if (!(error instanceof Error && 'code' in error && error.code === 'TENANT_NOT_FOUND')) throw error;
    await parts.repository.tenants.add(parts.tenant);
    return await parts.repository.backup(options);
  }
}

function versionOf(state: ModelState, storing: Storing & { readonly stored: Stored }): ModelVersion {
  const { addition, inspection, stored, parts } = storing;
  const { change, description, metrics, measurements, params, dataset, code, parents, tags } = addition.options;
  const next = nextVersion(highestVersion(state), change, parts.changes);
  return {
    model: addition.model,
    ...next,
    change,
    ...(description === undefined ? {} : { description }),
    metrics: metrics ?? {},
    ...(measurements === undefined ? {} : { measurements }),
    params: params ?? {},
    ...(dataset === undefined ? {} : { dataset }),
    ...(code === undefined ? {} : { code }),
    parents: parents ?? [],
    tags: tags ?? [],
    digest: stored.digest,
    size: inspection.size,
    file: basename(resolve(addition.path)),
    ...(inspection.members === undefined ? {} : { members: inspection.members }),
    inspection: summary(inspection),
    snapshot: stored.snapshot,
    addedAt: parts.clock(),
    addedBy: parts.by,
  };
}

function summary(inspection: ModelInspection): VersionInspection {
  const { format, verdict, framework, parameters, inputs, outputs, findings } = inspection;
  return {
    format,
    verdict,
    ...(framework === undefined ? {} : { framework }),
    ...(parameters === undefined ? {} : { parameters }),
    inputs,
    outputs,
    findings: [...new Set(findings.map(({ code }) => code))],
  };
}
