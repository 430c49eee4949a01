import type { FormatInspector, Inspection } from '../contract.ts';
import type { FormatReport, TensorInfo } from '../inspection.ts';
import { type JsonNode, member, textOf } from '../json/json-node.ts';
import { parseJson } from '../json/parse-json.ts';
import { quoted } from '../quoted.ts';
import { eachMember } from '../zip/each-member.ts';
import { zipKind } from '../zip/kind.ts';
import type { ZipMember } from '../zip/member.ts';
import { readZip, type ZipArchive } from '../zip/read-zip.ts';
import { checkAsset } from './asset.ts';
import { inspectConfig } from './inspect-config.ts';
import { shapesOf } from './model-shapes.ts';

const CONFIG = 'config.json';
const METADATA = 'metadata.json';
/** Weights in one file, or in several with a list of them. */
const WEIGHTS = /^model(?:_\d{5})?\.weights\.(?:h5|npz)$/;
const WEIGHT_LIST = 'model.weights.json';
const ASSETS = 'assets/';

interface Found {
  readonly tensors: TensorInfo[];
  config?: JsonNode;
  metadata?: JsonNode;
  parameters: number;
}

/** Models of Keras 3 (`model.save('x.keras')`): a zip archive of the model as JSON, its weights as HDF5 or arrays, and vocabularies. */
export const keras: FormatInspector = {
  formats: ['keras'],
  async recognises(head, source) {
    return (await zipKind(head, source)) === 'keras';
  },
  async inspect(source, inspection) {
    const archive = await readZip(source, inspection);
    const found: Found = { tensors: [], parameters: 0 };
    await eachMember(archive, inspection, (entry) => inspectMember(entry, { archive, inspection, found }));
    const names = archive.members.map(({ name }) => name);
    const missing = [CONFIG, METADATA].filter((name) => !names.includes(name));
    if (!names.some((name) => WEIGHTS.test(name))) missing.push('model.weights.h5');
    for (const name of missing) inspection.find('MALFORMED', `Expected ${name} in the archive, got none`, 0);
    return reportOf(found);
  },
};

interface Place {
  readonly archive: ZipArchive;
  readonly inspection: Inspection;
  readonly found: Found;
}

async function inspectMember(entry: ZipMember, place: Place): Promise<void> {
  const { archive, inspection, found } = place;
  const { name, entryAt } = entry;
  if (name === CONFIG) {
    const { node, inside } = await readJson(entry, place);
    found.config = node;
    inspectConfig(node, inside);
  } else if (name === METADATA) {
    found.metadata = (await readJson(entry, place)).node;
  } else if (name === WEIGHT_LIST) {
    await readJson(entry, place);
  } else if (WEIGHTS.test(name)) {
    await inspectWeights(entry, place);
  } else if (name.startsWith(ASSETS) && name.endsWith('.txt')) {
    await checkAsset(archive, { member: entry, inspection });
  } else {
    inspection.find('KERAS_OTHER_MEMBER', `Expected members that Keras writes, got ${quoted(name)}`, entryAt);
    await inspection.nested(await archive.open(entry), name);
  }
}

/** JSON of a member. Places in it are those of the archive, or of the member where it is compressed. */
async function readJson(
  entry: ZipMember,
  place: Place,
): Promise<{ readonly node: JsonNode; readonly inside: Pick<Inspection, 'limits' | 'step' | 'find'> }> {
  const { archive, inspection } = place;
  const source = await archive.head(entry, inspection.limits.held);
  const bytes = await source.read(0, source.size);
  const at = (offset: number): number => entry.dataAt + (entry.method === 'stored' ? offset : 0);
  const inside: Pick<Inspection, 'limits' | 'step' | 'find'> = {
    limits: inspection.limits,
    step: (count, offset) => inspection.step(count, at(offset)),
    find: (code, message, offset) => inspection.find(code, `${message} (in ${entry.name})`, at(offset)),
  };
  const node = parseJson(bytes, { inspection: inside, offset: 0 });
  return { node, inside };
}

async function inspectWeights(entry: ZipMember, place: Place): Promise<void> {
  const { archive, inspection, found } = place;
  const { name, method, dataAt, entryAt } = entry;
  const report = await inspection.nested(await archive.open(entry), name, [name.endsWith('.npz') ? 'npz' : 'hdf5']);
  if (report === undefined)
    inspection.find('MALFORMED', `Expected weights in ${quoted(name)}, got other bytes`, entryAt);
  found.parameters += report?.parameters ?? 0;
  const isPlaced = method === 'stored' && inspection.part === undefined;
  for (const { offset, ...tensor } of report?.tensors ?? [])
    found.tensors.push(isPlaced && offset !== undefined ? { ...tensor, offset: dataAt + offset } : tensor);
}

function reportOf(found: Found): FormatReport {
  const version = textOf(member(found.metadata, 'keras_version'));
  const saved = textOf(member(found.metadata, 'date_saved'));
  return {
    format: 'keras',
    framework: { name: 'keras', ...(version === undefined ? {} : { version }) },
    ...(found.config === undefined ? {} : shapesOf(found.config)),
    ...(saved === undefined ? {} : { metadata: { date_saved: saved } }),
    tensors: found.tensors,
    parameters: found.parameters,
  };
}
