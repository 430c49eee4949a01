import type { Inspection } from '../contract.ts';
import { member, textOf } from '../json/json-node.ts';
import { parseJson } from '../json/parse-json.ts';
import { quoted } from '../quoted.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { malformed, StructureError } from '../structure-error.ts';
import type { FoundReport } from '../tensor-values.ts';
import { isMemberPath } from './member-path.ts';

/** Which file has which tensor (`model.safetensors.index.json`). */
export interface WeightMap {
  /** Files by the names of tensors. */
  readonly tensors: ReadonlyMap<string, string>;
  readonly shards: readonly string[];
}

/**
 * Reads the index of weights that lie in several files. Their names lead to files beside it.
 *
 * @throws {StructureError}
 */
export async function readWeightMap(source: ByteSource, inspection: Inspection): Promise<WeightMap> {
  const { held } = inspection.limits;
  if (source.size > held)
    throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${held} bytes, got ${source.size}`, 0);
  const root = parseJson(await source.read(0, source.size), { inspection, offset: 0 });
  const map = member(root, 'weight_map');
  if (map?.kind !== 'object') throw malformed('Expected a weight_map with files of tensors, got none', root.at);
  const tensors = new Map<string, string>();
  for (const [name, value] of map.members) {
    const file = textOf(value);
    if (file === undefined) throw malformed(`Expected a file of ${quoted(name)}, got another value`, value.at);
    if (!isMemberPath(file) || file.includes('/'))
      throw new StructureError('OUTSIDE_PATH', `Expected a file beside the index, got ${quoted(file)}`, value.at);
    tensors.set(name, file);
  }
  if (tensors.size === 0) throw malformed('Expected tensors in weight_map, got none', map.at);
  return { tensors, shards: [...new Set(tensors.values())].toSorted() };
}

/** Each tensor has to be in the file that the index says, and no file may have others: loaders skip what no index names. */
export function checkWeightMap(
  { tensors, shards }: WeightMap,
  reports: ReadonlyMap<string, FoundReport>,
  find: (message: string, part: string) => void,
): void {
  for (const shard of shards) {
    const report = reports.get(shard);
    if (report === undefined) continue;
    if (report.format !== 'safetensors') {
      find(`Expected safetensors, got ${report.format}`, shard);
      continue;
    }
    const there = new Set((report.tensors ?? []).map(({ name }) => name));
    const lacking = [...tensors].find(([name, file]) => file === shard && !there.has(name))?.[0];
    const other = [...there].find((name) => tensors.get(name) !== shard);
    if (lacking !== undefined) find(`Expected the tensor ${quoted(lacking)} that the index names, got none`, shard);
    if (other !== undefined) find(`Expected tensors that the index names, got ${quoted(other)}`, shard);
  }
}
