import type { Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';
import type { ZipMember } from '../zip/member.ts';
import type { ZipArchive } from '../zip/read-zip.ts';

/**
 * Looks at a file that a layer has stored beside its weights: vocabularies are text. Anything else is inspected as what it is, and is not clean.
 *
 * @throws {StructureError}
 */
export async function checkAsset(
  archive: ZipArchive,
  of: { readonly member: ZipMember; readonly inspection: Inspection },
): Promise<void> {
  const { member, inspection } = of;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    let isText = true;
    for await (const piece of archive.pieces(member)) isText &&= isPlain(decoder.decode(piece, { stream: true }));
    decoder.decode();
    if (isText) return;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  inspection.find('KERAS_OTHER_MEMBER', `Expected text in ${quoted(member.name)}, got other bytes`, member.entryAt);
  await inspection.nested(await archive.open(member), member.name);
}

function isPlain(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return !/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text);
}
