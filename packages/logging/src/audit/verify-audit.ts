import { type Checkpoint, type ChainSegment, createMerkleBuilder, type PublicKey, verifyChain } from '@x/integrity';
import { LogError } from '../errors.ts';
import { firstNumber, type LogFile } from '../files/log-file.ts';
import { chainSegment } from './chain-after.ts';
import { checkpointOf, openNote, rememberedHead, storedCheckpoints } from './checkpoints.ts';
import type { AuditFinding, AuditReport, RememberedHead } from './contract.ts';
import { type AuditCut, cutOf, givenOrigin, headerOf, segmentsOf } from './segments.ts';
import { hasCutRecord } from './cut-record.ts';

/** What an audit log is compared with. */
export interface VerifyAuditOptions {
  /** Ed25519 keys whose checkpoints count. With them a log that was written anew is found. */
  readonly publicKeys?: readonly PublicKey[] | undefined;
  /** Signed checkpoints that were kept elsewhere, beside those in the folder. */
  readonly notes?: readonly string[] | undefined;
  /** Where the log ended earlier: a cut end is found. */
  readonly remembered?: readonly RememberedHead[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the whole audit log of a folder and says whether it is as it was written: the first record that was changed, removed, moved or put in, and
 * whether its end is still there. It writes nothing and takes no lock.
 *
 * @throws {LogError} `KEY_NEEDED` for notes without a key; {IntegrityError} for notes that are none, or not trusted.
 * @example
 * ```ts
 * import { loadPublicKey } from '@x/integrity';
 * import { verifyAudit } from '@x/logging';
 *
 * const report = await verifyAudit('/var/log/shop', { publicKeys: [await loadPublicKey('audit.pub')] });
 * for (const { message } of report.findings) console.error(message);
 * ```
 */
export async function verifyAudit(directory: string, options: VerifyAuditOptions = {}): Promise<AuditReport> {
  const { publicKeys = [], notes = [], remembered = [], signal } = options;
  if (notes.length > 0 && publicKeys.length === 0) {
    throw new LogError('KEY_NEEDED', 'Expected a public key to check signed checkpoints with, got none');
  }
  const findings: AuditFinding[] = [];
  const files = await segmentsOf(directory);
  const stored = publicKeys.length === 0 ? undefined : await storedCheckpoints(directory, publicKeys);
  const given = [...notes.map((note) => openNote(note, publicKeys)), ...remembered.map(checkpointOf)];
  const checkpoints = [...given, ...(stored?.checkpoints ?? [])];
  findings.push(...(stored?.findings ?? []));
  const cut = await readCut(directory, findings);
  const kept = files.filter((file) => firstNumber(file) >= (cut?.state.size ?? 0));
  const origin = await originOf(directory, { kept, cut, checkpoints });
  const chain = await readChain(kept, { origin, cut, checkpoints, signal, findings });
  if (cut !== undefined && chain.isWhole && !(await hasCutRecord(kept, cut, signal))) {
    findings.push({
      kind: 'bad-cut',
      message: `The log says that the records before ${cut.state.size} were removed by retention, and no record of it says so.`,
    });
  }
  const first = cut?.state.size ?? 0;
  return {
    ok: findings.length === 0,
    findings,
    records: chain.size - first,
    first,
    head: rememberedHead({ origin, size: chain.size, root: chain.root }),
    covered: Math.max(0, chain.covered - first),
    checkpoints: checkpoints.length,
    tornBytes: chain.tornBytes,
  };
}

async function readCut(directory: string, findings: AuditFinding[]): Promise<AuditCut | undefined> {
  try {
    return await cutOf(directory);
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    findings.push({ kind: 'bad-cut', message: error.message });
    return undefined;
  }
}

/** The name of the chain: what is removed must not take it along. */
async function originOf(
  directory: string,
  {
    kept,
    cut,
    checkpoints,
  }: { kept: readonly LogFile[]; cut: AuditCut | undefined; checkpoints: readonly Checkpoint[] },
): Promise<string> {
  const named = cut?.state.origin ?? checkpoints[0]?.origin;
  if (named !== undefined) return named;
  const given = await givenOrigin(directory).catch(() => undefined);
  if (given !== undefined) return given;
  const header = kept[0] === undefined ? undefined : await headerOf(kept[0]).catch(() => undefined);
  return header?.origin ?? 'unknown';
}

interface Reading {
  readonly origin: string;
  readonly cut: AuditCut | undefined;
  readonly checkpoints: readonly Checkpoint[];
  readonly signal: AbortSignal | undefined;
  readonly findings: AuditFinding[];
}

interface ReadChain {
  readonly size: number;
  readonly root: Uint8Array;
  readonly covered: number;
  readonly tornBytes: number;
  readonly isWhole: boolean;
}

/** Findings at which the reading of a chain ends, in the file that was read last. */
const STOPPING: ReadonlySet<AuditFinding['kind']> = new Set(['bad-entry', 'bad-segment', 'missing-segment']);

async function readChain(files: readonly LogFile[], reading: Reading): Promise<ReadChain> {
  const { origin, cut, checkpoints, signal, findings } = reading;
  let tornBytes = 0;
  let current: LogFile | undefined;
  async function* segments(): AsyncGenerator<ChainSegment> {
    for (const file of files) {
      current = file;
      const segment = await chainSegment(file, (bytes) => (tornBytes = bytes));
      yield { header: segment.header, entries: guarded(segment.entries, file) };
    }
  }
  async function* guarded(entries: ChainSegment['entries'], file: LogFile): AsyncGenerator<EntryOf> {
    try {
      yield* entries;
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      findings.push({ kind: 'unreadable', file: file.path, message: error.message });
    }
  }
  const report = await verifyChain(segments(), { origin, from: cut?.state, checkpoints, signal });
  const stopsAt = ({ kind }: AuditFinding): boolean => STOPPING.has(kind);
  findings.push(...report.findings.map((each) => (stopsAt(each) ? { ...each, file: current?.path } : each)));
  const { state, covered } = report;
  const isWhole = !report.findings.some(stopsAt);
  return { size: state.size, root: createMerkleBuilder(state).root(), covered, tornBytes, isWhole };
}

type EntryOf = ChainSegment['entries'] extends AsyncIterable<infer Entry> | Iterable<infer Entry> ? Entry : never;
