import { posix } from 'node:path';
import { compareName } from '../compare-name.ts';
import { Findings } from '../findings.ts';
import type { TensorInfo } from '../inspection.ts';
import type { InspectLimits } from '../limits.ts';
import { quoted } from '../quoted.ts';
import { streamOf } from '../source/stream-of.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { readBundle } from '../tensorflow/bundle.ts';
import type { FoundReport, FoundTensor } from '../tensor-values.ts';
import { Walk } from '../walk.ts';
import { inspectCompanion, isCompanion, isText } from './companions.ts';
import { type FolderKind, folderKind } from './kinds.ts';
import { bytesOf, type ListedMember, listMembers } from './list-members.ts';
import { MemberReader, openMember } from './member-reader.ts';
import { bundledTensors, checkBundle, checkFingerprint, savedModelFile, VARIABLES_INDEX } from './saved-model-files.ts';
import { checkWeightMap, readWeightMap } from './weight-map.ts';

/** A file of a folder that was walked. */
export interface WalkedMember extends ListedMember {
  /** `sha256:<hex>`, when it was asked for. */
  readonly digest?: string | undefined;
  /** Those of a model file, with their places in it. */
  readonly tensors: readonly TensorInfo[];
}

/** What is known of a folder. */
export interface WalkedFolder {
  readonly report: FoundReport | undefined;
  readonly findings: Findings;
  readonly members: readonly WalkedMember[];
  /** Whether the files are all that is in the folder. */
  readonly isWhole: boolean;
  /** The file that a loader is given, from the folder; `undefined` where it is given the folder. */
  readonly main: string | undefined;
}

/** How a folder is walked. */
export interface WalkFolderOptions {
  readonly limits: InspectLimits;
  readonly digest: boolean;
  readonly signal: AbortSignal | undefined;
  /** Told the bytes of all files before any is read; throws when these are too many. */
  readonly demandSize?: ((bytes: number) => Promise<void>) | undefined;
}

/**
 * Walks over a folder that is one model: its model files, what these name, and what is beside them. A file that nothing names and that is none of
 * those expected beside a model is a finding, and is inspected as what it is.
 *
 * @throws {ModelError} `READ_FAILED`, `NOT_A_FILE`, `FILE_CHANGED`, `ABORTED`; what `demandSize` throws.
 */
export async function walkFolder(root: string, options: WalkFolderOptions): Promise<WalkedFolder> {
  const findings = new Findings(options.limits.findings);
  const { members, isWhole } = await listMembers(root, findings);
  await options.demandSize?.(bytesOf(members));
  const walk = new FolderWalk(root, { ...options, findings, members });
  return { ...(await walk.all()), isWhole };
}

interface FolderOptions extends WalkFolderOptions {
  readonly findings: Findings;
  readonly members: readonly ListedMember[];
}

class FolderWalk {
  readonly #root: string;
  readonly #options: FolderOptions;
  readonly #walk: Walk;
  readonly #kind: FolderKind;
  /** What models name: data beside them. */
  readonly #used = new Set<string>();
  readonly #reports = new Map<string, FoundReport>();
  readonly #reader: MemberReader;

