import type { FormatInspector } from '../contract.ts';
import { isTflite } from '../tflite/recognise.ts';
import { zipKind } from './kind.ts';
import { readZip } from './read-zip.ts';

/** Zip archives that are no model of a known kind: what is wrong with the archive is told, and what is in it stays unknown. */
export const otherArchive: FormatInspector = {
  formats: ['unknown'],
  async recognises(head, source) {
    // Tools attach labels to a model of TFLite as an archive behind it; its inspector tells that.
    return !isTflite(head) && (await zipKind(head, source)) === 'other';
  },
  async inspect(source, inspection) {
    inspection.find('FORMAT_UNKNOWN', 'Expected a model of a known format, got another zip archive', 0);
    await readZip(source, inspection);
    return { format: 'unknown' };
  },
};
