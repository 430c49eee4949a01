import type { FormatInspector, Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';
import type { FoundReport, FoundTensor } from '../tensor-values.ts';
import { eachMember } from '../zip/each-member.ts';
import { zipKind } from '../zip/kind.ts';
import type { ZipMember } from '../zip/member.ts';
import { readZip, type ZipArchive } from '../zip/read-zip.ts';
import { MAX_NPY_HEADER } from './npy.ts';

const ENDING = '.npy';

/** Arrays of NumPy in a zip archive (`numpy.savez`): each member is an array. */
export const npz: FormatInspector = {
  formats: ['npz'],
  async recognises(head, source) {
    return (await zipKind(head, source)) === 'npz';
  },
  async inspect(source, inspection) {
    const archive = await readZip(source, inspection);
    const tensors: FoundTensor[] = [];
    let parameters = 0;
    await eachMember(archive, inspection, async (member) => {
      const report = await inspectArray(archive, { member, inspection });
      parameters += report?.parameters ?? 0;
      const [tensor] = report?.tensors ?? [];
      if (tensor !== undefined && tensors.length < inspection.limits.tensors)
        tensors.push(placed(tensor, { archive, member, isFile: inspection.part === undefined }));
    });
    return { format: 'npz', framework: { name: 'numpy' }, tensors, parameters };
  },
};

async function inspectArray(
  archive: ZipArchive,
  of: { readonly member: ZipMember; readonly inspection: Inspection },
): Promise<FoundReport | undefined> {
  const { member, inspection } = of;
  const { name, entryAt, size } = member;
  if (!name.endsWith(ENDING)) {
    inspection.find('FORMAT_UNKNOWN', `Expected arrays only, got ${quoted(name)}`, entryAt);
    return undefined;
  }
  const isLarge = size > inspection.limits.held && member.method === 'deflated';
  const source = isLarge ? await archive.head(member, MAX_NPY_HEADER + 16) : await archive.open(member);
  const report = await inspection.nested(source, name, ['npy']);
  if (report === undefined)
    inspection.find('MALFORMED', `Expected an array in ${quoted(name)}, got other bytes`, entryAt);
  return report;
}

/** What is stored as it is has its place in the file. */
function placed(
  tensor: FoundTensor,
  of: { readonly archive: ZipArchive; readonly member: ZipMember; readonly isFile: boolean },
): FoundTensor {
  const { archive, member, isFile } = of;
  const { offset, values: found, ...rest } = tensor;
  const name = member.name.slice(0, -ENDING.length);
  const place = isFile && member.method === 'stored' && offset !== undefined ? { offset: member.dataAt + offset } : {};
  // Read from the archive again, so that no member has to be held until somebody wants it.
  const isRead = typeof found === 'object' && offset !== undefined;
  const values = isRead ? { ...found, read: () => archive.range(member, offset, found.bytes) } : found;
  return { ...rest, name, ...place, values };
}
