import type { FormatInspector } from '../contract.ts';
import { inspectH5Model } from '../keras/h5-model.ts';
import { pagedSource } from '../source/paged-source.ts';
import { malformed, StructureError } from '../structure-error.ts';
import type { Dataset } from './dataset.ts';
import { globalHeap } from './global-heap.ts';
import { type Hdf5Reader, hdf5Reader } from './hdf5-reader.ts';
import { readMessages } from './object-header.ts';
import { findSuperblock, readSuperblock } from './superblock.ts';
import { walkObjects } from './walk-objects.ts';

const DRIVER_INFO = 0x14;

/** HDF5 (HDF5 File Format Specification 3.0): groups, datasets and attributes. Keras 2 stores models in it, and Keras 3 weights. */
export const hdf5: FormatInspector = {
  formats: ['hdf5'],
  async recognises(_head, source) {
    return (await findSuperblock(source)) !== undefined;
  },
  async inspect(source, inspection) {
    const pages = pagedSource(source);
    const { version, base, root, extension } = await readSuperblock(pages, inspection);
    const reader = hdf5Reader(pages, { inspection, base });
    if (root === undefined) throw malformed('Expected a root group, got none', base);
    if (extension !== undefined) await checkExtension(reader, extension);
    const { datasets, attributes } = await walkObjects(root, { reader, heap: globalHeap(reader) });
    reportOverlaps(datasets, reader);
    const parameters = datasets.filter(isLearned).reduce((sum, { elements }) => sum + elements, 0);
    const tensors = datasets.map(({ isNumber: _is, elements: _elements, ...tensor }) => tensor);
    const texts = attributes.flatMap(({ name, texts: [first] }) => (first === undefined ? [] : [{ name, ...first }]));
    const model = inspectH5Model(texts, inspection);
    return { format: 'hdf5', formatVersion: String(version), tensors, parameters, ...model };
  },
};

async function checkExtension(reader: Hdf5Reader, extension: number): Promise<void> {
  const messages = await readMessages(reader, extension);
  const driver = messages.find(({ type }) => type === DRIVER_INFO);
  if (driver !== undefined)
    throw new StructureError(
      'UNSUPPORTED',
      'Expected one file without a driver of its own, got another',
      driver.fields.start,
    );
}

/** Numbers that an optimizer or a generator of random numbers keeps beside the model were not learned. */
function isLearned({ name, isNumber }: Dataset): boolean {
  return isNumber && !/^optimizer(?:_weights)?\/|\/seed_generator\//.test(name);
}

function reportOverlaps(datasets: readonly Dataset[], reader: Hdf5Reader): void {
  const inOrder = datasets
    .map(({ offset = 0, bytes = 0 }) => ({ offset, end: offset + bytes }))
    .filter(({ offset, end }) => end > offset)
    .toSorted((a, b) => a.offset - b.offset);
  let covered = 0;
  for (const { offset, end } of inOrder) {
    if (offset < covered)
      reader.inspection.find('HDF5_OVERLAP', 'Expected datasets beside each other, got one over another', offset);
    covered = Math.max(covered, end);
  }
}
