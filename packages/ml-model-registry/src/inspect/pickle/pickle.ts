import type { FormatInspector, Inspection } from '../contract.ts';
import type { Framework } from '../inspection.ts';
import { takeArray } from '../joblib/array.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { Cursor } from '../source/cursor.ts';
import { StructureError } from '../structure-error.ts';
import type { FoundReport } from '../tensor-values.ts';
import { arraysIn } from './arrays.ts';
import { looksLikePickle } from './recognise.ts';
import { type PickleResult, runPickle } from './run-pickle.ts';
import { Made } from './values.ts';

/** Whose model it is when names of several are in it: what builds on others comes first. */
const builders = ['lightgbm', 'xgboost', 'scikit-learn', 'pytorch', 'pandas', 'scipy', 'numpy'];

/**
 * Pickles of protocols 0 to 5 (PEP 307, 3154, 574), several after one another, and joblib's, which have the bytes of arrays between opcodes. A pickle is
 * a program; it is walked, not run, and is `clean` when all that it names and calls is on the list of what makes data.
 */
export const pickle: FormatInspector = {
  formats: ['pickle', 'joblib'],
  recognises: async (head, source) => !isLegacyTorch(head) && looksLikePickle(head, source.size),
  async inspect(source, inspection) {
    const cursor = new Cursor(source);
    const places = new Map<Made, number>();
    const first = await runOne(cursor, { inspection, places });
    const rest = await runOthers(cursor, { inspection, places });
    const tensors = arraysIn(first.root, { source, places, inspection });
    return { ...reportOf([first, ...rest]), tensors };
  },
};

/** Steps that a pickle after another takes, as much as it costs to know it as one. */
const PICKLE_STEPS = 100;

/** The number with which PyTorch's files before 1.6 begin, pickled. */
const legacyTorch = [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];

/** Whether a file is one that PyTorch wrote before 1.6, which is several pickles and raw bytes. */
export function isLegacyTorch(head: Uint8Array): boolean {
  return legacyTorch.every((byte, index) => head[index] === byte);
}

interface PicklePlace {
  readonly inspection: Inspection;
  /** Where the bytes of joblib's arrays begin. */
  readonly places: Map<Made, number>;
}

/** `level` counts pickles that are arrays of objects of each other. */
async function runOne(cursor: Cursor, place: PicklePlace, level = 0): Promise<PickleResult> {
  const { inspection, places } = place;
  const runNested = async (): Promise<void> => {
    const { parts } = inspection.limits;
    if (level >= parts)
      throw new StructureError(
        'LIMIT_EXCEEDED',
        `Expected at most ${parts} arrays in each other, got more`,
        cursor.position,
      );
    await runOne(cursor, place, level + 1);
  };
  const array = async (wrapper: Made, at: Cursor): Promise<void> =>
    await takeArray(wrapper, at, { inspection, runNested, onBytes: (start) => places.set(wrapper, start) });
  return runPickle(cursor, { inspection, array });
}

/** Pickles after the first: `pickle.load` reads one each time it is called. */
async function runOthers(cursor: Cursor, place: PicklePlace): Promise<readonly PickleResult[]> {
  const { inspection } = place;
  const found: PickleResult[] = [];
  while (cursor.left > 0) {
    const at = cursor.position;
    inspection.step(PICKLE_STEPS, at);
    if (!(await isPickleHere(cursor, cursor.source))) {
      inspection.find(
        'HIDDEN_BYTES',
        `Expected the end of the file after the pickle, got ${cursor.left} more bytes`,
        at,
      );
      return found;
    }
    if (found.length === 0) inspection.find('PICKLE_SEVERAL', 'Expected one pickle, got another after it', at);
    const result = await runOne(cursor, place);
    // Thousands are walked; the first are told.
    if (found.length < 16) found.push(result);
  }
  return found;
}

async function isPickleHere(cursor: Cursor, source: ByteSource): Promise<boolean> {
  const at = cursor.position;
  const length = Math.min(1024, source.size - at);
  return looksLikePickle(await source.read(at, length), source.size - at);
}

function reportOf(results: readonly PickleResult[]): FoundReport {
  const [first] = results;
  const frameworks = new Set(results.flatMap((result) => [...result.frameworks]));
  const framework = frameworkOf(frameworks, results);
  const root = first?.root instanceof Made ? first.root.by?.path : undefined;
  const isJoblib = results.some(({ arrays }) => arrays > 0);
  return {
    format: isJoblib ? 'joblib' : 'pickle',
    formatVersion: String(first?.protocol ?? 0),
    ...(framework === undefined ? {} : { framework }),
    metadata: root === undefined ? {} : { object: root },
  };
}

function frameworkOf(frameworks: ReadonlySet<string>, results: readonly PickleResult[]): Framework | undefined {
  const name = rootFramework(results) ?? builders.find((builder) => frameworks.has(builder));
  if (name === undefined) return undefined;
  const told = results.flatMap(({ enclosed }) => enclosed).find(({ framework }) => framework?.name === name);
  const named =
    name === 'scikit-learn' ? results.find(({ scikitLearn }) => scikitLearn !== undefined)?.scikitLearn : undefined;
  const version = named ?? told?.framework?.version;
  return version === undefined ? { name } : { name, version };
}

function rootFramework([first]: readonly PickleResult[]): string | undefined {
  return first?.root instanceof Made ? first.root.by?.rule?.framework : undefined;
}
