import type { FormatInspector, Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';
import { Cursor } from '../source/cursor.ts';
import { StructureError } from '../structure-error.ts';
import type { FoundReport, FoundTensor } from '../tensor-values.ts';
import { eachMember } from '../zip/each-member.ts';
import { zipKind } from '../zip/kind.ts';
import type { ZipMember } from '../zip/member.ts';
import { readZip, type ZipArchive } from '../zip/read-zip.ts';
import { inspectScript } from './script-code.ts';
import { scriptNames } from './script-names.ts';
import { bytesOf } from './storages.ts';
import { storedValues } from './stored-values.ts';
import type { PickledTensor } from './tensors.ts';
import { readTorchPickle, type TorchPickle } from './torch-pickle.ts';

/** Largest of the members that hold a word or a number. */
const WORD = 1024;

const WORDS = /^(?:version|byteorder|\.format_version|\.storage_alignment|\.data\/serialization_id)$/;

interface Found {
  /** The folder that all members are in: that of the first, as PyTorch takes it. */
  readonly folder: string;
  readonly isScript: boolean;
  readonly pickles: Map<string, TorchPickle>;
  readonly storages: Map<string, ZipMember>;
  version?: string;
}

/**
 * Files of PyTorch since 1.6, and TorchScript: a zip archive with a pickle, each storage as a member, and for TorchScript code. Every member is looked
 * at; those that PyTorch doesn't write are reported.
 */
export const pytorchZip: FormatInspector = {
  formats: ['pytorch', 'torchscript'],
  async recognises(head, source) {
    return (await zipKind(head, source)) === 'pytorch';
  },
  async inspect(source, inspection) {
    const archive = await readZip(source, inspection);
    const [first] = archive.members;
    const names = archive.members.map(({ name }) => name);
    const folder = first === undefined ? '' : first.name.slice(0, first.name.indexOf('/') + 1);
    const isScript = names.some((name) => name === `${folder}constants.pkl` || name.startsWith(`${folder}code/`));
    const found: Found = { folder, isScript, pickles: new Map(), storages: new Map() };
    await eachMember(archive, inspection, (member) => inspectMember(member, { archive, inspection, found }));
    checkStorages(found, inspection);
    if (!found.pickles.has('data.pkl'))
      inspection.find('MALFORMED', `Expected ${quoted(`${folder}data.pkl`)}, got none`, 0);
    return reportOf({ archive, inspection, found });
  },
};

interface Place {
  readonly archive: ZipArchive;
  readonly inspection: Inspection;
  readonly found: Found;
}

async function inspectMember(member: ZipMember, place: Place): Promise<void> {
  const { archive, inspection, found } = place;
  const { folder, isScript } = found;
  const name = member.name.startsWith(folder) ? member.name.slice(folder.length) : '';
  const part = inspection.inside(member.name);
  if (name === 'data.pkl' || (isScript && (name === 'constants.pkl' || name.endsWith('.debug_pkl')))) {
    found.pickles.set(name, await readPickle(member, place, part));
  } else if (/^(?:data|constants)\/\w+$/.test(name)) {
    await readStorage(member, archive);
    found.storages.set(name, member);
  } else if (WORDS.test(name)) await readWord(name, member, place);
  else if (isScript && /^code\/.+\.py$/.test(name)) inspectScript((await textOf(member, place)).toString('utf8'), part);
  else {
    inspection.find(
      'TORCH_OTHER_MEMBER',
      `Expected members that PyTorch writes, got ${quoted(member.name)}`,
      member.entryAt,
    );
    await inspection.nested(await archive.open(member), member.name);
  }
}

async function readPickle(member: ZipMember, place: Place, part: Inspection): Promise<TorchPickle> {
  const source = await place.archive.open(member);
  const cursor = new Cursor(source);
  try {
    const pickled = await readTorchPickle(cursor, part, place.found.isScript ? scriptNames : undefined);
    if (cursor.left > 0)
      part.find('HIDDEN_BYTES', `Expected the end after the pickle, got ${cursor.left} more bytes`, cursor.position);
    return pickled;
  } catch (error) {
    if (!(error instanceof StructureError)) throw error;
    part.find(error.code, error.message, error.offset);
    return { tensors: [], storages: [], parameters: 0, protocol: 0 };
  }
}

/** Stored numbers have the size that both headers say; compressed ones are inflated to see it. */
async function readStorage(member: ZipMember, archive: ZipArchive): Promise<void> {
  if (member.method === 'stored') {
    await archive.open(member);
    return;
  }
  for await (const piece of archive.pieces(member)) void piece;
}

async function textOf(member: ZipMember, { archive, inspection }: Place): Promise<Buffer> {
  const { held } = inspection.limits;
  if (member.size > held)
    throw new StructureError(
      'LIMIT_EXCEEDED',
      `Expected at most ${held} bytes in ${quoted(member.name)}, got ${member.size}`,
      member.entryAt,
    );
  const source = await archive.open(member);
  return Buffer.from(await source.read(0, source.size));
}

async function readWord(name: string, member: ZipMember, place: Place): Promise<void> {
  const { inspection, found } = place;
  const text = member.size > WORD ? undefined : (await textOf(member, place)).toString('latin1').trim();
  if (text === undefined || !/^\w*$/.test(text))
    inspection.find('MALFORMED', `Expected a word in ${quoted(member.name)}, got other bytes`, member.entryAt);
  else if (name === 'version') found.version = text;
  else if (name === 'byteorder' && text !== 'little')
    inspection.find('UNSUPPORTED', `Expected numbers in little-endian order, got ${quoted(text)}`, member.entryAt);
}

/** Each storage that a pickle names is a member of its size, and each member is one that is named. */
function checkStorages(found: Found, inspection: Inspection): void {
  const named = new Set<string>();
  for (const [name, { storages }] of found.pickles) {
    const place = name === 'constants.pkl' ? 'constants' : 'data';
    for (const storage of storages) {
      const path = `${place}/${storage.key}`;
      const member = found.storages.get(path);
      named.add(path);
      const expected = storage.count * bytesOf(storage);
      if (member?.size === expected) continue;
      const got = member === undefined ? 'none' : `${member.size}`;
      inspection.find('MALFORMED', `Expected ${expected} bytes in ${quoted(path)}, got ${got}`, member?.entryAt ?? 0);
    }
  }
  for (const [name, { entryAt }] of found.storages)
    if (!named.has(name))
      inspection.find('TORCH_OTHER_MEMBER', `Expected storages that the pickle names, got ${quoted(name)}`, entryAt);
}

function reportOf(place: Place): FoundReport {
  const { isScript, version, pickles } = place.found;
  const pickled = pickles.get('data.pkl');
  const tensors = (pickled?.tensors ?? []).map((tensor) => placed(tensor, place));
  return {
    format: isScript ? 'torchscript' : 'pytorch',
    ...(version === undefined ? {} : { formatVersion: version }),
    framework: { name: 'pytorch' },
    tensors,
    parameters: pickled?.parameters ?? 0,
  };
}

function placed(tensor: PickledTensor, { archive, inspection, found }: Place): FoundTensor {
  const { name, type, shape, storage, storageOffset } = tensor;
  const size = bytesOf(storage);
  const bytes = shape.reduce<number>((all, length) => all * (length ?? 0), size);
  const member = found.storages.get(`data/${storage.key}`);
  const isPlaced = member?.method === 'stored' && inspection.part === undefined;
  const values = storedValues(tensor, (offset, length) =>
    member === undefined ? undefined : archive.range(member, offset, length),
  );
  return { name, type, shape, bytes, values, ...(isPlaced ? { offset: member.dataAt + storageOffset * size } : {}) };
}