  constructor(root: string, options: FolderOptions) {
    this.#root = root;
    this.#options = options;
    this.#kind = folderKind(options.members);
    this.#reader = new MemberReader(root, options);
    const { limits, findings, signal } = options;
    this.#walk = new Walk({
      limits,
      findings,
      directory: root,
      signal,
      onUse: (path) => this.#used.add(posix.normalize(path)),
    });
  }

  async all(): Promise<Omit<WalkedFolder, 'isWhole'>> {
    const { members, findings } = this.#options;
    const models = await this.#models();
    for (const member of members) {
      if (models.has(member.path)) continue;
      await this.#reader.read(member, async (source) => await this.#beside(member.path, source));
    }
    if (this.#reports.size === 0)
      findings.add('FORMAT_UNKNOWN', 'Expected a model of a known format in the folder, got none', { offset: 0 });
    const { kind } = this.#kind;
    const [first] = [...this.#reports.keys()];
    return {
      report: this.#merged(),
      findings,
      members: members.map((member) => this.#walked(member)),
      main: kind === 'savedmodel' ? undefined : kind === 'indexed' ? this.#kind.main : first,
    };
  }

  /** Walks over the model files, and gives the paths of all that was looked at. */
  async #models(): Promise<ReadonlySet<string>> {
    const kind = this.#kind;
    const { findings } = this.#options;
    if (kind.kind === 'savedmodel') return await this.#savedModel(kind.main);
    if (kind.kind === 'indexed') return await this.#indexed(kind.main);
    if (kind.kind === 'shards') {
      for (const part of kind.missing) this.#missing(part);
      return await this.#modelsAt(kind.shards);
    }
    const alone = this.#options.members.filter(({ path }) => !path.includes('/') && !isCompanion(path));
    const [first, ...more] = await this.#recognised(alone);
    for (const part of more)
      findings.add('FOLDER_SEVERAL_MODELS', `Expected one model, got ${quoted(first ?? '')} beside it`, {
        offset: 0,
        part,
      });
    return await this.#modelsAt(first === undefined ? [] : [first]);
  }

  /** The graph, and the numbers of its variables, which an index leads to. */
  async #savedModel(main: string): Promise<ReadonlySet<string>> {
    const looked = await this.#modelsAt([main]);
    const index = this.#member(VARIABLES_INDEX);
    const { members, findings } = this.#options;
    const place = this.#walk.part(VARIABLES_INDEX);
    const bundle = index && (await this.#reader.read(index, async (source) => await readBundle(source, place)));
    if (bundle === undefined) return new Set([...looked, ...(index === undefined ? [] : [index.path])]);
    checkBundle(bundle, { members, find: (code, message, part) => findings.add(code, message, { offset: 0, part }) });
    const report = this.#reports.get(main);
    // What the graph says of variables, the index says with their places.
    const constants = (report?.tensors ?? []).filter(({ values }) => values !== undefined);
    if (report !== undefined)
      this.#reports.set(main, { ...report, tensors: [...constants, ...bundledTensors(bundle, this.#root)] });
    return new Set([...looked, VARIABLES_INDEX]);
  }

  /** Which of the files some format knows, without walking over them. */
  async #recognised(members: readonly ListedMember[]): Promise<readonly string[]> {
    const found: string[] = [];
    for (const { path, size } of members) {
      await using file = await openMember(this.#root, { path, size });
      if (await this.#walk.knows(file.source)) found.push(path);
    }
    return found;
  }

  async #indexed(index: string): Promise<ReadonlySet<string>> {
    const { members, findings, limits } = this.#options;
    const member = this.#member(index);
    if (member === undefined) return new Set();
    const place = this.#walk.part(index);
    const map = await this.#reader.read(member, async (source) => await readWeightMap(source, place));
    if (map === undefined) return new Set([index]);
    const there = new Set(members.map(({ path }) => path));
    for (const shard of map.shards) if (!there.has(shard)) this.#missing(shard);
    const looked = await this.#modelsAt(map.shards.filter((shard) => there.has(shard)));
    checkWeightMap(map, this.#reports, (message, part) => findings.add('MALFORMED', message, { offset: 0, part }));
    if (map.tensors.size > limits.tensors)
      findings.add('LIMIT_EXCEEDED', `Expected at most ${limits.tensors} tensors, got more`, {
        offset: 0,
        part: index,
      });
    return new Set([index, ...looked]);
  }

  async #modelsAt(paths: readonly string[]): Promise<ReadonlySet<string>> {
    for (const path of paths) {
      const member = this.#member(path);
      if (member === undefined) continue;
      const report = await this.#reader.read(member, async (source): Promise<FoundReport | undefined> => {
        const found = await this.#walk.content(source, { part: path, level: 0 });
        return found && { ...found, tensors: found.tensors?.map((tensor) => lasting(tensor, source)) };
      });
      if (report === undefined) {
        this.#find('FORMAT_UNKNOWN', 'Expected a model of a known format, got another file', path);
        continue;
      }
      compareName(path, { report, findings: this.#options.findings, part: path });
      this.#reports.set(path, report);
    }
    return new Set(paths);
  }

  /** Looks at a file that is no model file. */
  async #beside(path: string, source: ByteSource): Promise<void> {
    const place = this.#walk.part(path);
    if (this.#used.has(path)) return;
    if (isCompanion(path)) return await inspectCompanion(path, source, place);
    const kind = this.#kind.kind === 'savedmodel' ? savedModelFile(path) : 'other';
    if (kind === 'metadata') return;
    if (kind === 'numbers') {
      if (this.#member(VARIABLES_INDEX) === undefined)
        place.find('FOLDER_SHARD_MISSING', `Expected an index of these numbers, got none`, 0);
      return;
    }
    if (kind === 'fingerprint') return checkFingerprint(source, place);
    const isKnown = await this.#walk.knows(source);
    // Vocabularies are text.
    if (kind === 'asset' && !isKnown && (await isText(source))) return;
    const isToldAsModel = !path.includes('/') && isKnown && this.#kind.kind === 'single';
    if (!isToldAsModel) place.find('FOLDER_OTHER_FILE', 'Expected files that the model names, got another one', 0);
    await this.#walk.content(source, { part: path, level: 1 });
  }

  #merged(): FoundReport | undefined {
    const [first, ...more] = this.#reports.values();
    if (first === undefined || more.length === 0) return first;
    const all = [first, ...more];
    return {
      ...first,
      tensors: all.flatMap(({ tensors = [] }) => tensors),
      parameters: all.reduce((sum, { parameters = 0 }) => sum + parameters, 0),
    };
  }

  #walked(member: ListedMember): WalkedMember {
    const tensors = this.#reports.get(member.path)?.tensors ?? [];
    const digest = this.#reader.digests.get(member.path);
    return { ...member, tensors, ...(digest === undefined ? {} : { digest }) };
  }

  #member(path: string): ListedMember | undefined {
    return this.#options.members.find((member) => member.path === path);
  }

  #missing(part: string): void {
    this.#find('FOLDER_SHARD_MISSING', 'Expected all files of the model, got none of this name', part);
  }

  #find(code: 'FOLDER_SHARD_MISSING' | 'FORMAT_UNKNOWN', message: string, part: string): void {
    this.#options.findings.add(code, message, { offset: 0, part });
  }
}

/** A tensor whose numbers can be read when the walk is over. */
function lasting(tensor: FoundTensor, source: ByteSource): FoundTensor {
  const { offset, bytes, values } = tensor;
  if (values !== undefined || offset === undefined || bytes === undefined || offset + bytes > source.size)
    return tensor;
  return { ...tensor, values: { bytes, read: () => streamOf(source, offset, bytes) } };
}
